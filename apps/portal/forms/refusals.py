"""What the rules refuse, said to the founder who typed it."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError

WORDS: dict[str, Promise] = {
    "annual_below_order": _("A year cannot bring less than this order (%(order_quantity)s pieces)."),
    "ceiling_without_budget": _("Say how high the ceiling is, or untick it."),
    "certificate_required_and_preferred": _("A certificate is either required or nice to have."),
    "due_date_past": _("Choose a day that is still to come."),
    "due_date_too_far": _("Choose a day within the next ten years."),
    "external_id_taken": _("This page was sent before and made a need then."),
    "lead_missing": _("One step must be the main one."),
    "lead_twice": _("Only one step can be the main one."),
    "not_a_startup": _("Only a start-up posts needs."),
    "not_a_writer": _("Your role there lets you read, not write."),
    "position_incomplete": _("Give both latitude and longitude, or neither."),
    "process_is_category": _("This is a group of processes; choose one of its kinds."),
    "region_missing": _("Choose the region that is meant."),
    "region_without_rule": _("A region is chosen: say whether it is a wish or a must."),
    "steps_missing": _("Name at least the main process."),
    "steps_too_many": _("That is too many steps for one need."),
    "tooling_above_budget": _("Tooling is a part of the budget, so it cannot be more."),
}


def refusal_in_words(error: DomainError) -> str:
    """The service's own sentence stands in for a code that has no words here."""
    words: Any = WORDS.get(error.code)
    return str(words) % error.facts if words else error.detail
