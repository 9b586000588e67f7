"""Texts as they come in files: letters of a wrong code page, mark-up, placeholders, values that say nothing.

Pure functions. What they did is told by a short stable code, so that the reader of a file can note it.
"""

import html
import re
import unicodedata
from dataclasses import dataclass

# Code pages of Western office files, tried where a file is not UTF-8. The first of two that fit equally well is taken.
CODE_PAGES = ("cp1252", "cp850", "mac_roman")
# What spreadsheets write where a value should be.
SPREADSHEET_ERRORS = frozenset(
    {"#name?", "#ref!", "#value!", "#n/a", "#na", "#div/0!", "#null!", "#num!", "#error!", "#spill!", "#calc!"}
)
# Cells that stand for an empty one. Compared without case and blanks.
NOTHING = frozenset({"", "-", "--", "---", "none", "null", "nan", "n/a", "na", "n.a.", "nil", "undefined", "<na>", "?"})
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# UTF-8 that was read as Windows-1252 and written again: a lead byte and what follows it, as letters.
_MOJIBAKE = re.compile(
    r"[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2122]"
)
_TAGS = re.compile(r"</?[a-zA-Z][^<>]{0,500}>|<!--.{0,2000}?-->", re.DOTALL)
_BREAKS = re.compile(r"<(?:br|/p|/div|/li|/tr)\b[^<>]{0,100}>", re.IGNORECASE)
_SCRIPTS = re.compile(r"<(script|style)\b.{0,10000}?</\1\s*>", re.IGNORECASE | re.DOTALL)
# Boxes and other signs that programs put where they could not show a letter or a line break.
_PLACEHOLDERS = re.compile(r"[\u25a0\u25a1\ufffc\u2028\u2029]")
_LOST_LETTER = re.compile(r"(?<=[^\W\d_])\?(?=[^\W\d_])")
_USUAL_SIGNS = "“”‘’„«»–—…€°™®©"
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")  # half a letter: JSON may say one, no database keeps it
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class DecodedText:
    """`assumed` is the code page that was guessed, empty for Unicode. `broken` counts bytes that were no letter."""

    text: str
    assumed: str = ""
    broken: int = 0


def decode_text(data: bytes) -> DecodedText:
    """The text of a file. A byte order mark decides; else UTF-8 where it is that; else the likeliest code page.

    A file that is UTF-8 but for a few bytes (at most one in a thousand letters beyond ASCII, or three) is read as UTF-8
    with U+FFFD in their place: such bytes are damage, and another code page would spoil every other letter.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            text = data[len(mark) :].decode(encoding, errors="replace")
            return DecodedText(text, "", text.count("\ufffd"))
    try:
        return DecodedText(data.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    mended = data.decode("utf-8", errors="replace")
    broken = mended.count("\ufffd")
    if broken <= max(3, sum(letter > "\x7f" for letter in mended) // 1000):
        beyond = sum(letter > "\x7f" and letter != "\ufffd" for letter in mended)
        if beyond > broken:
            return DecodedText(mended, "", broken)
    page = likeliest_code_page(data)
    text = data.decode(page, errors="replace")
    return DecodedText(text, page, text.count("\ufffd"))


def likeliest_code_page(data: bytes) -> str:
    """Of CODE_PAGES the one in which most bytes beyond ASCII become letters beside letters.

    The first, by far the most usual one, unless another fits much better: a few letters prove nothing.
    """
    usual = _likeness(data, CODE_PAGES[0])
    best = max(CODE_PAGES, key=lambda page: _likeness(data, page))
    return best if _likeness(data, best) > 1.5 * max(usual, 0) + 2 else CODE_PAGES[0]


def _likeness(data: bytes, page: str) -> float:
    text = data.decode(page, errors="replace")
    score = 0.0
    for found in re.finditer(r"[^\x00-\x7f]", text):
        letter, start = found.group(), found.start()
        before, after = text[start - 1 : start], text[start + 1 : start + 2]
        if not letter.isalpha() or unicodedata.name(letter, "").split(" ")[0] != "LATIN":
            score -= 0.0 if letter in _USUAL_SIGNS else 1.0
        elif letter.isupper() and before.islower():
            score -= 1.0
        else:
            score += 1.0 if before.isalpha() or after.isalpha() else 0.2
    return score


def is_nothing(value: str) -> bool:
    return value.strip().casefold() in NOTHING


def is_spreadsheet_error(value: str) -> bool:
    return value.strip().casefold() in SPREADSHEET_ERRORS


def unscrambled(text: str) -> str:
    """UTF-8 that somebody read as Windows-1252 (é for Ã©), put right where that gives whole letters; else as it is."""
    for _ in range(2):  # some texts went through it twice
        if not _MOJIBAKE.search(text):
            return text
        try:
            again = b"".join(_western_byte(letter) for letter in text).decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            return text
        text = again
    return text


def _western_byte(letter: str) -> bytes:
    """As programs encode it: Windows-1252, and its five empty places as they are."""
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:
        return letter.encode("latin-1")


def without_markup(text: str) -> str:
    """The text of a piece of HTML: no tags, scripts or comments, entities as letters. Other text stays as it is."""
    if "<" in text:
        text = _SCRIPTS.sub(" ", text)
        text = _TAGS.sub("", _BREAKS.sub("\n", text))
    return html.unescape(text) if "&" in text else text


@dataclass(frozen=True)
class CleanText:
    """`done` holds the codes of what was done to the text, `lost` says that letters were lost before it came here."""

    text: str
    done: tuple[str, ...] = ()
    lost: bool = False


def clean_text(value: str, *, lines: bool = False) -> CleanText:
    """A text to be stored: composed Unicode, no mark-up, no control or invisible letters, single blanks.

    `lines` keeps line breaks. Codes: encoding_repaired, markup_removed, placeholder_removed, control_removed. Blanks
    at the ends and doubled ones are put right without being told.
    """
    done = []
    text = _SURROGATES.sub("\ufffd", value)
    for code, step in (
        ("encoding_repaired", unscrambled),
        ("markup_removed", without_markup),
        ("placeholder_removed", lambda old: _PLACEHOLDERS.sub(" ", old)),
        ("control_removed", lambda old: _CONTROLS.sub("", _INVISIBLE.sub("", old))),
    ):
        changed = step(text)
        if changed != text:
            done.append(code)
        text = changed
    text = unicodedata.normalize("NFC", text)
    kept = text.splitlines() if lines else [text]
    text = "\n".join(" ".join(line.split()) for line in kept)
    text = re.sub(r"\n{3,}", "\n\n", text).strip()
    return CleanText(text, tuple(done), bool(_LOST_LETTER.search(text)) or "\ufffd" in text)


def all_letters_lost(text: str) -> bool:
    """Nothing but question marks and the like is left of it."""
    return "?" in text.replace("\ufffd", "?") and not any(letter.isalnum() for letter in text)


def shortened(text: str, limit: int) -> str:
    """At most `limit` letters, cut at a blank where there is one near the end."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    blank = cut.rfind(" ")
    return (cut[:blank] if blank > limit * 0.8 else cut).rstrip() + "…"
