"""Which facts of a facility have to be asked for again."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.core import signing
from django.db.models import Count, Min, Model, Q, QuerySet
from django.utils import timezone

from apps.core.errors import NotFoundError
from apps.facilities.models import (
    Capability,
    ClaimState,
    Facility,
    FactKind,
    HeldCertificate,
    InquiredFact,
    Inquiry,
    OperatingState,
    Resource,
    Source,
)
from apps.facilities.selectors.capacity import STALE_DAYS

RECORD_DAYS = 365  # where no policy says otherwise
EXPIRING_DAYS = 60
INQUIRY_SALT = "facilities.inquiry"
LONGEST_LINK = timedelta(days=60)  # whatever a row says


class StaleField(StrEnum):
    """The columns of the board."""

    CAPACITY = "capacity"
    SITE = "site"
    CAPABILITIES = "capabilities"
    CERTIFICATES = "certificates"
    IMPORT = "import"


@dataclass(frozen=True)
class Stale:
    """Of one facility and field: how many rows are stale, how many of them nobody ever confirmed, the oldest word."""

    facility_id: int
    field: StaleField
    rows: int
    never: int
    oldest: date | None


def stale_resource(today: date) -> Q:
    return _unconfirmed(today - timedelta(days=STALE_DAYS))


def stale_capability(today: date, days: int = RECORD_DAYS) -> Q:
    """A suggestion is nobody's word, so it cannot go stale."""
    return _unconfirmed(today - timedelta(days=days)) & ~Q(source=Source.SUGGESTED)


def stale_certificate(today: date, days: int = RECORD_DAYS) -> Q:
    """Expired, about to expire, or for long confirmed by nobody."""
    ending = Q(expires_on__lte=today + timedelta(days=EXPIRING_DAYS))
    return ending | _unconfirmed(today - timedelta(days=days))


def stale_site(today: date, days: int = RECORD_DAYS) -> Q:
    return _unconfirmed(today - timedelta(days=days))


def unanswered_import() -> Q:
    """Listed by an import, and nobody of the place has said a word yet."""
    return Q(source=Source.IMPORTED, claim_state=ClaimState.UNCLAIMED)


def at_work(user: Any, network: str = "") -> QuerySet[Facility]:
    """Facilities of networks that the user coordinates, of one of these or of all, that are not closed."""
    rows = Facility.objects.exclude(operating_state=OperatingState.CLOSED)
    mine = Q() if user.is_superuser else Q(networks__coordinators__user=user)
    if network:
        mine &= (
            Q(networks__slug=network)
            if user.is_superuser
            else Q(networks__in=user.coordinated.filter(network__slug=network).values("network"))
        )
    return rows.filter(pk__in=Facility.objects.filter(mine).values("pk"))


def stale_counts(facilities: QuerySet[Facility], today: date, days: int = RECORD_DAYS) -> list[Stale]:
    """Five queries, however many facilities there are. `days`: how old a record may be."""
    keys = facilities.values("pk")
    found = [
        *_counted(Resource.objects.filter(facility__in=keys), stale_resource(today), StaleField.CAPACITY),
        *_counted(Capability.objects.filter(facility__in=keys), stale_capability(today, days), StaleField.CAPABILITIES),
        *_counted(
            HeldCertificate.objects.filter(facility__in=keys), stale_certificate(today, days), StaleField.CERTIFICATES
        ),
    ]
    for field, question in ((StaleField.SITE, stale_site(today, days)), (StaleField.IMPORT, unanswered_import())):
        rows = facilities.filter(question).values_list("pk", "confirmed_on")
        found += [Stale(key, field, 1, int(said is None), said) for key, said in rows]
    return found


def facts_to_ask(facility: Facility, today: date) -> Iterator[tuple[FactKind, Any]]:
    """The rows that an inquiry asks about, capacity first; and the site of an import that nobody answered."""
    for kind, model, question in (
        (FactKind.RESOURCE, Resource, stale_resource(today)),
        (FactKind.CAPABILITY, Capability, stale_capability(today)),
        (FactKind.CERTIFICATE, HeldCertificate, stale_certificate(today)),
    ):
        for row in _rows(model).filter(question, facility=facility).order_by("pk"):
            yield kind, row
    if Facility.objects.filter(stale_site(today) | unanswered_import(), pk=facility.pk).exists():
        yield FactKind.SITE, facility


def inquiry_behind(token: str) -> Inquiry:
    """Errors: NotFoundError, the same for a link that was tampered with, is old, revoked or used up."""
    gone = NotFoundError("link_dead", "This link does not answer any more.")
    try:
        public_id = signing.loads(token, salt=INQUIRY_SALT, max_age=LONGEST_LINK)
    except signing.BadSignature as error:
        raise gone from error
    found = Inquiry.objects.live(timezone.now()).filter(public_id=public_id).select_related("facility", "user").first()
    if found is None:
        raise gone
    return found


def link_token(inquiry: Inquiry) -> str:
    return signing.dumps(str(inquiry.public_id), salt=INQUIRY_SALT)


def open_facts(inquiry: Inquiry) -> list[tuple[InquiredFact, Any]]:
    """What is still to be answered, each with the row that it is about; rows that are gone meanwhile are left out."""
    facts = list(inquiry.facts.filter(answered_at__isnull=True).order_by("pk"))
    rows = {kind: _by_id(kind, inquiry.facility, facts) for kind in FactKind}
    found = [(fact, rows[FactKind(fact.kind)].get(fact.target_id)) for fact in facts]
    return [(fact, row) for fact, row in found if row is not None]


def inquiries_visible_to(user: Any) -> QuerySet[Inquiry]:
    return Inquiry.objects.visible_to(user).select_related("facility", "asked_by").prefetch_related("facts")


def _by_id(kind: FactKind, facility: Facility, facts: Iterable[InquiredFact]) -> dict[Any, Any]:
    wanted = [fact.target_id for fact in facts if fact.kind == kind]
    if kind == FactKind.SITE:
        return {facility.public_id: facility} if facility.public_id in wanted else {}
    models: dict[FactKind, type[Model]] = {
        FactKind.RESOURCE: Resource,
        FactKind.CAPABILITY: Capability,
        FactKind.CERTIFICATE: HeldCertificate,
    }
    rows = _rows(models[kind]).filter(facility=facility, public_id__in=wanted)
    return {row.public_id: row for row in rows}


def _rows(model: type[Model]) -> QuerySet[Any]:
    joined = {Resource: ("kind",), Capability: ("process",), HeldCertificate: ("certification",)}[model]  # type: ignore[index]
    return model._default_manager.select_related("facility", *joined)


def _counted(rows: QuerySet[Any], question: Q, field: StaleField) -> Iterator[Stale]:
    counted = (
        rows.filter(question)
        .order_by()
        .values("facility")
        .annotate(rows=Count("pk"), never=Count("pk", filter=Q(confirmed_on__isnull=True)), oldest=Min("confirmed_on"))
    )
    for row in counted:
        yield Stale(row["facility"], field, row["rows"], row["never"], row["oldest"])


def _unconfirmed(before: date) -> Q:
    return Q(confirmed_on__isnull=True) | Q(confirmed_on__lt=before)
