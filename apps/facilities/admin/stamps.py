"""Whatever is written at the desk says who said so and when, as apps.facilities.services does."""

from typing import Any

from apps.facilities.models import (
    Capability,
    EvidenceLevel,
    Facility,
    HeldCertificate,
    Resource,
    Source,
)
from apps.facilities.services.writing import source_for, today


def stamp(row: Any, facility: Facility, user: Any, *, changed: list[str]) -> None:
    """`changed` names the fields that the form changed; a day written by hand is kept."""
    source = source_for(facility, user)
    if isinstance(row, Facility | Capability | Resource):
        row.source = source
        if "confirmed_on" not in changed:
            row.confirmed_on = today()
    # Nobody vouches for a certificate of a place that is their own.
    if isinstance(row, HeldCertificate) and source == Source.STATED:
        row.evidence_level = EvidenceLevel.STATED


def stamp_all(formset: Any, facility: Facility, user: Any) -> None:
    for form in formset.forms:
        if form.has_changed():
            stamp(form.instance, facility, user, changed=form.changed_data)
