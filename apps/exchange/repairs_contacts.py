"""Addresses in the web, mail and telephone of an organisation, as they are found in lists. Pure functions."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

MAX_WEBSITE = 200
_MAIL = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62})(?:\.[a-z0-9-]{1,63}){1,8}", re.IGNORECASE)
_AT = re.compile(r"\s*(?:\(at\)|\[at\]|\{at\})\s*", re.IGNORECASE)
_DOT = re.compile(r"\s*(?:\(dot\)|\[dot\]|\{dot\})\s*", re.IGNORECASE)
_PHONE = re.compile(r"\+?[\d\s()./-]{5,30}(?:\s*(?:ext\.?|x)\s*\d{1,6})?")


@dataclass(frozen=True)
class Contact:
    """`value` to be stored, empty where the text is none; `reason` says what was done or why it was refused."""

    value: str = ""
    reason: str = ""


def website(text: str) -> Contact:
    """A whole http address. One without a scheme gets https; of several the first is taken.

    Reasons: first_of_several, scheme_added (used); not_a_website (refused).
    """
    words = [word.strip("<>\"'.,;") for word in re.split(r"[\s|]+|,(?=\s|http)|;(?=\s|http)", text.strip()) if word]
    if not words:
        return Contact()
    address, reason = words[0], "first_of_several" if len(words) > 1 else ""
    if not re.match(r"[a-z][a-z0-9+.-]*:", address, re.IGNORECASE):
        address, reason = f"https://{address}", reason or "scheme_added"
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return Contact("", "not_a_website")
    if parts.scheme.lower() not in ("http", "https") or parts.username or not _HOST.fullmatch(_ascii(host)):
        return Contact("", "not_a_website")
    return Contact(address, reason) if len(address) <= MAX_WEBSITE else Contact("", "not_a_website")


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return ""


def mail_address(text: str) -> Contact:
    """One mail address; `info (at) lab.org` is read as people mean it.

    Reasons: first_of_several, written_out (used); not_a_mail_address (refused).
    """
    plain = _DOT.sub(".", _AT.sub("@", text.strip().removeprefix("mailto:")))
    found = _MAIL.findall(plain)
    if not plain:
        return Contact()
    if not found or ".." in found[0]:
        return Contact("", "not_a_mail_address")
    if len(found) > 1:
        return Contact(found[0], "first_of_several")
    changed = "written_out" if plain != text.strip().removeprefix("mailto:") else ""
    return Contact(found[0], changed) if found[0] == plain.strip("<> ") else Contact("", "not_a_mail_address")


def phone_number(text: str) -> Contact:
    """Digits and the signs between them; six digits at least. Reason: not_a_phone_number (refused)."""
    plain = " ".join(text.replace("tel:", " ").split())
    if not plain:
        return Contact()
    digits = sum(letter.isdigit() for letter in plain)
    fits = _PHONE.fullmatch(plain) and 6 <= digits <= 20 and len(set(re.sub(r"\D", "", plain))) > 1
    return Contact(plain) if fits else Contact("", "not_a_phone_number")
