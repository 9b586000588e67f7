"""Every model can be looked at in the admin and built in a test."""

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import Model

from tests import builders

OURS = [model for model in apps.get_models() if model.__module__.startswith("apps.") and not model._meta.proxy]
# Reached otherwise, and how.
BUILT_WITH_ANOTHER = {
    "NeedRevision": "need() writes the first one",
    "Step": "need(content=need_content(steps=...))",
    "AskedCertificate": "need(content=need_content(...))",
}
# Events are written by triggers with the row itself.
BUILT_WITH_ANOTHER |= {
    f"{name}Event": "the database writes it with the row"
    for name in (
        "Facility",
        "Capability",
        "HeldMachine",
        "HeldCertificate",
        "Resource",
        "CapacityWeek",
        "CapacityException",
        "Hold",
        "HoldWeek",
    )
}
SEEN_WITH_ANOTHER: dict[str, str] = {
    "ImportFile": "bytes of strangers: the page of the import says their name and digest"
}


def _builder_name(model: type[Model]) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", model.__name__).lower()


def _inlines() -> set[type[Model]]:
    return {
        inline.model
        for model_admin in admin.site._registry.values()
        for inline in model_admin.inlines
        if inline.model is not None
    }


def test_every_model_is_in_the_admin() -> None:
    shown = set(admin.site._registry) | _inlines()
    assert [model.__name__ for model in OURS if model not in shown and model.__name__ not in SEEN_WITH_ANOTHER] == []


@pytest.mark.django_db
@pytest.mark.parametrize("model", [model for model in OURS if model.__name__ not in BUILT_WITH_ANOTHER])
def test_every_model_has_a_builder_that_works_by_itself(model: type[Model]) -> None:
    built = getattr(builders, _builder_name(model))()
    assert type(built) is model
    assert model._default_manager.filter(pk=built.pk).exists()


def test_exemptions_are_of_models_that_exist() -> None:
    assert set(BUILT_WITH_ANOTHER) | set(SEEN_WITH_ANOTHER) <= {model.__name__ for model in OURS}


def test_every_model_says_what_it_is_called() -> None:
    """The admin and messages show these names; Django's guess from the class name is not translated."""
    assert [model.__name__ for model in OURS if isinstance(model._meta.verbose_name, str)] == []
