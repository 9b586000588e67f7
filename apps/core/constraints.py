"""Database constraints that many tables share; each builder names its constraint `<table>_<rule>`."""

from collections.abc import Sequence

from django.db.models import CheckConstraint, F, Q

MAX_LENGTH_MM = 100_000.0
MAX_QUANTITY = 100_000_000
MAX_HOURS_PER_WEEK = 100_000.0
MAX_DAYS = 3_650


def within(table: str, field: str, low: float, high: float) -> CheckConstraint:
    """low <= field <= high, or blank. NaN sorts above every number in PostgreSQL, so it is refused too."""
    inside = Q(**{f"{field}__gte": low, f"{field}__lte": high})
    return CheckConstraint(name=f"{table}_{field}_range", condition=Q(**{f"{field}__isnull": True}) | inside)


def positive(table: str, field: str, high: float) -> CheckConstraint:
    """0 < field <= high, or blank."""
    inside = Q(**{f"{field}__gt": 0, f"{field}__lte": high})
    return CheckConstraint(name=f"{table}_{field}_positive", condition=Q(**{f"{field}__isnull": True}) | inside)


def ordered(table: str, low: str, high: str) -> CheckConstraint:
    """low <= high where both are stated."""
    return CheckConstraint(
        name=f"{table}_{low}_first",
        condition=Q(**{f"{low}__isnull": True}) | Q(**{f"{high}__isnull": True}) | Q(**{f"{low}__lte": F(high)}),
    )


def together(table: str, rule: str, *fields: str) -> CheckConstraint:
    """All of the fields are stated, or none."""
    none, every = Q(), Q()
    for field in fields:
        none &= Q(**{f"{field}__isnull": True})
        every &= Q(**{f"{field}__isnull": False})
    return CheckConstraint(name=f"{table}_{rule}", condition=none | every)


def one_of(table: str, field: str, values: Sequence[str | int]) -> CheckConstraint:
    """The field holds a listed value, whoever writes it."""
    return CheckConstraint(name=f"{table}_{field}_listed", condition=Q(**{f"{field}__in": values}))


def not_blank(table: str, field: str) -> CheckConstraint:
    return CheckConstraint(name=f"{table}_{field}_not_blank", condition=~Q(**{field: ""}))


def envelope(table: str) -> list[CheckConstraint]:
    """Three positive sides in mm, or none."""
    sides = [f"envelope_{side}_mm" for side in ("length", "width", "height")]
    return [together(table, "envelope_whole", *sides), *(positive(table, side, MAX_LENGTH_MM) for side in sides)]


def position(table: str, lat: str = "lat", lon: str = "lon") -> list[CheckConstraint]:
    """Degrees north and east, both or none."""
    return [together(table, f"{lat}_{lon}", lat, lon), within(table, lat, -90, 90), within(table, lon, -180, 180)]
