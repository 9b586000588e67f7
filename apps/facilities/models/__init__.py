"""Facilities, what they can do, and how much of it is free."""

from apps.facilities.models.calendar import CalendarLink
from apps.facilities.models.capabilities import Capability, CapabilityOffer, HeldMachine
from apps.facilities.models.capacity import UNIT_RESOURCE_HOURS, CapacityWeek, Resource
from apps.facilities.models.claims import DECISION_EDGES, LIVE_CLAIMS, Claim, ClaimDecision
from apps.facilities.models.evidence import (
    CERTIFICATE_FACTS,
    EVIDENCE_EDGES,
    VERIFIED,
    CertificateDocument,
    Checked,
    DocumentKind,
    ExpiryWarning,
    HeldCertificate,
    UndoneBecause,
    Verification,
)
from apps.facilities.models.exceptions import CapacityException, ExceptionReason, working_days
from apps.facilities.models.facility import (
    CLAIM_EDGES,
    OPERATING_EDGES,
    AccessKind,
    ClaimState,
    Facility,
    FacilityNetwork,
    NoGo,
    NoGoKind,
    OperatingState,
)
from apps.facilities.models.hold import HOLD_EDGES, LIVE_HOLDS, TAKEN_HOLDS, Hold, HolderKind, HoldState, HoldWeek
from apps.facilities.models.inquiries import Answer, FactKind, InquiredFact, Inquiry
from apps.facilities.models.listing import Contact, ListingRequest, RequestKind, RequestState, Statement
from apps.facilities.models.statements import EvidenceLevel, Source

__all__ = [
    "CERTIFICATE_FACTS",
    "CLAIM_EDGES",
    "DECISION_EDGES",
    "EVIDENCE_EDGES",
    "HOLD_EDGES",
    "LIVE_CLAIMS",
    "LIVE_HOLDS",
    "OPERATING_EDGES",
    "TAKEN_HOLDS",
    "UNIT_RESOURCE_HOURS",
    "VERIFIED",
    "AccessKind",
    "Answer",
    "CalendarLink",
    "Capability",
    "CapabilityOffer",
    "CapacityException",
    "CapacityWeek",
    "CertificateDocument",
    "Checked",
    "Claim",
    "ClaimDecision",
    "ClaimState",
    "Contact",
    "DocumentKind",
    "EvidenceLevel",
    "ExceptionReason",
    "ExpiryWarning",
    "Facility",
    "FacilityNetwork",
    "FactKind",
    "HeldCertificate",
    "HeldMachine",
    "Hold",
    "HoldState",
    "HoldWeek",
    "HolderKind",
    "InquiredFact",
    "Inquiry",
    "ListingRequest",
    "NoGo",
    "NoGoKind",
    "OperatingState",
    "RequestKind",
    "RequestState",
    "Resource",
    "Source",
    "Statement",
    "UndoneBecause",
    "Verification",
    "working_days",
]
