"""Who signs in, for which organisation; and the tokens that sign in for them."""

from http import HTTPStatus
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet, URLField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from knox.models import AuthToken
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from apps.accounts.models import Membership, Organisation, User
from apps.core.admin import DeskAdmin, DeskInline, RecordAdmin, badge, linked
from apps.core.audit import record

# Rights come from roles here; groups of permission rows would promise something that nothing reads.
admin.site.unregister(Group)
admin.site.unregister(AuthToken)


class MembershipsOfUserInline(DeskInline):
    model = Membership
    autocomplete_fields = ("organisation",)
    fields = ("organisation", "role", "created_at")
    readonly_fields = ("created_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("organisation", "user")


class MembersInline(DeskInline):
    model = Membership
    autocomplete_fields = ("user",)
    fields = ("user", "role", "created_at")
    readonly_fields = ("created_at",)
    verbose_name = _("member")
    verbose_name_plural = _("members")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("organisation", "user")


class CreateUserForm(UserCreationForm):  # type: ignore[misc]  # the theme carries no types
    class Meta:
        model = User
        fields = ("email", "name")

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        return email


class ChangeUserForm(UserChangeForm):  # type: ignore[misc]  # the theme carries no types
    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        return email


@admin.register(User)
class UserAdmin(DeskAdmin, DjangoUserAdmin):  # type: ignore[type-arg]  # generic for the type checker only
    """People are switched off, never deleted."""

    form = ChangeUserForm
    add_form = CreateUserForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("email", "name", "is_active", "is_staff", "is_superuser", "organisations", "last_login")
    list_display_links = ("email", "name")
    list_filter = ("is_active", "is_staff", "is_superuser", "memberships__role")
    search_fields = ("email", "name", "memberships__organisation__name")
    search_help_text = _("an e-mail address, a name or an organisation")
    date_hierarchy = "date_joined"
    ordering = ("email",)
    filter_horizontal = ()
    readonly_fields = ("public_id", "last_login", "date_joined")
    inlines = (MembershipsOfUserInline,)
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        (_("May"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (_("Dates"), {"fields": ("last_login", "date_joined", "public_id")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "name", "password1", "password2")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("memberships__organisation")

    @admin.display(description=_("organisations"), empty_value="-")
    def organisations(self, user: User) -> str:
        return ", ".join(membership.organisation.name for membership in user.memberships.all())

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        with transaction.atomic():
            response = super().user_change_password(request, id, form_url)
            if request.method == "POST" and response.status_code == HTTPStatus.FOUND:
                record("change_password", get_object_or_404(User, pk=id), acting_user=request.user)
        return response


@admin.register(Organisation)
class OrganisationAdmin(DeskAdmin):
    """No counts of facilities or needs: a coordinator would learn of those that are not hers to see."""

    coordinators_may = frozenset({"view"})
    list_display = (
        "name",
        badge("kind", _("kind"), {"startup": "info", "producer": "success", "network": "warning"}),
        "customer_kind",
        "country",
        "website",
        "created_at",
    )
    list_filter = ("kind", "customer_kind")
    search_fields = ("name", "website", "memberships__user__email", "public_id__iexact")
    search_help_text = _("a name, a website, a member's e-mail address or a public id")
    date_hierarchy = "created_at"
    fields = ("name", "kind", "customer_kind", "country", "website", "public_id", "created_at")
    readonly_fields = ("public_id", "created_at")
    inlines = (MembersInline,)

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if isinstance(db_field, URLField):
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(AuthToken)
class TokenAdmin(RecordAdmin):
    """Tokens of the API. The key of the row is the token's digest, so no address and no form may carry it."""

    list_display = ("start_of_token", linked("user", _("user")), "created", "expiry", "revoke")
    list_display_links = None
    list_select_related = ("user",)
    list_filter = ("created", "expiry")
    search_fields = ("token_key__startswith", "user__email", "user__name")
    search_help_text = _("the first characters of a token, or a person")
    date_hierarchy = "created"
    ordering = ("-created",)
    actions = None

    def get_urls(self) -> list[URLPattern]:
        listed = [url for url in super().get_urls() if url.name == "knox_authtoken_changelist"]
        revoke = path(
            "<uuid:user_id>/<str:token_key>/revoke/",
            self.admin_site.admin_view(self.revoke_view),
            name="knox_authtoken_revoke",
        )
        return [revoke, *listed]

    @admin.display(description=_("token starts with"), ordering="token_key")
    def start_of_token(self, token: AuthToken) -> str:
        return f"{token.token_key[:8]}…"

    @admin.display(description="")
    def revoke(self, token: AuthToken) -> SafeString:
        address = reverse("admin:knox_authtoken_revoke", args=[token.user.public_id, token.token_key])
        return format_html('<a class="desk-link" href="{}">{}</a>', address, _("Revoke"))

    def revoke_view(self, request: HttpRequest, user_id: str, token_key: str) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        token = get_object_or_404(self.get_queryset(request), user__public_id=user_id, token_key=token_key)
        back = reverse("admin:knox_authtoken_changelist")
        if request.method == "POST":
            with transaction.atomic():
                record("revoke_token", token.user, acting_user=request.user, old={"token": token_key[:8]})
                token.delete()
            self.message_user(request, gettext("The token no longer signs anybody in."), messages.SUCCESS)
            return HttpResponseRedirect(back)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Revoke a token"),
            "token": token,
            "start": self.start_of_token(token),
            "expired": token.expiry is not None and token.expiry <= timezone.now(),
            "back": back,
        }
        return TemplateResponse(request, "accounts/admin/revoke_token.html", context)
