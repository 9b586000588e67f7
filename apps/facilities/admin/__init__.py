"""Facilities and all that they state. Coordinators edit those of their networks."""

from apps.facilities.admin.capacity import CalendarLinkAdmin, CapacityExceptionAdmin, InquiryAdmin
from apps.facilities.admin.claims import ClaimAdmin, ListingRequestAdmin
from apps.facilities.admin.facility import FacilityAdmin
from apps.facilities.admin.history import EventAdmin
from apps.facilities.admin.holds import HoldAdmin
from apps.facilities.admin.parts import CapabilityAdmin, HeldCertificateAdmin, HeldMachineAdmin, ResourceAdmin
from apps.facilities.admin.twins import MergeAdmin, TwinPairAdmin

__all__ = [
    "CalendarLinkAdmin",
    "CapabilityAdmin",
    "CapacityExceptionAdmin",
    "ClaimAdmin",
    "EventAdmin",
    "FacilityAdmin",
    "HeldCertificateAdmin",
    "HeldMachineAdmin",
    "HoldAdmin",
    "InquiryAdmin",
    "ListingRequestAdmin",
    "MergeAdmin",
    "ResourceAdmin",
    "TwinPairAdmin",
]
