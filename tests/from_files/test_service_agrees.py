"""The command gives the service's answer: what was published, byte for byte, from the same facts as files."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from apps.catalog.loader import load_catalogue
from apps.catalog.models import Process
from apps.matching.models import PolicyState, Ranking
from apps.matching.runs import drain
from apps.matching.selectors import current_ranking, ranking_as_published
from apps.matching.snapshots.catalogue import read_catalogue
from apps.matching.snapshots.facilities import read_facilities
from apps.matching.snapshots.needs import Question, read_questions
from apps.needs.models import Need
from matchmaker.documents import catalogue_document, facility_document, need_document
from matchmaker.policy import Policy
from tests import builders
from tests.from_files.runs import run
from tests.matching.world import settle, turned_part, turning, turning_shop

pytestmark = pytest.mark.django_db
TODAY = builders.today()


def say_nothing(line: str) -> None:
    assert line


def canonical(document: Any) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def written(folder: Path, question: Question, catalogue: bool = True) -> list[str | Path]:
    """The facts of a question as files, and the arguments that name them."""
    documents = {
        "need": need_document(question.need),
        "supply": {"facilities": [facility_document(item) for item in read_facilities(TODAY).values()]},
        "policy": question.policy.to_document(),
    }
    if catalogue:
        documents["catalogue"] = catalogue_document(read_catalogue())
    arguments: list[str | Path] = ["rank", "--as-of", TODAY.isoformat(), "--json"]
    for name, document in documents.items():
        path = folder / f"{name}.json"
        path.write_text(json.dumps(document))
        arguments += [f"--{name}", path]
    return arguments


def published(need: Need) -> Ranking:
    settle()
    assert drain(TODAY) is False
    ranking = current_ranking(need)
    assert ranking is not None
    return ranking


def test_a_need_and_its_supply_as_files_give_what_was_published(tmp_path: Path) -> None:
    process, network = turning(), builders.network()
    shops = [turning_shop(process, network, lat=41.5 + step) for step in range(4)]
    builders.resource(facility=shops[0])
    turning_shop(process, network, operating_state="paused")
    turning_shop(process, builders.network())
    need = turned_part(process, network, order_quantity=40, due_on=TODAY + timedelta(days=90))
    ranking = published(need)
    [question] = read_questions([need.pk])
    answer = run(*written(tmp_path, question))
    assert (answer.returncode, answer.stderr) == (0, "")
    document = json.loads(answer.stdout)
    assert len(document["matches"]) >= 4
    assert canonical(document) == canonical(ranking_as_published(ranking))


def test_another_policy_and_the_tables_of_the_checkout_agree_too(tmp_path: Path) -> None:
    """The catalogue loaded from the CSV tables into the database is, to the engine, those tables."""
    load_catalogue(report=say_nothing)
    process, network = Process.objects.get(slug="cnc-turning"), builders.network()
    cautious = replace(Policy.default(), name="cautious", alpha=0.2, floor=0.1)
    builders.policy(network=network, name="cautious", state=PolicyState.PUBLISHED, body=cautious.to_document())
    turning_shop(process, network)
    turning_shop(process, network, kind="contract_manufacturer", country="CA", min_run=30)
    ranking = published(need := turned_part(process, network, order_quantity=20))
    [question] = read_questions([need.pk])
    answer = run(*written(tmp_path, question, catalogue=False))
    assert (answer.returncode, answer.stderr) == (0, "")
    assert ranking.document["policy_digest"] == cautious.digest
    assert canonical(json.loads(answer.stdout)) == canonical(ranking_as_published(ranking))
