"""Who said a row, and how a certificate stands."""

from django import template
from django.utils import timezone

from apps.facilities.models import Capability, Facility, HeldCertificate
from apps.facilities.models.statements import Stated
from apps.portal.wording.listing import Fact, facts_of, said_in_words, standing_of

register = template.Library()


@register.filter
def said(row: Stated) -> str:
    return said_in_words(row)


@register.filter
def facts(row: Facility | Capability) -> list[Fact]:
    return facts_of(row)


@register.filter
def standing(certificate: HeldCertificate) -> str:
    return standing_of(certificate, timezone.now().date())
