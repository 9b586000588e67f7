"""Lines that a facility's machines suggest: shown to it to be ticked, asked about by the ranking until then."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.catalog.models import Process
from apps.core.audit import record
from apps.facilities.models import Capability, CapabilityOffer, EvidenceLevel, Facility, HeldMachine, Source
from apps.facilities.services.writing import ENVELOPE, Voice, locked_for_writing, plain, save_checked, voice_for

Side = float | None
Envelope = tuple[float, float, float] | None


def refresh_suggestions(facility: Facility, user: User) -> None:
    """Bring the suggested lines in step with the machines: inside the caller's transaction, the facility locked.

    Each process of a machine that no line states gets one suggested line, with the work envelope of the machine that
    holds the largest volume, where one is known. Suggestions that came otherwise (`suggested_by` blank) stay.
    """
    wanted = _wanted(facility)
    stated = set(
        Capability.objects.filter(facility=facility)
        .exclude(source=Source.SUGGESTED, suggested_by__isnull=False)
        .exclude(offer=CapabilityOffer.PARTNER)
        .values_list("process_id", flat=True)
    )
    from_machines = Capability.objects.filter(facility=facility, suggested_by__isnull=False)
    kept = {line.process_id: line for line in from_machines if line.process_id in wanted.keys() - stated}
    from_machines.exclude(pk__in=[line.pk for line in kept.values()]).delete()
    for process_id, held in wanted.items():
        if process_id not in stated:
            line = kept.get(process_id) or Capability(facility=facility, process_id=process_id)
            _suggest(line, held, user)


def suggest_capability(
    facility: Facility,
    process: Process,
    values: Mapping[str, Any],
    *,
    acting_user: User,
    batch: UUID | None = None,
) -> Capability | None:
    """A line that somebody may have meant, to be ticked by the facility; None where the process is listed already.

    For imports, and for words that a coordinator has mapped: `values` are figures as `add_part` takes them.
    """
    with transaction.atomic():
        facility = locked_for_writing(facility, acting_user)
        if Capability.objects.filter(facility=facility, process=process).exists():
            return None
        line = Capability(facility=facility)
        _mark_suggested(line, Voice(Source.SUGGESTED, acting_user, batch))
        save_checked(line, {**values, "process": process}, taken="process")
        record("suggest_capability", facility, acting_user=acting_user, new=plain({"process": process, **values}))
        return line


@transaction.atomic
def confirm_capability(capability: Capability, *, acting_user: User, offer: str = "") -> Capability:
    """The tick: what was suggested is now said, with the figures that the suggestion had.

    Ticking twice is ticking once. Errors: NotAllowedError, DomainError `already_listed`.
    """
    facility = locked_for_writing(capability.facility, acting_user)
    line: Capability = Capability.objects.select_for_update().get(pk=capability.pk)
    if line.source != Source.SUGGESTED:
        return line
    for name, value in voice_for(facility, acting_user).marks().items():
        setattr(line, name, value)
    line.suggested_by = None
    save_checked(line, {"offer": offer or line.offer}, taken="process")
    record("confirm_capability", facility, acting_user=acting_user, new={"of": str(line), "offer": line.offer})
    return line


def suggested_line(facility: Facility, values: Mapping[str, Any]) -> Capability | None:
    """The suggestion whose place a stated line of this process takes."""
    if values.get("offer") == CapabilityOffer.PARTNER:
        return None
    return Capability.objects.filter(facility=facility, process=values.get("process"), source=Source.SUGGESTED).first()


def _wanted(facility: Facility) -> dict[int, HeldMachine]:
    """For each process the machine with the largest known envelope."""
    found: dict[int, HeldMachine] = {}
    machines = HeldMachine.objects.filter(facility=facility).select_related("machine")
    for held in machines.prefetch_related("machine__processes").order_by("machine__slug"):
        for process in held.machine.processes.all():
            best = found.get(process.pk)
            if best is None or _volume(held.machine.envelope_mm) > _volume(best.machine.envelope_mm):
                found[process.pk] = held
    return found


def _volume(envelope: Envelope) -> float:
    return 0.0 if envelope is None else envelope[0] * envelope[1] * envelope[2]


def _suggest(line: Capability, held: HeldMachine, user: User) -> None:
    sides: tuple[Side, Side, Side] = held.machine.envelope_mm or (None, None, None)
    unchanged = line.pk is not None and line.suggested_by_id == held.pk and line.envelope_mm == held.machine.envelope_mm
    if unchanged:
        return
    _mark_suggested(line, Voice(Source.SUGGESTED, user))
    line.suggested_by = held
    for name, value in zip(ENVELOPE, sides, strict=True):
        setattr(line, name, value)
    line.save()


def _mark_suggested(line: Capability, voice: Voice) -> None:
    for name, value in {**voice.marks(), "evidence_level": EvidenceLevel.STATED}.items():
        setattr(line, name, value)
