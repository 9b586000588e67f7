"""Why the score of one facility differs between two rankings: the change, shared out exactly over what makes it up.

score = (1 - alpha) low + alpha high, and either end is a product of factors: the coverage, a contribution for each
criterion, a factor for each adjustment. So

1. the change of a product from L to L' is shared out by logarithms: a factor that goes from l to l' accounts for
   M(L, L') ln(l' / l), where M(a, b) = (b - a) / ln(b / a) is their logarithmic mean. These add up to L' - L;
2. the change of the score is (1 - a) (low' - low) + a (high' - high) + (alpha' - alpha) w, where a is the mean of the
   two alphas and w the mean of the two distances from low to high.

What belongs to a factor at both ends is its effect; what is left belongs to alpha. Effects add up to the change of
the score. A factor that is missing on one side counts as 1 there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isclose, log, prod
from typing import Any

Document = Mapping[str, Any]
Key = tuple[str, str, int | None, str | None]  # kind, name, step, subject
Factors = dict[Key, tuple[tuple[float, float], dict[str, Any]]]  # both ends, and what is shown
LEAST = 1e-12  # for logarithms: a factor of nothing
SHOWN: dict[str, tuple[str, ...]] = {
    "criterion": ("low", "high", "weight", "contribution_low", "contribution_high", "code"),
    "adjustment": ("factor_low", "factor_high"),
    "gate": ("verdict", "near_miss", "code"),
}
ENDS = {"criterion": ("contribution_low", "contribution_high"), "adjustment": ("factor_low", "factor_high")}


@dataclass(frozen=True)
class Reason:
    """`kind` is gate, coverage, criterion, adjustment or alpha, `name` which one; `before` and `after` hold what the
    documents say of it, None where they do not. `effect` is its part in the change of the score; gates have none:
    they decide the tier."""

    kind: str
    name: str
    step: int | None
    subject: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    effect: float | None


def reasons(before: Document, after: Document, alphas: tuple[float, float]) -> list[Reason]:
    """What differs between two matches of one facility: verdicts that changed, then effects, the largest first, then
    gates that only give another reason. `alphas` are those of the two policies."""
    told = [*_gates(before, after), *_effects(before, after, alphas)]
    return sorted(told, key=lambda reason: (not _decides(reason), -abs(reason.effect or 0.0)))


def _decides(reason: Reason) -> bool:
    return reason.kind == "gate" and bool(_verdict(reason.before) != _verdict(reason.after))


def _verdict(gate: Document | None) -> Any:
    return None if gate is None else (gate["verdict"], gate["near_miss"])


def _gates(before: Document, after: Document) -> list[Reason]:
    def keyed(match: Document) -> dict[Key, dict[str, Any]]:
        return {("gate", row["gate"], row["step"], row["subject"]): _shown("gate", row) for row in match["gates"]}

    return _changed(keyed(before), keyed(after), lambda key: None)


def _effects(before: Document, after: Document, alphas: tuple[float, float]) -> list[Reason]:
    was, becomes = _factors(before), _factors(after)
    alpha = sum(alphas) / 2
    shares = [_shares(was, becomes, end) for end in (0, 1)]

    def effect(key: Key) -> float:
        return (1 - alpha) * shares[0][key] + alpha * shares[1][key]

    told = _changed(
        {key: shown for key, (_, shown) in was.items()}, {key: shown for key, (_, shown) in becomes.items()}, effect
    )
    if alphas[0] != alphas[1]:
        widths = [match["high"] - match["low"] for match in (before, after)]
        part = (alphas[1] - alphas[0]) * sum(widths) / 2
        told.append(Reason("alpha", "alpha", None, None, {"alpha": alphas[0]}, {"alpha": alphas[1]}, round(part, 9)))
    return told


def _factors(match: Document) -> Factors:
    ends = match["coverage_low"], match["coverage_high"]
    found: Factors = {("coverage", "coverage", None, None): (ends, dict(zip(("low", "high"), ends, strict=True)))}
    rows = [("criterion", row["criterion"], row) for row in match["criteria"]]
    rows += [("adjustment", row["code"], row) for row in match["adjustments"]]
    for kind, name, row in rows:
        low, high = (row[end] for end in ENDS[kind])
        found[(kind, name, None, None)] = (low, high), _shown(kind, row)
    return found


def _shares(was: Factors, becomes: Factors, end: int) -> dict[Key, float]:
    """Each factor's part in the change of the product at that end."""
    pairs = {key: (_at(was, key, end), _at(becomes, key, end)) for key in {**was, **becomes}}
    mean = _logarithmic_mean(prod(pair[0] for pair in pairs.values()), prod(pair[1] for pair in pairs.values()))
    return {key: mean * log(after / before) for key, (before, after) in pairs.items()}


def _at(factors: Factors, key: Key, end: int) -> float:
    return max(factors[key][0][end], LEAST) if key in factors else 1.0


def _logarithmic_mean(a: float, b: float) -> float:
    return a if isclose(a, b, rel_tol=1e-12) else (b - a) / log(b / a)


def _shown(kind: str, row: Document) -> dict[str, Any]:
    return {name: row[name] for name in SHOWN[kind]}


def _changed(
    was: dict[Key, dict[str, Any]], becomes: dict[Key, dict[str, Any]], effect: Callable[[Key], float | None]
) -> list[Reason]:
    told = []
    for key in {**was, **becomes}:
        before, after = was.get(key), becomes.get(key)
        if before != after:
            part = effect(key)
            told.append(Reason(*key, before, after, None if part is None else round(part, 9)))
    return told
