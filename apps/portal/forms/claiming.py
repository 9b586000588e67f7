"""Registering a facility, claiming a listed one, asking about a listing."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from apps.accounts.models import Organisation
from apps.catalog.models import FacilityKind
from apps.networks.models import Network
from apps.portal.forms.listing import ListingForm
from apps.portal.selectors.listing import networks_to_join, producers_of


class RegisterForm(ListingForm):
    operator = forms.ModelChoiceField(label=_("Who runs it"), queryset=Organisation.objects.none())
    network = forms.ModelChoiceField(
        label=_("Network"), queryset=Network.objects.none(), help_text=_("Its coordinator lets the facility in.")
    )
    name = forms.CharField(label=_("Name of the site"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=FacilityKind.choices)
    city = forms.CharField(label=_("City"), max_length=100, required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)

    def __init__(self, user: Any, data: Any = None) -> None:
        super().__init__(data)
        producers = producers_of(user)
        self.fields["operator"].queryset = producers  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["operator"].initial = producers.first() if producers.count() == 1 else None
        self.fields["network"].queryset = networks_to_join()  # type: ignore[attr-defined]
        self.fields["country"].choices = [("", "-"), *countries]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "kind", "city", "country")}


class ClaimForm(ListingForm):
    organisation = forms.ModelChoiceField(label=_("Who runs it"), queryset=Organisation.objects.none())
    words = forms.CharField(
        label=_("How can the coordinator tell?"),
        help_text=_("Your role, a website that names you, somebody to call."),
        max_length=2_000,
        required=False,
        widget=forms.Textarea,
    )

    def __init__(self, user: Any, data: Any = None) -> None:
        super().__init__(data)
        producers = producers_of(user)
        self.fields["organisation"].queryset = producers  # type: ignore[attr-defined]
        self.fields["organisation"].initial = producers.first() if producers.count() == 1 else None


class OwnerRequestForm(ListingForm):
    kind = forms.ChoiceField(
        label=_("What shall happen?"),
        choices=[("correction", _("correct the listing")), ("removal", _("take it off the list"))],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(label=_("What is wrong, or why"), max_length=4_000, widget=forms.Textarea)
    email = forms.EmailField(label=_("Where the answer goes"), help_text=_("Your e-mail address."))

    def __init__(self, data: Any = None, *, signed_in: bool) -> None:
        super().__init__(data)
        if signed_in:
            del self.fields["email"]
