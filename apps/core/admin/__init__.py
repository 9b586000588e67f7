"""What every desk page builds on, and the pages of core's own records."""

from apps.core.admin.base import DeskAdmin, DeskInline, RecordAdmin, RecordInline, StackedDeskInline
from apps.core.admin.display import badge, column, linked
from apps.core.admin.records import AuditEntryAdmin, HeartbeatAdmin, IdempotentResponseAdmin

__all__ = [
    "AuditEntryAdmin",
    "DeskAdmin",
    "DeskInline",
    "HeartbeatAdmin",
    "IdempotentResponseAdmin",
    "RecordAdmin",
    "RecordInline",
    "StackedDeskInline",
    "badge",
    "column",
    "linked",
]
