"""What is repaired, what is refused and what is left alone in texts, figures, places and contacts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.exchange import repairs_contacts, repairs_figures, repairs_places, repairs_text, repairs_twins
from apps.exchange.repairs_places import check_position
from apps.exchange.repairs_text import clean_text, decode_text

# --- texts ------------------------------------------------------------------------------------------------------------

WESTERN = "Café Größe Ñandú, Søren: naïve façade, élève, señor, Übung, António"


@pytest.mark.parametrize("page", ["cp1252", "cp850"])
def test_a_western_code_page_is_told_by_its_letters(page: str) -> None:
    text = (WESTERN + "\n") * 3
    found = decode_text(text.encode(page))
    assert (found.text, found.assumed, found.broken) == (text, page, 0)


def test_typographic_signs_do_not_make_a_dos_file() -> None:
    text = "A “naïve” façade – for 5 €…"
    assert decode_text(text.encode("cp1252")).text == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_not_guessed(encoding: str) -> None:
    found = decode_text(WESTERN.encode(encoding))
    assert (found.text, found.assumed) == (WESTERN, "")


def test_a_broken_byte_does_not_turn_a_utf8_file_into_another_code_page() -> None:
    data = (WESTERN * 40).encode() + b"\xff" + "é".encode()
    found = decode_text(data)
    assert found.text.startswith(WESTERN)
    assert (found.assumed, found.broken) == ("", 1)


@given(st.binary(max_size=300))
def test_every_file_has_a_text(data: bytes) -> None:
    assert isinstance(decode_text(data).text, str)


@pytest.mark.parametrize(
    ("found", "kept", "done"),
    [
        ("SÃ£o Paulo â€“ CafÃ©", "São Paulo – Café", ("encoding_repaired",)),
        ("MARANHÃO", "MARANHÃO", ()),  # a real letter, no scramble
        (
            "Ein <b>Labor</b><br>am See<script>alert(1)</script> &amp; mehr",
            "Ein Labor am See & mehr",
            ("markup_removed",),
        ),
        ("a < b and c > d", "a < b and c > d", ()),
        ("FUJIAN PROVINCE□", "FUJIAN PROVINCE", ("placeholder_removed",)),
        ("cnc mill\xading", "cnc milling", ("control_removed",)),
        ("two  blanks\tand\x00nothing", "two blanks andnothing", ("control_removed",)),
        ("\u202egnp.exe", "gnp.exe", ("control_removed",)),
    ],
)
def test_a_text_is_cleaned_and_says_how(found: str, kept: str, done: tuple[str, ...]) -> None:
    clean = clean_text(found)
    assert (clean.text, clean.done) == (kept, done)


def test_lost_letters_are_told_and_not_invented() -> None:
    assert clean_text("S?o Paulo").lost
    assert clean_text("S?o Paulo").text == "S?o Paulo"
    assert not clean_text("Where? Here.").lost
    assert repairs_text.all_letters_lost("????? ??")
    assert not repairs_text.all_letters_lost("S?o")


@pytest.mark.parametrize("value", ["#NAME?", "#REF!", "#N/A", " #div/0! "])
def test_errors_of_spreadsheets_are_known(value: str) -> None:
    assert repairs_text.is_spreadsheet_error(value)


@given(st.text())
def test_a_clean_text_can_be_stored_and_is_clean(value: str) -> None:
    text = clean_text(value, lines=True).text
    text.encode("utf-8")
    assert "\x00" not in text
    assert clean_text(text, lines=True).text == clean_text(clean_text(text, lines=True).text, lines=True).text


# --- figures ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "mm", "unit"),
    [
        ("220mm", 220.0, "mm"),
        ("177.8 mm", 177.8, "mm"),
        ("0,5 mm", 0.5, "mm"),
        ("9.8in", 248.92, "in"),
        ('24"', 609.6, "in"),
        ("18 inches", 457.2, "in"),
        ("1.2 m", 1200.0, "m"),
        ("60 cm", 600.0, "cm"),
        ("4 ft", 1219.2, "ft"),
        ("1,234.5 mm", 1234.5, "mm"),
    ],
)
def test_a_length_with_its_unit_is_read(cell: str, mm: float, unit: str) -> None:
    found = repairs_figures.length_mm(cell)
    assert (found.mm, found.unit, found.from_cell) == (mm, unit, True)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("220", "unit_missing"),
        ("1.200 mm", "number_ambiguous"),
        ("1,200 mm", "number_ambiguous"),
        ("220 bananas", "unit_unknown"),
        ("Oct-20", "date_instead_of_size"),
        ("20-Oct", "date_instead_of_size"),
        ("2020-10-20 00:00:00", "date_instead_of_size"),
        ("-5 mm", "out_of_range"),
        ("0 mm", "out_of_range"),
        ("999999999 m", "out_of_range"),
        ("1e308 mm", "not_a_length"),
        ("NaN", "not_a_length"),
        ("large", "not_a_length"),
        ("#NAME?", "not_a_length"),
    ],
)
def test_a_length_that_is_not_certain_is_refused(cell: str, reason: str) -> None:
    found = repairs_figures.length_mm(cell)
    assert (found.mm, found.reason) == (None, reason)


def test_a_column_may_say_the_unit_and_a_cell_overrules_it() -> None:
    assert repairs_figures.length_mm("10", column_unit="in").mm == 254.0
    assert repairs_figures.length_mm("10 mm", column_unit="in").mm == 10.0


@pytest.mark.parametrize(
    ("cell", "likely"),
    [("Oct-20", "10-20"), ("Dec-2012", "12-12"), ("20-Oct", "10-20 or 20-10"), ("2021-05-08", "5-8"), ("10-20", "")],
)
def test_a_size_that_became_a_date_is_shown_as_it_probably_was(cell: str, likely: str) -> None:
    assert repairs_figures.size_that_became_a_date(cell) == likely


@given(st.floats(min_value=0.01, max_value=3000).map(lambda value: round(value, 2)))
def test_inches_and_millimetres_of_one_length_agree(inches: float) -> None:
    found = repairs_figures.length_mm(f"{inches} in").mm
    assert found == pytest.approx(inches * 25.4, abs=0.001)


# --- places -----------------------------------------------------------------------------------------------------------

ACCRA = (5.6037, -0.187)
NAIROBI = (-1.2921, 36.8219)


def test_a_position_in_its_country_stays() -> None:
    assert check_position(*ACCRA, country="GH").position == ACCRA
    assert check_position(*ACCRA).position == ACCRA


def test_swapped_is_put_right_where_only_that_explains_it() -> None:
    found = check_position(NAIROBI[1], NAIROBI[0], country="KE")
    assert (found.position, found.reason, found.repaired) == (NAIROBI, "swapped_position", True)


def test_swapped_is_not_assumed_without_a_country() -> None:
    assert check_position(NAIROBI[1], NAIROBI[0]).position == (NAIROBI[1], NAIROBI[0])


def test_what_two_slips_explain_is_left_to_a_person() -> None:
    """In Spain's box lie both the mirror image and the swapped one of this point."""
    inside = [(lat, lon) for lat, lon in ((41.0, -1.0), (-41.0, 1.0)) if repairs_places.inside("ES", (lat, lon))]
    assert inside == [(41.0, -1.0)]
    found = check_position(-41.0, -1.0, country="ES")
    assert (found.position, found.reason) == (None, "outside_country")
    assert "41, -1" in found.detail


