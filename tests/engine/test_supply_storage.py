"""Narrow storage loses nothing: what was put in is read out, to the last bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.domain import CapabilityFact, FacilityFact, FacilityKind, MachineHeldFact, ResourceFact
from matchmaker.ordering import distinct, is_among, order_by, stands_twice, text_keys
from matchmaker.row_lists import Ragged, Words, recoded
from matchmaker.storage import Bits, Coded, Texts, narrow
from matchmaker.supply import Supply
from tests.engine import sample
from tests.engine.catalogue_files import taxonomy

FIGURE = st.one_of(st.just(float("nan")), st.sampled_from([0.0, 0.05, 0.1, 3.0]), st.floats(allow_infinity=False))
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


def same(read: object, given_figures: object) -> bool:
    return bool(np.array_equal(np.asarray(read), np.asarray(given_figures, dtype=np.float64), equal_nan=True))


@given(st.lists(FIGURE, max_size=40))
def test_figures_are_read_as_they_were_stated(figures: list[float]) -> None:
    column = Coded.column(np.array(figures, dtype=np.float64))
    assert len(column) == len(figures)
    assert same(column[:], figures)
    rows = np.arange(len(figures))[::-1]
    assert same(column[rows], figures[::-1])
    assert all(same(column[row], figures[row]) for row in range(len(figures)))


@pytest.mark.parametrize(("distinct_figures", "width"), [(200, 1), (60_000, 2), (70_000, 4)])
def test_codes_are_as_wide_as_the_figures_are_many(distinct_figures: int, width: int) -> None:
    figures = np.arange(300_000) % distinct_figures / 7
    column = Coded.column(figures)
    assert column.codes.itemsize == width
    assert np.array_equal(column[:], figures)


def test_figures_that_all_differ_are_kept_as_they_are() -> None:
    figures = np.arange(100_000) / 7
    column = Coded.column(figures)
    assert column.values is None
    assert np.array_equal(column[:], figures)


@given(st.lists(st.one_of(st.none(), st.tuples(FIGURE, FIGURE, FIGURE)), max_size=30))
def test_sizes_are_read_as_they_were_stated(sizes: list[tuple[float, float, float] | None]) -> None:
    blank = (float("nan"),) * 3
    stated = [blank if size is None or any(side != side for side in size) else size for size in sizes]
    table = np.array(stated, dtype=np.float64).reshape(-1, 3)
    assert same(Coded.column(table)[:], table)


@given(st.lists(TEXT, max_size=30))
def test_texts_are_read_and_found(texts: list[str]) -> None:
    stored = Texts.of(np.array([text.encode() for text in texts], dtype=np.bytes_))
    assert list(stored) == texts
    assert [stored[row] for row in range(-len(texts), 0)] == texts
    rows = np.arange(len(texts))[::-1]
    assert [item.decode() for item in stored.array(rows).tolist()] == texts[::-1]


@given(st.sets(TEXT, max_size=30), TEXT)
def test_texts_in_order_are_found_by_halving(texts: set[str], other: str) -> None:
    ordered = sorted(texts)
    stored = Texts.of(np.array([text.encode() for text in ordered], dtype=np.bytes_))
    assert [stored.find(text) for text in ordered] == list(range(len(ordered)))
    assert stored.find(other) == (ordered.index(other) if other in texts else None)
    half = len(ordered) // 2
    assert [stored.find(text, half) for text in ordered] == [None] * half + list(range(half, len(ordered)))


@given(st.lists(TEXT, max_size=30))
def test_texts_are_sorted_as_python_sorts_them(texts: list[str]) -> None:
    raw = np.array([text.encode() for text in texts], dtype=np.bytes_)
    order = np.lexsort(tuple(reversed(text_keys(raw))))
    assert [texts[row] for row in order] == sorted(texts)


@given(st.lists(st.tuples(st.integers(0, 3), TEXT), max_size=30))
def test_rows_are_ordered_by_texts_where_numbers_tie(rows: list[tuple[int, str]]) -> None:
    major = np.array([number for number, _ in rows], dtype=np.int64)
    raw = np.array([text.encode() for _, text in rows], dtype=np.bytes_)
    order = order_by(major, lambda tied: text_keys(raw[tied]))
    assert [rows[row] for row in order] == sorted(rows)
    assert stands_twice(major, raw) == (len(set(rows)) < len(rows))


@given(st.lists(st.lists(st.sampled_from("abcdef"), max_size=4), max_size=12), st.lists(st.sampled_from("abcxyz")))
def test_words_know_their_rows(lists: list[list[str]], asked: list[str]) -> None:
    pairs = [(row, "fedcba".index(word)) for row, words in enumerate(lists) for word in words]
    table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    words = Words.of(table[:, 0], table[:, 1], "fedcba")
    carrying = [bool(set(listed) & set(asked)) for listed in lists]
    rows = np.arange(len(lists))
    assert words.words == tuple(sorted({word for listed in lists for word in listed}))
    assert words.rows_of(asked).tolist() == [row for row in range(len(lists)) if carrying[row]]
    assert words.among(rows, asked).tolist() == carrying
    assert words.carriers(len(lists), asked).tolist() == carrying
    assert words.get("z", "nobody") == "nobody"


@given(st.lists(st.integers(-1, 4), max_size=20))
def test_words_are_coded_anew_in_alphabetical_order(codes: list[int]) -> None:
    words = ["pear", "apple", "fig", "apple", "kiwi"]
    found, used = recoded(np.array(codes, dtype=np.int64), words)
    assert [None if code < 0 else used[code] for code in found] == [None if code < 0 else words[code] for code in codes]
    assert list(used) == sorted(set(used))
    assert set(used) == {words[code] for code in codes if code >= 0}


@pytest.mark.parametrize("count", [1, 8, 9, 14, 33, 64])
def test_flags_are_read_one_by_one_and_together(count: int) -> None:
    flags = np.random.default_rng(count).random((50, count)) < 0.5
    packed = Bits.of(flags)
    assert packed.words.itemsize == max(1, 1 << (count - 1).bit_length() >> 3)
    assert np.array_equal(packed[:], flags)
    assert np.array_equal(packed[np.array([3, 1])], flags[[3, 1]])
    assert packed[7].tolist() == flags[7].tolist()
    assert all(np.array_equal(packed.flag(k)[np.arange(50)], flags[:, k]) for k in range(count))


@given(st.lists(st.lists(st.integers(0, 9), max_size=4), max_size=10))
def test_the_best_of_each_list(lists: list[list[int]]) -> None:
    pairs = np.array([(row, item) for row, items in enumerate(lists) for item in items], dtype=np.int64).reshape(-1, 2)
    worth = np.array([3, 1, 4, 1, 5, 9, 2, 6, 5, 3], dtype=np.int8)
    found = Ragged.of(pairs[:, 0], pairs[:, 1], len(lists)).best(np.arange(len(lists)), worth)
    assert found.tolist() == [max((int(worth[item]) for item in items), default=-128) for items in lists]


@given(st.lists(st.integers(-(2**62), 2**62), max_size=20), st.lists(st.integers(-3, 3)))
def test_whole_numbers_stay_what_they_are(numbers: list[int], known: list[int]) -> None:
    values = np.array(numbers, dtype=np.int64)
    assert narrow(values).tolist() == numbers
    assert narrow(values).itemsize >= 4
    assert distinct(values).tolist() == sorted(set(numbers))
    assert is_among(values, np.array(sorted(known), dtype=np.int64)).tolist() == [item in known for item in numbers]


def a_site(**more: object) -> FacilityFact:
    return replace(FacilityFact(id="site", kind=FacilityKind.JOBSHOP), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fact", "problem"),
    [
        (a_site(id="a\0"), "NUL"),
        (
            a_site(capabilities=(CapabilityFact("c", "fff"), CapabilityFact("c", "fff", through_partner=True))),
            "capability",
        ),
        (a_site(resources=(ResourceFact("r", "smt-line"), ResourceFact("r", "any-cnc"))), "resource"),
        (
            a_site(
                resources=(ResourceFact("machines:cnc-mill-3x", "smt-line"),),
                machines=(MachineHeldFact("haas-vf2"),),
            ),
            "resource",
        ),
    ],
)
def test_an_id_that_cannot_be_told_apart_is_refused(fact: FacilityFact, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Supply.build([fact], taxonomy())


def test_one_capability_id_may_stand_for_two_processes() -> None:
    """As ids of lines that one machine suggests do."""
    lines = (CapabilityFact("c", "fff"), CapabilityFact("c", "sls"))
    assert list(Supply.build([a_site(capabilities=lines)], taxonomy()).lines.ids) == ["c", "c"]


def test_ids_lead_to_rows() -> None:
    supply = sample.supply()
    ids = list(supply.sites.ids)
    assert ids == sorted(item.id for item in sample.facilities())
    assert [supply.site_index.get(name) for name in ids] == list(range(len(ids)))
    assert supply.site_index.get("nobody") is None
    for row, name in enumerate(supply.resources.ids):
        assert supply.resource_index.get((int(supply.resources.site[row]), name)) == row
    assert supply.resource_index.get((0, "nothing")) is None
    assert supply.resource_index.get((len(ids) - 1, "nothing")) is None
