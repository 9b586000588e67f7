"""The freshness board at the desk: what is stale, how many open needs wait for it, and one click that asks."""

from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from apps.core.admin.base import person
from apps.core.admin.display import page_of
from apps.core.errors import DomainError
from apps.facilities.models import Facility
from apps.facilities.selectors import StaleField, at_work
from apps.facilities.services import ask_facility
from apps.matching.freshness import ORDERINGS, freshness_board, needs_waiting
from apps.networks.models import Network

ROWS_ON_A_PAGE = 50
FIELDS: dict[str, Any] = {
    StaleField.CAPACITY: gettext_lazy("capacity"),
    StaleField.SITE: gettext_lazy("figures of the site"),
    StaleField.CAPABILITIES: gettext_lazy("capabilities"),
    StaleField.CERTIFICATES: gettext_lazy("certificates"),
    StaleField.IMPORT: gettext_lazy("import that nobody answered"),
}
ORDERS: dict[str, Any] = {
    "needs": gettext_lazy("most needs waiting"),
    "oldest": gettext_lazy("oldest word"),
    "facility": gettext_lazy("facility"),
}


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Unknown filters read as none: an address that somebody typed shows the whole board."""
    networks = _networks(request)
    chosen = {
        "network": _one_of(request, "network", {one.slug for one in networks}),
        "field": _one_of(request, "field", set(FIELDS)),
        "ordering": _one_of(request, "ordering", set(ORDERINGS)) or "needs",
    }
    rows = freshness_board(request.user, timezone.now().date(), **chosen)
    page = Paginator(rows, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    shown = [{"row": row, "label": FIELDS[row.field], "page": page_of(row.facility)} for row in page]
    context = {
        **admin.site.each_context(request),
        "title": _("Freshness"),
        "page": page,
        "shown": shown,
        "count": len(rows),
        "networks": networks,
        "fields": FIELDS,
        "orders": ORDERS,
        "chosen": chosen,
    }
    return render(request, "matching/admin/freshness.html", context)


@require_safe
def waiting(request: HttpRequest, facility_id: int, field: str) -> HttpResponse:
    """The needs behind one number of the board."""
    facility = _facility(request, facility_id)
    if field not in FIELDS:
        raise Http404
    needs = [{"need": need, "page": page_of(need)} for need in needs_waiting(request.user, facility, StaleField(field))]
    context = {
        **admin.site.each_context(request),
        "title": _("Needs that wait for %(facility)s") % {"facility": facility.name},
        "facility": facility,
        "label": FIELDS[field],
        "needs": needs,
    }
    return render(request, "matching/admin/needs_waiting.html", context)


@require_POST
def ask(request: HttpRequest, facility_id: int) -> HttpResponse:
    facility = _facility(request, facility_id)
    try:
        made = ask_facility(facility, acting_user=person(request))
    except DomainError as refusal:
        messages.error(request, refusal.detail)
    else:
        messages.success(request, _("%(address)s is asked.") % {"address": made.address})
    return HttpResponseRedirect(reverse("freshness"))


def _facility(request: HttpRequest, key: int) -> Facility:
    found = at_work(request.user).filter(pk=key).first()
    if found is None:
        raise Http404
    return found


def _networks(request: HttpRequest) -> list[Network]:
    user: Any = request.user
    return list(Network.objects.all() if user.is_superuser else Network.objects.coordinated_by(user))


def _one_of(request: HttpRequest, name: str, known: set[str]) -> str:
    value = request.GET.get(name, "")
    return value if value in known else ""
