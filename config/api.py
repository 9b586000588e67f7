"""The REST API: every app's addresses under one version, and their description."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from apps.accounts.api.urls import urlpatterns as accounts
from apps.catalog.api.urls import urlpatterns as catalogue
from apps.exchange.api.urls import urlpatterns as exchange
from apps.facilities.api.urls import urlpatterns as facilities
from apps.matching.api.urls import urlpatterns as matching
from apps.needs.api.urls import urlpatterns as needs
from apps.networks.api.urls import urlpatterns as networks

description = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema"), name="docs"),
]
routes = [*accounts, *networks, *catalogue, *facilities, *exchange, *needs, *matching, *description]
urlpatterns = [
    path("api/v1/", include((routes, "api"))),
]
