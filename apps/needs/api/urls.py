"""Addresses under /api/v1/."""

from django.urls import path

from apps.needs.api import views

urlpatterns = [
    path("needs/", views.NeedViewSet.as_view({"get": "list", "post": "create"}), name="needs"),
    path(
        "needs/<uuid:public_id>/",
        views.NeedViewSet.as_view({"get": "retrieve", "put": "update", "patch": "partial_update"}),
        name="need",
    ),
    path("needs/<uuid:public_id>/submit/", views.NeedViewSet.as_view({"post": "submit"}), name="need-submit"),
    path("needs/<uuid:public_id>/withdraw/", views.NeedViewSet.as_view({"post": "withdraw"}), name="need-withdraw"),
    path("needs/<uuid:public_id>/revisions/", views.RevisionViewSet.as_view({"get": "list"}), name="need-revisions"),
    path(
        "needs/<uuid:public_id>/revisions/<int:number>/",
        views.RevisionViewSet.as_view({"get": "retrieve"}),
        name="need-revision",
    ),
]
