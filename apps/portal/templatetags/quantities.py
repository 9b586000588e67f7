"""Numbers as people write them."""

from django import template
from django.utils.formats import number_format
from django.utils.translation import ngettext

register = template.Library()


@register.filter
def pieces(quantity: int) -> str:
    number = number_format(quantity, force_grouping=True)
    return ngettext("%(number)s piece", "%(number)s pieces", quantity) % {"number": number}
