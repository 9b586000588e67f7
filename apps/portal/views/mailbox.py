"""The mail of a demonstration, which sends none."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.core.errors import NotFoundError
from apps.notices.selectors import local_mailbox

MAILS_ON_A_PAGE = 20


@login_required
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """Everybody's, since in a demonstration one person plays all of them. Elsewhere there is no such page."""
    try:
        mails = local_mailbox()
    except NotFoundError as error:
        raise Http404 from error
    page = Paginator(mails, MAILS_ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "portal/mailbox.html", {"page": page})
