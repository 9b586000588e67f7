"""The digest of a supply sees every fact, and nothing but facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from enum import Enum
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.domain import (
    CapabilityFact,
    FacilityFact,
    FacilityKind,
    Figures,
    HeldCertificateFact,
    MachineHeldFact,
    NoGoFact,
    Place,
    PreferenceFact,
    ResourceFact,
    TrackRecordFact,
    WeekFact,
    WorkFact,
)
from matchmaker.fact_tables import tables_of
from matchmaker.supply import Supply
from matchmaker.supply_digest import MODULUS, total_of
from matchmaker.tables import length, rows_of
from tests.engine.catalogue_files import taxonomy
from tests.engine.seeded import made_facility

DAY = date(2026, 3, 2)
FIGURES = Figures(
    materials=("abs", "al-6061"),
    min_run=10,
    min_order_money=500.0,
    economic_low=20,
    economic_high=100,
    max_run=1000,
    lead_days_low=5.0,
    lead_days_high=9.0,
    tooling_days_low=3.0,
    tooling_days_high=8.0,
    tolerance_mm=0.05,
    envelope_mm=(300.0, 200.0, 100.0),
    price_low=1.5,
    price_high=2.5,
    currency="USD",
)
FILLED = FacilityFact(
    id="filled",
    kind=FacilityKind.JOBSHOP,
    place=Place("US", "US-CA", 37.5, -122.0),
    network_ids=("n1", "n2"),
    figures=FIGURES,
    capabilities=(
        CapabilityFact(
            id="c0",
            process="cnc-milling",
            figures=FIGURES,
            work=WorkFact(2.0, 60.0, 4.0, 0.9),
            resource_ids=("r0", "r1"),
            as_of=DAY,
        ),
        CapabilityFact(id="c1", process="fff", through_partner=True),
    ),
    resources=(
        ResourceFact(
            "r0", "cnc-mill-3x", 80.0, 40.0, 2, 100.0, 0.8, 0.5, (WeekFact(DAY, 20.0, 0.5, 3.0, 2.0),), as_of=DAY
        ),
        ResourceFact("r1", "smt-line"),
        ResourceFact("r2", "any-cnc"),
    ),
    machines=(MachineHeldFact("haas-vf2", 2), MachineHeldFact("prusa-mk4")),
    certificates=(
        HeldCertificateFact("iso-9001", issued_on=DAY, expires_on=DAY, scope_processes=("fff", "sls"), as_of=DAY),
    ),
    workmanship_class=2,
    signs_nda=True,
    no_go=NoGoFact(("medical", "toys"), ("pilot",), ("startup",)),
    preferences=PreferenceFact(accepts_startups=True, industries=("medical",), stages=("evt",)),
    track_record=TrackRecordFact(5, 1),
    quote_days=2.0,
    material_days=3.0,
    inspection_days=1.0,
    last_offered_on=DAY,
    as_of=DAY,
)
OTHER_WORDS = {"process": "sls", "kind": "press-medium", "machine": "juki-rs1r", "certificate": "as9100"}


def _others(name: str, value: Any, *, optional: bool) -> Iterator[Any]:
    """Values that say something else."""
    if optional and value is not None:
        yield None
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, Enum):
        yield next(member for member in type(value) if member != value)
    elif isinstance(value, int | float):
        yield value + 1
    elif isinstance(value, date):
        yield value + timedelta(days=7)
    elif isinstance(value, str):
        yield OTHER_WORDS.get(name, f"{value}x")
    elif isinstance(value, tuple) and name == "envelope_mm":
        yield from ((*value[:k], value[k] + 1, *value[k + 1 :]) for k in range(3))
    elif isinstance(value, tuple) and value:
        yield value[:-1]


def _variants(record: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The record with one thing in it changed, for each thing."""
    for entry in fields(record):
        value, here = getattr(record, entry.name), f"{path}.{entry.name}".lstrip(".")
        for other in _others(entry.name, value, optional="None" in str(entry.type)):
            yield f"{here}={other}", replace(record, **{entry.name: other})
        if is_dataclass(value):
            yield from ((name, replace(record, **{entry.name: item})) for name, item in _variants(value, here))
        elif isinstance(value, tuple) and value and is_dataclass(value[0]):
            for at, item in enumerate(value):
                for name, other in _variants(item, f"{here}[{at}]"):
                    yield name, replace(record, **{entry.name: (*value[:at], other, *value[at + 1 :])})


