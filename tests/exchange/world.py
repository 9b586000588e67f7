"""A little catalogue, files made of rows, and a worker that is called instead of waited for."""

import csv
import io
from typing import Any

from apps.accounts.models import User
from apps.exchange import runs, services
from apps.exchange.models import ImportBatch, ImportRow
from apps.exchange.services import apply_import, upload_for_network
from apps.networks.models import Network
from tests import builders


def make_catalogue() -> None:
    for slug in ("milling", "turning", "fdm-printing"):
        builders.synonym(slug.replace("-", " "), process=builders.process(slug))
    builders.synonym("abs", material=builders.material("abs"))
    builders.synonym("pla", material=builders.material("pla"))
    builders.synonym("haas vf 2", machine=builders.machine_model("haas-vf2", envelope_length_mm=762,
        envelope_width_mm=406, envelope_height_mm=508))  # fmt: skip
    builders.synonym("iso 9001", certification=builders.certification("iso-9001"))
    builders.resource_kind("mill")


def table(*rows: dict[str, Any], delimiter: str = ",") -> bytes:
    """A CSV file with the columns of all rows."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def place(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {"external_id": f"p{number}", "name": f"Place {number}", "kind": "jobshop", **fields}


def carried(batch: ImportBatch) -> ImportBatch:
    """As a worker leaves it."""
    runs.carry_on()
    return ImportBatch.objects.get(pk=batch.pk)


def read(network: Network, data: bytes, user: User, *, name: str = "places.csv", source: str = "survey") -> ImportBatch:
    return carried(upload_for_network(network, name, data, source=source, acting_user=user))


def imported(network: Network, data: bytes, user: User, **more: Any) -> ImportBatch:
    batch = read(network, data, user, **more)
    assert batch.state == "read", (batch.failure, batch.failure_detail)
    return carried(apply_import(batch, acting_user=user))


def undone(batch: ImportBatch, user: User) -> ImportBatch:
    return carried(services.undo_import(batch, acting_user=user))


def rows_of(batch: ImportBatch) -> list[ImportRow]:
    return list(batch.rows.order_by("position"))


def outcomes(batch: ImportBatch) -> list[str]:
    return [row.outcome for row in rows_of(batch)]


def reasons(row: ImportRow) -> list[tuple[str, str]]:
    return [(one["column"], one["reason"]) for one in row.refusals]
