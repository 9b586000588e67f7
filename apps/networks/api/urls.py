"""Addresses under /api/v1/."""

from django.urls import path

from apps.networks.api.views import NetworkViewSet

urlpatterns = [
    path("networks/", NetworkViewSet.as_view({"get": "list"}), name="networks"),
    path("networks/<slug:slug>/", NetworkViewSet.as_view({"get": "retrieve"}), name="network"),
]
