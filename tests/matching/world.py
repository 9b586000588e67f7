"""The smallest world in which something can be ranked."""

from typing import Any

from apps.catalog.models import Process
from apps.facilities.models import Facility
from apps.matching.models import MatchJob
from apps.matching.runs.changes import fan_out, number_changes
from apps.needs.models import Need
from apps.networks.models import Network
from tests import builders


def turning() -> Process:
    """With work content, so that capacity can be reckoned with."""
    process = builders.process("turning")
    builders.work_content(process=process)
    return process


def turning_shop(process: Process, network: Network, **fields: Any) -> Facility:
    """States enough to be ready for a small order of turned parts."""
    shop = builders.facility(
        networks=(network,), **{"country": "US", "lat": 41.5, "lon": -81.7, "min_run": 1, "max_run": 1000, **fields}
    )
    builders.capability(facility=shop, process=process, lead_days_low=5, lead_days_high=10)
    return shop


def turned_part(process: Process, network: Network, **fields: Any) -> Need:
    steps = (builders.step_content(process=process),)
    return builders.need(content=builders.need_content(steps=steps, **fields), home_network=network)


def settle() -> None:
    """Every change of supply so far has asked its needs."""
    while number_changes():
        pass
    while fan_out():
        pass


def job(need: Need) -> MatchJob:
    return MatchJob.objects.get(need=need)


def let_time_pass() -> None:
    """Debounces, leases and pauses are over."""
    MatchJob.objects.filter(run_after__year__lt=9000).update(run_after="2000-01-01T00:00:00Z")
