"""Scoring only who can be shown: the same list as scoring everybody, and fewer scored."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest

from matchmaker import shortlist
from matchmaker.asked import Asked
from matchmaker.documents import ranking_document
from matchmaker.domain import FacilityFact, NeedFact, Tier
from matchmaker.evaluation import hundredths, score
from matchmaker.planning import prepare
from matchmaker.policy import Policy
from matchmaker.ranking import rank
from matchmaker.supply import Supply
from tests.engine.catalogue_files import taxonomy
from tests.engine.seeded import made_facility, made_need
from tests.engine.worlds import AS_OF

WORLDS = 60
CROWD = 40


def rivals(seed: int, size: int = CROWD) -> tuple[NeedFact, Supply]:
    """A need and facilities that nearly all make one of its steps; every fourth is the twin of another."""
    random = Random(seed)
    need = made_need(random)
    crowd: list[FacilityFact] = []
    for at in range(size):
        if at % 4 == 3:
            crowd.append(replace(random.choice(crowd), id=f"f{at:03}"))
        else:
            crowd.append(_rival(f"f{at:03}", need, random))
    return replace(need, network_ids=()), Supply.build(crowd, taxonomy())


def _rival(name: str, need: NeedFact, random: Random) -> FacilityFact:
    made = made_facility(name, random)
    asked = [step.process for step in need.steps]
    lines = tuple(replace(line, process=random.choice(asked)) for line in made.capabilities)
    return replace(made, capabilities=lines)


def ranked(need: NeedFact, supply: Supply, top: int) -> dict[str, Any]:
    return ranking_document(rank(need, supply, replace(Policy.default(), top_k=top), AS_OF))


@pytest.mark.parametrize("block", range(0, WORLDS, 20))
def test_sifting_changes_nothing(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(block, block + 20):
        need, supply = rivals(seed)
        for top in (1, 3, 10):
            monkeypatch.setattr(shortlist, "FEW", 10**9)
            whole = ranked(need, supply, top)
            monkeypatch.setattr(shortlist, "FEW", 0)
            monkeypatch.setattr(shortlist, "PROBED", 1)
            assert ranked(need, supply, top) == whole, f"rivals({seed}), top {top}"


def test_sifting_leaves_most_unscored(monkeypatch: pytest.MonkeyPatch) -> None:
    sifted, seen = shortlist._sifted, []

    def spied(given: Any, extras: Any, wanted: int) -> Any:
        left = sifted(given, extras, wanted)
        seen.append((given.size, len(left)))
        return left

    monkeypatch.setattr(shortlist, "_sifted", spied)
    monkeypatch.setattr(shortlist, "FEW", 0)
    monkeypatch.setattr(shortlist, "PROBED", 1)
    for seed in range(12):
        need, supply = rivals(seed, 150)
        ranked(need, supply, 1)
    before, after = (sum(sizes) for sizes in zip(*seen, strict=True))
    assert after < before / 2, (after, before)


def test_a_bound_is_never_below_the_score(monkeypatch: pytest.MonkeyPatch) -> None:
    probed, seen = shortlist._probe, 0

    def checked(given: Any, extras: Any, points: Any, wanted: int) -> int:
        nonlocal seen
        worth = hundredths(score(given.narrowed(np.arange(given.size)), extras).score)
        assert (points >= worth).all()
        seen += given.size
        return probed(given, extras, points, wanted)

    monkeypatch.setattr(shortlist, "_probe", checked)
    monkeypatch.setattr(shortlist, "FEW", 0)
    for seed in range(60):
        need, supply = rivals(seed)
        ranked(need, supply, 3)
    assert seen > 600


def test_equals_at_the_last_place_share_their_rank() -> None:
    """Twins beyond the last place that is shown still make it a shared one."""
    random, shared = Random(5), 0
    for seed in range(40):
        need, _ = rivals(seed, 4)
        one = _rival("f", need, random)
        twins = Supply.build([replace(one, id=f"f{at}") for at in range(5)], taxonomy())
        matches = ranked(need, twins, 2)["matches"]
        assert {match["rank_label"] for match in matches} <= {"1="}
        shared += len(matches) == 2
    assert shared > 5


def test_whole_tiers_are_taken_until_there_are_enough() -> None:
    for seed in range(60):
        need, supply = rivals(seed)
        full, short = ranked(need, supply, 10**6), ranked(need, supply, 5)
        names = [match["facility_id"] for match in full["matches"]]
        assert [match["facility_id"] for match in short["matches"]] == names[:5]
        assert [match["rank_label"] for match in short["matches"]] == [
            match["rank_label"] for match in full["matches"][:5]
        ]
        assert len(names) == sum(count for tier, count in full["tier_counts"] if tier != Tier.EXCLUDED.name.lower())


def test_a_limit_cuts_no_assignment_of_a_site_that_keeps_within_it_when_it_leaves_nothing_out() -> None:
    """Where leaving steps out makes too many, the best that leaves none out stays the best."""
    kept = 0
    for seed in range(60):
        need, supply = rivals(seed, 15)
        free = {match.facility_id: match for match in rank(need, supply, Policy.default(), AS_OF).matches}
        for limit in (2, 3, 5):
            policy = replace(Policy.default(), max_assignments=limit)
            for match in rank(need, supply, policy, AS_OF).matches:
                whole = all(step.capability_id for step in free[match.facility_id].steps if step.role != "preferred")
                if whole and _combinations(need, supply, match.facility_id) <= limit:
                    assert (match.tier, match.score) == (free[match.facility_id].tier, free[match.facility_id].score)
                    kept += 1
    assert kept > 100


def _combinations(need: NeedFact, supply: Supply, name: str) -> int:
    asked = Asked.build(need, Policy.default(), supply.taxonomy, AS_OF)
    ground = prepare(asked, supply, np.ones(len(supply.sites.ids), dtype=np.bool_))
    place = ground.sites.tolist().index(supply.site_index.get(name))
    return int(np.prod([max(1, int((plan.choice_site == place).sum())) for plan in ground.plans]))
