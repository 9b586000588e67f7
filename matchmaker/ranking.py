"""rank(): the one entry point."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from matchmaker import ENGINE_VERSION
from matchmaker.asked import Asked
from matchmaker.assignments import Assignments
from matchmaker.codes import Flag
from matchmaker.columns import IntArray
from matchmaker.domain import NeedFact, Tier
from matchmaker.exclusions import Exclusions, excluded, funnel
from matchmaker.explanations import Explainer
from matchmaker.ground import Given, Ground
from matchmaker.planning import considered_sites, prepare
from matchmaker.policy import Policy
from matchmaker.results import MatchResult, Ranking
from matchmaker.shortlist import PLACED, Candidates, shortlist
from matchmaker.supply import Supply
from matchmaker.tiers import find_tiers


def rank(need: NeedFact, supply: Supply, policy: Policy, as_of: date) -> Ranking:
    """Rank every facility of `supply` for `need` as of that day. Pure: equal input, equal bytes.

    Raises ValueError for a need that cannot be ranked (no lead, no quantity) and KeyError for a slug or region word
    that the catalogue lacks.
    """
    asked = Asked.build(need, policy, supply.taxonomy, as_of)
    parts = [Part.of(asked, segment, gone) for segment, gone in supply.segments]
    considered = sum(part.out.considered for part in parts)
    gates = np.sum([part.out.by_gate for part in parts], axis=0)
    placed = {tier: sum(part.sizes[tier] for part in parts) for tier in PLACED}
    return Ranking(
        engine_version=ENGINE_VERSION,
        supply_digest=supply.digest(),
        policy_name=policy.name,
        policy_version=policy.version,
        policy_digest=policy.digest,
        need_id=need.id,
        need_revision=need.revision,
        as_of=as_of,
        considered=considered,
        funnel=funnel(gates, considered),
        tier_counts=(*placed.items(), (Tier.EXCLUDED, int(gates.sum()))),
        distance_mode=asked.mode,
        distance_rule=asked.mode_rule,
        distance_confident=asked.mode_confident,
        matches=_matches(asked, parts),
        excluded=excluded([part.out for part in parts], policy.excluded_k),
        flags=_flags(asked),
    )


@dataclass(frozen=True, slots=True)
class Part:
    """What one segment of a supply says by itself: the sizes of the tiers, who may be shown, who is excluded."""

    ground: Ground
    sizes: dict[Tier, int]
    chosen: list[Candidates]
    out: Exclusions

    @classmethod
    def of(cls, asked: Asked, segment: Supply, gone: IntArray) -> Part:
        considered = considered_sites(asked, segment, gone)
        tiers = find_tiers(prepare(asked, segment, considered))
        sizes = np.bincount(tiers.tier, minlength=max(Tier) + 1)
        return cls(
            ground=tiers.tally.ground,
            sizes={tier: int(sizes[tier]) for tier in PLACED},
            chosen=shortlist(tiers, asked.policy.top_k),
            out=Exclusions.of(tiers, considered),
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """One facility in the order of section 6: by `key`, ending with a hash that no one can choose."""

    key: tuple[int, int, int, float, int, bytes]
    part: int
    rows: Assignments

    @property
    def group(self) -> tuple[int, int]:
        """Tier and hundredths: who shares them shares the printed rank."""
        return self.key[0], self.key[1]


def _standings(asked: Asked, at: int, part: Part) -> list[Standing]:
    sites, need, policy = part.ground.supply.sites, asked.need, asked.policy
    out = []
    for some in part.chosen:
        rows = part.ground.sites[some.rows.site]
        offered = sites.last_offered[rows].tolist()
        columns = zip(rows.tolist(), some.hundredths.tolist(), some.unknown.tolist(), some.slack.tolist(), strict=True)
        for i, (row, points, unknown, slack) in enumerate(columns):
            text = f"{need.id}\n{sites.ids[row]}\n{policy.name}\n{policy.version}"
            key = (int(some.tier), -points, unknown, -slack, offered[i], hashlib.sha256(text.encode()).digest())
            out.append(Standing(key, at, some.rows.take(np.array([i]))))
    return out


def _matches(asked: Asked, parts: Sequence[Part]) -> tuple[MatchResult, ...]:
    """Tier, score in hundredths, fewer unknowns, more slack, least recently offered, a hash."""
    standings = [item for at, part in enumerate(parts) for item in _standings(asked, at, part)]
    standings.sort(key=lambda item: item.key)
    labels = _labels([item.group for item in standings])
    shown = standings[: asked.policy.top_k]
    matches: dict[int, MatchResult] = {}
    for at, part in enumerate(parts):
        places = [place for place, item in enumerate(shown) if item.part == at]
        if places:
            mine = [shown[place] for place in places]
            explainer = Explainer.of(_together(part.ground, mine), [Tier(item.key[0]) for item in mine])
            matches |= {p: explainer.match(row, p + 1, labels[p]) for row, p in enumerate(places)}
    return tuple(matches[place] for place in range(len(shown)))


def _together(ground: Ground, standings: list[Standing]) -> Given:
    site = np.concatenate([item.rows.site for item in standings])
    return Given(ground, Assignments(site, np.concatenate([item.rows.option for item in standings])))


def _labels(groups: list[tuple[int, int]]) -> list[str]:
    """The printed rank: equal tier and hundredths share the first of their positions, marked with "="."""
    size = Counter(groups)
    first: dict[tuple[int, int], int] = {}
    for position, group in enumerate(groups, start=1):
        first.setdefault(group, position)
    return [f"{first[group]}{'=' if size[group] > 1 else ''}" for group in groups]


def _flags(asked: Asked) -> tuple[str, ...]:
    flags = []
    if asked.need.envelope_mm is None:
        flags.append(Flag.SIZE_UNKNOWN.value)
    if asked.available_days is None:
        flags.append(Flag.NO_DUE_DATE.value)
    return tuple(flags)
