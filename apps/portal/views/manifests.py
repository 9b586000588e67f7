"""A founder hands in an Open Know-How manifest, ticks which steps are wanted, and goes on to the form of a need."""

from http import HTTPStatus
from typing import Any, cast
from uuid import uuid4

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from apps.accounts.models import User
from apps.core.errors import DomainError
from apps.exchange.formats.base import ParsedRow, StepDraft
from apps.exchange.manifests import posting_of, propose_need
from apps.portal.forms.manifests import ManifestForm
from apps.portal.selectors.people import reader_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def need_manifest(request: HttpRequest) -> HttpResponse:
    """Nothing is stored: what is ticked goes into the form, and only the form posts a need."""
    reader = reader_of(cast(User, request.user))
    if not reader.may_post:
        return render(request, "portal/may_not_post.html", {"reader": reader}, status=HTTPStatus.FORBIDDEN)
    form = ManifestForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    file = form.cleaned_data["file"]
    try:
        row = propose_need(file.name, file.read())
    except DomainError as refusal:
        form.add_error("file", refusal.detail)
        return _page(request, form, status=refusal.status)
    return _page(request, form, row)


def _page(
    request: HttpRequest, form: ManifestForm, row: ParsedRow | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "row": row}
    if row is not None and row.need is not None:
        sides = row.need.envelope_mm or ()
        context |= {
            "posting": posting_of(row),
            "sides": zip(("length_mm", "width_mm", "height_mm"), (f"{side:g}" for side in sides), strict=False),
            "steps": [_step(step) for step in row.need.steps],
            "step_rows": max(len(row.need.steps), 1),
            "token": uuid4(),
        }
    return render(request, "portal/manifest.html", context, status=status)


def _step(step: StepDraft) -> dict[str, str]:
    """What is ticked is the process alone: a material in a row that is not ticked would make a step of it."""
    return {"process": step.process, "says": "; ".join(filter(None, (step.text, ", ".join(step.materials))))}
