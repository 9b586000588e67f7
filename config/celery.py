"""The Celery application; the beat schedule is code, so no second place can disagree with it."""

import os

from celery import Celery
from celery.schedules import crontab
from django_structlog.celery.steps import DjangoStructLogInitStep

import config.logs  # noqa: F401 - keeps Celery from setting up logging of its own

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("matchmaker")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)  # binds the task's id to its log lines

# Every entry may be lost or doubled without harm. They expire, so that beat without a worker piles nothing up.
app.conf.beat_schedule = {
    "rank what is due": {
        "task": "apps.matching.tasks.drain",
        "schedule": 1.0,
        "options": {"expires": 5},
    },
    "compare policies on past needs": {
        "task": "apps.matching.tasks.compare_policies",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "make needs due whose facts went stale": {
        "task": "apps.matching.tasks.refresh_stale",
        "schedule": crontab(minute="7"),  # each hour, so that a night without a worker loses nothing
        "options": {"expires": 3600},
    },
    "end soft holds whose time is over": {
        "task": "apps.facilities.tasks.expire_holds",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "see whether the ledger adds up": {
        "task": "apps.facilities.tasks.check_ledger",
        "schedule": crontab(hour="3", minute="37"),
        "options": {"expires": 3600},
    },
    "end pauses whose last day is over": {
        "task": "apps.facilities.tasks.end_pauses",
        "schedule": crontab(minute="3"),
        "options": {"expires": 3600},
    },
    "warn of certificates that expire": {
        "task": "apps.facilities.tasks.warn_of_expiries",
        "schedule": crontab(minute="13"),  # each hour; a warning that was given is not given again
        "options": {"expires": 3600},
    },
    "look for likely twins": {
        "task": "apps.facilities.tasks.find_twins",
        "schedule": crontab(hour="2", minute="47"),
        "options": {"expires": 3600},
    },
    "forget old history": {
        "task": "apps.facilities.tasks.forget_old_history",
        "schedule": crontab(hour="4", minute="37"),
        "options": {"expires": 3600},
    },
    "send mail": {
        "task": "apps.notices.tasks.send_mail",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "empty the bodies of old mail": {
        "task": "apps.notices.tasks.forget_old_bodies",
        "schedule": crontab(hour="4", minute="7"),
        "options": {"expires": 3600},
    },
    "carry imports on": {
        "task": "apps.exchange.tasks.carry_imports",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "forget files of old imports": {
        "task": "apps.exchange.tasks.forget_old_files",
        "schedule": crontab(hour="4", minute="27"),
        "options": {"expires": 3600},
    },
    "say that we live": {
        "task": "apps.core.tasks.note_heartbeat",
        "schedule": 10.0,
        "options": {"expires": 30},
    },
}
