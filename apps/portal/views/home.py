"""The first page: what this is, for strangers; what is theirs, for everybody else."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.portal.selectors.facilities import facilities_of
from apps.portal.selectors.needs import Entry, needs_for_list, with_standing
from apps.portal.selectors.people import reader_of
from apps.portal.wording import tier_name

NEEDS_ON_A_PAGE = 20


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return render(request, "portal/front.html")
    reader = reader_of(request.user)
    page = Paginator(needs_for_list(reader.user), NEEDS_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "reader": reader,
        "page": page,
        "needs": [_in_words(entry) for entry in with_standing(list(page))],
        "facilities": facilities_of(reader) if reader.producers else (),
    }
    return render(request, "portal/home.html", context)


def _in_words(entry: Entry) -> dict[str, Any]:
    tiers = [{"number": tier, "count": count, "label": tier_name(tier)} for tier, count in entry.tiers if count]
    return {"need": entry.need, "standing": entry.standing, "tiers": tiers}