# A line names these two.
VARIANTS = [
    (name, fact) for name, fact in _variants(FILLED) if not name.startswith(("resources[0].id", "resources[1].id"))
]


def digest(*facilities: FacilityFact) -> str:
    return Supply.build(facilities, taxonomy()).digest()


@pytest.mark.parametrize(("name", "fact"), VARIANTS, ids=[name for name, _ in VARIANTS])
def test_any_changed_fact_changes_it(name: str, fact: FacilityFact) -> None:
    assert digest(fact) != digest(FILLED), name


def test_no_two_changes_give_the_same() -> None:
    """Each fact counts as what it is: the same figure in another field is another content."""
    same_by_meaning = {"state", "accepting"}  # both say that the site takes no orders now
    changes = [fact for name, fact in VARIANTS if name.split("=")[0] not in same_by_meaning]
    assert len({digest(fact) for fact in changes}) == len(changes)


@given(st.integers(0, 10**9))
def test_neither_order_nor_company_changes_what_a_facility_adds(seed: int) -> None:
    random = Random(seed)
    crowd = [made_facility(f"f{at}", random) for at in range(random.randint(1, 5))]
    mixed = [
        replace(
            item,
            capabilities=tuple(random.sample(item.capabilities, len(item.capabilities))),
            resources=tuple(random.sample(item.resources, len(item.resources))),
            network_ids=item.network_ids[::-1],
            certificates=None if item.certificates is None else item.certificates[::-1],
        )
        for item in random.sample(crowd, len(crowd))
    ]
    assert digest(*mixed) == digest(*crowd)
    alone = [Supply.build([item], taxonomy()).columns for item in crowd]
    together = Supply.build(crowd, taxonomy()).columns
    assert together is not None
    assert together.total == sum(columns.total for columns in alone if columns is not None) % MODULUS


@given(st.integers(0, 10**9))
def test_rows_of_tables_in_any_order_give_the_same(seed: int) -> None:
    random, draw = Random(seed), np.random.default_rng(seed)
    tables = tables_of([made_facility(f"f{at}", random) for at in range(4)], taxonomy())
    sites, resources = draw.permutation(length(tables.sites)), draw.permutation(length(tables.resources))
    site, resource = np.argsort(sites), np.argsort(resources)
    shuffled = replace(
        tables,
        sites=rows_of(tables.sites, sites),
        lines=replace(tables.lines, site=site[tables.lines.site]),
        resources=rows_of(replace(tables.resources, site=site[tables.resources.site]), resources),
        weeks=rows_of(
            replace(tables.weeks, resource=resource[tables.weeks.resource]), draw.permutation(length(tables.weeks))
        ),
        machines=replace(tables.machines, site=site[tables.machines.site]),
        certificates=replace(tables.certificates, site=site[tables.certificates.site]),
        site_materials=replace(tables.site_materials, owner=site[tables.site_materials.owner]),
        named_resources=replace(tables.named_resources, value=resource[tables.named_resources.value]),
        listed=replace(tables.listed, site=site[tables.listed.site]),
    )
    assert Supply.from_tables(shuffled, taxonomy()).digest() == Supply.from_tables(tables, taxonomy()).digest()


def test_a_zero_is_a_zero_and_a_blank_a_blank() -> None:
    """-0.0 is 0.0, and NaN has one form, whatever arithmetic it came from."""
    tables = tables_of([replace(FILLED, quote_days=0.0, material_days=None)], taxonomy())
    with np.errstate(invalid="ignore"):
        odd = np.array([np.inf]) - np.array([np.inf])
    other = replace(tables, sites=replace(tables.sites, quote_days=np.array([-0.0]), material_days=odd))
    assert Supply.from_tables(other, taxonomy()).digest() == Supply.from_tables(tables, taxonomy()).digest()


def test_sums_carry() -> None:
    most = np.full((3, 32), 255, dtype=np.uint8)
    assert total_of(most) == 3 * (MODULUS - 1) % MODULUS
    assert total_of(most[:0]) == 0
