"""A log line is one JSON object that says which request or task it belongs to."""

import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import structlog
from django.test import Client
from structlog.stdlib import ProcessorFormatter

from config.logs import logging_config


@pytest.fixture
def lines() -> Iterator[StringIO]:
    """What the service's own handler writes."""
    configured = dict(logging_config("INFO")["formatters"]["json"])
    configured.pop("()")
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(ProcessorFormatter(**configured))
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def written(stream: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_request_is_logged_with_the_id_that_it_is_answered_with(client: Client, lines: StringIO) -> None:
    response = client.get("/health/live?q=our-secret-product")
    finished = [line for line in written(lines) if line["event"] == "request_finished"]
    assert [line["request_id"] for line in finished] == [response["X-Request-ID"]]
    assert finished[0]["request"] == "GET /health/live"
    assert "our-secret-product" not in lines.getvalue()


def test_a_traceback_is_text_whoever_logs_it(lines: StringIO) -> None:
    for logger in (structlog.get_logger("ours"), logging.getLogger("a library's")):
        try:
            raise ValueError("what went wrong")
        except ValueError:
            logger.exception("failed")
    assert len(written(lines)) == 2
    for line in written(lines):
        assert line["level"] == "error"
        assert "Traceback (most recent call last)" in line["exception"]
        assert "ValueError: what went wrong" in line["exception"]


def test_a_library_that_knows_no_structlog_gets_the_context_too(lines: StringIO) -> None:
    with structlog.contextvars.bound_contextvars(task_id="t-1"):
        logging.getLogger("a library's").warning("%d of %d", 1, 2)
    (line,) = written(lines)
    assert (line["event"], line["task_id"], line["logger"]) == ("1 of 2", "t-1", "a library's")
    assert line["timestamp"].endswith("Z")


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/answers/{}/", "/calendar/{}.ics", "/facilities/invited/{}/"])
def test_no_log_line_holds_an_address_that_lets_people_in(client: Client, lines: StringIO, address: str) -> None:
    client.get(address.format("secret-token-1234"))
    assert "request_finished" in lines.getvalue()
    assert "secret-token" not in lines.getvalue()
