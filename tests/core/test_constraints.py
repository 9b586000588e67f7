"""Each rule of the tables is kept by PostgreSQL itself: whoever bypasses Python meets the same refusal.

Most violations follow from a constraint's own condition; the few that do not stand in SPECIAL. A constraint that
neither way can break fails the test, so a new one is tested by itself.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pgtrigger
import psycopg
import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import CheckConstraint, F, Q

from tests import builders

pytestmark = pytest.mark.django_db

OURS = [model for model in apps.get_models() if model.__module__.startswith("apps.") and not model._meta.proxy]
CHECKS = [
    pytest.param(model, constraint, id=constraint.name)
    for model in OURS
    for constraint in model._meta.constraints
    if isinstance(constraint, CheckConstraint)
]
UNIQUES = [
    pytest.param(model, constraint, id=constraint.name)
    for model in OURS
    for constraint in model._meta.constraints
    if isinstance(constraint, models.UniqueConstraint)
]
# Violations that cannot be read off the condition: values for one row, builders for what must exist first.
SPECIAL: dict[str, dict[str, Any]] = {
    "exchange_batch_failed_for_a_reason": {"state": "failed"},
    "exchange_batch_of_network_or_facility": {"network": None},
    "exchange_term_decided_is_dated": {"state": "rejected"},
    "exchange_term_mapped_to_something": {"state": "mapped", "decided_at": datetime(2030, 1, 1, tzinfo=UTC)},
    "exchange_term_state_listed": {"state": "x", "decided_at": datetime(2030, 1, 1, tzinfo=UTC)},
    "catalog_relation_not_itself": {"needed": F("provided")},
    "catalog_relation_quality_stated": {"quality": None},
    "catalog_synonym_one_target": {"process": None},
    "facilities_facility_claimed_by_someone": {"operator": None},
    "facilities_claim_decided_is_dated": {"decided_at": datetime(2030, 1, 1, tzinfo=UTC)},
    "facilities_claim_denied_for_a_reason": {"state": "denied", "decided_at": datetime(2030, 1, 1, tzinfo=UTC)},
    "facilities_claim_revoked_for_a_reason": {
        "state": "revoked",
        "decided_at": datetime(2030, 1, 1, tzinfo=UTC),
        "revoked_at": datetime(2030, 1, 1, tzinfo=UTC),
    },
    "facilities_claim_revoked_is_dated": {"revoked_at": datetime(2030, 1, 1, tzinfo=UTC)},
    "facilities_claim_state_listed": {"state": "x", "decided_at": datetime(2030, 1, 1, tzinfo=UTC)},
    "facilities_facility_removed_is_hidden": {"removed_at": datetime(2030, 1, 1, tzinfo=UTC)},
    "facilities_exception_hours_range": {"share": None, "hours": -1.0, "resource": builders.resource},
    "facilities_exception_hours_of_one": {"share": None, "hours": 1.0},
    "facilities_exception_one_measure": {"share": None},
    "facilities_inquired_answer_dated": {"answer": "confirmed"},
    "facilities_inquired_answer_listed": {"answer": "x", "answered_at": datetime(2030, 1, 1, tzinfo=UTC)},
    "facilities_hold_soft_ends": {"expires_at": None},
    "facilities_hold_week_starts_on_monday": {"monday": date(2030, 1, 1)},
    "facilities_facility_pause_dated": {"paused_until": date(2030, 1, 1)},
    "facilities_facility_merged_is_closed": {"merged_into": builders.facility},
    "facilities_facility_not_merged_into_itself": {"merged_into": F("id"), "operating_state": "closed"},
    "facilities_facility_merged_takes_no_claim": {
        "merged_into": builders.facility,
        "operating_state": "closed",
        "claim_state": "claim_pending",
    },
    "facilities_merge_not_itself": {"merged": F("survivor")},
    "facilities_merge_split_for_a_reason": {"split_reason": "x"},
    "facilities_twins_dismissed_is_dated": {"dismissed_facts": "x"},
    "facilities_twins_score_range": {"score": 2.0},
    "facilities_twins_in_order": {"first": F("second")},
    "facilities_no_go_value_listed": {"value": "no such industry"},
    "facilities_request_decided_is_dated": {"decided_at": datetime(2030, 1, 1, tzinfo=UTC)},
    "facilities_request_state_listed": {"state": "x", "decided_at": datetime(2030, 1, 1, tzinfo=UTC)},
    "facilities_request_refused_for_a_reason": {"state": "refused", "decided_at": datetime(2030, 1, 1, tzinfo=UTC)},
    "facilities_resource_one_measure": {"units_per_week": 10.0},
    "facilities_verification_something_checked": {"checked": []},
    "facilities_verification_undone_for_a_reason": {"undone_because": "taken_back"},
    "facilities_week_starts_on_monday": {"monday": date(2030, 1, 1)},
    "matching_comparison_of_two": {"after": F("before")},
    "matching_job_done_not_ahead": {"done": -1},
    "notices_delivery_sent_at_known": {"state": "sent"},
    "notices_delivery_to_somebody": {"address": ""},
    "needs_need_submitted_is_dated": {"submitted_at": None},
    "needs_revision_region_named": {"region_rule": "must"},
    "needs_revision_region_rule_listed": {"region_rule": "x", "region": builders.region},
    "needs_revision_ceiling_has_budget": {"budget_is_ceiling": True},
}
SIDES = ("envelope_length_mm", "envelope_width_mm", "envelope_height_mm")
# What must be stated with a field, so that the violation breaks its own rule and no other.
BESIDE: dict[str, dict[str, Any]] = {
    **{side: dict.fromkeys(SIDES, 1.0) for side in SIDES},
    "lat": {"lon": 0.0},
    "lon": {"lat": 0.0},
    "centre_lat": {"centre_lon": 0.0},
    "centre_lon": {"centre_lat": 0.0},
    "ship_to_lat": {"ship_to_lon": 0.0},
    "ship_to_lon": {"ship_to_lat": 0.0},
    "fixed_hours": {"pattern_share": 1.0},
    "pattern_share": {"fixed_hours": 0.0},
    "units_per_week": {"gross_hours_per_week": None},
    "score": {"low": -9.0, "high": 9.0},
    "cycle_seconds_typical": {"cycle_seconds_low": 0.5},
}
# Where a rule holds for some rows only: what makes it hold for the row at hand, builders included.
SHARED: dict[str, dict[str, Any]] = {
    "facilities_facility_external_id": {"external_id": "X"},
    "needs_need_external_id": {"external_id": "X"},
    "matching_policy_one_in_force": {"state": "published", "network": builders.network},
}
# Where a table has several keys: what keeps the copy clear of the others.
APART: dict[str, dict[str, Any]] = {
    "facilities_calendar_one_live": {"token_digest": "another"},
    "accounts_user_email": {"email": "PERSON@example.org"},
    "matching_match_facility_once": {"position": 2},
    "matching_policy_one_in_force": {"name": "another"},
    "needs_need_external_id": {"current": None},
    "needs_step_one_lead": {"sequence": 2},
    "needs_step_sequence": {"role": "required"},
}
SYNONYM_TARGETS: dict[str, Callable[[], models.Model]] = {
    "material": builders.material,
    "certification": builders.certification,
    "machine": builders.machine_model,
    "stage": builders.stage,
}


def built(model: type[models.Model]) -> models.Model:
    """A sound row of the model."""
    name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in model.__name__).lstrip("_")
    if name in ("need_revision", "step", "asked_certificate"):
        return _part_of_a_need(name)
    made: models.Model = getattr(builders, name)()
    return made


def _part_of_a_need(name: str) -> models.Model:
    content = builders.need_content(required_certificates=(builders.certification(),))
    revision = builders.need(content=content).current
    assert revision is not None
    if name == "step":
        return revision.steps.get()
    return revision if name == "need_revision" else revision.certificates.get()


def violations(constraint: CheckConstraint, model: type[models.Model]) -> Iterator[dict[str, Any]]:
    """Rows' values that the condition forbids."""
    if constraint.name in SPECIAL:
        yield _made(SPECIAL[constraint.name])
        return
    if constraint.name.endswith("_not_blank"):
        yield {next(_leaves(constraint.condition))[0]: ""}
    for lookup, bound in _leaves(constraint.condition):
        field, _, operator = lookup.rpartition("__")
        values = _beyond(model, field, operator, bound)
        if values:
            yield {**BESIDE.get(field, {}), **values}
    stated = [lookup.removesuffix("__isnull") for lookup, value in _leaves(constraint.condition) if value is False]
    if len(stated) > 1:
        yield {stated[0]: 1.0, **dict.fromkeys(stated[1:])}


