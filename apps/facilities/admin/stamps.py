"""Whatever is written at the desk says who said so and when, as apps.facilities.services does."""

from collections.abc import Iterable
from typing import Any

from apps.facilities.models import Capability, EvidenceLevel, Facility, HeldCertificate, Resource, Source
from apps.facilities.models.statements import Stated
from apps.facilities.services import refresh_suggestions
from apps.facilities.services.parts import HOURS_OF_A_RESOURCE, take_back_evidence
from apps.facilities.services.writing import ENVELOPE, note_said, voice_for

FIELD_BY_FIELD = (Facility, Capability)  # each of their fields keeps whose and how old it is
NO_STATEMENT = frozenset({"confirmed_on", "evidence_level", "id", "DELETE", "facility"})


def stamp(row: Any, facility: Facility, user: Any, *, changed: Iterable[str]) -> None:
    """Before the row is saved. `changed` names the fields that the form changed; a day written by hand is kept."""
    if not isinstance(row, Stated):
        return
    told, voice = set(changed), voice_for(facility, user)
    if not isinstance(row, HeldCertificate) and voice.source == Source.STATED:
        row.evidence_level = EvidenceLevel.STATED  # nobody vouches for what is their own
    if _keeps_its_mark(row, told):
        return
    marks = voice.marks()
    if "confirmed_on" in told:
        del marks["confirmed_on"]
    for name, value in marks.items():
        setattr(row, name, value)
    if isinstance(row, Capability):
        row.suggested_by = None


def note(row: Any, facility: Facility, user: Any, *, changed: Iterable[str], created: bool) -> None:
    """After the row and its lists are saved."""
    told = set(changed)
    if isinstance(row, FIELD_BY_FIELD) and not created:
        fields = {"envelope_mm" if name in ENVELOPE else name for name in told - NO_STATEMENT}
        capability = row if isinstance(row, Capability) else None
        note_said(facility, fields, voice_for(facility, user), capability=capability)
    if isinstance(row, HeldCertificate) and "scope_processes" in told and not created:
        take_back_evidence(row, "facts_changed")


def stamp_all(formset: Any, facility: Facility, user: Any) -> None:
    for form in formset.forms:
        if form.has_changed():
            stamp(form.instance, facility, user, changed=form.changed_data)


def note_all(formset: Any, facility: Facility, user: Any) -> None:
    new = set(formset.new_objects)
    for form in formset.forms:
        row = form.instance
        if form.has_changed() and row.pk is not None:
            note(row, facility, user, changed=form.changed_data, created=row in new)
    if formset.model._meta.model_name == "heldmachine" and formset.has_changed():
        refresh_suggestions(facility, user)


def _keeps_its_mark(row: Any, told: set[str]) -> bool:
    if row._state.adding:
        return False
    if isinstance(row, Resource):
        return not HOURS_OF_A_RESOURCE & told
    return isinstance(row, FIELD_BY_FIELD) and row.source != Source.SUGGESTED
