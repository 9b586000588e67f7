"""Reading networks."""

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from apps.networks.models import Coordinator, Network


def networks_visible_to(user: Any) -> QuerySet[Network]:
    """Everybody sees which networks there are; `shows_people` says whether the user also sees who coordinates."""
    belongs = Network.objects.filter(
        Q(coordinators__user=user)
        | Q(organisation__memberships__user=user)
        | Q(needs__organisation__memberships__user=user)
        | Q(facilities__operator__memberships__user=user),
        pk=OuterRef("pk"),
    )
    coordinators = Coordinator.objects.select_related("user").order_by("user__name", "id")
    return (
        Network.objects.visible_to(user)
        .select_related("organisation")
        .annotate(shows_people=Exists(belongs))
        .prefetch_related(Prefetch("coordinators", coordinators))
    )
