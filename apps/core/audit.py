"""The one way to write the audit trail."""

from collections.abc import Mapping
from typing import Any

from apps.core.models import AuditEntry, Identified


def record(
    verb: str,
    subject: Identified,
    *,
    acting_user: Any,
    old: Mapping[str, Any] | None = None,
    new: Mapping[str, Any] | None = None,
    reason: str = "",
) -> AuditEntry:
    """Add one entry inside the caller's transaction. `acting_user` is None where the service itself acts."""
    return AuditEntry.objects.create(
        actor=acting_user,
        verb=verb,
        subject_kind=subject._meta.model_name or "",
        subject_id=subject.public_id,
        old=dict(old or {}),
        new=dict(new or {}),
        reason=reason,
    )
