"""The side bar of the admin: only what the viewer may open."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from config.desk import GROUPS


def groups(request: HttpRequest) -> list[dict[str, Any]]:
    overview = {
        "title": "",
        "items": [
            {"title": _("Overview"), "icon": "dashboard", "link": reverse("admin:index")},
            {"title": _("Freshness"), "icon": "update", "link": reverse("freshness")},
        ],
    }
    listed = [
        {"title": str(title), "separator": True, "collapsible": collapsible, "items": _items(request, pages)}
        for title, collapsible, pages in GROUPS
    ]
    return [overview, *(group for group in listed if group["items"])]


def _items(request: HttpRequest, pages: tuple[tuple[str, str], ...]) -> list[dict[str, Any]]:
    found = []
    for label, icon in pages:
        model = apps.get_model(label)
        if admin.site.get_model_admin(model).has_view_permission(request):
            address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            found.append({"title": capfirst(str(model._meta.verbose_name_plural)), "icon": icon, "link": address})
    return found
