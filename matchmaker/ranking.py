"""rank(): the one entry point."""

from __future__ import annotations

from datetime import date

from matchmaker.domain import NeedFact
from matchmaker.policy import Policy
from matchmaker.results import Ranking
from matchmaker.supply import Supply


def rank(need: NeedFact, supply: Supply, policy: Policy, as_of: date) -> Ranking:
    """Rank every facility of `supply` for `need` as of that day. Pure: equal input, equal bytes."""
    raise NotImplementedError
