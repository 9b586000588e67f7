"""Facilities and all that they state. Coordinators edit those of their networks."""

from apps.facilities.admin.facility import FacilityAdmin
from apps.facilities.admin.holds import HoldAdmin
from apps.facilities.admin.parts import CapabilityAdmin, HeldCertificateAdmin, HeldMachineAdmin, ResourceAdmin

__all__ = ["CapabilityAdmin", "FacilityAdmin", "HeldCertificateAdmin", "HeldMachineAdmin", "HoldAdmin", "ResourceAdmin"]
