"""The cast with a little catalogue and needs: what the tests of the API start from."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from apps.accounts.models import User
from apps.catalog.models import ProcessKind, RegionKind
from tests import builders
from tests.api.client import Api
from tests.cast import Cast, assemble


@dataclass(frozen=True)
class World:
    cast: Cast

    def as_(self, name: str) -> Api:
        """`as_("fay")`; `as_("nobody")` asks without signing in."""
        user: User | None = None if name == "nobody" else getattr(self.cast, name)
        return Api(user)


def due(days: int = 90) -> str:
    day: date = builders.today() + timedelta(days=days)
    return day.isoformat()


def make_world() -> World:
    cast = assemble()
    builders.process("plastics", kind=ProcessKind.CATEGORY)
    builders.process("moulding")
    builders.process("assembly")
    builders.material("abs")
    builders.material("steel")
    builders.certification("iso-9001")
    builders.certification("iso-13485")
    builders.stage("pilot")
    builders.region("US", kind=RegionKind.COUNTRY, countries=["US"])
    return World(cast)


def step(**fields: Any) -> dict[str, Any]:
    return {"process": "moulding", "role": "lead", "materials": ["abs"], **fields}


def content(**fields: Any) -> dict[str, Any]:
    return {"title": "Lamp shades", "order_quantity": 500, "due_on": due(), "steps": [step()], **fields}


def new_need(**fields: Any) -> dict[str, Any]:
    return {"home_network": "lakeside", **content(), **fields}
