"""Saying what words mean that nobody knew."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.catalog.models import ProcessKind, Synonym
from apps.core.audit import record
from apps.core.errors import DomainError, InvalidInputError
from apps.exchange.columns import TERM_TABLES
from apps.exchange.models import Target, TermState, UnmappedTerm
from apps.exchange.standing import SPOKEN_FOR
from apps.facilities.models import Facility, HeldCertificate, HeldMachine
from apps.facilities.services import add_part, change_facility
from apps.facilities.services.suggestions import suggest_capability
from apps.networks.models import Network

PARTS: dict[str, type[Any]] = {Target.MACHINE: HeldMachine, Target.CERTIFICATION: HeldCertificate}


@transaction.atomic
def map_term(term: UnmappedTerm, meaning: str, *, acting_user: User) -> int:
    """From now on the catalogue knows these words, as an edit of this place. Returns of how many facilities they are.

    Each unclaimed facility of the user's networks where they stood gets what they mean, as something to be confirmed:
    a suggested line for a process, otherwise the machine, material or certificate as imported.
    Errors: InvalidInputError for no entry of that kind, DomainError `already_decided`.
    """
    row = TERM_TABLES[term.kind]._default_manager.filter(slug=meaning).first()
    if row is None or getattr(row, "kind", "") == ProcessKind.CATEGORY:
        raise InvalidInputError("does_not_exist", "The catalogue has no such entry to map to.", field="meaning")
    terms = _same_words(term, acting_user)
    Synonym.objects.get_or_create(text=term.phrase, **{term.kind: row}, defaults={"basis": "mapped from an import"})
    for one in terms:
        _decide(one, TermState.MAPPED, acting_user, meaning=meaning)
        _take_over(one, row, acting_user)
    return len(terms)


@transaction.atomic
def reject_term(term: UnmappedTerm, *, acting_user: User, reason: str = "") -> int:
    """These words mean nothing here. Returns of how many facilities they are."""
    terms = _same_words(term, acting_user)
    for one in terms:
        _decide(one, TermState.REJECTED, acting_user, reason=reason)
    return len(terms)


def _same_words(term: UnmappedTerm, user: User) -> list[UnmappedTerm]:
    """All that are open, in the networks that the user serves, locked."""
    served = UnmappedTerm.objects.open().filter(kind=term.kind, phrase=term.phrase)
    if not user.is_superuser:
        served = served.filter(facility__networks__in=Network.objects.coordinated_by(user))
    keys = set(served.values_list("pk", flat=True))
    terms = list(UnmappedTerm.objects.filter(pk__in=keys).order_by("pk").select_for_update())
    if not terms:
        raise DomainError("already_decided", "Somebody has decided about these words, or they are not yours.")
    return terms


def _decide(term: UnmappedTerm, state: str, user: User, *, meaning: str = "", reason: str = "") -> None:
    term.state, term.meaning, term.decided_by, term.decided_at = state, meaning, user, timezone.now()
    term.save(update_fields=["state", "meaning", "decided_by", "decided_at", "updated_at"])
    record(f"{state}_term", term, acting_user=user, new={"text": term.text, "meaning": meaning}, reason=reason)


def _take_over(term: UnmappedTerm, row: Any, user: User) -> None:
    """A suggested line is nobody's word, so any facility may have one; the rest only where nobody speaks for it."""
    facility, batch = term.facility, term.batch.public_id
    if facility.removed_at is not None:
        return
    if term.kind == Target.PROCESS:
        suggest_capability(facility, row, {}, acting_user=user, batch=batch)
    elif facility.claim_state in SPOKEN_FOR:
        return
    elif term.kind == Target.MATERIAL:
        materials = [*facility.materials.all(), row]
        change_facility(facility, {"materials": materials}, acting_user=user, batch=batch)
    else:
        _add_part(facility, PARTS[term.kind], {term.kind: row}, user, batch)


def _add_part(facility: Facility, model: type[Any], values: dict[str, Any], user: User, batch: UUID) -> None:
    try:
        add_part(facility, model, values, acting_user=user, batch=batch)
    except DomainError as refusal:
        # On the list already, or a certificate of a product: the words are known now, and nothing more follows.
        if refusal.code not in ("already_listed", "not_a_facilitys_certificate"):
            raise
