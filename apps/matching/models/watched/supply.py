"""What appends a SupplyChange: every row that the engine reads of a facility, and of the catalogue.

A statement appends one row a facility, however many rows it writes; a counter a network would be a hot lock.
"""

import pgtrigger

from apps.catalog.models import (
    Certification,
    MachineModel,
    Material,
    Process,
    ProcessRelation,
    Region,
    ResourceKind,
    Stage,
    TransportTime,
    WorkContent,
)
from apps.facilities.models import (
    Capability,
    CapacityWeek,
    Facility,
    FacilityNetwork,
    HeldCertificate,
    HeldMachine,
    NoGo,
    Resource,
)
from apps.matching.models.watched.proxies import after, watch

# Columns that no ranking depends on.
SILENT = (
    "created_at",
    "updated_at",
    "public_id",
    "external_id",
    "name",
    "description",
    "city",
    "profile_public",
    "last_offered_at",
    "loaded",
    "basis",
    "notes",
)
NOBODYS = "NULL::bigint"
CATALOGUE = 0  # SupplyChange.facility_id of a change to the catalogue

_APPEND = """
INSERT INTO matching_supplychange (facility_id, network_id)
SELECT DISTINCT facility_id, network_id FROM ({rows}) AS changed (facility_id, network_id)
WHERE facility_id IS NOT NULL
"""
_ROWS = "SELECT {row} FROM {rows} AS r"
_DIFFERING = """
SELECT facility_id, network_id FROM (
    (SELECT {row}, {content} FROM new_rows AS r EXCEPT SELECT {row}, {content} FROM old_rows AS r)
    UNION ALL
    (SELECT {row}, {content} FROM old_rows AS r EXCEPT SELECT {row}, {content} FROM new_rows AS r)
) AS differing (facility_id, network_id, content)
"""
_OWNER = "(SELECT owner.facility_id FROM {table} AS owner WHERE owner.id = r.{key})"
# Ties go to who was offered least recently: workers must hear of it, but it is no reason to rank again.
_OFFERED = """
INSERT INTO matching_supplychange (facility_id, rerank)
SELECT now.id, false FROM new_rows AS now JOIN old_rows AS was ON was.id = now.id
WHERE now.last_offered_at IS DISTINCT FROM was.last_offered_at
"""


def _triggers(facility: str, network: str = NOBODYS) -> list[pgtrigger.Trigger]:
    """`facility` and `network` are expressions over a row `r` of the watched table."""
    row = f"{facility}, {network}"
    content = f"to_jsonb(r) - '{{{','.join(SILENT)}}}'::text[]"
    return [
        after("insert", _APPEND.format(rows=_ROWS.format(row=row, rows="new_rows"))),
        after("update", _APPEND.format(rows=_DIFFERING.format(row=row, content=content))),
        after("delete", _APPEND.format(rows=_ROWS.format(row=row, rows="old_rows"))),
    ]


def _owner(table: str, key: str) -> str:
    """The facility of the row that `key` points to; NULL once that row is gone, which was a change of its own."""
    return _OWNER.format(table=table, key=key)


def _facility_triggers() -> list[pgtrigger.Trigger]:
    insert, update, delete = _triggers("r.id")
    return [insert, after("update", f"{str(update.func).removesuffix('; RETURN NULL;')}; {_OFFERED}"), delete]


watch("WatchedFacility", Facility, _facility_triggers())
watch("WatchedFacilityMaterial", Facility.materials.through, _triggers("r.facility_id"))
# With the network, since after the change nobody can tell which one the facility has left.
watch("WatchedFacilityNetwork", FacilityNetwork, _triggers("r.facility_id", "r.network_id"))
watch("WatchedNoGo", NoGo, _triggers("r.facility_id"))
watch("WatchedCapability", Capability, _triggers("r.facility_id"))
watch(
    "WatchedCapabilityMaterial",
    Capability.materials.through,
    _triggers(_owner("facilities_capability", "capability_id")),
)
watch("WatchedHeldMachine", HeldMachine, _triggers("r.facility_id"))
watch("WatchedResource", Resource, _triggers("r.facility_id"))
watch("WatchedCapacityWeek", CapacityWeek, _triggers(_owner("facilities_resource", "resource_id")))
watch("WatchedHeldCertificate", HeldCertificate, _triggers("r.facility_id"))
watch(
    "WatchedCertificateScope",
    HeldCertificate.scope_processes.through,
    _triggers(_owner("facilities_heldcertificate", "heldcertificate_id")),
)

for _table in (
    Process,
    Process.common_materials.through,
    ProcessRelation,
    Material,
    Certification,
    Certification.implies.through,
    MachineModel,
    MachineModel.processes.through,
    ResourceKind,
    ResourceKind.processes.through,
    ResourceKind.members.through,
    WorkContent,
    Region,
    Region.applies_to.through,
    TransportTime,
    Stage,
):
    watch(f"Watched{_table.__name__.replace('_', '')}", _table, _triggers(str(CATALOGUE)))
