"""Files that mean harm, and any bytes at all: a reader answers with rows or with its documented refusal."""

# ruff: noqa: E501  # rows of tables stay whole

import io
import json
import time
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from apps.exchange.foreign import FOREIGN, okh, okw_2022, okw_map, okw_v1, structures, supply_hub
from apps.exchange.formats.base import HEAD, Format, ParsedRow, SourceFile, TermKind, UnreadableError
from tests.exchange.formats.conftest import TODAY

BILLION = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{here}: &{here} [{', '.join([f'*{before}'] * 9)}]\n" for before, here in zip("abcdefgh", "bcdefghi", strict=True)
)


class SomeWords:
    """A vocabulary without a database."""

    def find(self, kind: TermKind, text: str) -> str | None:
        return "fff" if text == "fdm" else None

    def suggest(self, kind: TermKind, text: str) -> tuple[str, ...]:
        return ()


def source(data: bytes, name: str = "file") -> SourceFile:
    return SourceFile(name, data, SomeWords(), TODAY)


def outcome(form: Format, data: bytes) -> list[ParsedRow] | str:
    try:
        return list(form.read(source(data)))
    except UnreadableError as error:
        return error.code


def hold_true(rows: list[ParsedRow]) -> None:
    """What the contract promises of every row."""
    for row in rows:
        assert row.facility is None or row.need is None
        if row.facility is not None:
            assert row.external_id
            assert len(row.external_id) <= 80
            assert row.facility.values["name"]
        if row.facility is None and row.need is None:
            assert row.refusals
        json.dumps([repr(row)]).encode()
        assert "\x00" not in repr(row.facility)


# --- any bytes ------------------------------------------------------------------------------------------------------------


SEEDS = [
    b"id,model,brand,type,sub_type_1,info,x_travel,y_travel,z_travel,working,approved,lab,qty,facility,latitude,longitude\n1,a,b,3d_printer,fdm,,9in,2mm,3mm,TRUE,TRUE,1,1,L,1,2",
    b"name,country,city,machines,data_source,latitude,longitude,address\nL,Ghana,Accra,laser,X,5.6,-0.1,Precise",
    b"name,city,capabilities,country_code,latitude,longitude,links\nL,C,\"['laser']\",FR,48,2,\"[{'url': 'http://a.b'}]\"",
    b"name,brand,class_1,lab,country_code\nx,y,laser,L,FR",
    b"country,name,address,sector,lat,lng\nPE,N,A,S,1,2",
    b'[{"facility": {"name": "N", "facility_id": "1"}, "geocoding": {"latitude": 1, "longitude": 2}, "location": {"location_id": 1}}]',
    b'[{"name": "N", "location": {"gpsCoordinates": "1, 2"}, "equipment": [{"xTravel": 1}], "manufacturingProcesses": ["x"]}]',
    b'{"space": "S", "api": "0.13", "location": {"lat": 1, "lon": 2}, "contact": {"email": "a@b.cd"}}',
    b'{"q": {"name": "Q", "supported_layers": [1, 4], "assembly_offered": true, "lead_times": {"a": 1}}}',
    b"# Q Design Rules\ndesign_rules:\n  2layer: {max_board_width_mm: 1, max_board_height_mm: 1, board_thickness_mm: 1}\n",
    b'okhv = "1"\nname = "N"\nlicense = "MIT"\ntsdc = "3DP"\n[[part]]\nname = "P"\nouter-dimensions = "cube([1,2,3])"\n',
    b"title: N\nlicense: {a: b}\ndocumentation-home: x\nmaterials: [a]\n",
]


def damaged(seed: bytes, cuts: list[tuple[int, bytes]]) -> bytes:
    for place, piece in cuts:
        at = place % (len(seed) + 1)
        seed = seed[:at] + piece + seed[at + len(piece) % 3 :]
    return seed


NASTY = st.sampled_from(
    [b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b'"', b"{", b"[", b"]", b"}", b":", b",", b"\n", b"\r", b"&a *a", b"!!x ", b"<<: ", b"1e999",
     b"NaN", b"-Infinity", b"\\ud800", b"\xed\xa0\x80", b"9" * 400, b"=cmd|' /C calc'!A0", b"<script>", b"null", b"true", b"[[[[", b"'", b"#NAME?"]
)  # fmt: skip
FILES = st.one_of(
    st.binary(max_size=400),
    st.builds(
        damaged,
        st.sampled_from(SEEDS),
        st.lists(st.tuples(st.integers(0, 10_000), st.one_of(NASTY, st.binary(max_size=6))), max_size=6),
    ),
)


@pytest.mark.parametrize("form", FOREIGN, ids=lambda form: form.name)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=FILES)
@example(data=b"name\n:")  # a name of signs alone identifies nobody
def test_any_bytes_give_rows_or_the_documented_refusal(form: Format, data: bytes) -> None:
    assert form.sniff("x.csv", data[:HEAD]) in (True, False)
    found = outcome(form, data)
    if not isinstance(found, str):
        hold_true(found)


