"""The trade's facts, loaded from apps/catalog/data; local edits are kept (see apps.catalog.loader)."""

from apps.catalog.models.base import CatalogueRow, FacilityKind
from apps.catalog.models.materials import Certification, CertificationScope, Material, MaterialLevel
from apps.catalog.models.places import Region, RegionKind, TransportMode, TransportTime
from apps.catalog.models.processes import Process, ProcessKind, ProcessRelation, RelationKind
from apps.catalog.models.synonyms import Synonym
from apps.catalog.models.work import MachineModel, ResourceKind, ResourceRowKind, Skill, SkillLevel, Stage, WorkContent

__all__ = [
    "CatalogueRow",
    "Certification",
    "CertificationScope",
    "FacilityKind",
    "MachineModel",
    "Material",
    "MaterialLevel",
    "Process",
    "ProcessKind",
    "ProcessRelation",
    "Region",
    "RegionKind",
    "RelationKind",
    "ResourceKind",
    "ResourceRowKind",
    "Skill",
    "SkillLevel",
    "Stage",
    "Synonym",
    "TransportMode",
    "TransportTime",
    "WorkContent",
]
