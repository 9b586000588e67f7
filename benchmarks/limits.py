"""How long each part may take at each size, so that a run ends whatever is slow."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Limits:
    """Seconds; `needs`: how many a sweep begins with; `loop` 0: not run at this size; `most`: of each need compared
    only so many first sites, None for all; `through_orm`: whether all rows are read by values_list() as well;
    `open_needs`: how many needs are ranked again by workers, one after the other."""

    needs: int = 200
    rounds: int = 3
    engine: float = 120.0
    sql: float = 120.0
    loop: float = 60.0
    compared: float = 240.0
    most: int | None = None
    through_orm: bool = True
    task: float = 30.0
    open_needs: tuple[int, ...] = (1_000, 10_000)
    reranked: float = 60.0


FULL = Limits()
QUICK = Limits(
    needs=40, rounds=2, engine=10.0, sql=10.0, loop=4.0, compared=15.0, task=10.0, open_needs=(200,), reranked=10.0
)
BY_SIZE = {
    100_000: replace(FULL, loop=150.0, sql=200.0, compared=300.0),
    1_000_000: replace(
        FULL, engine=300.0, sql=300.0, loop=0.0, compared=180.0, most=500, through_orm=False, reranked=45.0
    ),
}


def limits_of(size: int, *, quick: bool) -> Limits:
    return QUICK if quick else BY_SIZE.get(size, FULL)
