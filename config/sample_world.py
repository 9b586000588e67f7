"""The sample network: invented people, 60 invented facilities, and 40 needs to try them with.

For demonstrations and experiments only, since everybody in it signs in with one known password.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from apps.catalog.loader.load import DATA
from apps.needs.api.serializers import NewNeedSerializer, content_from
from apps.needs.models import Need
from apps.needs.services import create_need
from config.sample_cast import CAST, STARTUPS, CastMember
from config.sample_facilities import confirm_again, store_facilities
from config.sample_needs import payloads
from config.sample_people import SamplePeople, store_people

__all__ = ["CAST", "CastMember", "SampleReport", "SampleWorldRefusedError", "load_sample_world", "sample_need_payloads"]

WORLD = DATA / "sample_world.json"
LOAD_LOCK = 0x7361_6D70  # "samp": two loads at once take turns
# What the API takes beside the content of a need.
ABOUT_THE_NEED = ("home_network", "partner_networks", "external_id", "submit")


class SampleWorldRefusedError(RuntimeError):
    """People with known passwords do not belong into a service that is not a demonstration."""


@dataclass(frozen=True)
class SampleReport:
    """How many rows are new; all 0 where everything was there."""

    people: int
    facilities: int
    needs: int
    confirmed_again: int


def load_sample_world(*, today: date, report: Callable[[str], None], outside_demo: bool = False) -> SampleReport:
    """Stores what is missing of the sample and leaves alone what is there; dates are counted from `today`.

    Some of the needs are stored and submitted, the others are for whoever wants to post them (sample_need_payloads).
    The catalogue must be loaded. Raises SampleWorldRefusedError unless settings.DEMO or `outside_demo`.
    """
    if not (settings.DEMO or outside_demo):
        raise SampleWorldRefusedError("The sample network is for demonstrations: set DEMO, or say outside_demo.")
    world = _read_world()
    with transaction.atomic():
        _take_turns()
        people = store_people(world["facilities"])
        facilities = store_facilities(world["facilities"], people, today=today)
        confirmed = confirm_again(today=today)
        needs = _store_needs(people, today)
    result = SampleReport(people.created, facilities, needs, confirmed)
    report(_summary(world, result))
    return result


def sample_need_payloads(today: date) -> list[dict[str, Any]]:
    """The 40 needs as bodies for POST /api/v1/needs/, due some weeks after `today`; the first is the demo's own."""
    return payloads(_read_world()["needs"], today)


def _read_world() -> dict[str, Any]:
    world: dict[str, Any] = json.loads(WORLD.read_text(encoding="utf-8"))
    return world


def _take_turns() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOAD_LOCK])


def _store_needs(people: SamplePeople, today: date) -> int:
    """Those of STARTUPS, through the service, as their founders would."""
    wanted = {need: startup for startup in STARTUPS for need in startup.needs}
    organisations = [people.organisations[startup.email] for startup in STARTUPS]
    known = set(Need.objects.filter(organisation__in=organisations).values_list("external_id", flat=True))
    missing = {need: startup for need, startup in wanted.items() if need not in known}
    if not missing:
        return 0
    bodies = {body["external_id"]: body for body in sample_need_payloads(today)}
    for need, startup in missing.items():
        _store_need(bodies[need], people, startup.email, today)
    return len(missing)


def _store_need(body: Mapping[str, Any], people: SamplePeople, founder: str, today: date) -> None:
    """Reads the body as the API does, so that a stored need and a posted one are the same."""
    serializer = NewNeedSerializer(data=body)
    serializer.is_valid(raise_exception=True)
    values = dict(serializer.validated_data)
    about = {name: values.pop(name) for name in ABOUT_THE_NEED}
    create_need(
        people.organisations[founder],
        content_from(values),
        acting_user=people.users[founder],
        today=today,
        **{**about, "partner_networks": tuple(about["partner_networks"])},
    )


def _summary(world: Mapping[str, Any], result: SampleReport) -> str:
    if not any((result.people, result.facilities, result.needs, result.confirmed_again)):
        return f"Sample network: {len(world['facilities'])} facilities, nothing new"
    return (
        f"Sample network: {result.facilities} new facilities, {result.needs} new needs, {result.people} new people and "
        f"organisations, {result.confirmed_again} facilities confirmed again"
    )
