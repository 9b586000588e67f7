"""Rows of one file that are probably one place: each is told of the other, none is merged."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from apps.exchange.formats.base import ParsedRow
from apps.exchange.repairs_twins import Place, likely_twins

TWIN = "Probably the same place as"  # how a remark about twins begins


def with_twins(rows: Sequence[ParsedRow]) -> Iterator[ParsedRow]:
    """The same rows, with a remark at both of each likely pair; of two rows with one id the second gets another."""
    kept = list(_once(rows))
    by_key = {row.external_id: row for row in kept if row.facility}
    remarks: dict[str, list[str]] = {}
    for twins in likely_twins([_place(row) for row in by_key.values()]):
        for here, there in ((twins.one, twins.other), (twins.other, twins.one)):
            other = by_key[there]
            sentence = f"{TWIN} row {other.number}, “{_name(other)}” (names {twins.likeness:.0%} alike)."
            remarks.setdefault(here, []).append(sentence)
    for row in kept:
        more = remarks.get(row.external_id, []) if row.facility else []
        yield replace(row, remarks=(*row.remarks, *more)) if more else row


def _once(rows: Sequence[ParsedRow]) -> Iterator[ParsedRow]:
    """Two rows of one id would be one facility: the second gets an id of its own and says so."""
    seen: dict[str, ParsedRow] = {}
    for row in rows:
        if row.facility is None:
            yield row
            continue
        external_id, copy = row.external_id, 2
        while external_id in seen:
            ending = f"-{copy}"
            external_id, copy = row.external_id[: 80 - len(ending)] + ending, copy + 1
        if external_id != row.external_id:
            sentence = f"Named like row {seen[row.external_id].number}; both are kept."
            row = replace(row, external_id=external_id, remarks=(*row.remarks, sentence))
        seen[external_id] = row
        yield row


def _name(row: ParsedRow) -> str:
    return str(row.facility.values["name"]) if row.facility else ""


def _place(row: ParsedRow) -> Place:
    values = row.facility.values if row.facility else {}
    lat, lon = values.get("lat"), values.get("lon")
    position = (lat, lon) if isinstance(lat, float) and isinstance(lon, float) else None
    return Place(row.external_id, _name(row), str(values.get("country", "")), str(values.get("city", "")), position)
