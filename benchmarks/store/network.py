"""From a block of the world to rows of the facilities' tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db import models
from django.db.backends.utils import CursorWrapper
from django.db.models.fields import NOT_PROVIDED

from apps.catalog.models import Certification, MachineModel, Material, Process, ResourceKind
from apps.facilities.models import (
    Capability,
    CapacityWeek,
    Facility,
    FacilityNetwork,
    HeldCertificate,
    HeldMachine,
    Hold,
    HolderKind,
    HoldWeek,
    NoGo,
    NoGoKind,
    Resource,
)
from benchmarks.store import binary_copy as pg
from benchmarks.store.binary_copy import Field
from benchmarks.world import columns as words
from benchmarks.world.columns import Array, Table, World, length, trade
from benchmarks.world.needs import HOLDING, public_id
from benchmarks.world.places import CLUSTERS

Fields = dict[str, Field]

QUANTITIES = ("min_run", "min_order_pieces", "economic_run_low", "economic_run_high", "max_run")
DAYS = ("lead_days_low", "lead_days_high", "tooling_lead_days_low", "tooling_lead_days_high")
LENGTHS = ("best_tolerance_mm", "envelope_length_mm", "envelope_width_mm", "envelope_height_mm")


@dataclass(frozen=True)
class Keys:
    """Keys of the catalogue's rows in this database, by the taxonomy's alphabetical order."""

    processes: Array
    materials: Array
    certificates: Array
    kinds: Array
    machines: Array

    @classmethod
    def read(cls) -> Keys:
        tree = trade().taxonomy
        return cls(
            processes=_keys(Process, tree.process_slugs),
            materials=_keys(Material, tree.material_slugs),
            certificates=_keys(Certification, sorted(tree.certificate_scope)),
            kinds=_keys(ResourceKind, sorted(tree.kind_index)),
            machines=_keys(MachineModel, trade().machines),
        )


def _keys(model: type[models.Model], slugs: Iterable[str]) -> Array:
    found = dict(model._default_manager.values_list("slug", "pk"))
    return np.array([found[slug] for slug in slugs])


def copy_block(cursor: CursorWrapper, world: World, keys: Keys, operator: int, today: date) -> None:
    """Write one block. The session must ignore triggers: nothing is to be re-ranked for it, and keys are right."""
    day = today.toordinal()
    rng = np.random.default_rng(int(world.facilities["id"][0]))
    _copy(cursor, Facility, _facilities(world.facilities, operator, day), rng)
    _copy(cursor, Resource, _resources(world.resources, keys, day), rng)
    _copy(cursor, Capability, _capabilities(world.capabilities, keys, day), rng)
    _copy(cursor, CapacityWeek, _weeks(world.weeks, today), rng)
    _copy(cursor, Hold, _holds(world.holds, day), rng)
    _copy(cursor, HoldWeek, _hold_weeks(world.hold_weeks, today), rng)
    _copy(cursor, HeldMachine, _machines(world.machines, keys), rng)
    _copy(cursor, HeldCertificate, _certificates(world.certificates, keys, day), rng)
    _copy(cursor, NoGo, _no_gos(world.no_gos), rng)
    _copy(cursor, FacilityNetwork, _pairs(world.networks), rng)
    for model, table, column, names in (
        (Facility.materials.through, world.facility_materials, "material_id", keys.materials),
        (Capability.materials.through, world.capability_materials, "material_id", keys.materials),
        (HeldCertificate.scope_processes.through, world.scope_processes, "process_id", keys.processes),
    ):
        _copy(cursor, model, _pairs(table | {column: names[table[column]]}), rng)


def _copy(cursor: CursorWrapper, model: type[models.Model], given: Fields, rng: np.random.Generator) -> None:
    size = len(next(iter(given.values())).lengths())
    if not size:
        return
    every = given | _defaults(model, given, size, rng)
    statement = f"COPY {model._meta.db_table} ({', '.join(every)}) FROM STDIN (FORMAT BINARY)"
    with cursor.copy(statement) as copy:
        copy.write(pg.HEADER + pg.encode(list(every.values())) + pg.TRAILER)


def _defaults(model: type[models.Model], given: Fields, size: int, rng: np.random.Generator) -> Fields:
    """What the world does not draw and the database does not fill in: public ids, empty texts, the models' defaults."""
    unknown = set(given) - {field.column for field in model._meta.concrete_fields}
    if unknown:
        raise ValueError(f"{model._meta.db_table} has no column {sorted(unknown)[0]}")
    out: Fields = {}
    for field in model._meta.concrete_fields:
        if field.column in given or field.null or field.primary_key or field.db_default is not NOT_PROVIDED:
            continue
        out[str(field.column)] = _default(field, size, rng)
    return out


