"""Facilities: what they are, where they are, what they wish and refuse."""

from __future__ import annotations

import numpy as np

from benchmarks.world.archetypes import ARCHETYPES
from benchmarks.world.columns import CUSTOMERS, INDUSTRIES, KINDS, NO_DAY, STAGES, Array, Table
from benchmarks.world.places import CLUSTERS


def choose(rng: np.random.Generator, chances: Array) -> Array:
    """A column drawn for each row of chances."""
    edges = np.cumsum(chances, axis=1)
    return np.asarray((rng.random(len(chances))[:, None] * edges[:, -1:] > edges[:, :-1]).sum(axis=1))


def one_of(rng: np.random.Generator, size: int, chances: tuple[float, ...]) -> Array:
    return choose(rng, np.tile(np.array(chances), (size, 1)))


def maybe(rng: np.random.Generator, filled: float, chance: float, size: int) -> Array:
    """1 or 0 where an answer is given, -1 where none is."""
    answer = (rng.random(size) < chance).astype(np.int64)
    return np.where(rng.random(size) < filled, answer, -1)


def days_ago(rng: np.random.Generator, size: int, filled: float, mean: float) -> Array:
    ago = -np.floor(rng.exponential(mean, size)).astype(np.int64)
    return np.where(rng.random(size) < filled, ago, NO_DAY)


def draw_sites(rng: np.random.Generator, archetype: Array) -> Table:
    """Everything of a facility but its figures. `last_offered` is in days, as all dates are."""
    size = len(archetype)
    kinds = np.array([item.kinds for item in ARCHETYPES])
    kind = choose(rng, kinds[archetype])
    maker = kind == KINDS.index("makerspace")
    operating = one_of(rng, size, (0.95, 0.03, 0.02))
    ends = (operating == 1) & (rng.random(size) < 0.5)
    return {
        "archetype": archetype,
        "kind": kind,
        "operating_state": operating,
        "paused_until": np.where(ends, rng.integers(-10, 40, size), NO_DAY),
        "claim_state": one_of(rng, size, (0.86, 0.10, 0.02, 0.01, 0.01)),
        "access": np.where(maker, one_of(rng, size, (0.35, 0.25, 0.3, 0.1)), 0),
        **_where(rng, size),
        "certificates_listed": (rng.random(size) < 0.5).astype(np.int64),
        "materials_listed": (rng.random(size) < 0.6).astype(np.int64),
        "workmanship_class": _workmanship(rng, archetype),
        "signs_nda": maybe(rng, 0.25, 0.85, size),
        "accepts_startups": maybe(rng, 0.10, 0.7, size),
        "wished_stages": _wishes(rng, size, len(STAGES)),
        "wished_industries": _wishes(rng, size, len(INDUSTRIES)),
        "quote_days": np.where(rng.random(size) < 0.2, rng.integers(1, 8, size), np.nan),
        "material_days": np.where(rng.random(size) < 0.1, rng.integers(1, 15, size), np.nan),
        "inspection_days": np.where(rng.random(size) < 0.1, rng.integers(0, 4, size), np.nan),
        "source": one_of(rng, size, (0.8, 0.1, 0.1)),
        "confirmed_on": days_ago(rng, size, 0.9, 120.0),
        "last_offered": days_ago(rng, size, 0.3, 60.0),
    }


def _where(rng: np.random.Generator, size: int) -> Table:
    """A cluster each; 20 % give no position, 1 % not even a country."""
    weights = np.array([item.weight for item in CLUSTERS])
    cluster = one_of(rng, size, tuple(weights / weights.sum()))
    lat, lon = (np.array([getattr(item, name) for item in CLUSTERS])[cluster] for name in ("lat", "lon"))
    placed, nowhere = rng.random(size) < 0.8, rng.random(size) < 0.01
    shift = rng.normal(0, 0.3, size=(2, size))
    return {
        "cluster": np.where(nowhere, -1, cluster),
        "lat": np.where(placed & ~nowhere, np.round(lat + shift[0], 4), np.nan),
        "lon": np.where(placed & ~nowhere, np.round(lon + shift[1], 4), np.nan),
    }


def _workmanship(rng: np.random.Generator, archetype: Array) -> Array:
    names = [item.name for item in ARCHETYPES]
    builds = np.isin(archetype, [names.index("electronics"), names.index("assembly"), names.index("boards")])
    grade = 1 + one_of(rng, len(archetype), (0.05, 0.65, 0.3))
    return np.where(builds & (rng.random(len(archetype)) < 0.2), grade, -1)


def _wishes(rng: np.random.Generator, size: int, words: int) -> Array:
    """Bits of the words wished; 0 for "no wish", -1 for no answer."""
    bits = (rng.random((size, words)) < 0.4) @ (1 << np.arange(words))
    return np.where(rng.random(size) < 0.1, bits, -1)


def draw_no_gos(rng: np.random.Generator, keys: Array) -> Table:
    """Refusals of 8 % of the facilities, one or two each. `value` indexes the words of its kind."""
    refusing = keys[rng.random(len(keys)) < 0.08]
    kind = one_of(rng, len(refusing), (0.6, 0.25, 0.15))
    limits = np.array([len(INDUSTRIES), len(STAGES), len(CUSTOMERS)])
    return {
        "facility_id": refusing,
        "kind": kind,
        "value": (rng.random(len(refusing)) * limits[kind]).astype(np.int64),
    }


def draw_networks(rng: np.random.Generator, keys: Array) -> Table:
    """Everybody is in the first network, a tenth in the second as well."""
    second = keys[rng.random(len(keys)) < 0.1]
    return {
        "facility_id": np.concatenate([keys, second]),
        "network_id": np.repeat([1, 2], [len(keys), len(second)]),
    }
