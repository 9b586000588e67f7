"""Asking for rankings and comparisons, and the life of policies."""

from apps.matching.services.comparisons import request_comparison
from apps.matching.services.policies import (
    PolicyFault,
    create_policy_version,
    ensure_default_policy,
    merged_body,
    policy_faults,
    publish_policy,
    retire_policy,
)
from apps.matching.services.rankings import request_ranking

__all__ = [
    "PolicyFault",
    "create_policy_version",
    "ensure_default_policy",
    "merged_body",
    "policy_faults",
    "publish_policy",
    "request_comparison",
    "request_ranking",
    "retire_policy",
]
