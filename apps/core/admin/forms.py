"""Forms that check the whole row, and fields that keep "not stated" apart from "none"."""

from collections.abc import Collection, Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import BaseConstraint, Model, UniqueConstraint
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from apps.core.admin.widgets import KnownSelect

NO_WISH = "-"
RULES = (  # the endings that apps.core.constraints gives to its names
    ("_range", gettext_lazy("Outside what is allowed: %(fields)s.")),
    ("_positive", gettext_lazy("Must be more than zero, and not absurdly large: %(fields)s.")),
    ("_first", gettext_lazy("The lower end comes first: %(fields)s.")),
    ("_listed", gettext_lazy("Not one of the listed values: %(fields)s.")),
    ("_not_blank", gettext_lazy("Must not be blank: %(fields)s.")),
    ("_whole", gettext_lazy("All of them or none: %(fields)s.")),
)


class WholeRowForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for the type checker only
    """Asks the table's constraints about the fields that are only shown, too.

    Django skips a constraint that names a field the form does not edit; the database would then refuse the row with
    a server error instead of a sentence.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            widget = getattr(field.widget, "widget", field.widget)  # the theme wraps it in buttons
            if isinstance(widget, KnownSelect):
                widget.known = self._words_at_hand(name)

    def _words_at_hand(self, name: str) -> dict[str, str]:
        """Of the row that the instance refers to, if it has been fetched along."""
        reference: Any = self.instance._meta.get_field(name)
        row = getattr(self.instance, name) if reference.is_cached(self.instance) else None
        return {str(row.pk): str(row)} if row is not None else {}

    def _post_clean(self) -> None:
        # Django asks inside; it is silenced there and asked below, about every field and in words for people.
        vars(self.instance)["validate_constraints"] = lambda exclude=None: None
        try:
            super()._post_clean()  # type: ignore[misc]  # a method of Django that its types leave out
        finally:
            del vars(self.instance)["validate_constraints"]
        self._ask_constraints()

    def _ask_constraints(self) -> None:
        for constraint in self.instance._meta.constraints:
            names = fields_named_by(constraint)
            if names & set(self.errors):
                continue  # has been refused already, for a reason that is easier to understand
            try:
                constraint.validate(type(self.instance), self.instance)
            except ValidationError:
                edited = [name for name in self.fields if name in names]
                self.add_error(edited[0] if edited else None, explain(constraint, type(self.instance)))


def fields_named_by(constraint: BaseConstraint) -> set[str]:
    names = set(constraint.fields) if isinstance(constraint, UniqueConstraint) else set()
    condition = getattr(constraint, "condition", None)
    return names | set(condition.referenced_base_fields if condition is not None else ())


def explain(constraint: BaseConstraint, model: type[Model]) -> str:
    """A sentence for people: which fields break which rule."""
    names = fields_named_by(constraint)
    labels = ", ".join(str(field.verbose_name) for field in model._meta.fields if field.name in names)
    if isinstance(constraint, UniqueConstraint):
        return _("There is one already with the same: %(fields)s.") % {"fields": labels}
    for ending, sentence in RULES:
        if constraint.name.endswith(ending):
            return sentence % {"fields": labels}
    return _("These do not go together: %(fields)s.") % {"fields": labels}


class WishField(forms.MultipleChoiceField):
    """A list that may be blank (None: not stated) or stated as empty ("no wish in particular")."""

    widget = UnfoldAdminCheckboxSelectMultipleWidget

    def __init__(self, *, choices: Iterable[tuple[str, Any]], **kwargs: Any) -> None:
        stated = [(NO_WISH, gettext_lazy("no wish in particular")), *choices]
        super().__init__(choices=stated, required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return [NO_WISH] if value == [] else value

    def clean(self, value: Any) -> list[str] | None:
        chosen = super().clean(value)
        if not chosen:
            return None
        if NO_WISH in chosen:
            if len(chosen) > 1:
                raise ValidationError(_("Either no wish in particular or some, not both."), code="contradiction")
            return []
        return list(chosen)

    def has_changed(self, initial: Any, data: Collection[Any] | None) -> bool:
        return super().has_changed(self.prepare_value(initial), data)
