"""Addresses under /api/v1/."""

from django.urls import path

from apps.catalog.api import views

BY_SLUG = {
    "processes": views.ProcessViewSet,
    "materials": views.MaterialViewSet,
    "certifications": views.CertificationViewSet,
    "machines": views.MachineViewSet,
    "resource-kinds": views.ResourceKindViewSet,
    "regions": views.RegionViewSet,
    "stages": views.StageViewSet,
    "skills": views.SkillViewSet,
    "work-content": views.WorkContentViewSet,
}
urlpatterns = [
    path("catalogue/search/", views.SearchView.as_view(), name="catalogue-search"),
    *(
        path(f"catalogue/{name}/", view.as_view({"get": "list"}), name=f"catalogue-{name}")
        for name, view in BY_SLUG.items()
    ),
    *(
        path(f"catalogue/{name}/<slug:slug>/", view.as_view({"get": "retrieve"}), name=f"catalogue-{name}-one")
        for name, view in BY_SLUG.items()
    ),
]