def _made(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value() if callable(value) else value for name, value in values.items()}


def _beyond(model: type[models.Model], field: str, operator: str, bound: Any) -> dict[str, Any] | None:
    match operator:
        case "gt":
            return {field: bound}
        case "gte" if not _keeps_its_own_floor(model, field, bound):
            return {field: bound - 1}
        case "lte" if isinstance(bound, F):
            other: str = bound.deconstruct()[1][0]
            return _dates(field, other) if _is_date(model, field) else {field: 2, other: 1}
        case "lte":
            return {field: bound + 1}
        case "in":
            return {field: 99 if isinstance(bound[0], int) else "x"}
        case "regex":
            return {field: "usd"}
    return None


def _leaves(condition: Any) -> Iterator[tuple[str, Any]]:
    for child in condition.children:
        if isinstance(child, Q):
            yield from _leaves(child)
        else:
            yield child


def _is_date(model: type[models.Model], field: str) -> bool:
    return isinstance(model._meta.get_field(field), models.DateField)


def _keeps_its_own_floor(model: type[models.Model], field: str, low: float) -> bool:
    """Django gives positive integer columns a nameless rule of their own."""
    return low == 0 and isinstance(model._meta.get_field(field), models.PositiveIntegerField)


def _dates(low: str, high: str) -> dict[str, Any]:
    return {low: date(2030, 1, 2), high: date(2030, 1, 1)}


