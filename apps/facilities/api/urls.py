"""Addresses under /api/v1/."""

from typing import Any

from django.urls import path

from apps.facilities.api import parts, views

MANY: dict[str, Any] = {"get": "list", "post": "create"}
ONE: dict[str, Any] = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
BELOW = "facilities/<uuid:facility_id>"

urlpatterns = [
    path("facilities/", views.FacilityViewSet.as_view(MANY), name="facilities"),
    path(
        "facilities/<uuid:public_id>/",
        views.FacilityViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="facility",
    ),
    path(
        "facilities/<uuid:public_id>/claim-decisions/",
        views.FacilityViewSet.as_view({"post": "decide_claim"}),
        name="facility-claim-decisions",
    ),
    path(f"{BELOW}/capabilities/", parts.CapabilityViewSet.as_view(MANY), name="facility-capabilities"),
    path(f"{BELOW}/capabilities/<uuid:part_id>/", parts.CapabilityViewSet.as_view(ONE), name="facility-capability"),
    path(f"{BELOW}/resources/", parts.ResourceViewSet.as_view(MANY), name="facility-resources"),
    path(f"{BELOW}/resources/<uuid:part_id>/", parts.ResourceViewSet.as_view(ONE), name="facility-resource"),
    path(f"{BELOW}/certificates/", parts.CertificateViewSet.as_view(MANY), name="facility-certificates"),
    path(
        f"{BELOW}/certificates/<uuid:part_id>/",
        parts.CertificateViewSet.as_view(ONE),
        name="facility-certificate",
    ),
    path(f"{BELOW}/machines/", parts.MachineViewSet.as_view(MANY), name="facility-machines"),
    path(f"{BELOW}/machines/<slug:part_id>/", parts.MachineViewSet.as_view(ONE), name="facility-machine"),
    path(f"{BELOW}/no-gos/", parts.NoGoViewSet.as_view(MANY), name="facility-no-gos"),
    path(
        f"{BELOW}/no-gos/<slug:kind>/<slug:value>/",
        parts.NoGoViewSet.as_view({"get": "retrieve", "delete": "destroy"}),
        name="facility-no-go",
    ),
    path(
        "resources/<uuid:resource_id>/weeks/",
        parts.WeekViewSet.as_view({"get": "list", "put": "update"}),
        name="resource-weeks",
    ),
]
