"""Ranks a sample of past rankings again and holds the answers against what was published."""

from argparse import ArgumentParser, ArgumentTypeError
from collections import Counter
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.matching.models import Ranking
from apps.matching.runs.replay import Replay, ReplayOutcome, replay

SAMPLE = 20
WORDS = {
    ReplayOutcome.SAME: "the same, to the byte",
    ReplayOutcome.DIFFERENT: "DIFFERENT",
    ReplayOutcome.OTHER_ENGINE: "made by another version of the engine, not compared",
    ReplayOutcome.SUPPLY_GONE: "their supply is not kept any more, not compared",
    ReplayOutcome.NEED_NOT_KEPT: "from before needs were kept with their rankings, not compared",
}


class Command(BaseCommand):
    help = "Rank a sample of past rankings again; ends with an error if one comes out differently."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=_positive, default=7, help="how far back (default 7)")
        parser.add_argument("--sample", type=_positive, default=SAMPLE, help=f"how many at most (default {SAMPLE})")

    def handle(self, *args: Any, **options: Any) -> None:
        since = timezone.now() - timedelta(days=options["days"])
        drawn = list(Ranking.objects.filter(created_at__gte=since).order_by("?").values_list("pk", flat=True))
        # By day and supply, so that each supply is opened once.
        rows = Ranking.objects.filter(pk__in=drawn[: options["sample"]]).select_related("policy")
        outcomes: Counter[ReplayOutcome] = Counter()
        for ranking in rows.order_by("as_of", "supply_version", "pk").iterator():
            answer = replay(ranking)
            outcomes[answer.outcome] += 1
            self._tell(ranking, answer)
        for outcome, count in outcomes.items():
            self.stdout.write(f"{count} {WORDS[outcome]}")
        self.stdout.write(f"{sum(outcomes.values())} of {len(drawn)} rankings of the last {options['days']} days")
        if outcomes[ReplayOutcome.DIFFERENT]:
            raise CommandError("Some rankings come out differently: their inputs or the engine are not what they were.")

    def _tell(self, ranking: Ranking, answer: Replay) -> None:
        if answer.outcome != ReplayOutcome.DIFFERENT:
            return
        self.stdout.write(f"ranking {ranking.public_id} of {ranking.as_of} differs")
        for place in answer.where:
            self.stdout.write(f"  {place.path}: published {place.published!r}, now {place.replayed!r}")


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError("a whole number from 1")
    return int(text)
