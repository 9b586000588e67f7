"""The catalogue's pages. Everybody at the desk reads them, administrators edit; the loader keeps what they edit."""

from apps.catalog.admin.base import CatalogueAdmin, SearchedByPhrase, SynonymInline
from apps.catalog.admin.materials import CertificationAdmin, MaterialAdmin
from apps.catalog.admin.places import RegionAdmin, TransportTimeAdmin
from apps.catalog.admin.processes import ProcessAdmin, ProcessRelationAdmin, SynonymAdmin
from apps.catalog.admin.work import MachineModelAdmin, ResourceKindAdmin, SkillAdmin, StageAdmin, WorkContentAdmin

__all__ = [
    "CatalogueAdmin",
    "CertificationAdmin",
    "MachineModelAdmin",
    "MaterialAdmin",
    "ProcessAdmin",
    "ProcessRelationAdmin",
    "RegionAdmin",
    "ResourceKindAdmin",
    "SearchedByPhrase",
    "SkillAdmin",
    "StageAdmin",
    "SynonymAdmin",
    "SynonymInline",
    "TransportTimeAdmin",
    "WorkContentAdmin",
]
