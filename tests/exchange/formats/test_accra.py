"""The list of machines, imported whole, and a need for large brackets near Accra ranked over it."""

from datetime import timedelta

import pytest

from apps.catalog.loader import load_catalogue
from apps.catalog.models import Material, Process
from apps.exchange.models import ImportBatch
from apps.facilities.models import ClaimState, EvidenceLevel, Facility, Source
from apps.facilities.selectors import may_be_offered
from apps.matching.models import Match
from apps.matching.runs import drain
from apps.matching.selectors import current_ranking, matches_of
from tests import builders
from tests.cast import Cast
from tests.exchange.formats.conftest import DATA, needs_data, say_nothing
from tests.exchange.world import imported, read
from tests.matching.world import settle

pytestmark = [pytest.mark.django_db, needs_data]

BRACKET_MM = (230.0, 230.0, 300.0)
LIST = "ima_machines.csv"


@pytest.fixture
def batch(cast: Cast) -> ImportBatch:
    load_catalogue(report=say_nothing)
    data = (DATA / "iop-okw-map" / LIST).read_bytes()
    return imported(cast.lakeside, data, cast.carla, name=LIST, source="okw-map")


@pytest.fixture
def matches(cast: Cast, batch: ImportBatch) -> dict[str, Match]:
    brackets = builders.step_content(
        process=Process.objects.get(slug="fff"),
        materials=(Material.objects.get(slug="petg"),),
        envelope_mm=BRACKET_MM,
        substitutes_allowed=False,
    )
    content = builders.need_content(
        title="PETG brackets",
        order_quantity=30,
        due_on=builders.today() + timedelta(days=60),
        steps=(brackets,),
        ship_to_city="Accra",
        ship_to_country="GH",
        ship_to_lat=5.6037,
        ship_to_lon=-0.187,
        envelope_mm=BRACKET_MM,
    )
    settle()
    need = builders.need(
        content=content, organisation=cast.bright_beetle, acting_user=cast.fay, home_network=cast.lakeside
    )
    while drain(builders.today()):
        pass
    ranking = current_ranking(need)
    assert ranking is not None
    return {match.facility.name: match for match in matches_of(ranking)}


def codes(match: Match, gate: str) -> list[str]:
    return [one["code"] for one in match.document["gates"] if one["gate"] == gate]


def test_printers_that_fit_and_silent_ones_are_to_confirm_and_no_others_are_listed(matches: dict[str, Match]) -> None:
    """DTI Makerspace (nearest, 220 mm) and FabLab Winam (211 mm) are too small and not there at all."""
    assert {name: codes(match, "envelope") for name, match in matches.items()} == {
        "The Makerspace Foundation": ["envelope_fits"],
        "IOME254": ["envelope_fits"],
        "Kumasi Hive Makerspace": ["envelope_blank"],
        "Triple Dimension": ["envelope_blank"],
        "Gearbox Pan African Network": ["envelope_blank"],
        "TMG Makerspace": ["envelope_blank"],
        "Flat Rock Studio": ["envelope_blank"],
    }
    assert {match.document["tier"] for match in matches.values()} == {"to_confirm"}
    assert {code for match in matches.values() for code in codes(match, "active")} == {"not_claimed"}
    assert not any(may_be_offered(match.facility, today=builders.today()) for match in matches.values())
    silent = [name for name, match in matches.items() if codes(match, "envelope") == ["envelope_blank"]]
    assert set(silent[:2]) == {"Kumasi Hive Makerspace", "Triple Dimension"}  # 200 km away, the others some thousands


def test_what_is_imported_is_unclaimed_and_stated_and_the_same_list_again_changes_nothing(
    batch: ImportBatch, cast: Cast
) -> None:
    made = Facility.objects.filter(batch_id=batch.public_id)
    assert made.count() == 10
    assert set(made.values_list("claim_state", "source")) == {(ClaimState.UNCLAIMED, Source.IMPORTED)}
    capabilities = {(one.source, one.evidence_level) for facility in made for one in facility.capabilities.all()}
    assert capabilities == {(Source.IMPORTED, EvidenceLevel.STATED)}
    again = read(cast.lakeside, (DATA / "iop-okw-map" / LIST).read_bytes(), cast.carla, name=LIST, source="okw-map")
    assert {row.outcome for row in again.rows.all()} == {"unchanged"}
