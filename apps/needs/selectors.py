"""Reading needs."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from apps.accounts.models import User
from apps.core.errors import NotAllowedError, NotFoundError
from apps.needs.content import REVISION_FIELDS, STEP_FIELDS, NeedContent, StepContent
from apps.needs.models import AskedCertificate, Need, NeedRevision, Step

REVISION_PARTS = (
    Prefetch("steps", Step.objects.select_related("process").prefetch_related("materials")),
    Prefetch("certificates", AskedCertificate.objects.select_related("certification")),
)


def needs_visible_to(user: Any) -> QuerySet[Need]:
    """With everything that showing a need takes, in a fixed number of queries."""
    return (
        Need.objects.visible_to(user)
        .select_related("organisation", "home_network", "current__stage", "current__region")
        .prefetch_related(
            "partner_networks__network",
            Prefetch("current__steps", Step.objects.select_related("process").prefetch_related("materials")),
            Prefetch("current__certificates", AskedCertificate.objects.select_related("certification")),
        )
    )


def access_need(user: Any, public_id: UUID) -> Need:
    """The need, if it is there and the user's to see; NotFoundError otherwise, which reads the same for both."""
    need = needs_visible_to(user).filter(public_id=public_id).first()
    if need is None:
        raise NotFoundError("need_not_found", "There is no such need.")
    return need


def content_of(revision: NeedRevision) -> NeedContent:
    """The revision as plain values: what an edit starts from."""
    asked = list(revision.certificates.all())
    return NeedContent(
        **{name: getattr(revision, name) for name in REVISION_FIELDS},
        envelope_mm=revision.envelope_mm,
        required_certificates=tuple(one.certification for one in asked if one.required),
        preferred_certificates=tuple(one.certification for one in asked if not one.required),
        steps=tuple(_step_content(step) for step in revision.steps.all()),
    )


def _step_content(step: Step) -> StepContent:
    return StepContent(
        **{name: getattr(step, name) for name in STEP_FIELDS},
        materials=tuple(step.materials.all()),
        envelope_mm=step.envelope_mm,
    )


def revisions_of(need: Need) -> QuerySet[NeedRevision]:
    """Whole, newest first."""
    return NeedRevision.objects.filter(need=need).select_related("stage", "region").prefetch_related(*REVISION_PARTS)


def require_taking_part(user: User, need: Need) -> None:
    """Errors: NotAllowedError for those who only read it."""
    mine = Need.objects.filter(pk=need.pk)
    if not (mine.editable_by(user).exists() or mine.coordinated_by(user).exists()):
        raise NotAllowedError("not_a_writer", "Your role there may read, not write.")
