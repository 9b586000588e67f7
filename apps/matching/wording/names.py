"""What the engine calls its facts and units, in words."""

from apps.matching.wording.codes import Words

FACTS: dict[str, Words] = {}
UNITS: dict[str, Words] = {}
