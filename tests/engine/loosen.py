"""Changes of one stated bound of a facility, each for the better, for the properties."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from matchmaker.domain import Evidence, FacilityFact, Figures, HeldCertificateFact
from tests.engine.worlds import CERTIFICATES, MATERIALS

Change = Callable[[FacilityFact], FacilityFact]


def _everywhere(facility: FacilityFact, change: Callable[[Figures], Figures]) -> FacilityFact:
    """The change of a figure, wherever the facility states it."""
    lines = tuple(replace(line, figures=change(line.figures)) for line in facility.capabilities)
    return replace(facility, figures=change(facility.figures), capabilities=lines)


def _scaled(names: tuple[str, ...], factor: float) -> Change:
    def one(figures: Figures) -> Figures:
        values: dict[str, Any] = {}
        for name in names:
            value = getattr(figures, name)
            if value is not None:
                values[name] = _times(value, factor)
        return replace(figures, **values)

    return lambda facility: _everywhere(facility, one)


def _times(value: Any, factor: float) -> Any:
    if isinstance(value, tuple):
        return tuple(side * factor for side in value)
    return max(1, int(value * factor)) if isinstance(value, int) else value * factor


def _one_more_material(facility: FacilityFact) -> FacilityFact:
    def one(figures: Figures) -> Figures:
        return figures if figures.materials is None else replace(figures, materials=(*figures.materials, *MATERIALS))

    return _everywhere(facility, one)


def _one_more_certificate(facility: FacilityFact) -> FacilityFact:
    if facility.certificates is None:
        return facility
    more = tuple(HeldCertificateFact(slug, Evidence.REGISTRY_VERIFIED) for slug in CERTIFICATES)
    return replace(facility, certificates=(*facility.certificates, *more))


def _more_free_hours(facility: FacilityFact) -> FacilityFact:
    resources = tuple(
        item if item.booked_share is None else replace(item, booked_share=item.booked_share / 2)
        for item in facility.resources
    )
    return replace(facility, resources=resources)


LOOSER: dict[str, Change] = {
    "smaller_minimum": _scaled(("min_run",), 0.5),
    "smaller_money_minimum": _scaled(("min_order_money",), 0.5),
    "larger_maximum": _scaled(("max_run",), 2.0),
    "bigger_envelope": _scaled(("envelope_mm",), 1.25),
    "finer_tolerance": _scaled(("tolerance_mm",), 0.5),
    "shorter_lead": _scaled(("lead_days_low", "lead_days_high"), 0.5),
    "more_free_hours": _more_free_hours,
    "one_more_material": _one_more_material,
    "one_more_certificate": _one_more_certificate,
}
