"""What was uploaded, what it said row by row, what came of it, and which words nobody knew."""

from apps.exchange.models.batch import BATCH_EDGES, BROKE_DOWN, WORKING, BatchState, ImportBatch, ImportFile
from apps.exchange.models.listing import SourceListing
from apps.exchange.models.row import ImportRow, Outcome, RowState
from apps.exchange.models.term import Target, TermState, UnmappedTerm

__all__ = [
    "BATCH_EDGES",
    "BROKE_DOWN",
    "WORKING",
    "BatchState",
    "ImportBatch",
    "ImportFile",
    "ImportRow",
    "Outcome",
    "RowState",
    "SourceListing",
    "Target",
    "TermState",
    "UnmappedTerm",
]
