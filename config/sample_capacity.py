"""Turns the capacity words of the sample ("smt", "laser", "injection") into resources of the catalogue's kinds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from apps.catalog.models import MachineModel, ResourceKind, ResourceRowKind
from apps.facilities.models import Facility, Resource

# An oven stands in the line of a placer; counting both would make two lines of one.
PART_OF_A_LINE = "reflow oven (9 zone)"
LABOUR, UNITS = "labour_hours_per_week", "units_per_week"


@dataclass(frozen=True)
class ResourceWords:
    """The catalogue's resource kinds by capacity word, with what each may do; machine types by machine."""

    kinds: Mapping[str, ResourceKind]
    members: Mapping[str, tuple[ResourceKind, ...]]
    processes: Mapping[str, frozenset[str]]
    machine_types: Mapping[str, str]

    @classmethod
    def read(cls, machines: Mapping[str, MachineModel]) -> Self:
        kinds = list(ResourceKind.objects.prefetch_related("members", "processes"))
        return cls(
            kinds={word: kind for kind in kinds for word in kind.scopes},
            members={kind.slug: tuple(kind.members.all()) for kind in kinds},
            processes={kind.slug: frozenset(process.slug for process in kind.processes.all()) for kind in kinds},
            machine_types={slug: machine.machine_type for slug, machine in machines.items()},
        )

    def kind_for(self, word: str, row: Mapping[str, Any]) -> ResourceKind:
        """A word that stands for several kinds means the only one of them whose work the facility offers, if it is
        only one: a laser where only metal is cut, a mill where nothing is turned. Otherwise it stays a shared pool.

        Presses keep the word: which class a part needs follows from the part, not from the process.
        """
        kind = self.kinds[word]
        if kind.row_kind != ResourceRowKind.GROUP or word in ("injection", "labour"):
            return kind
        offered = set(row["processes"])
        possible = [member for member in self.members[kind.slug] if self.processes[member.slug] & offered]
        return possible[0] if len(possible) == 1 else kind

    def machines_for(self, kind: ResourceKind, row: Mapping[str, Any]) -> int:
        """How many of the facility's machines are of this kind, or of one that the word stands for."""
        types = {name for one in (kind, *self.members[kind.slug]) for name in one.machine_types} - {PART_OF_A_LINE}
        return sum(held["count"] for held in row["machines"] or () if self.machine_types[held["machine"]] in types)


def resources_of(
    row: Mapping[str, Any], facility: Facility, words: ResourceWords, confirmed_on: date
) -> Iterator[Resource]:
    """Machine hours are gross: the kind's own availability applies. Labour hours are net. Units stay units."""
    for stated in row["weekly_capacity"] or ():
        if stated["value"] is None:
            continue
        kind = words.kind_for(stated["scope"], row)
        counted = stated["measure"] == UNITS
        labour = stated["measure"] == LABOUR
        yield Resource(
            facility=facility,
            kind=kind,
            name=stated["scope"],
            machines=max(1, 0 if labour or counted else words.machines_for(kind, row)),
            gross_hours_per_week=None if counted else stated["value"],
            units_per_week=stated["value"] if counted else None,
            availability=1.0 if labour else None if counted else kind.availability,
            booked_share=stated["typical_booked_share"],
            confirmed_on=confirmed_on,
        )
