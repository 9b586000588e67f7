"""Facilities with everything that a row may hold, drawn by a seed: blanks, extremes, lists empty and not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, TypeVar

from apps.accounts.models import CustomerKind
from apps.catalog.models import Certification, FacilityKind, MachineModel, Material, Process, ResourceKind
from apps.core.industries import Industry
from apps.facilities.models import (
    AccessKind,
    Capability,
    CapabilityOffer,
    CapacityWeek,
    ClaimState,
    EvidenceLevel,
    Facility,
    NoGoKind,
    OperatingState,
    Resource,
)
from apps.facilities.models import Source as StoredSource
from apps.networks.models import Network
from tests import builders

T = TypeVar("T")
SAID = (StoredSource.STATED, StoredSource.COORDINATOR, StoredSource.IMPORTED)


@dataclass(frozen=True)
class Catalogue:
    processes: list[Process]
    materials: list[Material]
    certifications: list[Certification]
    machines: list[MachineModel]
    kinds: list[ResourceKind]
    networks: list[Network]

    @classmethod
    def make(cls) -> "Catalogue":
        """With parents, machines that suggest and kinds that count them."""
        processes = [builders.process() for _ in range(5)]
        processes += [builders.process(parent=processes[0]) for _ in range(2)]
        machines = [builders.machine_model(machine_type=kind) for kind in ("mill", "lathe", "printer")]
        for machine, process in zip(machines, processes, strict=False):
            machine.processes.add(process, processes[-1])
        kinds = [
            builders.resource_kind(machine_types=["mill"], availability=0.5),
            builders.resource_kind(machine_types=["lathe"]),
            builders.resource_kind(availability=0),
        ]
        kinds[2].members.add(kinds[0])
        return cls(
            processes=processes,
            materials=[builders.material() for _ in range(6)],
            certifications=[builders.certification() for _ in range(4)],
            machines=machines,
            kinds=kinds,
            networks=[builders.network() for _ in range(3)],
        )


class Draw:
    """Draws facilities, and changes them."""

    def __init__(self, seed: int, today: date) -> None:
        self.random, self.today = Random(seed), today
        self.catalogue = Catalogue.make()

    def maybe(self, value: T) -> T | None:
        return value if self.random.random() < 0.5 else None

    def some(self, items: Sequence[T], most: int = 3) -> list[T]:
        return self.random.sample(items, self.random.randint(0, min(most, len(items))))

    def day(self, spread: int = 400) -> date:
        return self.today + timedelta(days=self.random.randint(-spread, spread // 4))

    def number(self) -> float:
        return self.random.choice([0.1, 1 / 3, 2.5, 7.0, 1234.5678, 0.05])

    def figures(self) -> dict[str, Any]:
        low, high = sorted(self.random.sample(range(1, 5_000), 2))
        money = Decimal(self.random.randint(0, 10**6)) / 100
        sides = ("envelope_length_mm", "envelope_width_mm", "envelope_height_mm")
        given = {
            "min_run": low,
            "max_run": high,
            "min_order_pieces": self.random.randint(1, 9_000),
            "economic_run_low": low,
            "economic_run_high": high,
            "min_order_amount": money,
            "unit_price_low": money,
            "unit_price_high": money + Decimal("0.0001"),
            "lead_days_low": low % 50,
            "lead_days_high": 50 + high % 50,
            "tooling_lead_days_low": low % 30,
            "tooling_lead_days_high": 30 + high % 30,
            "best_tolerance_mm": self.number(),
        }
        envelope = {side: self.number() for side in sides} if self.random.random() < 0.5 else {}
        return (
            {name: self.maybe(value) for name, value in given.items()}
            | envelope
            | {"currency": self.random.choice(["USD", "EUR", "GHS"])}
        )

    def facility(self) -> Facility:
        made = builders.facility(networks=tuple(self.some(self.catalogue.networks)), **self.site())
        made.materials.set(self.some(self.catalogue.materials))
        for _ in range(self.random.randint(0, 3)):
            self.resource(made)
        for _ in range(self.random.randint(0, 4)):
            self.line(made)
        for machine in self.some(self.catalogue.machines):
            builders.held_machine(facility=made, machine=machine, count=self.random.randint(1, 4))
        for certification in self.some(self.catalogue.certifications):
            self.certificate(made, certification)
        self.no_gos(made)
        return made

    def site(self) -> dict[str, Any]:
        paused = self.random.random() < 0.3
        return {
            **self.figures(),
            "kind": self.random.choice(FacilityKind.values),
            "claim_state": self.random.choice([ClaimState.CLAIMED, ClaimState.UNCLAIMED, ClaimState.DENIED]),
            "operating_state": OperatingState.PAUSED if paused else self.random.choice(["active", "closed"]),
            "paused_until": self.maybe(self.day(6)) if paused else None,
            "access": self.random.choice(AccessKind.values),
            "country": self.random.choice(["US", "GH", ""]),
            "admin_area": self.random.choice(["US-CA", "GH-AA", "Ünï-çø", ""]),
            **self.random.choice([{}, {"lat": 1 / 3, "lon": -82.1}, {"lat": -90, "lon": 180}]),
            "materials_listed": self.random.choice([True, False]),
            "certificates_listed": self.random.choice([True, False]),
            "workmanship_class": self.maybe(self.random.randint(1, 3)),
            "signs_nda": self.random.choice([True, False, None]),
            "accepts_startups": self.random.choice([True, False, None]),
            "wished_stages": self.maybe(self.some(["evt", "dvt", "pvt"])),
            "wished_industries": self.maybe(self.some(Industry.values)),
            "quote_days": self.maybe(self.number()),
            "material_days": self.maybe(self.number()),
            "inspection_days": self.maybe(self.number()),
            "source": self.random.choice(SAID),
            "confirmed_on": self.maybe(self.day()),
            "last_offered_at": self.maybe(datetime(2026, 3, 4, 23, 30, tzinfo=UTC)),
        }

    def resource(self, facility: Facility) -> Resource:
        hours: dict[str, Any] = {"gross_hours_per_week": self.random.choice([0, 40, 168.5])}
        if self.random.random() < 0.3:
            hours = {"units_per_week": 400}
        made = builders.resource(
            facility=facility,
            name=f"Resource {facility.resources.count()}",
            kind=self.random.choice(self.catalogue.kinds),
            machines=self.random.randint(1, 5),
            availability=self.random.choice([None, 0, 0.75, 1]),
            booked_share=self.random.choice([None, 0, 0.3, 1]),
            source=self.random.choice(SAID),
            evidence_level=self.random.choice(EvidenceLevel.values),
            confirmed_on=self.maybe(self.day()),
            **hours,
        )
        monday = self.today - timedelta(days=self.today.weekday())
        for week in self.random.sample(range(-2, 6), self.random.randint(0, 4)):
            self.week(made, monday + timedelta(weeks=week))
        return made

    def week(self, resource: Resource, monday: date) -> None:
        free = self.random.choice([None, 0, 1 / 3, 10, 200])
        told = None if free is None else self.day(30)
        shares = {"pattern_share": self.random.choice([0, 0.4, 1]), "fixed_hours": self.random.choice([0, 3])}
        excepted = shares if free == 10 and self.random.random() < 0.5 else {}
        builders.capacity_week(
            resource=resource, monday=monday, free_hours=free, as_of=told, soft_hours=Decimal("0.125"), **excepted
        )

    def end_holds(self, facility: Facility) -> bool:
        """A week is not deleted from under a hold."""
        CapacityWeek.objects.filter(resource__facility=facility).update(soft_hours=0)
        return True

    def line(self, facility: Facility) -> Capability | None:
        process = self.random.choice(self.catalogue.processes)
        offer = self.random.choice(CapabilityOffer.values)
        if facility.capabilities.filter(process=process, offer=offer).exists():
            return None
        figures: dict[str, Any] = self.figures() if self.random.random() < 0.5 else {}
        work = {"setup_hours": 1.5, "cycle_seconds": 30.1, "parts_per_cycle": 4, "yield_share": 0.9}
        made = builders.capability(
            facility=facility,
            process=process,
            offer=offer,
            resource=self.maybe(facility.resources.order_by("?").first()),
            materials_listed=self.random.choice([True, False]),
            source=self.random.choice(StoredSource.values),
            evidence_level=self.random.choice(EvidenceLevel.values),
            confirmed_on=self.maybe(self.day()),
            **figures,
            **{name: self.maybe(value) for name, value in work.items()},
        )
        made.materials.set(self.some(self.catalogue.materials))
        return made

    def certificate(self, facility: Facility, certification: Certification) -> None:
        issued = self.maybe(self.day())
        held = builders.held_certificate(
            facility=facility,
            certification=certification,
            issued_on=issued,
            expires_on=self.maybe((issued or self.today) + timedelta(days=self.random.randint(0, 900))),
            evidence_level=self.random.choice(EvidenceLevel.values),
        )
        held.scope_processes.set(self.some(self.catalogue.processes))

    def no_gos(self, facility: Facility) -> None:
        for kind, value in self.some(
            [
                (NoGoKind.INDUSTRY, Industry.values[0]),
                (NoGoKind.INDUSTRY, Industry.values[1]),
                (NoGoKind.STAGE, "evt"),
                (NoGoKind.CUSTOMER, CustomerKind.values[0]),
            ]
        ):
            builders.no_go(facility=facility, kind=kind, value=value)

    def change(self, facility: Facility) -> None:
        """One of the edits that the life of a facility brings."""
        edits: list[Callable[[], object]] = [
            lambda: Facility.objects.filter(pk=facility.pk).update(**self.figures()),
            lambda: facility.materials.set(self.some(self.catalogue.materials)),
            lambda: self.resource(facility),
            lambda: self.line(facility),
            lambda: facility.network_links.all().delete(),
            lambda: facility.no_gos.all().delete(),
            lambda: facility.machines.all().delete(),
            lambda: facility.certificates.all().delete(),
            lambda: facility.capabilities.all().delete(),
            lambda: self.end_holds(facility) and facility.resources.all().delete(),
            lambda: self.end_holds(facility) and facility.delete(),
        ]
        self.random.choice(edits)()
