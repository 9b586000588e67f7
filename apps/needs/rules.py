"""What a need must be before it is written, beyond what single fields can tell."""

from collections.abc import Iterator
from datetime import date, timedelta

from apps.catalog.models import ProcessKind
from apps.core.errors import InvalidInputError
from apps.needs.content import NeedContent, StepContent
from apps.needs.models import RegionRule, StepRole

MAX_STEPS = 30
MAX_YEARS_AHEAD = 10


def check_content(content: NeedContent, *, today: date) -> None:
    """Raise InvalidInputError for the first rule that does not hold, naming the field as a path (`steps.0.process`)."""
    for problem in content_problems(content, today):
        raise problem


def content_problems(content: NeedContent, today: date) -> Iterator[InvalidInputError]:
    yield from _date_problems(content.due_on, today)
    yield from _step_problems(content.steps)
    yield from _place_problems(content)
    yield from _money_problems(content)
    twice = set(content.required_certificates) & set(content.preferred_certificates)
    if twice:
        yield InvalidInputError(
            "certificate_required_and_preferred",
            "A certificate is either required or preferred.",
            field="preferred_certificates",
            facts={"certificates": sorted(certification.slug for certification in twice)},
        )
    if content.annual_quantity is not None and content.annual_quantity < content.order_quantity:
        yield InvalidInputError(
            "annual_below_order",
            "The quantity a year cannot be smaller than this order.",
            field="annual_quantity",
            facts={"annual_quantity": content.annual_quantity, "order_quantity": content.order_quantity},
        )


def _date_problems(due_on: date, today: date) -> Iterator[InvalidInputError]:
    if due_on <= today:
        yield InvalidInputError(
            "due_date_past",
            "The due date must lie in the future.",
            field="due_on",
            facts={"due_on": due_on.isoformat()},
        )
    if due_on > today + timedelta(days=366 * MAX_YEARS_AHEAD):
        yield InvalidInputError(
            "due_date_too_far",
            f"The due date must lie within {MAX_YEARS_AHEAD} years.",
            field="due_on",
            facts={"due_on": due_on.isoformat()},
        )


def _step_problems(steps: tuple[StepContent, ...]) -> Iterator[InvalidInputError]:
    if not steps:
        yield InvalidInputError("steps_missing", "At least one step is needed.", field="steps")
    if len(steps) > MAX_STEPS:
        yield InvalidInputError("steps_too_many", f"At most {MAX_STEPS} steps.", field="steps")
    leads = [index for index, step in enumerate(steps) if step.role == StepRole.LEAD]
    if steps and not leads:
        yield InvalidInputError("lead_missing", "One step must be the lead.", field="steps")
    if len(leads) > 1:
        yield InvalidInputError("lead_twice", "Only one step can be the lead.", field=f"steps.{leads[1]}.role")
    for index, step in enumerate(steps):
        if step.process.kind == ProcessKind.CATEGORY:
            yield InvalidInputError(
                "process_is_category",
                "This is a group of processes; choose one of its kinds.",
                field=f"steps.{index}.process",
                facts={"process": step.process.slug},
            )


def _place_problems(content: NeedContent) -> Iterator[InvalidInputError]:
    if (content.ship_to_lat is None) != (content.ship_to_lon is None):
        missing = "ship_to_lat" if content.ship_to_lat is None else "ship_to_lon"
        yield InvalidInputError("position_incomplete", "Give both latitude and longitude, or neither.", field=missing)
    if content.region_rule != RegionRule.NONE and content.region is None:
        yield InvalidInputError("region_missing", "Say which region is meant.", field="region")
    if content.region_rule == RegionRule.NONE and content.region is not None:
        yield InvalidInputError(
            "region_without_rule", "Say whether the region is wished or a must.", field="region_rule"
        )


def _money_problems(content: NeedContent) -> Iterator[InvalidInputError]:
    if content.budget_is_ceiling and content.budget_amount is None:
        yield InvalidInputError("ceiling_without_budget", "A ceiling needs a budget.", field="budget_amount")
    tooling, budget = content.tooling_budget_amount, content.budget_amount
    if tooling is not None and budget is not None and tooling > budget:
        yield InvalidInputError(
            "tooling_above_budget", "Tooling is a part of the budget.", field="tooling_budget_amount"
        )
