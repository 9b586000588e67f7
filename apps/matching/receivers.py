"""What the rest of the service does that matching must hear of beside its triggers."""

from typing import Any

from django.db import connections
from django.dispatch import receiver

from apps.matching import doorbells, services
from apps.matching.models import Policy
from apps.needs.models import Need
from apps.needs.signals import need_changed


@receiver(need_changed, sender=Need, dispatch_uid="matching_need_changed")
def ring_for_a_need(**kwargs: Any) -> None:
    """The need is due by the trigger in any case; the bell saves it the wait for beat."""
    doorbells.ring()


def ensure_policy(*, using: str, **kwargs: Any) -> None:
    """After a migration: without a policy nothing can be ranked. Not while its table is still to come."""
    if Policy._meta.db_table in connections[using].introspection.table_names():
        services.ensure_default_policy()
