"""What a reader has to say about one row, gathered while it reads it, and cells that were looked at on the way."""

import re
from dataclasses import dataclass, field

from apps.exchange import repairs_contacts, repairs_figures, repairs_places, repairs_text
from apps.exchange.formats.base import FacilityDraft, ParsedRow, Refusal, Repair, TermKind, Unmapped, Vocabulary
from apps.exchange.formulas import is_formula

MAX_SHOWN = 200

DETAILS = {
    "name_missing": "It names no facility.",
    "facility_id_missing": "It has no id at its source, so it could not be found again.",
    "spreadsheet_error": "A formula failed before the file came here; the value is lost.",
    "formula": "A formula stands where a value should be.",
    "too_many_cells": "The row has more cells than the header.",
    "letters_lost": "Only question marks are left of it.",
    "encoding_repaired": "Letters of another code page were put right.",
    "markup_removed": "Tags were taken out of the text.",
    "placeholder_removed": "A box that stood for something lost was taken out.",
    "control_removed": "Invisible signs were taken out.",
    "text_shortened": "It was longer than there is room.",
    "first_of_several": "Several stood there; the first is used.",
    "scheme_added": "It was written without https.",
    "written_out": "It was written out against robots.",
    "not_a_website": "This is no address in the web.",
    "not_a_mail_address": "This is no mail address.",
    "not_a_phone_number": "This is no telephone number.",
}


