"""How far the work on a ranking is, in one sentence."""

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.matching.selectors import JobProgress, JobState

LONG_SECONDS = 20


def progress_in_words(progress: JobProgress | None, *, has_ranking: bool) -> str:
    """The sentence changes only when something did, since a screen reader reads every change aloud."""
    if progress is None:
        return _("It is ranked once it is handed in.")
    if progress.state == JobState.DEAD:
        return _("The ranking failed. It is written down for the administrator; you can ask for it again.")
    if progress.state in (JobState.DUE, JobState.LEASED):
        return _still_to_come(progress, has_ranking)
    if progress.state == JobState.PARKED:
        return _("A need in this state is not ranked any more.")
    return _("The ranking is up to date.")


def _still_to_come(progress: JobProgress, has_ranking: bool) -> str:
    if progress.since and (timezone.now() - progress.since).total_seconds() > LONG_SECONDS:
        return _("This takes longer than usual. Nothing is lost: it is ranked as soon as a worker is free.")
    if has_ranking:
        return _("Something changed; a newer ranking is being made.")
    if progress.state == JobState.LEASED:
        return _("Being ranked now.")
    if progress.place and progress.place > 1:
        return _("Waiting to be ranked: number %(place)s in the queue.") % {"place": progress.place}
    return _("Next to be ranked.")