def test_a_longitude_beyond_the_globe_as_latitude_is_swapped() -> None:
    assert check_position(116.4, 39.9, country="CN").position == (39.9, 116.4)
    assert check_position(116.4, 39.9).reason == "off_the_globe"


@pytest.mark.parametrize(
    ("code", "lat", "lon"),
    [
        ("CM", 7.3696495, 12.3445856),
        ("GH", 7.9527706, -1.0307118),
        ("ZA", -28.4792625, 24.6727135),
        ("DE", 51.164, 10.454),
    ],
)
def test_the_middle_of_a_country_is_no_address(code: str, lat: float, lon: float) -> None:
    found = check_position(lat, lon, country=code)
    assert (found.position, found.reason, found.repaired) == (None, "country_centroid", True)


def test_a_street_near_the_middle_of_a_country_stays_unless_it_is_the_geocoders_very_answer() -> None:
    near_dhaka = (23.896, 90.323)
    assert check_position(*near_dhaka, country="BD").reason == "country_centroid"
    assert check_position(*near_dhaka, country="BD", precise=True).position == near_dhaka
    assert check_position(35.86166, 104.195397, country="CN", precise=True).reason == "country_centroid"


def test_null_island_is_nowhere() -> None:
    assert check_position(0, 0, country="GH").reason == "null_island"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("CHINA", "CN"),
        ("UAE", "AE"),
        ("Slovak Republic", "SK"),
        ("Cote D'Ivoire (Ivory Coast)", "CI"),
        ("Democratic Republic of the Congo", "CD"),
        ("Viet Nam", "VN"),
        ("de", "DE"),
        ("Türkiye", "TR"),
        ("Atlantis", None),
        ("", None),
    ],
)
def test_countries_are_known_by_names_in_use(text: str, code: str | None) -> None:
    assert repairs_places.country_code(text) == code


