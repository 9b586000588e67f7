"""Doorways into the ledger. A call that is lost or doubled means nothing: beat sends the next one."""

from datetime import timedelta

import pghistory
import structlog
from celery import shared_task
from django.utils import timezone

from apps.facilities import ledger, services
from apps.networks.models import Network

log = structlog.get_logger(__name__)


@shared_task(acks_late=False, ignore_result=True, soft_time_limit=60, time_limit=90)
def expire_holds() -> None:
    with pghistory.context(task="expire_holds"):
        ended = ledger.expire_holds(timezone.now())
    if ended:
        log.info("holds expired", count=ended)


@shared_task(acks_late=False, ignore_result=True, soft_time_limit=600, time_limit=660)
def check_ledger() -> None:
    """Only says what is wrong: which of the two figures is right is for a person to find out."""
    today = timezone.now().date()
    monday = today - timedelta(days=today.weekday())
    with pghistory.context(task="check_ledger"):
        services.apply_all_exceptions()
        counted = ledger.count_again(monday)
    if counted:
        log.warning("weeks were counted anew", count=counted)
    for found in ledger.ledger_differences():
        log.error("the ledger does not add up", **{name: str(value) for name, value in vars(found).items()})


@shared_task(acks_late=False, ignore_result=True, soft_time_limit=600, time_limit=660)
def forget_old_history() -> None:
    forgotten = services.forget_history(timezone.now())
    if forgotten:
        log.info("history forgotten", count=forgotten)


@shared_task(acks_late=False, ignore_result=True, soft_time_limit=120, time_limit=150)
def end_pauses() -> None:
    with pghistory.context(task="end_pauses"):
        ended = services.end_pauses(timezone.now().date())
    if ended:
        log.info("pauses ended", count=ended)


@shared_task(acks_late=False, ignore_result=True, soft_time_limit=600, time_limit=660)
def warn_of_expiries() -> None:
    warned = services.warn_of_expiries(timezone.now().date())
    if warned:
        log.info("expiries warned of", count=warned)


@shared_task(acks_late=False, ignore_result=True, soft_time_limit=600, time_limit=660)
def find_twins(network_id: int | None = None) -> None:
    """In one network, after an import into it; in all of them each night."""
    networks = Network.objects.order_by("pk")
    for network in networks if network_id is None else networks.filter(pk=network_id):
        found = services.find_twins(network)
        log.info("likely twins looked for", network=network.slug, pairs=found)
