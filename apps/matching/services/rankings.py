"""Asking for a ranking although nothing changed."""

from django.db import connection, transaction

from apps.accounts.models import User
from apps.core.audit import record
from apps.core.errors import DomainError
from apps.matching import doorbells
from apps.matching.models.bump import AT_ONCE, bump
from apps.needs.models import Need
from apps.needs.models.need import RANKED_STATES

_BUMP_ONE = bump("SELECT %(need)s::bigint AS id", soon=AT_ONCE)


@transaction.atomic
def request_ranking(need: Need, *, acting_user: User | None) -> None:
    """Rank again although nothing changed; also the way back for a job that died.

    Errors: DomainError `need_not_ranked` where the need's state has no rankings.
    """
    state = Need.objects.select_for_update().values_list("state", flat=True).get(pk=need.pk)
    if state not in RANKED_STATES:
        raise DomainError("need_not_ranked", "A need in this state is not ranked.", facts={"state": state})
    with connection.cursor() as cursor:
        cursor.execute(_BUMP_ONE, {"need": need.pk})
    record("request_ranking", need, acting_user=acting_user)
    doorbells.ring()
