"""Versions of policies are numbered one by one, whoever writes them at the same time; faults are named all at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st

from apps.matching.models import Policy
from apps.matching.services import create_policy_version, merged_body, policy_faults
from matchmaker.policy import Policy as EnginePolicy
from matchmaker.policy import PolicyError

DEFAULT = EnginePolicy.default().to_document()
NUMBERS = [name for name, value in DEFAULT.items() if isinstance(value, float | int)]


@pytest.mark.django_db(transaction=True)
def test_many_who_write_at_once_get_a_number_each() -> None:
    def write(_: int) -> int:
        try:
            return create_policy_version("crowd", {}, network=None, acting_user=None).version
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        versions = list(pool.map(write, range(24)))
    assert sorted(versions) == list(range(1, 25))
    assert Policy.objects.filter(name="crowd").count() == 24


def wrong(names: list[str]) -> dict[str, object]:
    return {name: "no number" if name in names else DEFAULT[name] for name in NUMBERS}


@given(st.lists(st.sampled_from(NUMBERS), unique=True))
def test_every_fault_is_named_and_nothing_else(names: list[str]) -> None:
    assert {fault.field for fault in policy_faults(wrong(names))} == set(names)


def test_what_is_wrong_only_together_is_found_when_each_entry_is_sound() -> None:
    weights = dict.fromkeys(DEFAULT["weights"], 0)
    assert [fault.field for fault in policy_faults({"weights": weights})] == ["weights"]
    assert [fault.field for fault in policy_faults({"weights": weights, "alpha": 7})] == ["weights", "alpha"]


def bodies() -> Iterator[dict[str, object]]:
    yield {}
    yield {"alpha": 0.9}
    yield {"weights": {"distance": 0.5}, "currency_rates": {"EUR": 1.2}}
    yield {"validated_certificates": ["iso-9001"], "quote_days": [0, 9]}


@pytest.mark.parametrize("body", list(bodies()), ids=str)
def test_a_copy_is_the_other_one_but_for_what_the_body_says(body: dict[str, object]) -> None:
    other = Policy(name="other", version=3, body=EnginePolicy.from_document({"alpha": 0.1, "top_k": 7}).to_document())
    merged = merged_body(other, body)
    assert not {"name", "version"} & set(merged)
    for name, value in other.body.items():
        if name in ("name", "version"):
            continue
        told = body.get(name)
        expected = {**value, **told} if isinstance(told, dict) else value if told is None else told
        assert merged[name] == expected
    EnginePolicy.from_document(merged)


def test_an_entry_that_is_none_stays_to_be_refused() -> None:
    other = Policy(name="other", version=3, body=DEFAULT)
    assert [fault.field for fault in policy_faults(merged_body(other, {"luck": 1}))] == ["luck"]
    with pytest.raises(PolicyError):
        EnginePolicy.from_document({"luck": 1})
