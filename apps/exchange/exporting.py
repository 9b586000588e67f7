"""A network's facilities as the sheets of our templates: what the reader may see of each, and nothing else."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet

from apps.exchange.columns import ENVELOPE, FACILITIES, PART_SHEETS, SIDES, Column, Sheet
from apps.exchange.facts import CONTACT_LABEL, SITE, Fields, part_kind
from apps.exchange.standing import Standing, read_standings
from apps.exchange.templates_writing import Cells, cell_of
from apps.facilities.models import Facility, OperatingState, Source
from apps.networks.models import Network

# What everybody may read of a public profile; everything else is for its own people and its coordinators.
PROFILE = ("name", "kind", "description", "access", "city", "country", "admin_area")
CHUNK = 200


def exported_facilities(network: Network, user: Any, *, everything: bool = False) -> QuerySet[Facility]:
    """Those with a public profile; with `everything` all whose unpublished facts the user may read."""
    open_ones = Facility.objects.filter(networks=network, removed_at=None).exclude(
        operating_state=OperatingState.CLOSED
    )
    if everything:
        chosen = open_ones.filter(pk__in=Facility.objects.fully_visible_to(user).values("pk"))
    else:
        chosen = open_ones.filter(profile_public=True)
    return chosen.order_by("name", "pk")


def exported_rows(network: Network, user: Any, *, everything: bool = False) -> dict[str, list[Cells]]:
    """The rows of each sheet."""
    keys = list(exported_facilities(network, user, everything=everything).values_list("pk", flat=True))
    insider = set(Facility.objects.fully_visible_to(user).filter(pk__in=keys).values_list("pk", flat=True))
    rows: defaultdict[str, list[Cells]] = defaultdict(list)
    for start in range(0, len(keys), CHUNK):
        chunk = keys[start : start + CHUNK]
        standings = read_standings(chunk)
        for key in chunk:
            for sheet, cells in _rows(standings[key], in_full=key in insider):
                rows[sheet.name].append(cells)
    return dict(rows)


def _rows(standing: Standing, *, in_full: bool) -> Iterator[tuple[Sheet, Cells]]:
    facility, facts = standing.facility, standing.facts
    if facility is None:
        return
    ours = str(facility.public_id)
    site = {**facts.get(CONTACT_LABEL, {}), **facts[SITE]}
    naming = {"id": ours, "external_id": facility.external_id or None}
    if not in_full:
        site, naming = {name: site[name] for name in PROFILE}, {"id": ours, "external_id": None}
    yield FACILITIES, list(_cells(FACILITIES.columns, {**_flat(site), **naming}))
    if not in_full:
        return
    for label, fields in sorted(facts.items()):
        if label in (SITE, CONTACT_LABEL) or standing.row(label).source == Source.SUGGESTED:
            continue  # a suggestion is nobody's word
        sheet = PART_SHEETS[part_kind(label)]
        told = {**_flat(fields), "facility": ours, sheet.key: label.split(":", 2)[1]}
        yield sheet, list(_cells(sheet.columns, told))


def _flat(fields: Fields) -> Fields:
    """The envelope as its three sides."""
    sides = fields.get(ENVELOPE) or (None, None, None)
    return {**fields, **dict(zip(SIDES, sides, strict=True))}


def _cells(columns: Iterable[Column], fields: Fields) -> Iterator[Any]:
    for column in columns:
        yield cell_of(column, fields.get(column.name))
