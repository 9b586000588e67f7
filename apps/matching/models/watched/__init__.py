"""Proxies that carry the triggers, so that the watched apps know nothing of it.

Triggers, because admin, shell, imports and bulk SQL forget. They fire once a statement, over all its rows.
"""

from apps.matching.models.watched import needs, policies, supply

__all__ = ["needs", "policies", "supply"]
