"""Handing in a file."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.exchange.services import MAX_FILE_BYTES
from apps.portal.forms.listing import ListingForm


class UploadForm(ListingForm):
    file = forms.FileField(
        label=_("Your template"),
        help_text=_("XLSX, CSV or a zip archive of CSV files, at most 10 MB"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.zip"}),
    )

    def clean_file(self) -> object:
        file = self.cleaned_data["file"]
        if file.size > MAX_FILE_BYTES:
            raise forms.ValidationError(_("A file has at most 10 MB."), "file_too_large")
        return file
