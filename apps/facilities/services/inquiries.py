"""Asking a facility by mail, and writing down what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import pghistory
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import ROLES_THAT_WRITE, User
from apps.core.audit import record
from apps.core.errors import DomainError, InvalidInputError, NotAllowedError
from apps.facilities.models import (
    Answer,
    Contact,
    Facility,
    FactKind,
    HeldCertificate,
    InquiredFact,
    Inquiry,
    Resource,
    Source,
)
from apps.facilities.selectors import coordinates, facts_to_ask, link_token, open_facts
from apps.facilities.services.parts import write_as
from apps.facilities.services.weeks import confirm_resources
from apps.facilities.services.writing import Voice, differing, note_said, plain, save_checked, today
from apps.notices.services import queue_mail

PAUSE = timedelta(days=7)  # a facility is asked once in so many days
LINK_LASTS = timedelta(days=21)
ANSWERABLE: dict[str, tuple[str, ...]] = {
    FactKind.RESOURCE: ("gross_hours_per_week", "units_per_week", "booked_share"),
    FactKind.CAPABILITY: ("min_run", "max_run", "lead_days_low", "lead_days_high"),
    FactKind.SITE: ("min_run", "max_run", "lead_days_low", "lead_days_high", "signs_nda", "accepts_startups"),
    FactKind.CERTIFICATE: ("issued_on", "expires_on"),
}


@dataclass(frozen=True)
class FactAnswer:
    """ "Still true", or the columns that are other now."""

    changes: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def ask_facility(facility: Facility, *, acting_user: User) -> Inquiry:
    """A mail to whoever runs the place, or to its contact, with a link to just what is stale. Links before it die.

    Errors: NotAllowedError for all but coordinators; DomainError `asked_lately`, `nothing_stale`, `nobody_to_ask`.
    """
    facility = Facility.objects.select_for_update(no_key=True).get(pk=facility.pk)
    if not coordinates(acting_user, facility):
        raise NotAllowedError("not_a_coordinator", "A coordinator of its network asks a facility.")
    _require_pause(facility)
    facts = list(facts_to_ask(facility, today()))
    if not facts:
        raise DomainError("nothing_stale", "Nothing has to be asked: all of it is fresh.")
    user, address = _recipient(facility)
    now = timezone.now()
    Inquiry.objects.filter(facility=facility, revoked_at__isnull=True, expires_at__gt=now).update(revoked_at=now)
    made = Inquiry.objects.create(
        facility=facility, address=address, user=user, asked_by=acting_user, expires_at=now + LINK_LASTS
    )
    InquiredFact.objects.bulk_create(
        InquiredFact(inquiry=made, kind=kind, target_id=row.public_id) for kind, row in facts
    )
    _mail(made, len(facts))
    record("ask_facility", facility, acting_user=acting_user, new={"inquiry": str(made.public_id), "facts": len(facts)})
    return made


@transaction.atomic
def revoke_inquiry(inquiry: Inquiry, *, acting_user: User) -> None:
    """Its link is dead. A second time changes nothing."""
    row = Inquiry.objects.select_for_update().get(pk=inquiry.pk)
    if not coordinates(acting_user, row.facility):
        raise NotAllowedError("not_a_coordinator", "A coordinator of its network takes an inquiry back.")
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at", "updated_at"])
        record("revoke_inquiry", row.facility, acting_user=acting_user, old={"inquiry": str(row.public_id)})


@transaction.atomic
def answer_inquiry(inquiry: Inquiry, answers: Mapping[int, FactAnswer]) -> int:
    """By the link, so without a signed-in user: as stated by the facility, today, by the address that was asked.

    `answers` by the key of the fact; facts left out stay open, and so does the link until none is left. All or none.
    Errors: DomainError `link_dead` where another answer or a revocation came first; InvalidInputError for a column
    that is not asked about, for "still true" of a certificate that has expired, and for any broken rule, with the
    field as `<key of the fact>.<column>`.
    """
    row = Inquiry.objects.select_for_update(of=("self",)).select_related("facility", "user").get(pk=inquiry.pk)
    if not Inquiry.objects.live(timezone.now()).filter(pk=row.pk).exists():
        raise DomainError("link_dead", "This link does not answer any more.")
    facility = Facility.objects.select_for_update(no_key=True).get(pk=row.facility_id)
    voice = Voice(Source.STATED, cast(User, row.user))  # nobody signed in; the address may be that of no user
    told: dict[str, Any] = {}
    with pghistory.context(inquiry=str(row.public_id)):
        for fact, target in open_facts(row):
            if fact.pk in answers:
                told[f"{fact.kind} {target}"] = _answer(facility, fact, target, answers[fact.pk], voice)
    if told:
        new = {"inquiry": str(row.public_id), "facts": told}
        record("answer_inquiry", facility, acting_user=row.user, new=new)
    return len(told)


def _answer(facility: Facility, fact: InquiredFact, target: Any, answer: FactAnswer, voice: Voice) -> Any:
    allowed = ANSWERABLE[fact.kind]
    for name in answer.changes:
        if name not in allowed:
            raise InvalidInputError("not_asked", "This is not asked about.", field=f"{fact.pk}.{name}")
    try:
        if answer.changes:
            _change(facility, target, answer.changes, voice)
        _confirm(target, voice)
    except InvalidInputError as error:
        raise InvalidInputError(
            error.code, error.detail, field=f"{fact.pk}.{error.field}", facts=error.facts
        ) from error
    fact.answer = Answer.CHANGED if answer.changes else Answer.CONFIRMED
    fact.answered_at = timezone.now()
    fact.save(update_fields=["answer", "answered_at", "updated_at"])
    return plain(answer.changes) or "still true"


def _change(facility: Facility, target: Any, changes: Mapping[str, Any], voice: Voice) -> None:
    if isinstance(target, Facility):
        changed = differing(target, changes)
        save_checked(target, changes, taken="external_id")
        note_said(target, changed, voice)
    else:
        write_as(facility, target, changes, voice)


def _confirm(target: Any, voice: Voice) -> None:
    """Whatever was not changed of it is still true, as of today."""
    if isinstance(target, HeldCertificate) and target.expires_on is not None and target.expires_on < today():
        raise InvalidInputError("certificate_expired", "It has expired; give its new last day.", field="expires_on")
    if isinstance(target, Resource):
        confirm_resources([target], voice)
    else:
        rows = type(target)._default_manager.filter(pk=target.pk)
        rows.update(**voice.marks(), updated_at=timezone.now())


def _require_pause(facility: Facility) -> None:
    last = Inquiry.objects.filter(facility=facility).order_by("-created_at").first()
    if last is not None and last.created_at > timezone.now() - PAUSE:
        again = last.created_at + PAUSE
        facts = {"asked_at": last.created_at.isoformat(), "again_at": again.isoformat()}
        detail = f"It was asked on {last.created_at:%Y-%m-%d}; once in {PAUSE.days} days is enough."
        raise DomainError("asked_lately", detail, facts=facts)


def _recipient(facility: Facility) -> tuple[User | None, str]:
    """Whoever writes for the operator longest, else the address that the listing names."""
    if facility.operator is not None:
        members = facility.operator.memberships.filter(role__in=ROLES_THAT_WRITE, user__is_active=True)
        member = members.select_related("user").order_by("pk").first()
        if member is not None:
            return member.user, member.user.email
    contact = Contact.objects.filter(facility=facility).exclude(email="").first()
    if contact is None:
        raise DomainError("nobody_to_ask", "Nobody runs the place here, and its listing names no address.")
    return None, contact.email


def _mail(inquiry: Inquiry, count: int) -> None:
    link = settings.SITE_URL.rstrip("/") + reverse("portal:answers", args=[link_token(inquiry)])
    words = {"facility": inquiry.facility.name, "count": count, "day": f"{inquiry.expires_at:%Y-%m-%d}"}
    text = (
        _(
            "Needs are matched with %(facility)s by what it has stated, and %(count)d of these facts are old.\n"
            "Are they still true? Answer here, without signing in, until %(day)s:"
        )
        % words
    )
    queue_mail(
        kind="inquiry",
        key=f"inquiry:{inquiry.public_id}",
        address=inquiry.address,
        subject=_("Is this still true? %(facility)s") % words,
        text=f"{text}\n\n{link}\n",
    )
