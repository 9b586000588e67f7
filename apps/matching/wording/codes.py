"""The engine's codes in words. A test holds this against matchmaker.codes: a code without words fails it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Words: TypeAlias = "str | _StrPromise"
TIER_NAMES = ("ready", "to_confirm", "near_miss", "component", "excluded")  # of tiers 1 to 5

TIERS: dict[int | str, Words] = {
    1: _("ready"),
    2: _("to confirm"),
    3: _("near miss"),
    4: _("component"),
    5: _("excluded"),
}
# Matches are stored with the tier's number; the engine's documents write its name.
TIERS |= {name: TIERS[tier] for tier, name in enumerate(TIER_NAMES, start=1)}
TIER_MEANINGS: dict[int, Words] = {
    1: _("Everything that was asked is met."),
    2: _("Nothing speaks against it; some facts are still to be asked for."),
    3: _("One or two points fail, each by little. What would have to change is named."),
    4: _("Cannot make all of it, but could make a part: a partner for a team."),
    5: _("Fails outright."),
}

GATES: dict[str, Words] = {
    "active": _("Takes work"),
    "process": _("Process"),
    "material": _("Material"),
    "envelope": _("Size"),
    "tolerance": _("Tolerance"),
    "certificates": _("Certificates"),
    "product_statements": _("Product tests and statements"),
    "run_size": _("Run size"),
    "due_date": _("Due date"),
    "region": _("Region"),
    "export_control": _("Export control"),
    "secrecy": _("Secrecy"),
    "no_go": _("Its own no-go list"),
    "budget": _("Budget"),
}

GATE_CODES: dict[str, Words] = {
    "open": _("Open for work, and claimed by its operator"),
    "self_service_agreed": _("Members do the work themselves, as the need allows"),
    "not_claimed": _("Imported; nobody has claimed it yet, so it cannot be asked directly"),
    "paused_or_closed": _("Paused or closed"),
    "members_only": _("Open to members only; it does no work for customers"),
    "process_exact": _("Offers exactly this process"),
    "process_specialisation": _("Offers a specialised form of this process"),
    "process_covers": _("Offers a process that covers this one"),
    "process_substitute": _("Offers a process that may stand in at this quantity"),
    "process_partner": _("Has it done by a partner that it names"),
    "process_general_claim": _("Claims a more general process; whether this form is meant must be asked"),
    "process_category_claim": _("Names only the whole family of processes; whether this one is meant must be asked"),
    "process_suggested": _("Owns a machine for it, but does not offer it"),
    "process_not_made": _("Does not make this"),
    "process_left_to_others": _("Does not make this step; another place would have to"),
    "material_stated": _("Works with the material"),
    "material_class_machined": _("Machines this class of material"),
    "material_class_claim": _("States the class of the material, not the grade"),
    "material_equivalent": _("Works with an equivalent material, which the need allows"),
    "materials_blank": _("Has not said which materials it works with"),
    "material_sibling_refused": _("Works with a sister material only, which the need does not allow"),
    "material_not_run": _("Does not work with the material"),
    "envelope_fits": _("The part fits"),
    "envelope_blank": _("Has not said how large a part may be"),
    "envelope_site_only": _("Too large by the figure for the whole site; the line for this process may take it"),
    "envelope_near": _("A little too large"),
    "envelope_too_small": _("Too large"),
    "tolerance_held": _("Holds the tolerance"),
    "tolerance_blank": _("Has not said which tolerance it holds"),
    "tolerance_site_only": _("Too coarse by the figure for the whole site; the line for this process may hold it"),
    "tolerance_near": _("A little coarser than asked"),
    "tolerance_too_coarse": _("Coarser than asked"),
    "certificate_held": _("Holds the certificate, and it is valid on the due date"),
    "certificates_blank": _("Has not said which certificates it holds"),
    "certificate_stated_only": _("Says that it holds the certificate; nobody has seen it, or its date or scope"),
    "certificate_absent": _("Does not hold the certificate"),
    "certificate_expired": _("The certificate will have expired by the due date"),
    "certificate_out_of_scope": _("The certificate does not cover this process"),
    "workmanship_met": _("Works to the class of workmanship"),
    "workmanship_blank": _("Has not said to which class of workmanship it works"),
    "workmanship_below": _("Works to a lower class of workmanship"),
    "statement_test_offered": _("The test for it is offered here or by a partner"),
    "statement_evidence": _("Evidence for it is there"),
    "statement_open": _("Who will test for it is open"),
    "run_inside": _("The quantity lies inside its range"),
    "run_split": _("Above one run, but possible in split lots"),
    "run_minimum_blank": _("Has not said how small an order may be"),
    "run_maximum_blank": _("Has not said how large a run may be"),
    "run_money_blank": _("Has a smallest order in money, and no price is known to compare it with"),
    "run_site_only": _("Outside the range given for the whole site; the line for this process may differ"),
    "run_below_near": _("Below its minimum, but by less than half"),
    "run_below": _("Far below its minimum"),
    "run_above": _("Far above its largest run"),
    "due_met": _("Can be there by the due date, even if things go slowly"),
    "due_straddled": _("In time if things go well, late if they go slowly"),
    "due_on_defaults": _("Only typical times are known, so whether it is in time must be asked"),
    "due_capacity_stale": _("Its capacity figures are old, and it has stated no lead time"),
    "due_site_only": _("Late by the lead time for the whole site; the line for this process may be quicker"),
    "due_near": _("A little late"),
    "due_missed": _("Too late, even if all goes well"),
    "region_inside": _("Inside the required region"),
    "region_unknown": _("Where it is has not been said"),
    "region_partner": _("Where its partner is has not been said"),
    "region_outside": _("Outside the required region"),
    "export_verified": _("Verified evidence for export-controlled work"),
    "export_not_verified": _("No verified evidence for export-controlled work"),
    "nda_signed": _("Signs a non-disclosure agreement"),
    "nda_silent": _("Has not said whether it signs a non-disclosure agreement"),
    "nda_refused": _("Signs no non-disclosure agreement"),
    "no_go_clear": _("Nothing here is on its no-go list"),
    "no_go_listed": _("Does not want such work: it is on its own no-go list"),
    "budget_inside": _("Its prices fit the budget"),
    "budget_straddled": _("Its lower prices fit the budget, its higher ones do not"),
    "price_blank": _("No price is known"),
    "budget_near": _("A little above the budget"),
    "budget_over": _("Above the budget"),
}

CRITERIA: dict[str, Words] = {
    "run_size": _("Fit of the run size"),
    "capacity": _("Room in its capacity"),
    "lead_time": _("Time to spare"),
    "distance": _("Distance"),
    "mutual_fit": _("Would want the job"),
    "precision": _("Margin in size and tolerance"),
    "track_record": _("Track record"),
    "price": _("Price against the target"),
}
CRITERION_CODES: dict[str, Words] = {
    "known": _("from known facts"),
    "interval": _("a range, because facts are missing"),
    "no_record_yet": _("no record yet"),
}
ADJUSTMENTS: dict[str, Words] = {
    "outside_wished_region": _("outside the region that was wished for"),
    "strict_secrecy_across_border": _("across a border, where secrecy is strict"),
}
FLAGS: dict[str, Words] = {
    "below_minimum": _("below its minimum"),
    "above_comfort": _("above what it finds economic"),
    "split_lots": _("in split lots"),
    "money_minimum_not_checked": _("its smallest order in money could not be checked"),
    "substitute": _("by a substitute process"),
    "through_partner": _("partly through a partner"),
    "stale_record": _("its facts have not been confirmed for a while"),
    "stale_capacity": _("its capacity figures are old"),
    "no_record_yet": _("no track record yet"),
    "missing_preferred_certificate": _("lacks a certificate that was preferred"),
    "size_unknown": _("the size of the product is not known"),
    "no_due_date": _("no due date was given"),
}
QUESTIONS: dict[str, Words] = {
    "claim": _("Is this place yours, and do you take work?"),
    "process": _("Do you offer exactly this process?"),
    "materials": _("Do you work with this material?"),
    "envelope_mm": _("How large may a part be on this line?"),
    "tolerance_mm": _("Which tolerance do you hold?"),
    "certificates": _("Which certificates do you hold?"),
    "certificate_evidence": _("May we see the certificate, with its scope and date?"),
    "workmanship_class": _("To which class of workmanship do you work?"),
    "product_evidence": _("Who tests for it, or is there evidence already?"),
    "min_run": _("What is your smallest order?"),
    "max_run": _("What is your largest run?"),
    "min_order_money": _("Is the order large enough in money?"),
    "run_sizes": _("Which quantities do you take on this line?"),
    "lead_days": _("When could you deliver?"),
    "capacity": _("How much of your capacity is free in the coming weeks?"),
    "place": _("Where are you?"),
    "partner_place": _("Where is your partner?"),
    "signs_nda": _("Do you sign a non-disclosure agreement?"),
    "price": _("What would a piece cost?"),
    "accepts_startups": _("Are start-ups welcome?"),
}
# What a question is about, where that is no short name of the catalogue.
SUBJECTS: dict[str, Words] = {"workmanship_class": _("class of workmanship")}
DISTANCE_MODES: dict[str, Words] = {
    "on_site": _("people come to the place"),
    "hands_on": _("visits during the work"),
    "bulky_freight": _("bulky freight"),
    "parcel": _("parcels"),
}
STEP_ROLES: dict[str, Words] = {"lead": _("lead"), "required": _("required"), "preferred": _("preferred")}
SOURCES: dict[str, Words] = {
    "stated": _("stated"),
    "imported": _("imported"),
    "derived": _("derived"),
    "default": _("typical value"),
}
EVIDENCE: dict[str, Words] = {
    "stated": _("stated only"),
    "documented": _("documented"),
    "coordinator_verified": _("verified by a coordinator"),
    "registry_verified": _("verified in a registry"),
}
VERDICTS: dict[str, Words] = {"pass": _("yes"), "unknown": _("to ask"), "fail": _("no")}


def in_words(table: Mapping[Any, Words], code: Any) -> Words:
    """A ranking is read for ever; codes that have gone from the engine since are shown as they stand."""
    return table.get(code, str(code).replace("_", " "))


def subject_words(subject: str, names: Mapping[str, str] | None = None) -> str:
    return str(SUBJECTS.get(subject) or (names or {}).get(subject, subject))


def flag_words(flag: str, names: Mapping[str, str] | None = None) -> str:
    """Some flags name what they are about after a colon."""
    code, _colon, subject = flag.partition(":")
    words = str(in_words(FLAGS, code))
    return f"{words} ({subject_words(subject, names)})" if subject else words


def question_words(question: Mapping[str, Any], names: Mapping[str, str] | None = None) -> str:
    """`question` as the engine's documents write it."""
    words = str(in_words(QUESTIONS, question["field"]))
    subject = question.get("subject")
    return f"{words} ({subject_words(subject, names)})" if subject else words
