"""Policy: weights, bounds, ranges as data."""

from __future__ import annotations

from typing import Any


class PolicyError(ValueError):
    """A policy document makes no sense; `field` names the entry."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field}: {rule}")
        self.field = field
        self.rule = rule


class Policy:
    name: str
    version: int
    digest: str

    @classmethod
    def default(cls) -> Policy:
        raise NotImplementedError

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Policy:
        raise NotImplementedError

    def to_document(self) -> dict[str, Any]:
        raise NotImplementedError
