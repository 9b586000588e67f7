"""A founder posts a need over the REST API and waits for its ranking."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from config.demo.client import Client
from config.services import ServiceError

RANKING_SECONDS = 60
POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Ranked:
    """A need with its current ranking, as the API shows them to its founder."""

    need: dict[str, Any]
    ranking: dict[str, Any]
    matches: list[dict[str, Any]]


def rank_demo_need(
    client: Client, payload: Mapping[str, Any], *, report: Callable[[str], None], tend: Callable[[], None]
) -> Ranked:
    """Post the need, or have the one of an earlier start ranked anew, so that starts do not pile up needs."""
    need = _posted_before(client, payload)
    if need is None:
        report(f"Posting a need: {payload['title']}")
        need = client.post("needs/", payload, Idempotency_Key=f"demo-{payload['external_id']}")
    elif need["due_on"] != payload["due_on"]:
        report(f"Moving the due date of the need of an earlier start: {need['title']}")
        changed = {"due_on": payload["due_on"]}
        need = client.patch(f"needs/{need['id']}/", changed, If_Match=f'"{need["version"]}"')
    else:
        report(f"Asking for a new ranking of the need of an earlier start: {need['title']}")
        client.post(f"needs/{need['id']}/ranking-requests/")
    current = _wait_for_ranking(client, need["ranking"], report=report, tend=tend)
    ranking = client.get(f"rankings/{current['ranking']['id']}/")
    return Ranked(need, ranking, client.rows(current["matches"]))


def _posted_before(client: Client, payload: Mapping[str, Any]) -> dict[str, Any] | None:
    same = client.rows(f"needs/?external_id={payload['external_id']}")
    return same[0] if same else None


def _wait_for_ranking(
    client: Client, path: str, *, report: Callable[[str], None], tend: Callable[[], None]
) -> dict[str, Any]:
    deadline = time.monotonic() + RANKING_SECONDS
    shown = ""
    while time.monotonic() < deadline:
        current: dict[str, Any] = client.get(path)
        job = current["job"]
        if job["state"] == "clean":
            return current
        if job["state"] == "dead":
            raise ServiceError("The ranking was given up after failures; see the match jobs in the admin.")
        if job["state"] != shown:
            shown = job["state"]
            report({"due": "Waiting for a worker", "leased": "A worker is ranking"}.get(shown, shown))
        tend()
        time.sleep(POLL_SECONDS)
    raise ServiceError(f"There was no ranking within {RANKING_SECONDS} s.")
