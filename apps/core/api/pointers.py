"""JSON pointers (RFC 6901) into a request's body."""

from collections.abc import Iterable


def pointer(path: Iterable[str | int]) -> str:
    """("steps", 0, "process") -> "/steps/0/process"."""
    return "".join(f"/{_escaped(str(part))}" for part in path)


def dotted(path: Iterable[str | int]) -> str:
    return ".".join(str(part) for part in path)


def pointer_of(field: str) -> str:
    """ "steps.0.process" -> "/steps/0/process"; how a DomainError names its field."""
    return pointer(field.split(".")) if field else ""


def _escaped(part: str) -> str:
    # A name that a stranger sent goes back to him in an error, so it is cut and made printable.
    return part[:100].replace("~", "~0").replace("/", "~1").encode("ascii", "backslashreplace").decode("ascii")
