"""Addresses under /api/v1/."""

from django.urls import path

from apps.accounts.api import views

urlpatterns = [
    path("sign-in/", views.SignInView.as_view(), name="sign-in"),
    path("sign-out/", views.SignOutView.as_view(), name="sign-out"),
    path("me/", views.MeView.as_view(), name="me"),
    path(
        "organisations/",
        views.OrganisationViewSet.as_view({"get": "list", "post": "create"}),
        name="organisations",
    ),
    path(
        "organisations/<uuid:public_id>/",
        views.OrganisationViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="organisation",
    ),
    path(
        "organisations/<uuid:public_id>/members/",
        views.MemberViewSet.as_view({"get": "list", "post": "create"}),
        name="members",
    ),
    path(
        "organisations/<uuid:public_id>/members/<uuid:user_id>/",
        views.MemberViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="member",
    ),
]
