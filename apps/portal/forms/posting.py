"""The page on which a need is posted: one form about the need and one for each step, checked as one thing."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Self

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import DomainError
from apps.needs.content import NeedContent
from apps.needs.rules import MAX_STEPS, content_problems
from apps.portal.forms.need import NeedForm
from apps.portal.forms.refusals import refusal_in_words
from apps.portal.forms.steps import StepForm

ROWS_AT_FIRST = 3
ROW_COUNT = "step_rows"
ABOVE_THE_STEPS = ("token", "organisation", "title", "product", "description")
# Fields of NeedContent whose field on the page has another name.
ON_PAGE = {"envelope_mm": "length_mm", "materials": "material", "external_id": "token"}


@dataclass(frozen=True)
class Problem:
    """One line of the summary: `anchor` is the id of the field at fault, empty where no single field is."""

    anchor: str
    label: str
    text: str


class Posting:
    def __init__(self, need: NeedForm, steps: list[StepForm]) -> None:
        self.need = need
        self.steps = steps

    @classmethod
    def blank(cls, user: User) -> Self:
        return cls(NeedForm(user), [StepForm(number) for number in range(ROWS_AT_FIRST)])

    @classmethod
    def sent(cls, user: User, data: QueryDict) -> Self:
        return cls(NeedForm(user, data), [StepForm(number, data) for number in range(row_count(data))])

    @classmethod
    def with_another_row(cls, user: User, data: QueryDict) -> Self:
        """As typed so far, nothing checked yet, and one row more."""
        rows = [StepForm(number, initial=_typed(StepForm(number), data)) for number in range(row_count(data))]
        if len(rows) < MAX_STEPS:
            rows.append(StepForm(len(rows)))
        return cls(NeedForm(user, initial=_typed(NeedForm(user), data)), rows)

    @property
    def has_room(self) -> bool:
        return len(self.steps) < MAX_STEPS

    def is_valid(self, *, today: date) -> bool:
        """Check fields, then rules; every problem found stands at its field."""
        well_formed = all([self.need.is_valid(), *(step.is_valid() for step in self._filled())])
        if well_formed:
            for problem in content_problems(self.content(), today):
                self.refuse(problem)
        return not self.problems()

    def content(self) -> NeedContent:
        given = self.need.cleaned_data
        own = {field.name: given[field.name] for field in fields(NeedContent) if field.name in given}
        lists = {name: tuple(value) for name, value in own.items() if isinstance(value, QuerySet)}
        return NeedContent(**{**own, **lists, "steps": tuple(step.content() for step in self._filled())})

    def refuse(self, error: DomainError) -> None:
        """Put a refusal of the rules beside the field it names, or above the form."""
        form, name = self._place(error.field)
        form.add_error(name if name in form.fields else None, refusal_in_words(error))

    def problems(self) -> list[Problem]:
        """In the order of the page, where the steps follow the first fields."""
        of_need = _problems_of(self.need, ABOVE_THE_STEPS)
        of_steps = [problem for step in self._filled() for problem in _problems_of(step, tuple(step.fields))]
        below = tuple(name for name in self.need.fields if name not in ABOVE_THE_STEPS)
        general = [Problem("", "", str(text)) for form in self._forms() for text in form.non_field_errors()]
        return [*general, *of_need, *of_steps, *_problems_of(self.need, below)]

    def _forms(self) -> list[forms.Form]:
        return [self.need, *self._filled()]

    def _filled(self) -> list[StepForm]:
        return [step for step in self.steps if step.is_step]

    def _place(self, path: str) -> tuple[forms.Form, str]:
        """`steps.1.process` means the second filled row, wherever on the page that is."""
        first, *rest = path.split(".")
        if first != "steps":
            return self.need, ON_PAGE.get(first, first)
        filled = self._filled()
        number, name = (int(rest[0]), rest[1]) if len(rest) > 1 else (0, "process")
        return filled[number], ON_PAGE.get(name, name)


def row_count(data: QueryDict) -> int:
    """How many rows the page had; nonsense reads as the number of rows that a fresh page has."""
    text = data.get(ROW_COUNT, "")
    count = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else ROWS_AT_FIRST
    return min(max(count, 1), MAX_STEPS)


def _typed(form: forms.Form, data: QueryDict) -> dict[str, Any]:
    return {
        name: field.widget.value_from_datadict(data, {}, form.add_prefix(name)) for name, field in form.fields.items()
    }


def _problems_of(form: forms.Form, names: tuple[str, ...]) -> list[Problem]:
    found: list[Problem] = []
    for bound in (form[name] for name in names):
        prefix = _("Step %(number)s") % {"number": form.number + 1} if isinstance(form, StepForm) else ""
        label = ": ".join(str(part) for part in (prefix, bound.label) if part)
        found += [Problem(bound.id_for_label or bound.auto_id, label, str(text)) for text in bound.errors]
    return found
