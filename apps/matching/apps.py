from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    name = "apps.matching"
    verbose_name = _("Matching")

    def ready(self) -> None:
        from apps.matching import receivers  # noqa: PLC0415 - models are ready only now

        post_migrate.connect(receivers.ensure_policy, sender=self, dispatch_uid="matching_default_policy")
