"""Imports: handed in with a form, looked at row by row, applied and undone with buttons."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.core.admin import DeskAdmin, badge, linked
from apps.core.admin.base import is_administrator, person
from apps.core.admin.forms import WholeRowForm
from apps.core.downloads import attachment
from apps.core.errors import DomainError
from apps.exchange.files import template_file
from apps.exchange.models import WORKING, BatchState, ImportBatch
from apps.exchange.registry import FORMATS
from apps.exchange.selectors import counts_of
from apps.exchange.services import MAX_FILE_BYTES, apply_import, discard_import, undo_import, upload_for_network
from apps.exchange.wording import count_rows, failure_words
from apps.networks.models import Network

STEPS = {"apply": apply_import, "undo": undo_import, "discard": discard_import}
COLOURS = {
    "uploaded": "info", "read": "warning", "applying": "info", "applied": "success", "undoing": "info",
    "undone": "primary", "discarded": "primary", "failed": "danger",
}  # fmt: skip
POSSIBLE = {
    BatchState.UPLOADED: ("discard",),
    BatchState.READ: ("apply", "discard"),
    BatchState.APPLIED: ("undo",),
    BatchState.FAILED: ("undo",),
}


class UploadForm(WholeRowForm):
    """What a coordinator hands in for one of her networks."""

    file = forms.FileField(label=_("file"), widget=UnfoldAdminFileFieldWidget, help_text=_("at most 10 MB"))
    source = forms.SlugField(
        label=_("source"),
        max_length=60,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("whose ids the file uses; the same next time, so that nothing doubles"),
    )
    format = forms.ChoiceField(
        label=_("format"),
        required=False,
        widget=UnfoldAdminSelectWidget,
        choices=[("", _("found out by looking")), *((one.name, one.label) for one in FORMATS)],
    )

    class Meta:
        model = ImportBatch
        fields = ("network", "source", "format")

    def clean_file(self) -> Any:
        """Before it is read into memory."""
        file = self.cleaned_data["file"]
        if file.size > MAX_FILE_BYTES:
            raise ValidationError(gettext("A file has at most 10 MB."), "file_too_large")
        return file

    def _post_clean(self) -> None:
        """The service makes the row and holds its rules; until then there is nothing to check."""


@admin.register(ImportBatch)
class ImportBatchAdmin(DeskAdmin):
    form = UploadForm
    coordinators_may = frozenset({"view", "add"})
    list_display = (
        "file_name",
        badge("state", _("state"), COLOURS),
        linked("network", _("network")),
        linked("facility", _("facility")),
        "source",
        "format",
        linked("uploaded_by", _("uploaded by")),
        "created_at",
    )
    guarded_links = ("uploaded_by",)
    list_filter = ("state", "format", "network")
    list_select_related = ("network", "facility", "uploaded_by")
    search_fields = ("file_name", "source", "network__name", "facility__name", "public_id__iexact")
    search_help_text = _("a file, a source, a network, a facility or an id")
    date_hierarchy = "created_at"
    change_form_outer_before_template = "exchange/admin/batch.html"
    fieldsets = (
        (None, {"fields": (("file_name", "file_bytes", "format"), ("network", "facility", "source"))}),
        (
            _("Course"),
            {"fields": (("uploaded_by", "created_at"), ("read_at", "applied_at", "applied_by"), "undone_at")},
        ),
        (_("Technical"), {"fields": ("file_digest", "public_id", "attempts"), "classes": ("collapse",)}),
    )

    def visible_rows(self, user: Any) -> QuerySet[ImportBatch]:
        return ImportBatch.objects.visible_to(user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Its steps are commands; nothing of it is edited."""
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ((None, {"fields": ("network", "file", "source", "format")}),)
        return super().get_fieldsets(request, obj)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "network" and not is_administrator(request.user):
            kwargs["queryset"] = Network.objects.coordinated_by(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if "network" in form.base_fields:
            form.base_fields["network"].required = True
        return form

    def save_model(self, request: HttpRequest, obj: ImportBatch, form: Any, change: bool) -> None:
        given = form.cleaned_data
        made = upload_for_network(
            given["network"],
            given["file"].name,
            given["file"].read(),
            source=given["source"],
            format=given["format"],
            acting_user=person(request),
        )
        obj.pk, obj.public_id, obj.file_name = made.pk, made.public_id, made.file_name

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing is left to save, and the service has left its entry in the trail."""

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        self.message_user(request, gettext("The file is being read."), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:exchange_importbatch_change", args=[obj.pk]))

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:batch_id>/step/<str:verb>/", wrap(self.step_view), name="exchange_importbatch_step"),
            path("<int:batch_id>/progress/", wrap(self.progress_view), name="exchange_importbatch_progress"),
            path("template.xlsx", wrap(self.template_view), name="exchange_importbatch_template"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        batch = self.get_object(request, object_id)
        context = panel(batch) if isinstance(batch, ImportBatch) else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **context})

    def _seen(self, request: HttpRequest, batch_id: int) -> ImportBatch:
        batch = self.get_queryset(request).filter(pk=batch_id).first()
        if batch is None:
            raise Http404
        found: ImportBatch = batch
        return found

    def step_view(self, request: HttpRequest, batch_id: int, verb: str) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        batch = self._seen(request, batch_id)
        if verb not in STEPS:
            raise Http404
        try:
            STEPS[verb](batch, acting_user=person(request))
        except DomainError as refusal:
            self.message_user(request, refusal.detail, messages.ERROR)
        return HttpResponseRedirect(reverse("admin:exchange_importbatch_change", args=[batch_id]))

    def progress_view(self, request: HttpRequest, batch_id: int) -> HttpResponse:
        """The panel alone, asked for each second while the import is at work."""
        batch = self._seen(request, batch_id)
        return render(request, "exchange/admin/batch_panel.html", {"original": batch, **panel(batch)})

    def template_view(self, request: HttpRequest) -> HttpResponse:
        told = template_file("matchmaker-template.xlsx")
        return attachment(told.data, name=told.name, kind=told.kind)


def panel(batch: ImportBatch) -> dict[str, Any]:
    """How far it is, in figures each of which leads to its list."""
    counts = counts_of(batch)
    return {
        "counts": count_rows(counts),
        "total": counts["total"],
        "done": counts["undone"] if batch.state == BatchState.UNDOING else counts["applied"],
        "at_work": batch.state in WORKING,
        "possible": POSSIBLE.get(BatchState(batch.state), ()),
        "failure": failure_words(batch),
    }
