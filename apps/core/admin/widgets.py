"""A search box that knows the words of the row already chosen."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect


class KnownSelect(AutocompleteSelect):
    """Django's box asks the database once for each form; a page with fifty rows below it would ask fifty times.

    `known` maps the keys that the form has at hand to their words; for anything else Django's way is taken.
    """

    known: Mapping[str, str] = {}

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> list[Any]:
        chosen = [str(one) for one in value if one not in ("", None)]
        if not all(one in self.known for one in chosen):
            return super().optgroups(name, value, attr)
        options = [] if self.is_required else [self.create_option(name, "", "", False, 0)]  # noqa: FBT003 - Django's
        options += [
            self.create_option(name, one, self.known[one], True, index)  # noqa: FBT003 - Django's
            for index, one in enumerate(chosen, start=len(options))
        ]
        return [(None, options, 0)]
