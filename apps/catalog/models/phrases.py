"""One spelling for every phrase, so that what founders type meets what is stored."""

import re
import unicodedata

MAX_PHRASE = 120

# American spellings and their British twins, applied to whatever is stored and to whatever is searched. Only words of
# the trade: a general rule such as -ize to -ise would also turn "size" and "prize".
SPELLINGS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(american), british)
    for american, british in (
        (r"mold", "mould"),
        (r"\balumin(?:i)?um", "aluminium"),
        (r"\bfiber", "fibre"),
        (r"color", "colour"),
        (r"\bvapor(?=\b|s)", "vapour"),
        (r"\bgray\b", "grey"),
        (r"\bcenter", "centre"),
        (r"fulfill(?!ed|ing)", "fulfil"),
        (r"\blabor\b", "labour"),
        (r"anodiz", "anodis"),
        (r"galvaniz", "galvanis"),
        (r"steriliz", "sterilis"),
        (r"metall?iz", "metallis"),
        (r"serializ", "serialis"),
    )
)
# A full stop or a plus sign that joins belongs to the word: UN 38.3, 1.4305, 3+2.
_SEPARATORS = re.compile(r"(?<![0-9a-z])[.+]|[.+](?![0-9a-z])|[^0-9a-z.+]+")


def normalised(text: str) -> str:
    """Lower case, no accents, British spelling, single blanks instead of everything that is not a letter or digit."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().replace("&", " and ")
    spaced = " ".join(_SEPARATORS.sub(" ", plain).split())
    for american, british in SPELLINGS:
        spaced = american.sub(british, spaced)
    return spaced[:MAX_PHRASE].strip()


def phrases_of_name(name: str) -> list[str]:
    """The name as it stands, and without what stands in brackets."""
    return [normalised(name), normalised(re.sub(r"\([^)]*\)", " ", name))]