def refused_by(error: IntegrityError) -> str | None:
    cause = error.__cause__
    assert isinstance(cause, psycopg.Error)
    return cause.diag.constraint_name


@pytest.mark.parametrize(("model", "constraint"), CHECKS)
def test_a_row_that_breaks_the_rule_is_refused(model: type[models.Model], constraint: CheckConstraint) -> None:
    row = built(model)
    cases = list(violations(constraint, model))
    assert cases, f"say in SPECIAL how {constraint.name} can be broken"
    for values in cases:
        with pgtrigger.ignore(), pytest.raises(IntegrityError) as refusal, transaction.atomic():
            model._default_manager.filter(pk=row.pk).update(**values)
        assert refused_by(refusal.value) == constraint.name, values


@pytest.mark.parametrize(("model", "constraint"), CHECKS)
def test_not_a_number_is_no_number(model: type[models.Model], constraint: CheckConstraint) -> None:
    floats = {
        lookup.rpartition("__")[0]
        for lookup, _ in _leaves(constraint.condition)
        if constraint.name.endswith(("_range", "_positive"))
    }
    for field in floats:
        if not isinstance(model._meta.get_field(field), models.FloatField):
            continue
        row = built(model)
        with pgtrigger.ignore(), pytest.raises(IntegrityError), transaction.atomic():
            model._default_manager.filter(pk=row.pk).update(**{field: float("nan")})


@pytest.mark.parametrize(("model", "constraint"), UNIQUES)
def test_a_second_row_of_the_same_key_is_refused(
    model: type[models.Model], constraint: models.UniqueConstraint
) -> None:
    row = _row_for(model, constraint.name)
    with pgtrigger.ignore():
        model._default_manager.filter(pk=row.pk).update(**_made(SHARED.get(constraint.name, {})))
    copy = model._default_manager.get(pk=row.pk)
    changes = {"pk": None, "public_id": uuid4(), **APART.get(constraint.name, {})}
    if constraint.name == "matching_match_position_once":
        changes["facility"] = builders.facility()
    for name, value in changes.items():
        setattr(copy, name, value)
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        model._default_manager.bulk_create([copy])
    assert refused_by(refusal.value) == constraint.name


def _row_for(model: type[models.Model], rule: str) -> models.Model:
    target = rule.removeprefix("catalog_synonym_").removesuffix("_once")
    if target in SYNONYM_TARGETS:
        made: dict[str, Any] = {target: SYNONYM_TARGETS[target]()}
        return builders.synonym(**made)
    if rule == "accounts_user_email":
        return builders.user("person@example.org")
    return built(model)
