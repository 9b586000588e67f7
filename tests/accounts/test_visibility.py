"""Who hears of an organisation."""

import pytest

from apps.accounts.models import Organisation
from apps.needs.models import NeedState
from apps.needs.services import change_state
from tests import builders
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def names(cast: Cast, person: str) -> set[str]:
    return {organisation.name for organisation in Organisation.objects.visible_to(getattr(cast, person))}


def test_strangers_hear_of_networks_only(cast: Cast) -> None:
    networks = set(Organisation.objects.filter(kind="network").values_list("name", flat=True))
    assert names(cast, "sam") == networks
    assert names(cast, "rita") == networks | {"Rival Rocket"}


def test_a_coordinator_hears_of_a_start_up_once_a_need_is_handed_in(cast: Cast) -> None:
    need = builders.need(
        submit=False, organisation=cast.bright_beetle, acting_user=cast.fay, home_network=cast.lakeside
    )
    assert "Bright Beetle" not in names(cast, "carla")
    change_state(need, NeedState.SUBMITTED, acting_user=cast.fay)
    assert "Bright Beetle" in names(cast, "carla")
    assert "Bright Beetle" not in names(cast, "omar")
    builders.need_partner_network(need=need, network=cast.harbour)
    assert "Bright Beetle" not in names(cast, "omar")


def test_a_coordinator_hears_of_who_operates_her_facilities(cast: Cast) -> None:
    assert "Heron Electronics Ltd" in names(cast, "carla")
    assert "Finch Metal Ltd" not in names(cast, "carla")
