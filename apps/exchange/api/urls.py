"""Addresses under /api/v1/."""

from django.urls import path

from apps.exchange.api import downloads, manifests, views

ONE = "imports/<uuid:public_id>"
TERM = "unmapped-terms/<uuid:public_id>"

urlpatterns = [
    path("imports/", views.ImportViewSet.as_view({"get": "list"}), name="imports"),
    path(f"{ONE}/", views.ImportViewSet.as_view({"get": "retrieve"}), name="import"),
    path(f"{ONE}/apply/", views.ImportViewSet.as_view({"post": "apply"}), name="import-apply"),
    path(f"{ONE}/undo/", views.ImportViewSet.as_view({"post": "undo"}), name="import-undo"),
    path(f"{ONE}/discard/", views.ImportViewSet.as_view({"post": "discard"}), name="import-discard"),
    path("imports/<uuid:import_id>/rows/", views.RowViewSet.as_view({"get": "list"}), name="import-rows"),
    path("need-manifests/", manifests.ManifestView.as_view(), name="need-manifests"),
    path("import-formats/", views.FormatView.as_view(), name="import-formats"),
    path("import-templates/<str:file_name>/", downloads.TemplateView.as_view(), name="import-template"),
    path("networks/<slug:slug>/imports/", views.NetworkUploadView.as_view({"post": "create"}), name="network-imports"),
    path("networks/<slug:slug>/exports/<str:file_name>/", downloads.ExportView.as_view(), name="network-export"),
    path(
        "facilities/<uuid:facility_id>/imports/",
        views.FacilityUploadView.as_view({"post": "create"}),
        name="facility-imports",
    ),
    path("unmapped-terms/", views.TermViewSet.as_view({"get": "list"}), name="unmapped-terms"),
    path(f"{TERM}/map/", views.TermViewSet.as_view({"post": "map"}), name="unmapped-term-map"),
    path(f"{TERM}/reject/", views.TermViewSet.as_view({"post": "reject"}), name="unmapped-term-reject"),
]
