"""Handing in, applying and undoing imports, and saying what unknown words mean."""

from apps.exchange.services.batches import (
    MAX_FILE_BYTES,
    apply_import,
    discard_import,
    forget_files,
    undo_import,
    upload_for_facility,
    upload_for_network,
)
from apps.exchange.services.terms import map_term, reject_term

__all__ = [
    "MAX_FILE_BYTES",
    "apply_import",
    "discard_import",
    "forget_files",
    "map_term",
    "reject_term",
    "undo_import",
    "upload_for_facility",
    "upload_for_network",
]
