"""Addresses under /api/v1/."""

from typing import Any

from django.urls import path

from apps.facilities.api import capacity, claims, evidence, freshness, history, holds, parts, twins, views

MANY: dict[str, Any] = {"get": "list", "post": "create"}
ONE: dict[str, Any] = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
BELOW = "facilities/<uuid:facility_id>"
CERTIFICATE = f"{BELOW}/certificates/<uuid:certificate_id>"

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
    path(
        f"{BELOW}/claims/",
        claims.FacilityClaimViewSet.as_view({"get": "list", "post": "create"}),
        name="facility-claims",
    ),
    path(
        f"{BELOW}/claim-revocations/",
        claims.ListingViewSet.as_view({"post": "revoke_claim"}),
        name="facility-claim-revocations",
    ),
    path(f"{BELOW}/removals/", claims.ListingViewSet.as_view({"post": "remove"}), name="facility-removals"),
    path(f"{BELOW}/invitations/", claims.ListingViewSet.as_view({"post": "invite"}), name="facility-invitations"),
    path(
        f"{BELOW}/contact/",
        claims.ListingViewSet.as_view({"get": "contact", "put": "change_contact"}),
        name="facility-contact",
    ),
    path(
        f"{BELOW}/listing-requests/",
        claims.ListingRequestViewSet.as_view({"post": "create"}),
        name="facility-listing-requests",
    ),
    path("claims/", claims.ClaimViewSet.as_view({"get": "list"}), name="claims"),
    path("claims/<uuid:public_id>/", claims.ClaimViewSet.as_view({"get": "retrieve"}), name="claim"),
    path("listing-requests/", claims.ListingRequestViewSet.as_view({"get": "list"}), name="listing-requests"),
    path(
        "listing-requests/<uuid:public_id>/",
        claims.ListingRequestViewSet.as_view({"get": "retrieve"}),
        name="listing-request",
    ),
    path(
        "listing-requests/<uuid:public_id>/decisions/",
        claims.ListingRequestViewSet.as_view({"post": "decide"}),
        name="listing-request-decisions",
    ),
    path(f"{BELOW}/capabilities/", parts.CapabilityViewSet.as_view(MANY), name="facility-capabilities"),
    path(f"{BELOW}/capabilities/<uuid:part_id>/", parts.CapabilityViewSet.as_view(ONE), name="facility-capability"),
    path(
        f"{BELOW}/capabilities/<uuid:part_id>/confirmations/",
        evidence.TickViewSet.as_view({"post": "create"}),
        name="facility-capability-confirmations",
    ),
    path(f"{BELOW}/resources/", parts.ResourceViewSet.as_view(MANY), name="facility-resources"),
    path(f"{BELOW}/resources/<uuid:part_id>/", parts.ResourceViewSet.as_view(ONE), name="facility-resource"),
    path(f"{BELOW}/certificates/", parts.CertificateViewSet.as_view(MANY), name="facility-certificates"),
    path(
        f"{BELOW}/certificates/<uuid:part_id>/",
        parts.CertificateViewSet.as_view(ONE),
        name="facility-certificate",
    ),
    path(
        f"{CERTIFICATE}/document/",
        evidence.DocumentViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"}),
        name="facility-certificate-document",
    ),
    path(
        f"{CERTIFICATE}/verifications/",
        evidence.VerificationViewSet.as_view({"get": "list", "post": "create"}),
        name="facility-certificate-verifications",
    ),
    path(
        f"{CERTIFICATE}/verifications/take-back/",
        evidence.VerificationViewSet.as_view({"post": "take_back"}),
        name="facility-certificate-verification-take-back",
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
        capacity.WeekViewSet.as_view({"get": "list", "put": "update", "patch": "partial_update"}),
        name="resource-weeks",
    ),
    path(f"{BELOW}/capacity/", capacity.CapacityView.as_view(), name="facility-capacity"),
    path(
        f"{BELOW}/capacity/confirmations/",
        capacity.ConfirmationView.as_view(),
        name="facility-capacity-confirmations",
    ),
    path(f"{BELOW}/capacity/tables/", capacity.TableView.as_view(), name="facility-capacity-tables"),
    path(
        f"{BELOW}/capacity-exceptions/",
        capacity.ExceptionViewSet.as_view(MANY),
        name="facility-capacity-exceptions",
    ),
    path(
        f"{BELOW}/capacity-exceptions/<uuid:part_id>/",
        capacity.ExceptionViewSet.as_view({"get": "retrieve", "delete": "destroy"}),
        name="facility-capacity-exception",
    ),
    path(f"{BELOW}/calendar-link/", capacity.CalendarLinkView.as_view(), name="facility-calendar-link"),
    path(f"{BELOW}/holds/", holds.FacilityHoldViewSet.as_view(MANY), name="facility-holds"),
    path(f"{BELOW}/history/<slug:kind>/", history.HistoryViewSet.as_view({"get": "list"}), name="facility-history"),
    path("holds/<uuid:public_id>/", holds.HoldViewSet.as_view({"get": "retrieve"}), name="hold"),
    path("holds/<uuid:public_id>/firm/", holds.HoldViewSet.as_view({"post": "firm"}), name="hold-firm"),
    path("holds/<uuid:public_id>/release/", holds.HoldViewSet.as_view({"post": "release"}), name="hold-release"),
    path("holds/<uuid:public_id>/consume/", holds.HoldViewSet.as_view({"post": "consume"}), name="hold-consume"),
    path(
        f"{BELOW}/inquiries/",
        freshness.FacilityInquiryViewSet.as_view({"get": "list", "post": "create"}),
        name="facility-inquiries",
    ),
    path(
        "inquiries/<uuid:public_id>/revoke/",
        freshness.InquiryViewSet.as_view({"post": "revoke"}),
        name="inquiry-revoke",
    ),
    path("twin-pairs/", twins.TwinPairViewSet.as_view({"get": "list"}), name="twin-pairs"),
    path("twin-pairs/<uuid:public_id>/", twins.TwinPairViewSet.as_view({"get": "retrieve"}), name="twin-pair"),
    path(
        "twin-pairs/<uuid:public_id>/dismissals/",
        twins.TwinPairViewSet.as_view({"post": "dismiss"}),
        name="twin-pair-dismissals",
    ),
    path("merges/", twins.MergeViewSet.as_view(MANY), name="merges"),
    path("merges/previews/", twins.MergeViewSet.as_view({"post": "preview"}), name="merge-previews"),
    path("merges/<uuid:public_id>/", twins.MergeViewSet.as_view({"get": "retrieve"}), name="merge"),
    path("merges/<uuid:public_id>/splits/", twins.MergeViewSet.as_view({"post": "split"}), name="merge-splits"),
    path("overbooked-weeks/", holds.OverbookedViewSet.as_view({"get": "list"}), name="overbooked-weeks"),
]
