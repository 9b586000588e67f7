"""Writing needs: every edit is a new revision, every step of a need's life is checked, dated and audited."""

from datetime import UTC, date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.models import ROLES_THAT_WRITE, Organisation, OrganisationKind, User
from apps.core.audit import record
from apps.core.errors import DomainError, InvalidInputError, NotAllowedError
from apps.needs.content import REVISION_FIELDS, STEP_FIELDS, NeedContent, StepContent
from apps.needs.models import NEED_EDGES, AskedCertificate, Need, NeedPartnerNetwork, NeedRevision, NeedState, Step
from apps.needs.rules import check_content
from apps.needs.signals import need_changed
from apps.networks.models import Network

EDITABLE_STATES = (
    NeedState.DRAFT,
    NeedState.SUBMITTED,
    NeedState.IN_REVIEW,
    NeedState.NEED_INFO,
    NeedState.OPEN,
    NeedState.MATCHED,
)


@transaction.atomic
def create_need(
    organisation: Organisation,
    content: NeedContent,
    *,
    home_network: Network,
    acting_user: User,
    external_id: str = "",
    partner_networks: tuple[Network, ...] = (),
    submit: bool = False,
    today: date | None = None,
) -> Need:
    """A draft, or with `submit` a submitted need.

    Errors: InvalidInputError for the content, NotAllowedError where the user may not act for the organisation,
    DomainError `external_id_taken` where the organisation already has a need of that external id.
    """
    _require_founder(organisation, acting_user)
    if home_network in partner_networks:
        raise InvalidInputError("partner_is_home", "The home network is in already.", field="partner_networks")
    check_content(content, today=today or _today())
    try:
        with transaction.atomic():
            need = Need.objects.create(
                organisation=organisation, home_network=home_network, external_id=external_id, created_by=acting_user
            )
    except IntegrityError as error:
        if not external_id:
            raise
        raise DomainError("external_id_taken", "There is a need with this id already.", field="external_id") from error
    NeedPartnerNetwork.objects.bulk_create(
        NeedPartnerNetwork(need=need, network=network, consented_by=acting_user) for network in partner_networks
    )
    _add_revision(need, content, number=1, acting_user=acting_user)
    record("create", need, acting_user=acting_user, new={"title": content.title, "revision": 1})
    if submit:
        submit_need(need, acting_user=acting_user, today=today)
    return need


@transaction.atomic
def revise_need(
    need: Need,
    content: NeedContent,
    *,
    acting_user: User,
    expected_revision: int | None = None,
    today: date | None = None,
) -> NeedRevision:
    """Write the next revision. `expected_revision` is the one that the writer had read; another one is a conflict."""
    need = _locked(need)
    _require_founder(need.organisation, acting_user)
    if need.state not in EDITABLE_STATES:
        raise DomainError("need_not_editable", "A need in this state is not edited.", facts={"state": need.state})
    before = _current(need)
    if expected_revision is not None and before.number != expected_revision:
        raise DomainError("revision_outdated", "Somebody changed it meanwhile.", facts={"current": before.number})
    check_content(content, today=today or _today())
    revision = _add_revision(need, content, number=before.number + 1, acting_user=acting_user)
    record(
        "revise",
        need,
        acting_user=acting_user,
        old={"revision": before.number, "title": before.title},
        new={"revision": revision.number, "title": revision.title},
    )
    return revision


def submit_need(need: Need, *, acting_user: User, today: date | None = None) -> Need:
    """Hand a draft to its network; from now on it is ranked."""
    with transaction.atomic():
        need = _locked(need)
        _require_founder(need.organisation, acting_user)
        if _current(need).due_on <= (today or _today()):
            raise InvalidInputError("due_date_past", "The due date must lie in the future.", field="due_on")
        return change_state(need, NeedState.SUBMITTED, acting_user=acting_user)


def withdraw_need(need: Need, *, acting_user: User, reason: str = "") -> Need:
    with transaction.atomic():
        need = _locked(need)
        _require_founder(need.organisation, acting_user)
        return change_state(need, NeedState.WITHDRAWN, acting_user=acting_user, reason=reason)


@transaction.atomic
def change_state(need: Need, state: str, *, acting_user: User | None, reason: str = "") -> Need:
    """Follow one edge of NEED_EDGES; the row must still be in the state that the caller saw."""
    before = need.state
    if (before, state) not in NEED_EDGES:
        raise DomainError(
            "transition_refused", "That step is not possible from here.", facts={"from": before, "to": state}
        )
    values: dict[str, Any] = {"state": state, "updated_at": timezone.now()}
    if state == NeedState.SUBMITTED:
        values["submitted_at"] = timezone.now()
    if not Need.objects.filter(pk=need.pk, state=before).update(**values):
        raise DomainError("state_changed", "Somebody changed it meanwhile.", facts={"from": before, "to": state})
    record("change_state", need, acting_user=acting_user, old={"state": before}, new={"state": state}, reason=reason)
    need.refresh_from_db()
    need_changed.send(Need, need=need)
    return need


def _add_revision(need: Need, content: NeedContent, *, number: int, acting_user: User) -> NeedRevision:
    revision = NeedRevision.objects.create(
        need=need,
        number=number,
        created_by=acting_user,
        **{name: getattr(content, name) for name in REVISION_FIELDS},
        **_sides(content.envelope_mm),
    )
    for sequence, step in enumerate(content.steps, start=1):
        _add_step(revision, step, sequence)
    asked = [(certification, True) for certification in content.required_certificates]
    asked += [(certification, False) for certification in content.preferred_certificates]
    AskedCertificate.objects.bulk_create(
        AskedCertificate(revision=revision, certification=certification, required=required)
        for certification, required in asked
    )
    # Last, so that whoever watches `current` finds the revision whole.
    need.current = revision
    need.save(update_fields=["current", "updated_at"])
    need_changed.send(Need, need=need)
    return revision


def _add_step(revision: NeedRevision, content: StepContent, sequence: int) -> None:
    step = Step.objects.create(
        revision=revision,
        sequence=sequence,
        **{name: getattr(content, name) for name in STEP_FIELDS},
        **_sides(content.envelope_mm),
    )
    step.materials.set(content.materials)


def _sides(envelope_mm: tuple[float, float, float] | None) -> dict[str, float | None]:
    length, width, height = envelope_mm or (None, None, None)
    return {"envelope_length_mm": length, "envelope_width_mm": width, "envelope_height_mm": height}


def _locked(need: Need) -> Need:
    """Without joins: after waiting for the lock PostgreSQL reads this row anew, but what is joined to it as it was
    before the wait, where the revision that another edit has just made is not there yet."""
    return Need.objects.select_for_update().get(pk=need.pk)


def _current(need: Need) -> NeedRevision:
    if need.current is None:  # create_need writes both in one transaction
        raise DomainError("revision_missing", "The need has no content.")
    return need.current


def _require_founder(organisation: Organisation, user: User) -> None:
    if organisation.kind != OrganisationKind.STARTUP:
        raise NotAllowedError("not_a_startup", "Only a start-up posts needs.", field="organisation")
    if user.is_superuser:
        return
    if not organisation.memberships.filter(user=user, role__in=ROLES_THAT_WRITE).exists():
        raise NotAllowedError("not_a_writer", "Your role there may read, not write.", field="organisation")


def _today() -> date:
    return datetime.now(UTC).date()
