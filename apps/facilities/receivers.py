"""What follows from a row that came, whichever way it came."""

from typing import Any

from django.db import transaction

from apps.facilities.models import Resource
from apps.facilities.services import apply_exceptions


def close_with_the_others(sender: type[Resource], instance: Resource, created: bool, **_: Any) -> None:
    """A new resource keeps the holidays of its facility. What came in bulk gets them nightly."""
    if created:
        with transaction.atomic():
            apply_exceptions([instance.facility_id])
