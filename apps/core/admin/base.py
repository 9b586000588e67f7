"""Who may what at the desk, decided by role and never by permission rows.

Administrators (superusers) may do everything that a page offers. Coordinators (staff) see the rows that a page's
`visible_rows` gives them and may do to these what the page's `coordinators_may` lists. Everybody else stays outside.
"""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from apps.core.admin.display import SEES
from apps.core.admin.forms import WholeRowForm
from apps.core.admin.trail import all_changes
from apps.core.admin.widgets import KnownSelect
from apps.core.audit import record
from apps.core.errors import DomainError
from apps.core.models import Identified, VisibleQuerySet

if TYPE_CHECKING:  # the theme's classes carry no types; they add looks to Django's
    _ModelAdmin = admin.ModelAdmin[Any]
    _TabularInline = admin.TabularInline[Any, Any]
    _StackedInline = admin.StackedInline[Any, Any]
else:
    from unfold.admin import ModelAdmin as _ModelAdmin
    from unfold.admin import StackedInline as _StackedInline
    from unfold.admin import TabularInline as _TabularInline


OF_A_PART = {"create": "add", "change": "change", "delete": "remove"}


def is_administrator(user: Any) -> bool:
    return bool(user.is_active and user.is_superuser)


def may_enter(user: Any) -> bool:
    return bool(user.is_active and user.is_staff)


def person(request: HttpRequest) -> Any:
    """Who acts. Behind the desk's door nobody is anonymous, which the type of `request.user` does not know."""
    return request.user


class LimitedChoices:
    """Offers and accepts, for a reference to another row, only rows that the person sees on that row's own page."""

    admin_site: admin.AdminSite

    if TYPE_CHECKING:

        def get_autocomplete_fields(self, request: HttpRequest) -> Any: ...

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", KnownSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(  # type: ignore[misc]  # mixed into Django's classes
            db_field, request, **self._limited(db_field, request, kwargs)
        )

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_manytomany(  # type: ignore[misc]  # mixed into Django's classes
            db_field, request, **self._limited(db_field, request, kwargs)
        )

    def _limited(self, db_field: Any, request: HttpRequest, kwargs: dict[str, Any]) -> dict[str, Any]:
        page = self.admin_site._registry.get(db_field.remote_field.model)
        if isinstance(page, DeskAdmin) and not is_administrator(request.user):
            kwargs.setdefault("queryset", page.limit(page.model._default_manager.all(), request.user))
        return kwargs


class DeskAdmin(LimitedChoices, _ModelAdmin):
    """A page of the desk. Every write leaves one audit entry where the row has a public id."""

    form = WholeRowForm
    coordinators_may: ClassVar[frozenset[str]] = frozenset()
    deletable: ClassVar[bool] = False
    # References that a coordinator may read the name of without being let onto their page; see `linked`.
    guarded_links: ClassVar[tuple[str, ...]] = ()
    list_per_page = 50
    show_full_result_count = False
    warn_unsaved_form = True
    list_filter_submit = False
    compressed_fields = False  # labels above the fields: three may stand side by side
    list_select_related: ClassVar[Any] = ()

    def visible_rows(self, user: Any) -> QuerySet[Any]:
        """What a coordinator sees here."""
        rows = self.model._default_manager.get_queryset()
        return rows.visible_to(user) if isinstance(rows, VisibleQuerySet) else rows.none()

    def limit(self, rows: QuerySet[Any], user: Any) -> QuerySet[Any]:
        # A subquery and not a join: lists may count, order and group without meeting a row twice.
        return rows if is_administrator(user) else rows.filter(pk__in=self.visible_rows(user).values("pk"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        if self.list_select_related:
            # Django leaves it out as soon as a page names relations of its own.
            rows = rows.select_related(*self.list_select_related)
        rows = self.limit(rows, request.user)
        if is_administrator(request.user):
            return rows
        told: QuerySet[Any] = rows.annotate(
            **{f"{SEES}{name}": self._sees(name, request.user) for name in self.guarded_links}
        )
        return told

    def _sees(self, name: str, user: Any) -> Exists:
        other: Any = self.model._meta.get_field(name).related_model
        page: Any = self.admin_site.get_model_admin(other)
        return Exists(page.limit(other._default_manager.filter(pk=OuterRef(f"{name}_id")), user))

    def _admits(self, request: HttpRequest, verb: str) -> bool:
        if is_administrator(request.user):
            return True
        return may_enter(request.user) and verb in self.coordinators_may

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._admits(request, "view")

    # `obj` needs no question of its own: get_queryset hands out only rows to which the verbs apply.
    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._admits(request, "view")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._admits(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._admits(request, "change")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.deletable and self._admits(request, "delete")

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A refusal by a rule that no form knows is said on the page; nothing of the form was written then."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as refusal:
            self.message_user(request, refusal.detail, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        old, new = all_changes(form, formsets, created=not change)
        if old or new:
            self._record("change" if change else "create", form.instance, request, old=old, new=new)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self._record("delete", obj, request, old={"row": str(obj)}, new={})
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            self._record("delete", row, request, old={"row": str(row)}, new={})
        super().delete_queryset(request, queryset)

    def subject_of(self, row: Any) -> Identified | None:
        """Whose trail a write belongs to. Rows without a public id, such as the catalogue's, keep Django's history."""
        return row if isinstance(row, Identified) else None

    def _record(self, verb: str, row: Model, request: HttpRequest, *, old: Any, new: Any) -> None:
        subject = self.subject_of(row)
        if subject:
            told = verb if subject is row else f"{OF_A_PART[verb]}_{row._meta.model_name}"
            record(told, subject, acting_user=request.user, old=old, new=new)


class RecordAdmin(DeskAdmin):
    """A page of rows that only the service writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class _InlineRights:
    """Rows below a page may be changed by whoever may change the page."""

    admin_site: admin.AdminSite
    parent_model: type[Model]
    deletable: ClassVar[bool] = True

    def _page(self) -> Any:
        return self.admin_site.get_model_admin(self.parent_model)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self._page().has_view_permission(request, obj))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        page = self._page()
        return bool(page.has_change_permission(request, obj) if obj else page.has_add_permission(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self._page().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.deletable and bool(self._page().has_change_permission(request, obj))


class DeskInline(_InlineRights, LimitedChoices, _TabularInline):
    form = WholeRowForm
    extra = 0
    hide_title = True  # it would repeat what the row says


class StackedDeskInline(_InlineRights, LimitedChoices, _StackedInline):
    form = WholeRowForm
    extra = 0


class RecordInline(DeskInline):
    """Rows below a page that only the service writes."""

    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields or [field.name for field in self.model._meta.fields]