def _default(field: models.Field[object, object], size: int, rng: np.random.Generator) -> Field:
    if isinstance(field, models.UUIDField):
        return pg.uuids(rng, size)
    if isinstance(field, models.BooleanField):
        return pg.flags(np.full(size, int(bool(field.get_default()))))
    if isinstance(field, models.CharField | models.TextField):
        return pg.texts(np.zeros(size, dtype=np.int64), [str(field.get_default() or "")])
    raise TypeError(f"{field} needs a value")


# ---------------------------------------------------------------- table by table


def _figures(table: Table) -> Fields:
    return {
        **{name: pg.integers(table[name], 4) for name in (*QUANTITIES, *DAYS)},
        **{name: pg.floats(table[name]) for name in LENGTHS},
        "min_order_amount": pg.numerics(table["min_order_amount"], 2),
        "unit_price_low": pg.numerics(table["unit_price_low"], 4),
        "unit_price_high": pg.numerics(table["unit_price_high"], 4),
        "currency": pg.texts(table["currency"], words.CURRENCIES),
    }


def _facilities(table: Table, operator: int, today: int) -> Fields:
    size = length(table)
    claimed = table["claim_state"] == words.CLAIMS.index("claimed")
    return {
        "id": pg.integers(table["id"], 8),
        "operator_id": pg.integers(np.full(size, operator), 8, blank=~claimed),
        "name": pg.texts(table["cluster"] + 1, ["A workshop", *(f"A workshop in {item.city}" for item in CLUSTERS)]),
        "kind": pg.texts(table["kind"], words.KINDS),
        "operating_state": pg.texts(table["operating_state"], words.OPERATING),
        "paused_until": pg.days(table["paused_until"], today),
        "claim_state": pg.texts(table["claim_state"], words.CLAIMS),
        "access": pg.texts(table["access"], words.ACCESS),
        "city": pg.texts(table["cluster"] + 1, ["", *(item.city for item in CLUSTERS)]),
        "country": pg.texts(table["cluster"] + 1, ["", *(item.country for item in CLUSTERS)]),
        "admin_area": pg.texts(table["cluster"] + 1, ["", *(item.admin_area for item in CLUSTERS)]),
        "materials_listed": pg.flags(table["materials_listed"]),
        "certificates_listed": pg.flags(table["certificates_listed"]),
        "workmanship_class": pg.integers(table["workmanship_class"], 2, blank=table["workmanship_class"] < 0),
        "signs_nda": pg.flags(table["signs_nda"]),
        "accepts_startups": pg.flags(table["accepts_startups"]),
        "wished_stages": pg.word_lists(table["wished_stages"], words.STAGES),
        "wished_industries": pg.word_lists(table["wished_industries"], words.INDUSTRIES),
        "source": pg.texts(table["source"], words.SOURCES),
        "confirmed_on": pg.days(table["confirmed_on"], today),
        "last_offered_at": pg.moments(table["last_offered"], today),
        **{name: pg.floats(table[name]) for name in ("lat", "lon", "quote_days", "material_days", "inspection_days")},
        **_figures(table),
    }