@pytest.mark.parametrize("seed", SEEDS, ids=range(len(SEEDS)))
def test_the_seeds_of_damage_are_sound_and_each_is_one_formats(seed: bytes) -> None:
    forms = [form for form in FOREIGN if form.sniff("x", seed)]
    assert len(forms) == 1
    found = outcome(forms[0], seed)
    assert not isinstance(found, str)
    assert found
    hold_true(found)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["name", "facility", "location", "address", "geocoding", "latitude", "equipment", "contact", "space",
                         "manufacturingProcesses", "typicalMaterials", "gpsCoordinates", "ManufacturingFacility", "x-kind",
                         "facility_id", "region", "country", "supported_layers", "xTravel", "certifications"]), inner, max_size=6),
    max_leaves=30,
)  # fmt: skip


@pytest.mark.parametrize("form", [form for form in FOREIGN if "JSON" in form.label], ids=lambda form: form.name)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(document=JSON)
@example(document=[{"name": ["x"], "location": "x", "equipment": "x", "contact": []}])
@example(document={"ManufacturingFacility": "x", "Address": 5})
def test_any_document_of_known_members_gives_rows_or_the_refusal(form: Format, document: object) -> None:
    found = outcome(form, json.dumps(document).encode())
    if not isinstance(found, str):
        hold_true(found)


# --- bombs ----------------------------------------------------------------------------------------------------------------


def zipped_bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (200 * 1024 * 1024))
    return file.getvalue()


def entity_bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(
            "xl/workbook.xml", '<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY l2 "&lol;&lol;">]><lolz>&l2;</lolz>'
        )
    return file.getvalue()


def bombs() -> Iterator[tuple[str, Format, bytes, set[str]]]:
    yield "yaml aliases", okh.OKH, BILLION.encode(), {"too_many_aliases"}
    yield "yaml alias of itself", okh.OKH, b"title: &a [*a]\nlicense: MIT\n", {"not_yaml", "nested_too_deep"}
    yield "yaml object", okh.OKH, b"title: !!python/object/apply:os.system ['true']\nlicense: x", {"not_okh"}
    yield "yaml depth", okh.OKH, b"title: " + b"[" * 100_000, {"nested_too_deep", "not_yaml"}
    yield "yaml indent", okh.OKH, b"".join(b" " * n + b"a:\n" for n in range(900)), {"nested_too_deep"}
    yield "toml depth", okh.OKH, b"a = " + b"[" * 100_000, {"nested_too_deep", "not_toml"}
    yield "toml keys", okh.OKH, b"b = 1\n" + b".".join([b"a"] * 100_000) + b" = 1", {"nested_too_deep"}
    yield "toml tables", okh.OKH, b"b = 1\n[" + b".".join([b"a"] * 100_000) + b"]", {"nested_too_deep"}
    yield "toml digits", okh.OKH, b"a = " + b"9" * 200_000, {"not_toml"}
    yield "toml size", okh.OKH, b"a = 1\n" * 200_000, {"file_too_big"}
    yield "json depth", okw_v1.OKW_V1, b"[" * 200_000, {"nested_too_deep", "not_json"}
    yield "json closed depth", okw_v1.OKW_V1, b"[" * 500 + b"]" * 500, {"nested_too_deep"}
    yield "json digits", okw_2022.OKW_2022, b'[{"name": ' + b"9" * 100_000 + b"}]", set()
    yield (
        "csv quote",
        okw_map.MACHINES,
        b'id,model,brand,type,x_travel,y_travel,z_travel,facility\n"' + b"x" * 3_000_000,
        {"broken_csv"},
    )
    yield "csv columns", supply_hub.SUPPLIERS, b"a," * 100_000 + b"\n", {"too_many_columns"}
    yield "xlsx bomb", supply_hub.SUPPLIERS, zipped_bomb(), {"archive_bomb"}
    yield "xlsx entities", supply_hub.SUPPLIERS, entity_bomb(), {"xml_entities"}
    yield "xlsx cut off", supply_hub.SUPPLIERS, zipped_bomb()[:-30], {"broken_archive"}


@pytest.mark.parametrize(("form", "data", "codes"), [pytest.param(*rest, id=name) for name, *rest in bombs()])
def test_a_bomb_is_refused_soon_and_in_little_memory(form: Format, data: bytes, codes: set[str]) -> None:
    tracemalloc.start()
    began = time.monotonic()
    found = outcome(form, data)
    seconds, (_, peak) = time.monotonic() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found if isinstance(found, str) else "rows") in (codes or {"rows"})
    assert peak < 300 * 1024 * 1024
    assert seconds < 60  # traced, on a busy machine; untraced they take seconds


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_the_loaders_know_no_error_but_the_refusal(data: bytes) -> None:
    for load in (structures.load_json, structures.load_toml, structures.load_yaml):
        with suppress(UnreadableError):
            load(data)