@dataclass
class Notes:
    """`number` is the row that is being read; a place of several rows moves it on."""

    words: Vocabulary
    number: int = 1
    repairs: list[Repair] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    unmapped: list[Unmapped] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def repaired(self, column: str, found: str, used: str, reason: str, detail: str = "") -> None:
        text = detail or DETAILS.get(reason, "")
        self.repairs.append(Repair(self.number, column, found[:MAX_SHOWN], used[:MAX_SHOWN], reason, text))

    def refused(self, column: str, value: str, reason: str, detail: str = "") -> None:
        text = detail or DETAILS.get(reason, "")
        self.refusals.append(Refusal(self.number, column, value[:MAX_SHOWN], reason, text))

    def remark(self, sentence: str) -> None:
        if sentence not in self.remarks:
            self.remarks.append(sentence)

    def not_mapped(self, column: str, text: str, kind: TermKind) -> None:
        """Each text once a row, however many lines of the file say it."""
        if all((one.text, one.kind) != (text, kind) for one in self.unmapped):
            self.unmapped.append(Unmapped(self.number, column, text[:MAX_SHOWN], kind, self.words.suggest(kind, text)))

    def row(self, external_id: str, facility: FacilityDraft, *, number: int, rows: int = 1) -> ParsedRow:
        if not external_id:  # a name of signs alone
            return self.refused_row("name_missing", number=number, rows=rows)
        return ParsedRow(number, external_id[:80], facility, None, rows, *self.told())

    def refused_row(self, reason: str, detail: str = "", *, number: int, rows: int = 1, column: str = "") -> ParsedRow:
        self.number = number
        self.refused(column, "", reason, detail)
        return ParsedRow(number, "", None, None, rows, *self.told())

    def told(self) -> tuple[tuple[Repair, ...], tuple[Refusal, ...], tuple[Unmapped, ...], tuple[str, ...]]:
        return tuple(self.repairs), tuple(self.refusals), tuple(self.unmapped), tuple(self.remarks)

    # --- cells --------------------------------------------------------------------------------------------------------

    def text(self, column: str, value: str, *, limit: int = 200, lines: bool = False) -> str:
        """A clean text, empty where the cell says nothing or was refused."""
        if repairs_text.is_nothing(value):
            return ""
        if repairs_text.is_spreadsheet_error(value):
            self.refused(column, value, "spreadsheet_error")
            return ""
        if is_formula(value):
            self.refused(column, value, "formula")
            return ""
        clean = repairs_text.clean_text(value, lines=lines)
        if repairs_text.all_letters_lost(clean.text):
            self.refused(column, value, "letters_lost")
            return ""
        if clean.lost:
            self.remark(f"Letters of “{clean.text[:MAX_SHOWN]}” in {column} were lost before the file came here.")
        short = repairs_text.shortened(clean.text, limit)
        done = [*clean.done, *(["text_shortened"] if short != clean.text else [])]
        for reason in done:
            self.repaired(column, value, short, reason)
        return short

    def term(self, kind: TermKind, column: str, *texts: str) -> str | None:
        """The short name of the first text that the synonym table knows. None is noted with the last text."""
        said = [text for text in texts if text.strip()]
        for text in said:
            slug = self.words.find(kind, text)
            if slug is not None:
                return slug
        if said:
            self.not_mapped(column, said[-1], kind)
        return None

    def length(self, column: str, value: str, *, column_unit: str = "") -> float | None:
        """In mm. A unit other than mm in the cell is noted; what is no length is refused."""
        if repairs_text.is_nothing(value):
            return None
        if repairs_text.is_spreadsheet_error(value):
            self.refused(column, value, "spreadsheet_error")
            return None
        found = repairs_figures.length_mm(value, column_unit=column_unit)
        if found.mm is None:
            self.refused(column, value, found.reason, found.detail)
            return None
        if found.unit != "mm":
            self.repaired(column, value, f"{found.mm:g} mm", "unit_converted", f"Read as {found.unit}.")
        return found.mm

    def position(self, lat: str, lon: str, *, country: str, precise: bool) -> dict[str, float]:
        """`lat` and `lon` as values of a draft, or nothing. Both or neither; columns are named latitude, longitude."""
        stated = [self._degrees(name, cell) for name, cell in (("latitude", lat), ("longitude", lon))]
        blank = [cell for cell in (lat, lon) if repairs_text.is_nothing(cell)]
        if stated[0] is None or stated[1] is None:
            if len(blank) == 1:
                self.refused(
                    "latitude, longitude", f"{lat}, {lon}", "position_incomplete", "One of the two is missing."
                )
            return {}
        found = repairs_places.check_position(stated[0], stated[1], country=country, precise=precise)
        shown = f"{lat.strip()}, {lon.strip()}"
        if found.repaired:
            used = f"{found.position[0]:g}, {found.position[1]:g}" if found.position else ""
            self.repaired("latitude, longitude", shown, used, found.reason, found.detail)
        elif found.reason:
            self.refused("latitude, longitude", shown, found.reason, found.detail)
        return {} if found.position is None else {"lat": found.position[0], "lon": found.position[1]}

    def _degrees(self, column: str, cell: str) -> float | None:
        if repairs_text.is_nothing(cell):
            return None
        value = repairs_figures.degrees(cell)
        if value is None:
            reason = "spreadsheet_error" if repairs_text.is_spreadsheet_error(cell) else "not_degrees"
            self.refused(column, cell, reason, DETAILS.get(reason, "Decimal degrees are expected, such as -33.925."))
        return value

    def area(self, text: str) -> str:
        """An ISO 3166-2 code where the text is one; names of states have no code of their own here."""
        found = re.fullmatch(r"\s*([A-Z]{2}-[A-Z0-9]{1,3})\s*", text)
        return found[1] if found else ""

    def country(self, column: str, cell: str) -> str:
        """An ISO code, or empty; a name that nobody knows is refused."""
        text = self.text(column, cell)
        code = repairs_places.country_code(text)
        if text and code is None:
            self.refused(column, cell, "country_unknown", "No country has this name or code.")
        return code or ""

    def contact(self, **cells: str) -> dict[str, str]:
        """`website`, `email`, `phone` checked, `address` and `postal_code` cleaned; what says nothing is left out."""
        checks = {
            "website": repairs_contacts.website,
            "email": repairs_contacts.mail_address,
            "phone": repairs_contacts.phone_number,
        }
        found: dict[str, str] = {}
        for name, cell in cells.items():
            text = self.text(name, cell, limit=300)
            if not text:
                continue
            if name in checks:
                checked = checks[name](text)
                if not checked.value:
                    self.refused(name, cell, checked.reason)
                elif checked.reason:
                    self.repaired(name, cell, checked.value, checked.reason)
                text = checked.value
            if text:
                found[name] = text
        return found