def _capabilities(table: Table, keys: Keys, today: int) -> Fields:
    return {
        "id": pg.integers(table["id"], 8),
        "facility_id": pg.integers(table["facility_id"], 8),
        "process_id": pg.integers(keys.processes[table["process_id"]], 8),
        "offer": pg.texts(table["offer"], words.OFFERS),
        "materials_listed": pg.flags(table["materials_listed"]),
        "resource_id": pg.integers(table["resource_id"], 8, blank=table["resource_id"] < 0),
        "source": pg.texts(table["source"], words.SOURCES),
        "confirmed_on": pg.days(table["confirmed_on"], today),
        **{name: pg.floats(table[name]) for name in ("setup_hours", "cycle_seconds", "parts_per_cycle", "yield_share")},
        **_figures(table),
    }


def _resources(table: Table, keys: Keys, today: int) -> Fields:
    return {
        "id": pg.integers(table["id"], 8),
        "facility_id": pg.integers(table["facility_id"], 8),
        "kind_id": pg.integers(keys.kinds[table["kind_id"]], 8),
        "machines": pg.integers(table["machines"], 2),
        "source": pg.texts(table["source"], words.SOURCES),
        "confirmed_on": pg.days(table["confirmed_on"], today),
        **{
            name: pg.floats(table[name])
            for name in ("gross_hours_per_week", "units_per_week", "availability", "booked_share")
        },
    }


def _weeks(table: Table, today: date) -> Fields:
    return {
        "resource_id": pg.integers(table["resource_id"], 8),
        "monday": _mondays(table["week"], today),
        "as_of": pg.days(table["as_of"], today.toordinal()),
        **{name: pg.floats(table[name]) for name in ("free_hours", "pattern_share", "fixed_hours")},
        **{name: pg.numerics(table[name], 3) for name in ("firm_hours", "soft_hours", "stated_hours", "limit_hours")},
    }


def _mondays(weeks: Array, today: date) -> Field:
    return pg.days(7 * weeks, (today - timedelta(days=today.weekday())).toordinal())


def _holds(table: Table, today: int) -> Fields:
    owners = [public_id(number) for number in range(1, HOLDING + 1)]
    return {
        "id": pg.integers(table["id"], 8),
        "resource_id": pg.integers(table["resource_id"], 8),
        "holder_kind": pg.texts(np.zeros(length(table), dtype=np.int64), [HolderKind.OFFER.value]),
        "need_public_id": pg.Coded(table["need"] - 1, [owner.bytes for owner in owners]),
        "state": pg.texts(table["state"], words.HOLD_STATES),
        "expires_at": pg.moments(table["expires"], today),
    }


def _hold_weeks(table: Table, today: date) -> Fields:
    return {
        "hold_id": pg.integers(table["hold_id"], 8),
        "monday": _mondays(table["week"], today),
        "hours": pg.numerics(table["thousandths"] / 1_000, 3),
    }


def _machines(table: Table, keys: Keys) -> Fields:
    return {
        "facility_id": pg.integers(table["facility_id"], 8),
        "machine_id": pg.integers(keys.machines[table["machine_id"]], 8),
        "count": pg.integers(table["count"], 2),
    }


def _certificates(table: Table, keys: Keys, today: int) -> Fields:
    return {
        "id": pg.integers(table["id"], 8),
        "facility_id": pg.integers(table["facility_id"], 8),
        "certification_id": pg.integers(keys.certificates[table["certification_id"]], 8),
        "evidence_level": pg.texts(table["evidence_level"], words.EVIDENCE),
        "expires_on": pg.days(table["expires_on"], today),
        "issued_on": pg.days(table["issued_on"], today),
    }


def _no_gos(table: Table) -> Fields:
    lists = (words.INDUSTRIES, words.STAGES, words.CUSTOMERS)
    flat = [word for items in lists for word in items]
    start = np.cumsum([0, *(len(items) for items in lists)])
    kinds = (NoGoKind.INDUSTRY.value, NoGoKind.STAGE.value, NoGoKind.CUSTOMER.value)
    return {
        "facility_id": pg.integers(table["facility_id"], 8),
        "kind": pg.texts(table["kind"], kinds),
        "value": pg.texts(start[table["kind"]] + table["value"], flat),
    }


def _pairs(table: Table) -> Fields:
    return {name: pg.integers(values, 8) for name, values in table.items()}
