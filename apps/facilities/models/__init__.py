"""Facilities, what they can do, and how much of it is free."""

from apps.facilities.models.capabilities import Capability, CapabilityOffer, HeldMachine
from apps.facilities.models.capacity import UNIT_RESOURCE_HOURS, CapacityWeek, Resource
from apps.facilities.models.evidence import EvidenceLevel, HeldCertificate
from apps.facilities.models.facility import (
    AccessKind,
    ClaimState,
    Facility,
    FacilityNetwork,
    NoGo,
    NoGoKind,
    OperatingState,
    Source,
)
from apps.facilities.models.hold import HOLD_EDGES, LIVE_HOLDS, TAKEN_HOLDS, Hold, HolderKind, HoldState, HoldWeek

__all__ = [
    "HOLD_EDGES",
    "LIVE_HOLDS",
    "TAKEN_HOLDS",
    "UNIT_RESOURCE_HOURS",
    "AccessKind",
    "Capability",
    "CapabilityOffer",
    "CapacityWeek",
    "ClaimState",
    "EvidenceLevel",
    "Facility",
    "FacilityNetwork",
    "HeldCertificate",
    "HeldMachine",
    "Hold",
    "HoldState",
    "HoldWeek",
    "HolderKind",
    "NoGo",
    "NoGoKind",
    "OperatingState",
    "Resource",
    "Source",
]
