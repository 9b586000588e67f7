"""What stands in the database of the facilities that some rows speak of, read in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from apps.exchange.columns import PART_SHEETS
from apps.exchange.facts import PART_MODELS, SITE, Facts, facts_of_facility, label_of_row
from apps.exchange.formats.base import PartKind
from apps.exchange.models import ImportBatch, SourceListing
from apps.facilities.models import ClaimState, Contact, Facility, Source, Statement

FETCHED = {
    PartKind.CAPABILITY: (("process", "resource__kind"), ("materials",)),
    PartKind.RESOURCE: (("kind",), ()),
    PartKind.CERTIFICATE: (("certification",), ("scope_processes",)),
    PartKind.MACHINE: (("machine",), ()),
}
SPOKEN_FOR = (ClaimState.CLAIMED, ClaimState.CLAIM_PENDING)
PEOPLE = (Source.STATED, Source.COORDINATOR)


@dataclass(frozen=True)
class Standing:
    """`said` is the source's last word; `people` names (part, field) that somebody has stated by hand."""

    facility: Facility | None = None
    contact: Contact | None = None
    parts: dict[str, Any] = field(default_factory=dict)
    facts: Facts = field(default_factory=dict)
    listing: SourceListing | None = None
    people: frozenset[tuple[str, str]] = frozenset()

    @property
    def said(self) -> Facts:
        return self.listing.said if self.listing is not None else {}

    @property
    def spoken_for(self) -> bool:
        """Its own people speak for it, or are about to."""
        return self.facility is not None and self.facility.claim_state in SPOKEN_FOR

    def row(self, label: str) -> Any:
        return self.facility if label == SITE else self.contact if label == "contact" else self.parts.get(label)


@dataclass(frozen=True)
class Found:
    """Standings by the id at the source and by our own id; `own` is that of a batch's one facility."""

    by_external_id: dict[str, Standing]
    by_public_id: dict[str, Standing]
    own: Standing | None = None


def find_standings(
    batch: ImportBatch, external_ids: Iterable[str], public_ids: Iterable[str], *, lock: bool = False
) -> Found:
    """Only facilities that the batch may speak of: those of its network, or the one whose people it comes from.

    With `lock` they are locked in the order of their keys until the transaction ends, before anything of them is read.
    """
    listings = _listings(batch, external_ids)
    asked = {UUID(one) for one in public_ids if _is_uuid(one)}
    own = set() if batch.facility_id is None else {batch.facility_id}
    within = Facility.objects.filter(networks=batch.network) if batch.network else Facility.objects.filter(pk__in=own)
    named = dict(within.filter(public_id__in=asked).values_list("public_id", "pk"))
    keys = {listing.facility_id for listing in listings} | set(named.values()) | own
    if lock:
        list(Facility.objects.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",)).values_list("pk"))
    read = read_standings(keys)
    told = {listing.external_id: _with(read[listing.facility_id], listing) for listing in listings}
    by_facility = {listing.facility_id: listing for listing in listings}
    return Found(
        by_external_id=told,
        by_public_id={str(public): _with(read[pk], by_facility.get(pk)) for public, pk in named.items()},
        own=None if batch.facility_id is None else read[batch.facility_id],
    )


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _listings(batch: ImportBatch, external_ids: Iterable[str]) -> list[SourceListing]:
    if batch.network is None:
        return []
    return list(
        SourceListing.objects.filter(network=batch.network, source=batch.source, external_id__in=set(external_ids))
    )


def _with(standing: Standing, listing: SourceListing | None) -> Standing:
    return Standing(standing.facility, standing.contact, standing.parts, standing.facts, listing, standing.people)


def read_standings(keys: Collection[int]) -> dict[int, Standing]:
    facilities = Facility.objects.filter(pk__in=keys).prefetch_related("materials")
    parts: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    for kind, model in PART_MODELS.items():
        joined, fetched = FETCHED[kind]
        rows = model._default_manager.filter(facility__in=keys).select_related(*joined).prefetch_related(*fetched)
        for row in rows:
            parts[row.facility_id][label_of_row(kind, row)] = row
    contacts = {contact.facility_id: contact for contact in Contact.objects.filter(facility__in=keys)}
    people = _people(keys, parts)
    return {
        one.pk: Standing(
            one,
            contacts.get(one.pk),
            parts[one.pk],
            facts_of_facility(one, parts[one.pk], contacts.get(one.pk)),
            None,
            frozenset(people[one.pk]),
        )
        for one in facilities
    }


def _people(keys: Collection[int], parts: dict[int, dict[str, Any]]) -> dict[int, set[tuple[str, str]]]:
    labels = {
        row.pk: label
        for rows in parts.values()
        for label, row in rows.items()
        if PART_SHEETS[PartKind.CAPABILITY].part == label.partition(":")[0]
    }
    people: defaultdict[int, set[tuple[str, str]]] = defaultdict(set)
    said = Statement.objects.filter(facility__in=keys, source__in=PEOPLE)
    for facility, capability, name in said.values_list("facility", "capability", "field"):
        label = SITE if capability is None else labels.get(capability)
        if label is not None:
            people[facility].add((label, name))
    return people
