"""The process lines of a supply as columns: what each can do, by its own figures or else by the site's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from matchmaker.columns import EVIDENCES, SOURCES, LineColumns, Ragged, day, lock, number
from matchmaker.domain import CapabilityFact, FacilityFact, Figures, Source
from matchmaker.taxonomy import Taxonomy

# Figures that a line through a partner takes from the site: the order is placed with the site, so its run sizes hold.
ORDER_FIGURES = ("min_run", "min_order_money", "economic_low", "economic_high", "max_run")
NUMBERS = (
    *ORDER_FIGURES,
    "lead_days_low",
    "lead_days_high",
    "tooling_days_low",
    "tooling_days_high",
    "tolerance_mm",
    "price_low",
    "price_high",
)
PAIRS = (("lead_days_low", "lead_days_high"), ("tooling_days_low", "tooling_days_high"), ("price_low", "price_high"))


@dataclass(frozen=True, slots=True)
class _Line:
    site: int
    facility: FacilityFact
    line: CapabilityFact
    suggested: bool


def offered(line: CapabilityFact) -> bool:
    """Offered by the facility's word, not merely suggested."""
    return line.source in (Source.STATED, Source.IMPORTED)


def _of_facility(site: int, facility: FacilityFact, taxonomy: Taxonomy) -> list[_Line]:
    rows = [_Line(site, facility, line, not offered(line)) for line in facility.capabilities]
    known = {line.process for line in facility.capabilities if not line.through_partner}
    for held in sorted(facility.machines or (), key=lambda item: item.machine):
        for process in taxonomy.machine_processes[held.machine]:
            if held.count > 0 and process not in known:
                known.add(process)
                line = CapabilityFact(id=f"machine:{held.machine}", process=process, source=Source.DERIVED)
                rows.append(_Line(site, facility, line, suggested=True))
    return rows


def build_lines(
    ordered: tuple[FacilityFact, ...], taxonomy: Taxonomy, resource_index: Mapping[tuple[int, str], int]
) -> LineColumns:
    """One row a line. Raises KeyError for a slug or resource id that is not known, ValueError for an id twice."""
    rows = [row for site, facility in enumerate(ordered) for row in _of_facility(site, facility, taxonomy)]
    if len({(row.site, row.line.id, row.line.process) for row in rows}) != len(rows):
        raise ValueError("a capability id stands twice at one facility")
    rows.sort(key=lambda row: (taxonomy.process_index[row.line.process], row.site, row.suggested, row.line.id))
    process = np.array([taxonomy.process_index[row.line.process] for row in rows], dtype=np.int64)
    resolved = [_figures(row) for row in rows]
    materials = [_materials(row) for row in rows]
    currencies = _currencies(ordered)
    columns = LineColumns(
        ids=tuple(row.line.id for row in rows),
        site=np.array([row.site for row in rows], dtype=np.int64),
        process=process,
        partner=np.array([row.line.through_partner for row in rows], dtype=np.bool_),
        suggested=np.array([row.suggested for row in rows], dtype=np.bool_),
        materials=Ragged.build([[taxonomy.material_index[m] for m in sorted(set(items or ()))] for items in materials]),
        materials_blank=np.array([items is None for items in materials], dtype=np.bool_),
        figures={name: np.array([figures[name][0] for figures in resolved], dtype=np.float64) for name in NUMBERS},
        from_site={name: np.array([figures[name][1] for figures in resolved], dtype=np.bool_) for name in NUMBERS}
        | {"envelope_mm": np.array([_envelope(row)[1] for row in rows], dtype=np.bool_)},
        envelope=np.array([_envelope(row)[0] for row in rows], dtype=np.float64).reshape(-1, 3),
        currencies=currencies,
        money_currency=np.array([_currency(row, "min_order_money", currencies) for row in rows], dtype=np.int64),
        price_currency=np.array([_currency(row, "price_low", currencies) for row in rows], dtype=np.int64),
        setup_hours=np.array([number(row.line.work.setup_hours) for row in rows], dtype=np.float64),
        cycle_seconds=np.array([number(row.line.work.cycle_seconds) for row in rows], dtype=np.float64),
        parts_per_cycle=np.array([number(row.line.work.parts_per_cycle) for row in rows], dtype=np.float64),
        yield_share=np.array([number(row.line.work.yield_share) for row in rows], dtype=np.float64),
        named_resources=Ragged.build(
            [[resource_index[row.site, name] for name in sorted(set(row.line.resource_ids or ()))] for row in rows]
        ),
        source=np.array([SOURCES.index(row.line.source) for row in rows], dtype=np.int64),
        evidence=np.array([EVIDENCES.index(row.line.evidence) for row in rows], dtype=np.int64),
        as_of=np.array([day(row.line.as_of) for row in rows], dtype=np.int64),
        process_start=np.searchsorted(process, np.arange(len(taxonomy.process_slugs) + 1)),
    )
    return lock(columns)


def _figures(row: _Line) -> dict[str, tuple[float, bool]]:
    """Each figure of a line and whether it was given for the whole site. One end of a span alone stands for both."""
    own, site = _spanned(row.line.figures), _spanned(row.facility.figures)
    out: dict[str, tuple[float, bool]] = {}
    for name in NUMBERS:
        value = own[name]
        if value is None and (name in ORDER_FIGURES or not row.line.through_partner):
            value = site[name]
        out[name] = (number(value), own[name] is None and value is not None)
    return out


def _spanned(figures: Figures) -> dict[str, float | None]:
    values: dict[str, float | None] = {name: getattr(figures, name) for name in NUMBERS}
    for low, high in PAIRS:
        if values[low] is None:
            values[low] = values[high]
        if values[high] is None:
            values[high] = values[low]
    return values


def _materials(row: _Line) -> tuple[str, ...] | None:
    if row.line.figures.materials is not None or row.line.through_partner:
        return row.line.figures.materials
    return row.facility.figures.materials


def _envelope(row: _Line) -> tuple[tuple[float, ...], bool]:
    if row.line.figures.envelope_mm is not None:
        return row.line.figures.envelope_mm, False
    site = row.facility.figures.envelope_mm
    if site is None or row.line.through_partner:
        return (float("nan"),) * 3, False
    return site, True


def _currencies(ordered: tuple[FacilityFact, ...]) -> tuple[str, ...]:
    given = {
        figures.currency for item in ordered for figures in (item.figures, *(c.figures for c in item.capabilities))
    }
    return tuple(sorted(currency for currency in given if currency is not None))


def _currency(row: _Line, figure: str, currencies: tuple[str, ...]) -> int:
    """The currency beside the figure: the line's own where the line gives the figure and names one, else the site's."""
    own = row.line.figures
    given = own.currency if _spanned(own)[figure] is not None else None
    found = given or row.facility.figures.currency
    return -1 if found is None else currencies.index(found)
