from django.apps import AppConfig
from django.db.models.signals import post_save
from django.utils.translation import gettext_lazy as _


class FacilitiesConfig(AppConfig):
    name = "apps.facilities"
    verbose_name = _("Facilities")

    def ready(self) -> None:
        from apps.facilities import receivers  # noqa: PLC0415 - models are ready only now

        post_save.connect(
            receivers.close_with_the_others,
            sender=self.get_model("Resource"),
            dispatch_uid="facilities_exceptions_of_new_resource",
        )
