"""What a facility's contact sees of it here: what is listed, nothing about needs."""

from collections.abc import Sequence

from django.db.models import Prefetch

from apps.facilities.models import Capability, Facility, HeldCertificate
from apps.portal.selectors.people import Reader


def facilities_of(reader: Reader) -> Sequence[Facility]:
    """The sites of the producers that the reader acts for, with what is listed of them."""
    operators = [membership.organisation_id for membership in reader.producers]
    return list(
        Facility.objects.fully_visible_to(reader.user)
        .filter(operator__in=operators)
        .prefetch_related(
            "networks",
            Prefetch("capabilities", Capability.objects.select_related("process")),
            Prefetch("certificates", HeldCertificate.objects.select_related("certification")),
        )
    )
