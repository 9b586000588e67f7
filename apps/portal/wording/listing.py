"""A listing's facts with who said them, as its pages show them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from apps.facilities.models import Capability, EvidenceLevel, Facility, HeldCertificate, Source
from apps.facilities.models.statements import Stated
from apps.facilities.selectors import Said, said, said_of

FIGURES = (
    "min_run",
    "min_order_pieces",
    "min_order_amount",
    "economic_run_low",
    "economic_run_high",
    "max_run",
    "lead_days_low",
    "lead_days_high",
    "tooling_lead_days_low",
    "tooling_lead_days_high",
    "best_tolerance_mm",
    "envelope_mm",
    "materials",
)
SITE = (
    "description",
    "city",
    "country",
    "access",
    *FIGURES,
    "workmanship_class",
    "signs_nda",
    "accepts_startups",
    "wished_stages",
    "wished_industries",
)


@dataclass(frozen=True)
class Fact:
    label: str
    text: str
    said: str


def facts_of(row: Facility | Capability) -> list[Fact]:
    """What is stated; what is not is left out."""
    names = SITE if isinstance(row, Facility) else FIGURES
    return list(_facts(row, names))


def said_in_words(row: Stated) -> str:
    return words_of(said(row))


def words_of(one: Said) -> str:
    """ "stated by the facility, Hank, 3 March 2030, documented"."""
    parts = [str(Source(one.source).label)]
    if one.by:
        parts.append(one.by)
    if one.batch_id:
        parts.append(_("import %s") % str(one.batch_id)[:8])
    parts.append(date_format(one.on, "j F Y") if one.on else _("nobody knows when"))
    if one.evidence_level != EvidenceLevel.STATED:
        parts.append(str(EvidenceLevel(one.evidence_level).label))
    return ", ".join(parts)


def standing_of(certificate: HeldCertificate, today: date) -> str:
    """How sure it is and how long it holds."""
    expires = certificate.expires_on
    if expires is not None and expires < today:
        return _("expired on %s; it does not count") % date_format(expires, "j F Y")
    evidence = certificate.get_evidence_level_display()
    return f"{evidence}, " + _("until %s") % date_format(expires, "j F Y") if expires else str(evidence)


def _facts(row: Any, names: tuple[str, ...]) -> Iterator[Fact]:
    for name in names:
        text = _text(row, name)
        if text:
            label = _("largest part (mm)") if name == "envelope_mm" else row._meta.get_field(name).verbose_name
            yield Fact(capfirst(str(label)), text, words_of(said_of(row, name)))


def _text(row: Any, name: str) -> str:
    value = getattr(row, name)
    if name == "materials":
        return ", ".join(material.name for material in value.all())
    if name == "country":
        return str(value.name) if value else ""
    if value is None or value == "":
        return ""
    if name == "min_order_amount":
        return f"{number_format(value)} {row.currency}"
    if name == "best_tolerance_mm":
        return f"± {number_format(value)}" + (f" ({row.tolerance_class})" if row.tolerance_class else "")
    if name == "envelope_mm":
        return " × ".join(number_format(side) for side in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(value) or _("no wish in particular")
    display = getattr(row, f"get_{name}_display", None)
    return str(display()) if display else number_format(value) if isinstance(value, int | float) else str(value)
