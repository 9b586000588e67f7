"""Facilities, what they can do, and how much of it is free."""

from apps.facilities.models.capabilities import Capability, CapabilityOffer, HeldMachine
from apps.facilities.models.capacity import CapacityWeek, Resource
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

__all__ = [
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
    "NoGo",
    "NoGoKind",
    "OperatingState",
    "Resource",
    "Source",
]
