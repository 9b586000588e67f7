"""Writing facilities and their parts."""

from apps.facilities.services.claims import claim_facility, decide_claim, revoke_claim
from apps.facilities.services.evidence import (
    hand_in_document,
    read_document,
    remove_document,
    take_back_verification,
    verify_certificate,
    warn_of_expiries,
)
from apps.facilities.services.facility import (
    change_contact,
    change_facility,
    close_facility,
    end_pauses,
    list_facility,
    pause_facility,
    register_facility,
    resume_facility,
)
from apps.facilities.services.parts import add_part, change_part, remove_part
from apps.facilities.services.requests import ask_about_listing, decide_listing_request, remove_listing
from apps.facilities.services.suggestions import confirm_capability, refresh_suggestions, suggest_capability
from apps.facilities.services.weeks import state_weeks

__all__ = [
    "add_part",
    "ask_about_listing",
    "change_contact",
    "change_facility",
    "change_part",
    "claim_facility",
    "close_facility",
    "confirm_capability",
    "decide_claim",
    "decide_listing_request",
    "end_pauses",
    "hand_in_document",
    "list_facility",
    "pause_facility",
    "read_document",
    "refresh_suggestions",
    "register_facility",
    "remove_document",
    "remove_listing",
    "remove_part",
    "resume_facility",
    "revoke_claim",
    "state_weeks",
    "suggest_capability",
    "take_back_verification",
    "verify_certificate",
    "warn_of_expiries",
]
