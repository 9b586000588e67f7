"""Likely twins at the desk: the list with its reasons, both side by side, merge, dismiss, split; and for whom."""

from typing import Any

import pytest
from django.urls import reverse

from apps.facilities import services
from apps.facilities.models import Facility, Merge, TwinPair
from tests import builders
from tests.admin.conftest import SignIn
from tests.admin.test_listing_commands import page, press
from tests.cast import Cast


@pytest.fixture
def pair(cast: Cast) -> TwinPair:
    other = builders.facility(
        name="Quiet Heron Circuits", operator=None, claim_state="unclaimed", networks=(cast.lakeside,), quote_days=4
    )
    builders.no_go(facility=other)
    services.find_twins(cast.lakeside)
    return TwinPair.objects.get(second=other)


def post(desk: Any, pair: TwinPair, command: str, **sent: Any) -> list[str]:
    address = reverse(f"admin:facilities_twinpair_{command}", args=[pair.pk])
    answer = desk.post(address, sent, follow=True)
    assert answer.status_code == 200
    return [str(message) for message in answer.context["messages"]]


def test_pairs_are_listed_with_their_reasons(cast: Cast, desk: SignIn, pair: TwinPair) -> None:
    address = reverse("admin:facilities_twinpair_changelist")
    shown = desk(cast.carla).get(address).content.decode()
    assert "names alike: quiet heron circuits / quiet heron circuits (+0.50)" in shown
    assert "names alike" not in desk(cast.omar).get(address).content.decode()


def test_both_stand_side_by_side_and_can_be_turned(cast: Cast, desk: SignIn, pair: TwinPair) -> None:
    client = desk(cast.carla)
    shown = client.get(page(pair))
    assert shown.context["comparison"].survivor == cast.quiet_heron
    assert 'name="take" value="quote_days" aria-label="quote_days" checked' in shown.content.decode()
    assert client.get(f"{page(pair)}?survivor=second").context["comparison"].survivor == pair.second


def test_merged_as_chosen_and_split_again(cast: Cast, desk: SignIn, pair: TwinPair) -> None:
    client = desk(cast.carla)
    assert post(client, pair, "merge", survivor="first", take=["quote_days"], reason="One door") == ["Merged."]
    merge = Merge.objects.get()
    assert (merge.survivor, merge.merged, merge.reason) == (cast.quiet_heron, pair.second, "One door")
    assert Facility.objects.get(pk=cast.quiet_heron.pk).quote_days == 4
    assert pair.second.no_gos.count() == 1  # nobody ticked it
    shown = client.get(page(pair.second)).content.decode()
    assert "Merged into Quiet Heron Circuits" in shown
    assert page(merge) in shown
    assert "At work?" not in shown
    gone = client.get(page(pair), follow=True)
    assert gone.redirect_chain  # it is decided
    assert press(client, merge, "split") == ["Say why."]
    assert press(client, merge, "split", reason="Two doors") == ["Done."]
    assert Facility.objects.get(pk=pair.second.pk).merged_into is None
    assert Facility.objects.get(pk=cast.quiet_heron.pk).quote_days is None


def test_ticked_parts_go_over(cast: Cast, desk: SignIn, pair: TwinPair) -> None:
    part = str(pair.second.no_gos.get().pk)
    assert post(desk(cast.carla), pair, "merge", survivor="first", part=[part]) == ["Merged."]
    assert cast.quiet_heron.no_gos.count() == 1


def test_a_refusal_is_said(cast: Cast, desk: SignIn, pair: TwinPair) -> None:
    said = post(desk(cast.carla), pair, "merge", survivor="second")
    assert said == ["The claimed listing is the one that stays."]
    assert not Merge.objects.exists()


def test_dismissed_pairs_leave_the_list(cast: Cast, desk: SignIn, pair: TwinPair) -> None:
    client = desk(cast.carla)
    assert post(client, pair, "dismiss", reason="Next door") == ["Done."]
    address = reverse("admin:facilities_twinpair_changelist")
    assert "names alike" not in client.get(address).content.decode()
    assert "names alike" in client.get(f"{address}?decided=dismissed").content.decode()


def test_it_is_nobody_elses_to_decide(cast: Cast, desk: SignIn, pair: TwinPair) -> None:
    for command in ("merge", "dismiss"):
        address = reverse(f"admin:facilities_twinpair_{command}", args=[pair.pk])
        assert desk(cast.omar).post(address).status_code == 404
        assert desk(cast.carla).get(address).status_code == 405
        assert desk(cast.hank).post(address).status_code == 302
    assert not Merge.objects.exists()
