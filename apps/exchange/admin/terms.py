"""Words that nobody knows: a coordinator says what they mean, or that they mean nothing here."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.core.admin import RecordAdmin, badge, linked
from apps.core.admin.base import person
from apps.core.errors import DomainError
from apps.exchange.models import TermState, UnmappedTerm
from apps.exchange.selectors import entries_of_kind
from apps.exchange.services import map_term, reject_term

COLOURS = {"open": "warning", "mapped": "success", "rejected": "primary"}


@admin.register(UnmappedTerm)
class UnmappedTermAdmin(RecordAdmin):
    coordinators_may = frozenset({"view"})
    list_display = (
        "text",
        "kind",
        badge("state", _("state"), COLOURS),
        "count",
        "suggested",
        "meaning",
        linked("facility", _("facility")),
        linked("batch", _("import")),
    )
    list_filter = ("state", "kind")
    list_select_related = ("facility", "batch")
    search_fields = ("text", "phrase", "facility__name", "meaning")
    search_help_text = _("words, a facility or a meaning")
    change_form_outer_before_template = "exchange/admin/term.html"
    fields = (
        ("text", "kind", "count"), ("facility", "batch"), ("state", "meaning"), ("decided_by", "decided_at"),
    )  # fmt: skip

    def visible_rows(self, user: Any) -> QuerySet[UnmappedTerm]:
        return UnmappedTerm.objects.visible_to(user)

    @admin.display(description=_("may mean"))
    def suggested(self, term: UnmappedTerm) -> str:
        return ", ".join(term.suggestions)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.decide_view)
        return [
            path("<int:term_id>/decide/<str:verb>/", view, name="exchange_unmappedterm_decide"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        term = self.get_object(request, object_id)
        context: dict[str, Any] = {}
        if isinstance(term, UnmappedTerm) and term.state == TermState.OPEN:
            context = {"entries": entries_of_kind(term.kind), "suggestions": term.suggestions}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **context})

    def decide_view(self, request: HttpRequest, term_id: int, verb: str) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        term = self.get_queryset(request).filter(pk=term_id).first()
        if term is None or verb not in ("map", "reject"):
            raise Http404
        try:
            count = self._decide(request, term, verb)
        except DomainError as refusal:
            self.message_user(request, refusal.detail, messages.ERROR)
        else:
            told = ngettext("Decided for %(count)d facility.", "Decided for %(count)d facilities.", count)
            self.message_user(request, told % {"count": count}, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:exchange_unmappedterm_changelist"))

    def _decide(self, request: HttpRequest, term: UnmappedTerm, verb: str) -> int:
        if verb == "reject":
            return reject_term(term, acting_user=person(request))
        return map_term(term, request.POST.get("meaning", "").strip(), acting_user=person(request))
