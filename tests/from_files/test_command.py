"""`python -m matchmaker`: the table, the document, and what it refuses, naming file, place and rule."""

import json
import re
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from matchmaker.__main__ import OF_THIS_CHECKOUT, main
from matchmaker.catalogue_tables import TABLES
from matchmaker.documents import (
    catalogue_document,
    facility_document,
    need_document,
    ranking_document,
    ranking_from_document,
)
from matchmaker.inputs import read_supply
from matchmaker.policy import Policy
from matchmaker.ranking import rank
from matchmaker.supply import Supply
from matchmaker.supply_files import write_supply
from tests.engine import sample
from tests.engine.catalogue_files import catalogue, taxonomy
from tests.from_files.runs import EXAMPLES, ROOT, run

NEED, SUPPLY = EXAMPLES / "need.json", EXAMPLES / "supply.json"


def loaded(path: Path) -> Any:
    return json.loads(path.read_text())


def answer(capsys: pytest.CaptureFixture[str], *more: str | Path, need: Path = NEED, supply: Path = SUPPLY) -> Any:
    assert main(["rank", "--need", str(need), "--supply", str(supply), *map(str, more), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refusal(capsys: pytest.CaptureFixture[str], *more: str | Path, need: Path = NEED, supply: Path = SUPPLY) -> str:
    """What it says; nothing is answered."""
    assert main(["rank", "--need", str(need), "--supply", str(supply), *map(str, more)]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    return shown.err.removeprefix("error: ").rstrip("\n")


def changed(tmp_path: Path, path: Path, change: dict[str, Any]) -> Path:
    target = tmp_path / "changed.json"
    target.write_text(json.dumps({**loaded(path), **change}))
    return target


def facility(**change: Any) -> dict[str, Any]:
    return {"facilities": [{"id": "f", "kind": "jobshop", **change}], "names": {}}


# ---------------------------------------------------------------- what it answers


def test_the_table_groups_by_tier_and_shows_reasons_and_funnel() -> None:
    shown = run("rank", "--need", NEED, "--supply", SUPPLY)
    assert (shown.returncode, shown.stderr) == (0, "")
    lines = shown.stdout.splitlines()
    assert lines[0] == "need bracket revision 1, as of 2026-04-01: 3 considered"
    ready, asking = lines.index("READY"), lines.index("TO CONFIRM")
    assert ready < asking
    assert lines[ready + 1].split()[:3] == ["1", "heron", "Heron"]
    assert "12 of 12 confirmed" in lines[ready + 1]
    assert "5 of 12 confirmed" in lines[asking + 1]
    assert "       ? tolerance step 1: tolerance_blank (required_mm 0.05 mm)" in lines
    assert lines[-3].split() == ["considered", "3"]
    assert lines[-2].split() == ["active", "-1", "2"]
    assert lines[-1] == "tiers: 1 ready, 1 to confirm, 0 near miss, 0 component, 1 excluded"


def test_the_document_is_the_engines_ranking(capsys: pytest.CaptureFixture[str]) -> None:
    document = answer(capsys)
    ranking = ranking_from_document(document)
    assert [match.facility_id for match in ranking.matches] == ["heron", "finch"]
    assert [row.facility_id for row in ranking.excluded] == ["otter"]


@pytest.mark.parametrize("name", ["N01", "N21", "N34"])
def test_the_sample_network_as_files_is_ranked_alike(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    need, supply = tmp_path / "need.json", tmp_path / "supply.json"
    need.write_text(json.dumps(need_document(sample.needs()[name])))
    supply.write_text(json.dumps({"facilities": [facility_document(row) for row in reversed(sample.facilities())]}))
    expected = rank(sample.needs()[name], sample.supply(), Policy.default(), sample.AS_OF)
    given = answer(capsys, "--as-of", sample.AS_OF.isoformat(), need=need, supply=supply)
    assert given == ranking_document(expected)
    assert given["matches"]


def test_it_runs_without_django() -> None:
    code = "import sys, matchmaker.__main__; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_top_shortens_the_matches_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    whole, first = answer(capsys), answer(capsys, "--top", "1")
    assert first == {**whole, "matches": whole["matches"][:1]}
    assert main(["rank", "--need", str(NEED), "--supply", str(SUPPLY), "--top", "1"]) == 0
    table = capsys.readouterr().out
    assert "heron" in table
    assert "finch" not in table
    assert "1 more not shown" in table


def test_the_day_is_the_arguments_else_the_supplys_else_today(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    undated = changed(tmp_path, SUPPLY, {"as_of": None})
    assert answer(capsys, "--as-of", "2026-05-01")["as_of"] == "2026-05-01"
    assert answer(capsys)["as_of"] == "2026-04-01"
    before = datetime.now(UTC).date()
    assert before <= date.fromisoformat(answer(capsys, supply=undated)["as_of"]) <= datetime.now(UTC).date()


def test_names_change_no_ranking(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert answer(capsys, supply=changed(tmp_path, SUPPLY, {"names": {}})) == answer(capsys)


def test_a_catalogue_in_one_file_is_the_catalogue_in_tables(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    target = tmp_path / "catalogue.json"
    target.write_text(json.dumps(catalogue_document(catalogue())))
    assert answer(capsys, "--catalogue", target) == answer(capsys, "--catalogue", OF_THIS_CHECKOUT) == answer(capsys)


def test_a_policy_counts(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    target = tmp_path / "policy.json"
    target.write_text(json.dumps({"name": "bold", "alpha": 1.0}))
    document = answer(capsys, "--policy", target)
    assert document["policy_name"] == "bold"
    assert [match["score"] for match in document["matches"]] == [match["high"] for match in document["matches"]]


# ---------------------------------------------------------------- what it refuses

BAD_NEEDS: list[tuple[dict[str, Any], str, str]] = [
    ({"colour": "red"}, "/colour", "is not an entry here"),
    ({"a/b.c~d": 1}, "/a~1b.c~0d", "is not an entry here"),
    ({"order_quantity": 0}, "/order_quantity", "must be at least 1 and at most 1e+08"),
    ({"order_quantity": 1.5}, "/order_quantity", "must be a whole number"),
    ({"order_quantity": "many"}, "/order_quantity", "must be a whole number"),
    ({"due_on": "soon"}, "/due_on", "must be a date like 2026-03-31"),
    ({"ship_to": {"lat": 91}}, "/ship_to/lat", "must be at least -90 and at most 90"),
    ({"envelope_mm": [180, 0, 40]}, "/envelope_mm/1", "must be above 0 and at most 100000"),
    ({"envelope_mm": [180, 90]}, "/envelope_mm", "must be a list of 3"),
    ({"target_price": -1}, "/target_price", "must be at least 0 and at most 1e+12"),
    ({"id": "a\0b"}, "/id", "must not hold a NUL character"),
    ({"steps": []}, "/steps", "steps must have exactly one lead"),
    ({"steps": [{"sequence": 1, "process": "fff"}]}, "/steps/0/role", "is missing"),
    (
        {"steps": [{"sequence": 1, "process": "alchemy", "role": "lead"}]},
        "/steps/0/process",
        "is no process of the catalogue: alchemy",
    ),
    (
        {"steps": [{"sequence": 1, "process": "fff", "role": "lead", "materials": ["pla", "mud"]}]},
        "/steps/0/materials/1",
        "is no material of the catalogue: mud",
    ),
    ({"required_certificates": ["iso-1"]}, "/required_certificates/0", "is no certificate of the catalogue: iso-1"),
    ({"preferred_certificates": ["iso-1"]}, "/preferred_certificates/0", "is no certificate of the catalogue: iso-1"),
    (
        {"region_rules": [{"strength": "must", "region": "Atlantis"}]},
        "/region_rules/0/region",
        "is no region of the catalogue: Atlantis",
    ),
    ({"stage": "dream"}, "/stage", "is no stage of the catalogue: dream"),
]
BAD_SUPPLIES: list[tuple[dict[str, Any], str, str]] = [
    ({"site": 1}, "/site", "is not an entry here"),
    ({"facilities": {}}, "/facilities", "must be a list"),
    ({"as_of": "today"}, "/as_of", "must be a date like 2026-03-31"),
    ({"names": {"wren": "Wren"}}, "/names/wren", "names no facility of this document"),
    ({"names": []}, "/names", "must be an object"),
    ({"names": {"heron": 5}}, "/names/heron", "must be a text"),
    (facility(kind="factory"), "/facilities/0/kind", "must be one of makerspace, jobshop, contract_manufacturer"),
    (facility(figures={"min_run": -5}), "/facilities/0/figures/min_run", "must be at least 1 and at most 1e+08"),
    (
        facility(figures={"lead_days_low": 9, "lead_days_high": 3}),
        "/facilities/0/figures/lead_days_low",
        "must not be above lead_days_high",
    ),
    (
        facility(figures={"materials": ["mud"]}),
        "/facilities/0/figures/materials/0",
        "is no material of the catalogue: mud",
    ),
    (
        facility(capabilities=[{"id": "c", "process": "alchemy"}]),
        "/facilities/0/capabilities/0/process",
        "is no process of the catalogue: alchemy",
    ),
    (
        facility(capabilities=[{"id": "c", "process": "fff", "resource_ids": ["r9"]}]),
        "/facilities/0/capabilities/0/resource_ids/0",
        "is no resource of this facility: r9",
    ),
    (
        facility(capabilities=[{"id": "c", "process": "fff"}, {"id": "c", "process": "sla"}]),
        "/facilities/0/capabilities/1/id",
        "stands twice: c",
    ),
    (
        facility(resources=[{"id": "r", "kind": "time-machine"}]),
        "/facilities/0/resources/0/kind",
        "is no kind of resource of the catalogue: time-machine",
    ),
    (
        facility(resources=[{"id": "r", "kind": "lathe", "booked_share": 1.5}]),
        "/facilities/0/resources/0/booked_share",
        "must be at least 0 and at most 1",
    ),
    (
        facility(machines=[{"machine": "hal-9000"}]),
        "/facilities/0/machines/0/machine",
        "is no machine of the catalogue: hal-9000",
    ),
    (
        facility(certificates=[{"certificate": "iso-9001", "scope_processes": ["alchemy"]}]),
        "/facilities/0/certificates/0/scope_processes/0",
        "is no process of the catalogue: alchemy",
    ),
    (
        {"facilities": [{"id": "f", "kind": "jobshop"}] * 2, "names": {}},
        "/facilities/1/id",
        "stands twice: f",
    ),
]


@pytest.mark.parametrize(("change", "pointer", "rule"), BAD_NEEDS)
def test_a_bad_need_is_refused(
    change: dict[str, Any], pointer: str, rule: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = changed(tmp_path, NEED, change)
    assert refusal(capsys, need=path) == f"{path}: {pointer}: {rule}"


@pytest.mark.parametrize(("change", "pointer", "rule"), BAD_SUPPLIES)
def test_a_bad_supply_is_refused(
    change: dict[str, Any], pointer: str, rule: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = changed(tmp_path, SUPPLY, change)
    assert refusal(capsys, supply=path) == f"{path}: {pointer}: {rule}"


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"{", "is not JSON"),
        (b"", "is not JSON"),
        (b"[1]", "must be an object"),
        (b"\xff\xfe", "must be UTF-8 text"),
        (b'{"id": "a", "id": "b"}', 'an object names "id" twice'),
        (b'{"weight_kg": NaN}', "NaN is not a number in JSON"),
        (b'{"order_quantity": ' + b"9" * 5000 + b"}", "a whole number has more than 15 digits"),
        (b"[" * 100_000, "is nested too deeply"),
    ],
    ids=["cut", "empty", "list", "not-utf-8", "twice", "nan", "digits", "deep"],
)
def test_what_is_no_document_is_refused(
    content: bytes, rule: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("need", "supply"):
        path = tmp_path / "odd.json"
        path.write_bytes(content)
        told = refusal(capsys, **{name: path})
        assert told.startswith(f"{path}: ")
        assert rule in told


def test_a_number_beyond_all_floats_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "need.json"
    path.write_text(NEED.read_text().replace("24.0", "1e999"))
    assert refusal(capsys, need=path) == f"{path}: /target_price: must be a finite number"


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "none.json"
    expected = f"{missing}: the document: cannot be read: No such file or directory"
    assert refusal(capsys, need=missing) == expected
    assert refusal(capsys, supply=missing) == expected
    assert refusal(capsys, "--policy", missing) == expected
    assert refusal(capsys, "--catalogue", missing) == expected


def test_a_policy_that_makes_no_sense_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "policy.json"
    for document, told in (
        ({"alpha": 2}, "/alpha: must lie between 0 and 1"),
        ({"weights": {"luck": 1}}, "/weights/luck: is not an entry here"),
        ({"alfa": 1}, "/alfa: is not a policy entry"),
        ([], "the document: must be an object"),
    ):
        path.write_text(json.dumps(document))
        assert refusal(capsys, "--policy", path) == f"{path}: {told}"


def test_a_bad_table_is_refused_with_line_and_column(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in TABLES:
        (tmp_path / f"{name}.csv").write_text((OF_THIS_CHECKOUT / f"{name}.csv").read_text())
    stages = tmp_path / "stages.csv"
    good = stages.read_text()
    for text, told in (
        (good.replace("concept,1,", "concept,one,"), "line 2, column order: must be a number"),
        (good.replace("slug,order", "slug,place"), "line 1, column order: is missing"),
        (good + "short\n", f"line {good.count(chr(10)) + 1}, column (any): must have a cell for each heading"),
    ):
        stages.write_text(text)
        assert refusal(capsys, "--catalogue", tmp_path).startswith(f"{stages}: {told}")
    stages.unlink()
    assert "cannot be read" in refusal(capsys, "--catalogue", tmp_path)


def test_a_catalogue_that_names_what_it_lacks_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "catalogue.json"
    path.write_text(json.dumps({"processes": [{"slug": "fff", "parent": "printing", "kind": "process"}]}))
    assert refusal(capsys, "--catalogue", path) == f"{path}: the document: names printing, which it does not hold"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--top", "0"], "--top"),
        (["--top", "few"], "--top"),
        (["--as-of", "tomorrow"], "--as-of"),
        (["--colour"], "--colour"),
    ],
)
def test_arguments_that_make_no_sense_end_with_2(
    more: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["rank", "--need", str(NEED), "--supply", str(SUPPLY), *more])
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


# ---------------------------------------------------------------- a supply that was built before


@pytest.fixture
def built(tmp_path: Path) -> Path:
    supply = read_supply("supply", SUPPLY.read_text(), taxonomy())
    path = tmp_path / "examples.supply"
    write_supply(Supply.build(supply.facilities, taxonomy()), path)
    return path


def test_a_built_supply_gives_the_documents_answer(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    day = loaded(SUPPLY)["as_of"]
    assert answer(capsys, "--as-of", day, supply=built) == answer(capsys)
    assert answer(capsys, "--as-of", day, "--catalogue", OF_THIS_CHECKOUT, supply=built) == answer(capsys)
    assert main(["rank", "--need", str(NEED), "--supply", str(built), "--as-of", day]) == 0
    assert "1  heron " in capsys.readouterr().out


def test_a_built_supply_is_refused_where_it_is_damaged(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = built.read_bytes()
    built.write_bytes(whole[:-1])
    assert refusal(capsys, supply=built) == f"{built}: header: does not give the size of the file"
    at = whole.index(b"heron")
    built.write_bytes(whole[:at] + b"stork" + whole[at + 5 :])
    assert refusal(capsys, supply=built) == f"{built}: columns.sites.ids.blob: does not fit its checksum"


def test_a_built_supply_is_refused_with_another_catalogue(
    built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "catalogue.json"
    document = catalogue_document(catalogue())
    other.write_text(json.dumps({**document, "stages": document["stages"][:-1]}))
    said = refusal(capsys, "--catalogue", other, supply=built)
    assert said == f"{built}: the document: was written with another catalogue"


def test_a_built_supply_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "none.supply"
    assert refusal(capsys, supply=missing) == f"{missing}: the document: cannot be read: No such file or directory"


# ---------------------------------------------------------------- schemas and documentation


def schema(name: str) -> Any:
    return loaded(ROOT / "docs" / "schemas" / f"{name}.schema.json")


@pytest.mark.parametrize("name", ["need", "supply"])
def test_the_schema_in_the_documents_is_what_the_command_prints(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", name]) == 0
    stored = (ROOT / "docs" / "schemas" / f"{name}.schema.json").read_text()
    hint = f"python -m matchmaker schema {name} > docs/schemas/{name}.schema.json"
    assert capsys.readouterr().out == stored, f"written anew by: {hint}"


def errors(name: str, document: Any) -> list[str]:
    validator = jsonschema.Draft202012Validator(schema(name), format_checker=jsonschema.FormatChecker())
    return [error.message for error in validator.iter_errors(document)]


def test_the_examples_fit_their_schemas() -> None:
    for name in ("need", "supply"):
        jsonschema.Draft202012Validator.check_schema(schema(name))
        assert errors(name, loaded(EXAMPLES / f"{name}.json")) == []


# What no schema can know: words of the catalogue, counts over a list, the order of two figures.
BEYOND = ("of the catalogue", "exactly one lead", "NUL", "must not be above", "stands twice", "of this", "no entry")


@pytest.mark.parametrize(("change", "pointer", "rule"), [*BAD_NEEDS, *BAD_SUPPLIES])
def test_schema_and_command_refuse_alike(change: dict[str, Any], pointer: str, rule: str) -> None:
    name = "need" if (change, pointer, rule) in BAD_NEEDS else "supply"
    document = {**loaded(EXAMPLES / f"{name}.json"), **change}
    assert bool(errors(name, document)) != any(words in rule for words in BEYOND)


def test_the_documentation_shows_the_examples_and_what_they_give(capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "docs" / "library.md").read_text()
    assert NEED.read_text().strip() in text
    assert main(["rank", "--need", str(NEED), "--supply", str(SUPPLY)]) == 0
    assert capsys.readouterr().out.strip() in text


def test_the_documented_program_runs_and_gives_the_commands_answer(capsys: pytest.CaptureFixture[str]) -> None:
    [program] = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "library.md").read_text(), flags=re.DOTALL)
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert json.loads(ran.stdout) == answer(capsys)
