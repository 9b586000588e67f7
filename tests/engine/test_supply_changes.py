"""Changes on top of a supply: whatever they are, the result reads and digests like a fresh build."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.domain import FacilityFact
from matchmaker.fact_tables import tables_of
from matchmaker.merging import merged
from matchmaker.supply import SegmentedError, Supply
from tests.engine.catalogue_files import taxonomy
from tests.engine.contents import content
from tests.engine.seeded import made_facility

NAMES = [f"f{at}" for at in range(9)]
Crowd = dict[str, FacilityFact]
Change = tuple[Crowd, list[str]]


def fresh(crowd: Crowd) -> Supply:
    return Supply.build(crowd.values(), taxonomy())


def changed(supply: Supply, changes: Crowd, removed: list[str] | None = None) -> Supply:
    return supply.apply(tables_of(changes.values(), taxonomy()), removed or ())


def made(names: list[str], random: Random) -> Crowd:
    return {name: made_facility(name, random) for name in names}


def after(crowd: Crowd, change: Change) -> Crowd:
    facilities, removed = change
    return {name: fact for name, fact in crowd.items() if name not in removed} | facilities


def histories() -> st.SearchStrategy[tuple[Crowd, list[Change]]]:
    """A crowd, and up to four changes of some facilities each, some of them new, some of them removed."""

    def history(seed: int, sizes: list[tuple[int, int]]) -> tuple[Crowd, list[Change]]:
        random = Random(seed)
        crowd = made(random.sample(NAMES, random.randint(0, 6)), random)
        return crowd, [(made(random.sample(NAMES, come), random), random.sample(NAMES, go)) for come, go in sizes]

    sizes = st.tuples(st.integers(0, 3), st.integers(0, 3))
    return st.builds(history, st.integers(0, 10**9), st.lists(sizes, max_size=4))


@given(histories())
def test_any_sequence_of_changes_equals_a_fresh_build(history: tuple[Crowd, list[Change]]) -> None:
    crowd, changes = history
    supply = fresh(crowd)
    for change in changes:
        supply = changed(supply, *change)
        crowd = after(crowd, change)
        assert supply.digest() == fresh(crowd).digest()
    assert content(merged(supply)) == content(fresh(crowd))


@given(histories())
def test_a_merged_supply_can_be_changed_again(history: tuple[Crowd, list[Change]]) -> None:
    crowd, changes = history
    supply = fresh(crowd)
    for change in changes:
        supply = merged(changed(supply, *change))
        crowd = after(crowd, change)
        assert content(supply) == content(fresh(crowd))


@given(histories())
def test_the_segments_hold_each_facility_once(history: tuple[Crowd, list[Change]]) -> None:
    crowd, changes = history
    base = supply = fresh(crowd)
    for change in changes:
        supply = changed(supply, *change)
        crowd = after(crowd, change)
    living = [
        segment.sites.ids[row]
        for segment, dead in supply.segments
        for row in range(len(segment.sites.ids))
        if row not in dead
    ]
    assert sorted(living) == sorted(crowd)
    assert all((np.diff(dead) > 0).all() for _, dead in supply.segments)
    if changes:
        assert supply.segments[0][0] is base
        delta, dead = supply.segments[1]
        assert not len(dead)
        assert content(delta) == content(fresh({name: crowd[name] for name in delta.sites.ids}))


def test_the_base_stays_as_it_is() -> None:
    crowd = made(NAMES, Random(1))
    base = fresh(crowd)
    before, said = base.digest(), content(base)
    changed(base, made(["f3", "f4"], Random(2)), ["f5"])
    assert (base.digest(), content(base)) == (before, said)
    assert base.segments[0][0] is base
    assert not len(base.segments[0][1])


def test_a_facility_put_back_as_it_was_gives_the_old_digest() -> None:
    crowd = made(NAMES, Random(3))
    base = fresh(crowd)
    away = changed(changed(base, {"f1": replace(crowd["f1"], quote_days=99.0)}), {}, ["f2"])
    assert away.digest() != base.digest()
    assert changed(away, {name: crowd[name] for name in ("f1", "f2")}).digest() == base.digest()


def test_removing_nobody_known_changes_nothing() -> None:
    base = fresh(made(NAMES, Random(4)))
    assert changed(base, {}, ["nobody"]).digest() == base.digest()


def test_a_facility_removed_and_changed_at_once_is_there_as_changed() -> None:
    crowd = made(NAMES, Random(5))
    new = made(["f1"], Random(6))
    assert changed(fresh(crowd), new, ["f1"]).digest() == fresh(crowd | new).digest()


def test_an_id_twice_in_a_change_is_refused() -> None:
    twice = [*made(["f1"], Random(7)).values()] * 2
    with pytest.raises(ValueError, match="twice"):
        fresh({}).apply(tables_of(twice, taxonomy()))


def test_a_changed_supply_has_no_columns_of_its_own() -> None:
    """Code that does not know of segments fails, and does not rank over what is out of date."""
    supply = changed(fresh(made(NAMES, Random(8))), {})
    for part in ("sites", "lines", "resources", "holdings", "site_index", "resource_index"):
        with pytest.raises(SegmentedError):
            getattr(supply, part)
