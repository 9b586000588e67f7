"""What a ranking says: verdicts, values and the facts behind them. Codes, no sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from matchmaker.domain import DistanceMode, Evidence, Source, Tier, Verdict

FactValue = str | int | float | bool | tuple[str, ...] | tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class Fact:
    """One number or word that a verdict rests on. `unit` is "" for words and bare shares."""

    name: str
    value: FactValue
    unit: str = ""
    source: Source = Source.STATED
    as_of: date | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class GateResult:
    """`step` is the step's sequence, None for a question to the site. `subject` names the certificate, region or
    other thing asked where one gate asks several. `near_miss`: it fails, but within the near-miss bound."""

    gate: str
    step: int | None
    subject: str | None
    verdict: Verdict
    code: str
    facts: tuple[Fact, ...]
    near_miss: bool = False


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """`value` = low + alpha x (high - low) is for reading; `weight` is renormalised over the criteria that apply.

    The contributions are max(low, floor) ^ weight and max(high, floor) ^ weight: the ends of the score are coverage x
    contributions x adjustments at that end, and score = low + alpha x (high - low).
    """

    criterion: str
    low: float
    high: float
    value: float
    weight: float
    contribution_low: float
    contribution_high: float
    code: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class StepResult:
    """How the site would make one step: the option that serves it best. `quality` spans [low, high]."""

    step: int
    process: str
    role: str
    option: str
    capability_id: str | None
    provided_process: str | None
    quality_low: float
    quality_high: float
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """One fact to ask of the facility: the answer that a gate or a criterion lacks."""

    code: str
    field: str
    step: int | None
    gate: str | None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A factor on the whole score (outside a wished region, a border under strict secrecy); the ends differ where
    the place of the facility is not known."""

    code: str
    factor_low: float
    factor_high: float
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchResult:
    facility_id: str
    position: int
    rank_label: str
    tier: Tier
    score: float
    low: float
    high: float
    coverage: float
    coverage_low: float
    coverage_high: float
    confirmed: int
    asked: int
    slack_days: float | None
    steps: tuple[StepResult, ...]
    gates: tuple[GateResult, ...]
    criteria: tuple[CriterionResult, ...]
    adjustments: tuple[Adjustment, ...]
    questions: tuple[Question, ...]
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """Facilities that met their first failing gate here, and those left after it."""

    gate: str
    failed: int
    remaining: int


@dataclass(frozen=True, slots=True)
class Excluded:
    facility_id: str
    gate: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """`matches` are the first `policy.top_k` of tiers 1 to 4 in order; the counts are of everybody.

    `considered` = the sum of `tier_counts`; the funnel's failures add up to the excluded. `excluded` lists those
    that got furthest, gate by gate from the last, then by id: at most `policy.excluded_k`.
    """

    engine_version: str
    supply_digest: str
    policy_name: str
    policy_version: int
    policy_digest: str
    need_id: str
    need_revision: int
    as_of: date
    considered: int
    funnel: tuple[FunnelRow, ...]
    tier_counts: tuple[tuple[Tier, int], ...]
    distance_mode: DistanceMode
    distance_rule: str
    distance_confident: bool
    matches: tuple[MatchResult, ...]
    excluded: tuple[Excluded, ...]
    flags: tuple[str, ...] = ()
