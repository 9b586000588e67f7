"""Addresses under /api/v1/."""

from django.urls import path

from apps.matching.api import freshness, policy_views, views

urlpatterns = [
    path("freshness/", freshness.FreshnessView.as_view(), name="freshness"),
    path(
        "facilities/<uuid:facility_id>/needs-waiting/<slug:field>/",
        freshness.WaitingNeedViewSet.as_view({"get": "list"}),
        name="facility-needs-waiting",
    ),
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
    path("policies/", policy_views.PolicyViewSet.as_view({"get": "list", "post": "create"}), name="policies"),
    path("policies/validate/", policy_views.PolicyCheckView.as_view(), name="policy-validate"),
    path("policies/<uuid:public_id>/", policy_views.PolicyViewSet.as_view({"get": "retrieve"}), name="policy"),
    path(
        "policies/<uuid:public_id>/publish/",
        policy_views.PolicyViewSet.as_view({"post": "publish"}),
        name="policy-publish",
    ),
    path(
        "policies/<uuid:public_id>/retire/",
        policy_views.PolicyViewSet.as_view({"post": "retire"}),
        name="policy-retire",
    ),
    path(
        "policy-comparisons/",
        policy_views.ComparisonViewSet.as_view({"get": "list", "post": "create"}),
        name="policy-comparisons",
    ),
    path(
        "policy-comparisons/<uuid:public_id>/",
        policy_views.ComparisonViewSet.as_view({"get": "retrieve"}),
        name="policy-comparison",
    ),
    path(
        "policy-comparisons/<uuid:comparison_id>/needs/",
        policy_views.ComparedNeedViewSet.as_view({"get": "list"}),
        name="compared-needs",
    ),
    path(
        "policy-comparisons/<uuid:comparison_id>/needs/<uuid:need_id>/",
        policy_views.ComparedNeedViewSet.as_view({"get": "retrieve"}),
        name="compared-need",
    ),
]
