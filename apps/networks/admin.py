"""Networks and who coordinates them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.core.admin import DeskAdmin, DeskInline, linked
from apps.networks.models import Coordinator, Network


class CoordinatorInline(DeskInline):
    model = Coordinator
    autocomplete_fields = ("user",)
    fields = ("user", "created_at")
    readonly_fields = ("created_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Coordinator]:
        return super().get_queryset(request).select_related("user", "network")


@admin.register(Network)
class NetworkAdmin(DeskAdmin):
    coordinators_may = frozenset({"view"})
    list_display = ("name", "slug", linked("organisation", _("organisation")), "who")
    list_select_related = ("organisation",)
    search_fields = ("name", "slug", "organisation__name", "coordinators__user__email")
    search_help_text = _("a name, an organisation or a coordinator's e-mail address")
    date_hierarchy = "created_at"
    autocomplete_fields = ("organisation",)
    prepopulated_fields = {"slug": ("name",)}
    fields = ("name", "slug", "organisation", "public_id", "created_at")
    readonly_fields = ("public_id", "created_at")
    inlines = (CoordinatorInline,)

    def visible_rows(self, user: Any) -> QuerySet[Network]:
        return Network.objects.coordinated_by(user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Network]:
        return super().get_queryset(request).prefetch_related("coordinators__user")

    @admin.display(description=_("coordinators"), empty_value="-")
    def who(self, network: Network) -> str:
        return ", ".join(coordinator.user.name for coordinator in network.coordinators.all())
