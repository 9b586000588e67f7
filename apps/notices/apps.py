from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "apps.notices"
    verbose_name = _("Notices")

    def ready(self) -> None:
        from apps.notices import checks  # noqa: F401, PLC0415 - registers them
