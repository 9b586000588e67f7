"""Addresses under /api/v1/."""

from django.urls import path

from apps.matching.api import views

urlpatterns = [
    path("needs/<uuid:public_id>/ranking/", views.CurrentRankingView.as_view(), name="need-ranking"),
    path(
        "needs/<uuid:public_id>/ranking-requests/",
        views.RankingRequestView.as_view(),
        name="need-ranking-requests",
    ),
    path("needs/<uuid:need_id>/rankings/", views.RankingViewSet.as_view({"get": "list"}), name="need-rankings"),
    path("rankings/<uuid:public_id>/", views.RankingViewSet.as_view({"get": "retrieve"}), name="ranking"),
    path("rankings/<uuid:ranking_id>/matches/", views.MatchViewSet.as_view({"get": "list"}), name="ranking-matches"),
    path(
        "rankings/<uuid:ranking_id>/matches/<int:position>/",
        views.MatchViewSet.as_view({"get": "retrieve"}),
        name="ranking-match",
    ),
    path(
        "rankings/<uuid:ranking_id>/excluded/",
        views.ExcludedViewSet.as_view({"get": "list"}),
        name="ranking-excluded",
    ),
    path("policies/", views.PolicyViewSet.as_view({"get": "list"}), name="policies"),
    path("policies/<uuid:public_id>/", views.PolicyViewSet.as_view({"get": "retrieve"}), name="policy"),
]
