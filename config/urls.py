"""Addresses of the whole service."""

from django.contrib import admin
from django.urls import include, path

from apps.matching.admin import freshness
from apps.portal.views import calendar
from config import api, health

urlpatterns = [
    *api.urlpatterns,
    path("admin/freshness/", admin.site.admin_view(freshness.board), name="freshness"),
    path("admin/freshness/<int:facility_id>/ask/", admin.site.admin_view(freshness.ask), name="freshness-ask"),
    path(
        "admin/freshness/<int:facility_id>/<slug:field>/",
        admin.site.admin_view(freshness.waiting),
        name="freshness-waiting",
    ),
    path("admin/", admin.site.urls),
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("health/work", health.work),
    path("calendar/<str:token>.ics", calendar.feed, name="calendar-feed"),
    path("", include("apps.portal.urls")),
]

# Under /api/ these are problem documents, elsewhere Django's own pages.
handler400 = "apps.core.api.problems.bad_request"
handler403 = "apps.core.api.problems.permission_denied"
handler404 = "apps.core.api.problems.page_not_found"
handler500 = "apps.core.api.problems.server_error"
