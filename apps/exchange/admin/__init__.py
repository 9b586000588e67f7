"""The desk's pages about imports."""

from apps.exchange.admin.batches import ImportBatchAdmin
from apps.exchange.admin.rows import ImportRowAdmin, SourceListingAdmin
from apps.exchange.admin.terms import UnmappedTermAdmin

__all__ = ["ImportBatchAdmin", "ImportRowAdmin", "SourceListingAdmin", "UnmappedTermAdmin"]
