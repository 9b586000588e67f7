"""Posting a need."""

import re
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, cast
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.middleware import HtmxDetails

from apps.accounts.models import User
from apps.core.errors import DomainError
from apps.needs.models import Need
from apps.needs.rules import MAX_STEPS
from apps.needs.services import create_need
from apps.portal.forms import Posting, StepForm, row_count
from apps.portal.selectors.catalogue import MODELS, names_in_catalogue, suggested
from apps.portal.selectors.needs import need_sent_before, says_the_same
from apps.portal.selectors.people import Reader, reader_of

SUGGESTIONS = 8


class HtmxRequest(HttpRequest):
    """As HtmxMiddleware leaves it."""

    htmx: HtmxDetails


FIELD_NAME = re.compile(r"steps-\d{1,3}-[a-z_]{1,30}")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def need_new(request: HttpRequest) -> HttpResponse:
    reader = reader_of(cast(User, request.user))
    if not reader.may_post:
        return _may_not_post(request, reader)
    if request.method != "POST":
        return _page(request, Posting.blank(reader.user))
    if "add_step" in request.POST:
        return _page(request, Posting.with_another_row(reader.user, request.POST))
    posting = Posting.sent(reader.user, request.POST)
    if not posting.is_valid(today=datetime.now(UTC).date()):
        return _page(request, posting, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return _post(request, reader.user, posting)


def _post(request: HttpRequest, user: User, posting: Posting) -> HttpResponse:
    """Make the need and go to its page; a page sent twice goes to the need that it made."""
    given, content = posting.need.cleaned_data, posting.content()
    try:
        need = create_need(
            given["organisation"],
            content,
            home_network=given["home_network"],
            partner_networks=tuple(given["partner_networks"]),
            external_id=str(given["token"]),
            acting_user=user,
            submit=True,
        )
    except DomainError as refusal:
        earlier = need_sent_before(user, given["organisation"], given["token"])
        if refusal.code == "external_id_taken" and earlier and says_the_same(earlier, content):
            return redirect("portal:need", earlier.public_id)
        posting.refuse(refusal)
        return _page(request, posting, status=refusal.status, earlier=earlier)
    messages.success(request, _("Your need is with %(network)s.") % {"network": need.home_network})
    return redirect("portal:need", need.public_id)


def _page(request: HttpRequest, posting: Posting, *, status: int = 200, earlier: Need | None = None) -> HttpResponse:
    """`earlier`: this page made that need; what is sent next is a new one."""
    context: dict[str, Any] = {
        "posting": posting,
        "problems": posting.problems(),
        "earlier": earlier,
        "token": uuid4() if earlier else posting.need["token"].value(),
        **{f"{kind}_names": names_in_catalogue(kind) for kind in MODELS},
    }
    return render(request, "portal/need_form.html", context, status=status)


def _may_not_post(request: HttpRequest, reader: Reader) -> HttpResponse:
    return render(request, "portal/may_not_post.html", {"reader": reader}, status=HTTPStatus.FORBIDDEN)


@login_required
@require_GET
def need_step(request: HttpRequest) -> HttpResponse:
    """One more row for a page that has `step_rows` of them."""
    rows = row_count(request.GET)
    if rows >= MAX_STEPS:
        raise Http404
    step = StepForm(rows)
    step.fields["process"].widget.attrs["autofocus"] = True  # who asked for the row goes on typing there
    context = {"step": step, "rows": rows + 1, "has_room": rows + 1 < MAX_STEPS}
    return render(request, "portal/parts/more_step.html", context)


@login_required
@require_GET
def suggestions(request: HtmxRequest, kind: str) -> HttpResponse:
    """What the text of the field that asks may mean."""
    if kind not in MODELS:
        raise Http404
    name = request.htmx.trigger_name or "text"
    if not (name == "text" or FIELD_NAME.fullmatch(name)):
        raise Http404
    hits = suggested(kind, request.GET.get(name, "")[:120], limit=SUGGESTIONS)
    return render(request, "portal/parts/suggestions.html", {"hits": hits, "name": name})
