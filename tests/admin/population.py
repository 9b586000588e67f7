"""Some rows of everything that the desk shows."""

from datetime import UTC, datetime

from knox.models import AuthToken

from apps.facilities.models import Facility
from apps.matching.models import PolicyComparison
from apps.needs.models import Need
from apps.networks.models import Network
from tests import builders
from tests.admin.answers import ranked
from tests.cast import Cast

REFUSAL = {"number": 2, "column": "city", "value": "?", "reason": "invalid", "detail": "No city."}


def populate(cast: Cast, rows: int) -> None:
    """`rows` more of every model, the demand and supply of it in Lakeside; facts of one facility on Quiet Heron."""
    for _ in range(rows):
        _catalogue()
        _supply(cast.quiet_heron, cast.lakeside)
        _demand(cast)
        builders.audit_entry(subject=cast.quiet_heron, subject_kind="facility", actor=cast.carla)
        builders.idempotent_response(user=cast.fay)
        builders.delivery(user=cast.fay)
        builders.heartbeat(f"process {next(builders.numbers)}")
        builders.membership(organisation=cast.bright_beetle)
        builders.coordinator(network=cast.lakeside)
        builders.coordinator(user=cast.carla)
        AuthToken.objects.create(user=cast.fay)


def _catalogue() -> None:
    process, other = builders.process(), builders.process()
    material = builders.material(parent=builders.material())
    process.common_materials.add(material)
    builders.process_relation(provided=process, needed=other)
    builders.synonym(process=process)
    builders.synonym(material=material)
    builders.synonym(certification=builders.certification())
    builders.synonym(machine=builders.machine_model())
    builders.synonym(stage=builders.stage())
    builders.work_content(process=process)
    builders.skill().processes.add(process)
    builders.region().applies_to.add(process)
    builders.transport_time()


def _supply(site: Facility, network: Network) -> None:
    builders.facility(networks=(network,))
    builders.capability(facility=site)
    builders.hold(resource=builders.capacity_week(resource=builders.resource(facility=site)).resource)
    builders.held_machine(facility=site)
    held = builders.held_certificate(facility=site)
    builders.expiry_warning(certificate=builders.verification(certificate=held).certificate)
    builders.statement(facility=site, field=f"field-{next(builders.numbers)}")
    builders.claim(facility=site, state="denied", decided_at=datetime.now(UTC), reason="No.")
    builders.listing_request(facility=site, kind="correction")
    builders.twin_pair(first=site, second=builders.facility(networks=(network,)), network=network)
    builders.merge(survivor=site, merged=builders.facility(networks=(network,)))
    builders.no_go(facility=site, kind="stage", value=f"stage-{next(builders.numbers)}")
    builders.capacity_exception(facility=site)
    builders.calendar_link(facility=site)
    builders.inquiry(facility=site)
    batch = builders.import_batch(network=network)
    row = builders.import_row(batch=batch, facility=site, refusals=[REFUSAL])
    builders.import_row(batch=row.batch)
    builders.source_listing(network=network, facility=site)
    builders.unmapped_term(batch=batch, facility=site)
    builders.supply_change()
    builders.supply_version()


def _compared(cast: Cast, need: Need) -> None:
    """One more comparison, and one more need of the first one."""
    builders.policy_comparison(network=cast.lakeside, asked_by=cast.carla)
    first = PolicyComparison.objects.order_by("pk")[0]
    builders.compared_need(comparison=first, need=need)


def _demand(cast: Cast) -> None:
    need = builders.need(organisation=cast.bright_beetle, home_network=cast.lakeside)
    builders.need_partner_network(need=need)
    _compared(cast, need)
    ranked(need, cast.quiet_heron, cast.iron_finch)
