"""What founders want made; every edit is a new revision."""

from apps.needs.models.need import NEED_EDGES, Need, NeedPartnerNetwork, NeedState
from apps.needs.models.revision import AskedCertificate, Confidentiality, NeedRevision, RegionRule
from apps.needs.models.step import MaterialChoice, Step, StepRole

__all__ = [
    "NEED_EDGES",
    "AskedCertificate",
    "Confidentiality",
    "MaterialChoice",
    "Need",
    "NeedPartnerNetwork",
    "NeedRevision",
    "NeedState",
    "RegionRule",
    "Step",
    "StepRole",
]
