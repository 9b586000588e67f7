"""Registering a facility, claiming a listed one, and asking for a correction or a removal."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.core.errors import DomainError
from apps.facilities import services
from apps.facilities.models import Facility
from apps.facilities.selectors import access_claimable, invited_to
from apps.portal.forms.claiming import ClaimForm, OwnerRequestForm, RegisterForm
from apps.portal.forms.listing import ListingForm
from apps.portal.selectors import listing as reading
from apps.portal.views.listing import GET_OR_POST, found, person


@login_required
@require_http_methods(GET_OR_POST)
def register(request: HttpRequest) -> HttpResponse:
    """A site that is not listed yet; the network's coordinator lets it in."""
    if not reading.producers_of(request.user):
        return _no_producer(request)
    form = RegisterForm(request.user, request.POST or None)
    context = {"title": _("Register a facility"), "form": form}
    if request.method != "POST":
        return render(request, "portal/listing/plain_form.html", context)
    made = None
    if form.is_valid():
        given = form.cleaned_data
        made = _tried(
            form,
            lambda: services.register_facility(
                given["operator"], form.values(), networks=[given["network"]], acting_user=person(request)
            ),
        )
    if made is None:
        return _again(request, context, form)
    messages.success(request, _("Its network’s coordinator has been asked to let it in."))
    return redirect("portal:facility", made.public_id)


@login_required
@require_safe
def claimable(request: HttpRequest) -> HttpResponse:
    """Listed places that nobody runs here, by name, and what became of one's own claims."""
    words = request.GET.get("words", "")[:100]
    context = {
        "words": words,
        "places": reading.claimable_named(words),
        "claims": reading.own_claims(person(request)),
    }
    return render(request, "portal/listing/claimable.html", context)


@login_required
@require_http_methods(GET_OR_POST)
def claim(request: HttpRequest, public_id: UUID) -> HttpResponse:
    invitation = request.POST.get("invitation", request.GET.get("invitation", ""))
    place = found(lambda: access_claimable(person(request), public_id, invitation))
    if not reading.producers_of(request.user):
        return _no_producer(request)
    form = ClaimForm(request.user, request.POST or None)
    context = {"title": _("Claim %s") % place.name, "form": form, "invitation": invitation}
    if request.method != "POST":
        return render(request, "portal/listing/plain_form.html", context)
    made = None
    if form.is_valid():
        given = form.cleaned_data
        made = _tried(
            form,
            lambda: services.claim_facility(
                place, given["organisation"], words=given["words"], acting_user=person(request)
            ),
        )
    if made is None:
        return _again(request, context, form)
    messages.success(request, _("Claimed. The coordinator decides, and you hear of it by mail."))
    return redirect("portal:facility-claimable")


@login_required
@require_http_methods(GET_OR_POST)
def ask(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A correction or a removal of a place that one knows of."""
    place = found(lambda: access_claimable(person(request), public_id))
    return _ask(request, place)


@require_http_methods(GET_OR_POST)
def invited(request: HttpRequest, invitation: str) -> HttpResponse:
    """For the owner of a listed place, who need not have an account to correct or to remove it."""
    return _ask(request, found(lambda: invited_to(invitation)), invitation)


def _ask(request: HttpRequest, place: Facility, invitation: str = "") -> HttpResponse:
    signed_in = request.user.is_authenticated
    form = OwnerRequestForm(request.POST or None, signed_in=signed_in)
    context = {"title": place.name, "facility": place, "form": form, "invitation": invitation}
    if request.method != "POST":
        return render(request, "portal/listing/ask.html", context)
    made = None
    if form.is_valid():
        user = person(request) if signed_in else None
        made = _tried(form, lambda: services.ask_about_listing(place, **form.cleaned_data, acting_user=user))
    if made is None:
        context["problems"] = form.problems()
        return render(request, "portal/listing/ask.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return render(request, "portal/listing/asked.html", context)


def _tried(form: ListingForm, do: Any) -> Any:
    try:
        return do()
    except DomainError as refusal:
        form.refuse(refusal)
        return None


def _again(request: HttpRequest, context: dict[str, Any], form: ListingForm) -> HttpResponse:
    shown = {**context, "problems": form.problems()}
    return render(request, "portal/listing/plain_form.html", shown, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _no_producer(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/listing/no_producer.html", status=HTTPStatus.FORBIDDEN)
