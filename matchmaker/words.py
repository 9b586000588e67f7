"""The closed vocabularies of the engine."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Verdict(IntEnum):
    """A gate's answer. Ordered: a fail is worse than an unknown, an unknown worse than a pass."""

    FAIL = -1
    UNKNOWN = 0
    PASS = 1


class Tier(IntEnum):
    READY = 1
    TO_CONFIRM = 2
    NEAR_MISS = 3
    COMPONENT = 4
    EXCLUDED = 5


class Role(StrEnum):
    LEAD = "lead"
    REQUIRED = "required"
    PREFERRED = "preferred"


class FacilityKind(StrEnum):
    MAKERSPACE = "makerspace"
    JOBSHOP = "jobshop"
    CONTRACT_MANUFACTURER = "contract_manufacturer"


class FacilityState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    CLOSED = "closed"


class ClaimState(StrEnum):
    UNCLAIMED = "unclaimed"
    CLAIM_PENDING = "claim_pending"
    CLAIMED = "claimed"
    DENIED = "denied"
    REVOKED = "revoked"


class Access(StrEnum):
    """Who does the work: staff for customers (SERVICE), or only members themselves (MEMBERS_ONLY)."""

    SERVICE = "service"
    MEMBERS_ONLY = "members_only"


class Source(StrEnum):
    """Where a record comes from. IMPORTED and DERIVED figures count as stated, those of a DEFAULT record as blank."""

    STATED = "stated"
    IMPORTED = "imported"
    DERIVED = "derived"
    DEFAULT = "default"


class Evidence(StrEnum):
    STATED = "stated"
    DOCUMENTED = "documented"
    COORDINATOR_VERIFIED = "coordinator_verified"
    REGISTRY_VERIFIED = "registry_verified"


class MaterialMode(StrEnum):
    ANY = "any"
    ALL = "all"


class Confidentiality(StrEnum):
    PUBLIC = "public"
    NDA = "nda"
    STRICT = "strict"


class RegionStrength(StrEnum):
    MUST = "must"
    WISH = "wish"


class DistanceMode(StrEnum):
    ON_SITE = "on_site"
    HANDS_ON = "hands_on"
    BULKY_FREIGHT = "bulky_freight"
    PARCEL = "parcel"
