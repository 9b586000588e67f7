"""Resources, hours and days of one facility: the slow way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from matchmaker.domain import DistanceMode, FacilityFact, NeedFact, ResourceFact, Source, StepFact
from matchmaker.policy import Policy
from tests.engine.oracle_options import Option
from tests.engine.oracle_world import Book

FAR = 54  # weeks that may differ from the pattern


@dataclass(frozen=True)
class Slot:
    """A resource as one step would use it. `fact` is None for one machine of a kind, one shift."""

    name: str
    kind: str
    fact: ResourceFact | None


@dataclass(frozen=True)
class Choice:
    option: Option
    slots: tuple[Slot, ...]


class Shop:
    """One facility's resources on the day of ranking."""

    def __init__(self, book: Book, policy: Policy, need: NeedFact, facility: FacilityFact, as_of: date) -> None:
        self.book, self.policy, self.need, self.facility, self.as_of = book, policy, need, facility, as_of
        self.resources = {r.id: r for r in facility.resources if r.source != Source.DEFAULT}
        for kind, count in self._counted().items():
            name = f"machines:{kind}"
            self.resources[name] = ResourceFact(name, kind, machines=count, source=Source.DERIVED)

    def _counted(self) -> dict[str, int]:
        stated: set[str] = set()
        for item in self.resources.values():
            stated |= {item.kind, *self.book.kinds[item.kind].members}
        counts: dict[str, int] = {}
        for held in self.facility.machines or ():
            kinds = [
                k.slug
                for k in sorted(self.book.kinds.values(), key=lambda k: k.slug)
                if self.book.machines[held.machine].machine_type in k.machine_types
            ]
            if kinds and kinds[0] not in stated and held.count > 0:
                counts[kinds[0]] = counts.get(kinds[0], 0) + held.count
        return counts

    # ------------------------------------------------------------ where a step would run

    def choices(self, step: StepFact, option: Option) -> list[Choice]:
        if option.line.fact.through_partner:
            return [Choice(option, ())]
        named = [n for n in option.line.fact.resource_ids or () if n in self.resources]
        if named:
            return [self._checked(step, Choice(option, tuple(self._slot(n) for n in sorted(set(named)))))]
        work = self.book.work_of(option.process)
        if work is None:
            return [Choice(option, ())]
        exact = sorted(r.id for r in self.resources.values() if r.kind == work.resource_kind)
        grouped = sorted(r.id for r in self.resources.values() if work.resource_kind in self.book.kinds[r.kind].members)
        if exact or grouped:
            return [Choice(option, (self._slot(n),)) for n in exact or grouped]
        return [Choice(option, (Slot(f"kind:{work.resource_kind}", work.resource_kind, None),))]

    def _checked(self, step: StepFact, choice: Choice) -> Choice:
        kept = tuple(s for s in choice.slots if self.demand(step, choice.option, s, high=True, pieces=1) is not None)
        return Choice(choice.option, kept)

    def _slot(self, name: str) -> Slot:
        return Slot(name, self.resources[name].kind, self.resources[name])

    def demand(self, step: StepFact, option: Option, slot: Slot, *, high: bool, pieces: int) -> float | None:
        """Hours on a slot; None where nobody knows the work."""
        if slot.fact is not None and _by_units(slot.fact):
            return pieces * 40.0 / (slot.fact.units_per_week or 1.0)
        own, row = option.line.fact.work, self.book.work_of(option.process)
        if option.line.fact.source == Source.DEFAULT:
            own = type(own)()
        setup, cycle = own.setup_hours, own.cycle_seconds
        if row is None and (setup is None or cycle is None):
            return None
        if setup is None and row is not None:
            setup = row.setup_hours_high if high else row.setup_hours_low
        if cycle is None and row is not None:
            slow, fast = self.policy.cycle_factor[1], self.policy.cycle_factor[0]
            typical = row.cycle_seconds_typical
            cycle = min(row.cycle_seconds_high, typical * slow) if high else max(row.cycle_seconds_low, typical * fast)
        own_cycle = own.cycle_seconds is not None
        parts = own.parts_per_cycle or (1.0 if own_cycle or row is None else row.parts_per_cycle)
        good = own.yield_share or (1.0 if own_cycle or row is None else row.yield_share)
        return (setup or 0.0) + pieces / good / parts * (cycle or 0.0) / 3600

    def work_stated(self, option: Option, slot: Slot) -> bool:
        if slot.fact is not None and _by_units(slot.fact):
            return True
        own, stated = option.line.fact.work, option.line.fact.source != Source.DEFAULT
        return stated and own.setup_hours is not None and own.cycle_seconds is not None

    # ------------------------------------------------------------ free hours

    def gross(self, slot: Slot) -> tuple[float, bool]:
        if slot.fact is None:
            return self.book.kinds[slot.kind].gross_hours_one_shift, False
        fact, machines = slot.fact, 1 if slot.fact.machines is None else slot.fact.machines
        if fact.gross_hours is not None:
            return fact.gross_hours, True
        if fact.hours_per_machine is not None:
            return fact.hours_per_machine * machines, True
        if fact.units_per_week:
            return 40.0, True
        return self.book.kinds[slot.kind].gross_hours_one_shift * machines, False

    def stale(self, slot: Slot) -> bool:
        if slot.fact is None or not self.gross(slot)[1]:
            return False
        oldest = self.as_of - timedelta(days=self.policy.capacity_fresh_days)
        return slot.fact.as_of is None or slot.fact.as_of < oldest

    def firm(self, slot: Slot) -> bool:
        fact = slot.fact
        return fact is not None and self.gross(slot)[1] and not self.stale(slot) and fact.booked_share is not None

    def free_in_week(self, slot: Slot, week: int, booked_default: float) -> float:
        """Free hours of the whole ISO week that lies `week` weeks after the current one."""
        gross, _ = self.gross(slot)
        fact = slot.fact
        availability = self.book.kinds[slot.kind].availability
        booked: float | None = None
        if fact is not None:
            availability = 1.0 if _by_units(fact) else availability if fact.availability is None else fact.availability
            aged = fact.as_of is None or fact.as_of < self.as_of - timedelta(days=self.policy.capacity_fresh_days)
            stale = self.gross(slot)[1] and aged
            booked = None if stale else fact.booked_share
        known = booked is not None
        share = booked_default if booked is None else booked
        taken = 0.0
        monday = self.as_of - timedelta(days=self.as_of.weekday()) + timedelta(weeks=week)
        if fact is not None and week < FAR:
            for item in fact.weeks:
                if item.monday == monday:
                    gross = gross if item.gross_hours is None else item.gross_hours
                    share = item.booked_share if known and item.booked_share is not None else share
                    taken += item.firm_hours + item.soft_hours
            for hold in self.need.holds:
                if (hold.facility_id, hold.resource_id, hold.monday) == (self.facility.id, slot.name, monday):
                    taken -= hold.hours
        return max(0.0, gross * availability * (1 - share) - taken)

    def free_until(self, slot: Slot, when: float, booked: float) -> float:
        """Hours free from as_of to a day, the week's hours spread evenly over its days."""
        total, start, week = 0.0, 0.0, 0
        end = 7.0 - self.as_of.weekday()
        while week < FAR and end <= when:
            total += self.free_in_week(slot, week, booked) / 7 * (end - start)
            start, end, week = end, end + 7, week + 1
        return total + self.free_in_week(slot, week, booked) / 7 * (when - start)

    def day_of(self, slot: Slot, target: float, booked: float) -> float:
        """The day by which that many hours have come free."""
        total, start, week = 0.0, 0.0, 0
        end = 7.0 - self.as_of.weekday()
        while week < FAR:
            gain = self.free_in_week(slot, week, booked) / 7 * (end - start)
            if total + gain >= target - 1e-9:
                break
            total, start, end, week = total + gain, end, end + 7, week + 1
        rate = self.free_in_week(slot, week, booked) / 7
        if target - total <= 1e-9:
            return start
        return start + (target - total) / rate if rate > 0 else float("inf")

    # ------------------------------------------------------------ days

    def transport(self, mode: DistanceMode) -> tuple[float, float]:
        low, high = self.policy.transport_days[mode]
        here, there = self.facility.place.country, self.need.ship_to.country
        if mode != DistanceMode.ON_SITE and here is not None and there is not None:
            low, high = self.book.transit(here, there, mode) or (low, high)
        if self.need.lithium:
            low, high = low + self.policy.lithium_days[0], high + self.policy.lithium_days[1]
        return low, high

    def tooling(self, step: StepFact, option: Option) -> tuple[float, float]:
        row = self.book.row(option.process)
        usual = (row.tooling_days or 0.0) if row.tooling_needed else 0.0
        if usual <= 0 or step.tooling_exists:
            return 0.0, 0.0
        f, factor = option.line.figures, self.policy.tooling_factor
        if f.tooling_days_low is not None and f.tooling_days_high is not None:
            return f.tooling_days_low, f.tooling_days_high
        return usual * factor[0], usual * factor[1]


def _by_units(fact: ResourceFact) -> bool:
    return fact.gross_hours is None and fact.hours_per_machine is None and bool(fact.units_per_week)
