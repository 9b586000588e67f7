"""Rows of one file that are probably one place: the later is told of the earlier, none is merged."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from apps.exchange.formats.base import ParsedRow
from apps.exchange.repairs_twins import Neighbours, Place

TWIN = "Probably the same place as"  # how a remark about twins begins


def with_twins(rows: Iterable[ParsedRow], remarks: Sequence[str] = ()) -> Iterator[ParsedRow]:
    """The same rows, with a remark at the later of each likely pair; of two with one id the later gets another.

    `remarks` about the whole file stand at its first row.
    """
    numbers: dict[str, int] = {}
    neighbours = Neighbours()
    for position, row in enumerate(rows):
        if position == 0 and remarks:
            row = replace(row, remarks=(*remarks, *row.remarks))
        yield row if row.facility is None else _told(_with_own_id(row, numbers), neighbours, numbers)


def _with_own_id(row: ParsedRow, numbers: dict[str, int]) -> ParsedRow:
    """Two rows of one id would be one facility."""
    external_id, copy = row.external_id, 2
    while external_id in numbers:
        ending = f"-{copy}"
        external_id, copy = row.external_id[: 80 - len(ending)] + ending, copy + 1
    numbers[external_id] = row.number
    if external_id == row.external_id:
        return row
    sentence = f"Named like row {numbers[row.external_id]}; both are kept."
    return replace(row, external_id=external_id, remarks=(*row.remarks, sentence))


def _told(row: ParsedRow, neighbours: Neighbours, numbers: dict[str, int]) -> ParsedRow:
    sentences = [
        f"{TWIN} row {numbers[other.key]}, “{other.name}” (names {likeness:.0%} alike)."
        for other, likeness in neighbours.twins_of(_place(row))
    ]
    return replace(row, remarks=(*row.remarks, *sentences)) if sentences else row


def _place(row: ParsedRow) -> Place:
    values = row.facility.values if row.facility else {}
    lat, lon = values.get("lat"), values.get("lon")
    position = (lat, lon) if isinstance(lat, float) and isinstance(lon, float) else None
    name, country, city = (str(values.get(key, "")) for key in ("name", "country", "city"))
    return Place(row.external_id, name, country, city, position)
