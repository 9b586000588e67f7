"""Small pieces of SQL text: literals, value functions as CASE expressions, one expression over all steps."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from math import isnan

# A gate's answer in the queries, worst first; a near miss is a fail within its bound.
FAIL, NEAR, UNKNOWN, PASS = 0, 1, 2, 3
TINY = "5e-10"  # half a unit of the ninth decimal, where figures are compared


def lit(value: object) -> str:
    """A literal; None and NaN are NULL."""
    if value is None or (isinstance(value, float) and isnan(value)):
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return f"DATE '{value}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, int):
        return str(int(value))
    return f"{float(value)!r}::float8"  # type: ignore[arg-type]


def array(values: Iterable[object], kind: str) -> str:
    return f"ARRAY[{', '.join(lit(value) for value in values)}]::{kind}[]"


def names(text: str) -> tuple[str, ...]:
    """Words as column names."""
    return tuple(text.split())


def each(steps: Iterable[int], template: str, joiner: str) -> str:
    """The template for every step, `#` standing for its number."""
    return joiner.join(template.replace("#", str(step)) for step in steps)


def most(steps: Iterable[int], template: str) -> str:
    return f"greatest({each(steps, template, ', ')})"


def curve(x: str, points: list[tuple[float, float]]) -> str:
    """Linear between the points, flat beyond them."""
    cases = [f"WHEN {x} <= {points[0][0]} THEN {points[0][1]}"]
    for (x0, y0), (x1, y1) in pairwise(points):
        cases.append(f"WHEN {x} <= {x1} THEN {y0} + ({x} - {x0}) * {(y1 - y0) / (x1 - x0)!r}")
    return f"CASE {' '.join(cases)} ELSE {points[-1][1]}::float8 END"


def headroom(load: str) -> str:
    return curve(load, [(0.6, 1.0), (0.85, 0.7), (1.0, 0.3), (1.2, 0.0)])


def dependence(share: str) -> str:
    return curve(share, [(0.4, 1.0), (0.8, 0.6), (1.0, 0.3)])


def slack(available: str, expected: str) -> str:
    ratio = f"({available} / nullif({expected}, 0))"
    points = curve(ratio, [(0.8, 0.0), (1.0, 0.5), (1.25, 0.9), (1.5, 1.0)])
    return f"CASE WHEN {expected} > 0 THEN {points} ELSE 1.0 END"


def tolerance_fit(ratio: str) -> str:
    return (
        f"CASE WHEN {ratio} < 0.7 THEN 0.0 WHEN {ratio} < 1 THEN 0.5 * ({ratio} - 0.7) / 0.3"
        f" ELSE least(0.8 + 0.2 * ({ratio} - 1), 1.0) END"
    )


def rounded(value: str) -> str:
    """To nine decimals, ties to even, as numpy does."""
    return f"round(({value}) * 1e9) / 1e9"


def band_columns(minimum: str, top: str, name: str) -> str:
    """The bounds of the run-size curve at a minimum, and again (capital) for a minimum not above the band."""
    b, capped = f"greatest(high, low, {minimum})", "greatest(high, 1)"
    wide = "greatest(high, low, 1)"
    return (
        f"greatest(low, {minimum}) AS {name}_a, {b} AS {name}_b,"
        f" greatest({top}, CASE WHEN {top} IS NULL THEN 4 * {b} ELSE {b} END) AS {name}_m,"
        f" {capped} AS {name}_capped, greatest(low, {capped}) AS {name}_capped_a, {wide} AS {name}_capped_b,"
        f" greatest({top}, CASE WHEN {top} IS NULL THEN 4 * {wide} ELSE {wide} END) AS {name}_capped_m"
    )


def _run_fit(q: str, m: str, a: str, b: str, big: str) -> str:
    return f"""CASE WHEN {q} < {m} / 2 THEN 0.0 WHEN {q} < {m} THEN 0.4 * (ln(2 * {q} / {m}) / ln(2.0::float8))
        WHEN {q} < {a} THEN 0.6 + 0.4 * ln({q} / {m}) / ln({a} / {m}) WHEN {q} <= {b} THEN 1.0
        WHEN {q} <= {big} THEN 1 - 0.3 * ln({q} / {b}) / ln({big} / {b})
        WHEN {q} < 2 * {big} THEN 0.7 * (1 - ln({q} / {big}) / ln(2.0::float8)) ELSE 0.0 END"""


def banded_fit(q: str, minimum: str, name: str) -> str:
    """The fit of an order to run sizes (section 7 of the domain pack), over the columns of `band_columns`; a minimum
    above the band never widens the band upwards."""
    first = _run_fit(q, minimum, f"{name}_a", f"{name}_b", f"{name}_m")
    capped = _run_fit(q, f"{name}_capped", f"{name}_capped_a", f"{name}_capped_b", f"{name}_capped_m")
    return f"CASE WHEN {minimum} <= {name}_capped THEN {first} ELSE least({first}, {capped}) END"
