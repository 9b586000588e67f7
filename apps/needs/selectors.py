"""Reading needs."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from apps.core.errors import NotFoundError
from apps.needs.models import AskedCertificate, Need, Step


def needs_visible_to(user: Any) -> QuerySet[Need]:
    """With everything that showing a need takes, in a fixed number of queries."""
    return (
        Need.objects.visible_to(user)
        .select_related("organisation", "home_network", "current__stage", "current__region")
        .prefetch_related(
            "partner_networks__network",
            Prefetch("current__steps", Step.objects.select_related("process").prefetch_related("materials")),
            Prefetch("current__certificates", AskedCertificate.objects.select_related("certification")),
        )
    )


def access_need(user: Any, public_id: UUID) -> Need:
    """The need, if it is there and the user's to see; NotFoundError otherwise, which reads the same for both."""
    need = needs_visible_to(user).filter(public_id=public_id).first()
    if need is None:
        raise NotFoundError("need_not_found", "There is no such need.")
    return need
