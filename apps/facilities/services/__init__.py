"""Writing facilities and their parts."""

from apps.facilities.services.calendar import make_calendar_link, revoke_calendar_link
from apps.facilities.services.capacity_csv import read_capacity_csv
from apps.facilities.services.claims import claim_facility, decide_claim, revoke_claim
from apps.facilities.services.evidence import (
    hand_in_document,
    read_document,
    remove_document,
    take_back_verification,
    verify_certificate,
    warn_of_expiries,
)
from apps.facilities.services.exceptions import add_exception, apply_all_exceptions, apply_exceptions, clear_exception
from apps.facilities.services.facility import (
    change_contact,
    change_facility,
    close_facility,
    day_of,
    end_pauses,
    list_facility,
    pause_facility,
    register_facility,
    resume_facility,
)
from apps.facilities.services.history import forget_history
from apps.facilities.services.holds import firm_up, give_back, keep_hours, use_up
from apps.facilities.services.inquiries import FactAnswer, answer_inquiry, ask_facility, revoke_inquiry
from apps.facilities.services.parts import add_part, change_part, remove_part
from apps.facilities.services.requests import ask_about_listing, decide_listing_request, remove_listing
from apps.facilities.services.suggestions import confirm_capability, refresh_suggestions, suggest_capability
from apps.facilities.services.twins import dismiss_twins, find_twins, merge_facilities, split_facilities
from apps.facilities.services.weeks import change_weeks, confirm_capacity, state_weeks

__all__ = [
    "FactAnswer",
    "add_exception",
    "add_part",
    "answer_inquiry",
    "apply_all_exceptions",
    "apply_exceptions",
    "ask_about_listing",
    "ask_facility",
    "change_contact",
    "change_facility",
    "change_part",
    "change_weeks",
    "claim_facility",
    "clear_exception",
    "close_facility",
    "confirm_capability",
    "confirm_capacity",
    "day_of",
    "decide_claim",
    "decide_listing_request",
    "dismiss_twins",
    "end_pauses",
    "find_twins",
    "firm_up",
    "forget_history",
    "give_back",
    "hand_in_document",
    "keep_hours",
    "list_facility",
    "make_calendar_link",
    "merge_facilities",
    "pause_facility",
    "read_capacity_csv",
    "read_document",
    "refresh_suggestions",
    "register_facility",
    "remove_document",
    "remove_listing",
    "remove_part",
    "resume_facility",
    "revoke_calendar_link",
    "revoke_claim",
    "revoke_inquiry",
    "split_facilities",
    "state_weeks",
    "suggest_capability",
    "take_back_verification",
    "use_up",
    "verify_certificate",
    "warn_of_expiries",
]
