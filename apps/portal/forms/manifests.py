"""Handing in a manifest of a design."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.portal.forms.imports import UploadForm


class ManifestForm(UploadForm):
    file = forms.FileField(
        label=_("The manifest"),
        help_text=_("Open Know-How, TOML or YAML, at most 500 kB"),
        widget=forms.FileInput(attrs={"accept": ".toml,.yml,.yaml"}),
    )
