"""The page behind the link of an inquiry: no password, just the facts that were asked about."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from apps.core.errors import DomainError, NotFoundError
from apps.facilities.models import Inquiry
from apps.facilities.selectors import inquiry_behind, open_facts
from apps.facilities.services import answer_inquiry
from apps.portal.forms.answers import FactForm
from apps.portal.forms.refusals import refusal_in_words

GONE = 404


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answers(request: HttpRequest, token: str) -> HttpResponseBase:
    """GET shows and changes nothing, so that programs which open links in mail answer for nobody."""
    try:
        inquiry = inquiry_behind(token)
    except NotFoundError:
        return _private(render(request, "portal/answers_dead.html", status=GONE))
    if request.method != "POST":
        return _page(request, inquiry, _forms(inquiry))
    forms = [FactForm(fact.pk, row, request.POST) for fact, row in open_facts(inquiry)]
    checked = [form.is_valid() for form in forms]  # every one, so that each shows what is wrong with it
    if not all(checked):
        return _page(request, inquiry, forms)
    given = {form.key: answer for form in forms if (answer := form.given()) is not None}
    try:
        count = answer_inquiry(inquiry, given)
    except DomainError as refusal:
        _place(refusal, forms)
        return _page(request, inquiry, forms)
    if count and not open_facts(inquiry):
        return redirect("portal:answers-done")
    return redirect("portal:answers", token)


@require_safe
def done(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/answers_done.html")


def _forms(inquiry: Inquiry) -> list[FactForm]:
    return [FactForm(fact.pk, row) for fact, row in open_facts(inquiry)]


def _place(refusal: DomainError, forms: list[FactForm]) -> None:
    """At the field that it names, else above the form of its fact, else above the first."""
    key, _, name = refusal.field.partition(".")
    form = next((form for form in forms if str(form.key) == key), forms[0])
    form.add_error(name if name in form.fields else None, refusal_in_words(refusal))


def _page(request: HttpRequest, inquiry: Inquiry, forms: list[FactForm]) -> HttpResponse:
    context = {"inquiry": inquiry, "forms": forms}
    return _private(render(request, "portal/answers.html", context))


def _private(response: HttpResponse) -> HttpResponse:
    """The address is a secret, so no page that is left for is told of it."""
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response
