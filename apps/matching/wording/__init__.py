"""Words for the engine's codes. Decide first, phrase later: nothing here decides anything."""

from apps.matching.wording.codes import (
    ADJUSTMENTS,
    CRITERIA,
    CRITERION_CODES,
    DISTANCE_MODES,
    FLAGS,
    GATE_CODES,
    GATES,
    QUESTIONS,
    STEP_ROLES,
    TIER_MEANINGS,
    TIER_NAMES,
    TIERS,
    VERDICTS,
    flag_words,
    in_words,
    question_words,
)
from apps.matching.wording.facts import fact_words, facts_words, label_of, number_words

__all__ = [
    "ADJUSTMENTS",
    "CRITERIA",
    "CRITERION_CODES",
    "DISTANCE_MODES",
    "FLAGS",
    "GATES",
    "GATE_CODES",
    "QUESTIONS",
    "STEP_ROLES",
    "TIERS",
    "TIER_MEANINGS",
    "TIER_NAMES",
    "VERDICTS",
    "fact_words",
    "facts_words",
    "flag_words",
    "in_words",
    "label_of",
    "number_words",
    "question_words",
]
