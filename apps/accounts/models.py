"""People, the organisations they act for, and what they may do there."""

from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from apps.core import constraints
from apps.core.models import Identified, TimeStamped, VisibleQuerySet


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin, Identified):
    """Somebody who signs in by e-mail address. People are switched off, never deleted: the audit trail names them."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    is_staff = models.BooleanField(_("may open the admin"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), auto_now_add=True, db_default=Now())

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ("email",)
        constraints = [models.UniqueConstraint(Lower("email"), name="accounts_user_email")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """By Django's custom, for themes and mails."""
        return self.name


class OrganisationKind(models.TextChoices):
    STARTUP = "startup", _("start-up")
    PRODUCER = "producer", _("producer")
    NETWORK = "network", _("network")
    TRAINING_PROVIDER = "training_provider", _("training provider")


class CustomerKind(models.TextChoices):
    """What an organisation is to a facility that it orders from; facilities may refuse a kind."""

    STARTUP = "startup", _("start-up")
    INDIVIDUAL = "individual", _("individual")
    UNIVERSITY = "university", _("university")
    ESTABLISHED = "established", _("established company")


class OrganisationQuerySet(VisibleQuerySet["Organisation"]):
    def visible_to(self, user: Any) -> Self:
        """One's own, those whose needs or facilities one coordinates, and the networks; others are confidential."""
        if user.is_superuser:
            return self
        own = models.Q(memberships__user=user) | models.Q(network__coordinators__user=user)
        # Drafts are nobody else's, and partner networks read the need, not the organisation's page.
        served = models.Q(needs__home_network__coordinators__user=user, needs__submitted_at__isnull=False)
        operating = models.Q(facilities__networks__coordinators__user=user)
        return self.filter(own | served | operating | models.Q(kind=OrganisationKind.NETWORK)).distinct()


class Organisation(Identified):
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganisationKind)
    customer_kind = models.CharField(
        _("kind of customer"), max_length=20, choices=CustomerKind, default=CustomerKind.STARTUP
    )
    country = CountryField(_("country"), blank=True)
    website = models.URLField(_("website"), blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ("name", "id")
        constraints = [
            constraints.not_blank("accounts_organisation", "name"),
            constraints.one_of("accounts_organisation", "kind", OrganisationKind.values),
            constraints.one_of("accounts_organisation", "customer_kind", CustomerKind.values),
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    OWNER = "owner", _("owner")
    MEMBER = "member", _("member")
    VIEWER = "viewer", _("viewer")


ROLES_THAT_WRITE = (Role.OWNER, Role.MEMBER)


class Membership(TimeStamped):
    """Owners also manage the organisation and its people, members act for it, viewers read."""

    user = models.ForeignKey(User, verbose_name=_("user"), on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.MEMBER)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(name="accounts_membership_once", fields=["user", "organisation"]),
            constraints.one_of("accounts_membership", "role", Role.values),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()}, {self.organisation})"