def test_every_name_of_the_table_means_one_country() -> None:
    for country in repairs_places.countries().values():
        assert {repairs_places.country_code(name) for name in country.names} == {country.code}


def test_the_middles_of_the_table_lie_in_their_boxes() -> None:
    """So the table was reckoned without slips; no box goes round the globe either."""
    for country in repairs_places.countries().values():
        for point in (*country.centres, *country.geocoded):
            assert repairs_places.inside(country.code, point), country.code
        assert all(west < east and south < north and east - west < 190 for west, south, east, north in country.boxes)


@given(st.floats(), st.floats(), st.sampled_from(["", "GH", "RE", "XX", "US"]), st.booleans())
def test_a_position_that_is_used_is_on_the_globe(lat: float, lon: float, country: str, precise: bool) -> None:
    found = check_position(lat, lon, country=country, precise=precise)
    assert found.position is None or repairs_places.on_the_globe(found.position)
    assert found.position is not None or found.reason


# --- contacts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value", "reason"),
    [
        ("https://dtiafrica.com/", "https://dtiafrica.com/", ""),
        ("www.lab.org", "https://www.lab.org", "scheme_added"),
        ("http://a.org http://b.org", "http://a.org", "first_of_several"),
        ("javascript:alert(1)", "", "not_a_website"),
        ("https://user:secret@lab.org", "", "not_a_website"),
        ("http://127.0.0.1:99999/", "", "not_a_website"),
        ("ask us", "", "not_a_website"),
        ("", "", ""),
    ],
)
def test_a_website_is_a_whole_address(text: str, value: str, reason: str) -> None:
    found = repairs_contacts.website(text)
    assert (found.value, found.reason) == (value, reason)


@pytest.mark.parametrize(
    ("text", "value", "reason"),
    [
        ("info@lab.org", "info@lab.org", ""),
        ("mailto:info@lab.org", "info@lab.org", ""),
        ("info (at) lab [dot] org", "info@lab.org", "written_out"),
        ("a@lab.org; b@lab.org", "a@lab.org", "first_of_several"),
        ("none yet", "", "not_a_mail_address"),
        ("a..b@lab", "", "not_a_mail_address"),
    ],
)
def test_a_mail_address(text: str, value: str, reason: str) -> None:
    found = repairs_contacts.mail_address(text)
    assert (found.value, found.reason) == (value, reason)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("+49 (0)30 1234-567", "+49 (0)30 1234-567"),
        ("000000", ""),
        ("call me", ""),
        ("12", ""),
        ("tel: 0301234567", "0301234567"),
    ],
)
def test_a_telephone_number(text: str, value: str) -> None:
    assert repairs_contacts.phone_number(text).value == value


# --- twins ------------------------------------------------------------------------------------------------------------


def _place(key: str, name: str, position: tuple[float, float] | None = None, city: str = "") -> repairs_twins.Place:
    return repairs_twins.Place(key, name, "GH", city, position)


def twins(*places: repairs_twins.Place) -> list[tuple[str, str]]:
    neighbours = repairs_twins.Neighbours()
    return [(place.key, other.key) for place in places for other, _ in neighbours.twins_of(place)]


def test_two_spellings_at_one_spot_are_likely_twins() -> None:
    places = [_place("a", "IOME254", ACCRA), _place("b", "IOME255", ACCRA), _place("c", "Kumasi Hive", ACCRA)]
    assert twins(*places) == [("b", "a")]


def test_two_places_of_like_names_apart_are_none() -> None:
    assert twins(_place("a", "FabLab One", ACCRA), _place("b", "FabLab One", NAIROBI)) == []


def test_without_a_position_the_town_speaks() -> None:
    here = _place("a", "Atallier - Fablab Moulins", city="Moulins")
    assert twins(here, _place("b", "Atallier Fablab Moulins", city="moulins")) == [("b", "a")]
    assert twins(_place("a", "Same"), _place("b", "Same")) == []
