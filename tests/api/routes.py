"""Every address of the API, taken from the URL resolver, so that a new one is walked without being told of."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

PARAMETER = re.compile(r"<(?:\w+:)?\w+>")
# Not walked, with the reason.
SKIPPED = {
    "api/v1/sign-out/": "ends the very token that walks",
    "api/v1/docs/": "a page without data",
    "api/v1/schema/": "made from the code alone",
}


@dataclass(frozen=True)
class Route:
    """`view` is the class behind it; `methods` those that it answers, in upper case."""

    template: str
    name: str
    view: Any
    methods: tuple[str, ...]

    def urls(self, objects: Mapping[str, list[str]]) -> Iterator[str]:
        """The template filled with every known object. `objects` is keyed by the word before the parameter."""
        words = self.template.split("/")
        choices = []
        for before, word in zip(["", *words], words, strict=False):
            if not PARAMETER.fullmatch(word):
                choices.append([word])
                continue
            # no-gos/<kind>/<value>/: the second one follows the first
            key = before if not PARAMETER.fullmatch(before) else f"{before} {word}"
            if key not in objects:
                raise KeyError(f"{self.template}: say in `objects` what can stand behind {key!r}")
            choices.append(objects[key])
        for filled in product(*choices):
            yield "/" + "/".join(filled)


def api_routes() -> list[Route]:
    return [route for route in _walk(get_resolver(), "") if route.template.startswith("api/")]


def walked_routes() -> list[Route]:
    return [route for route in api_routes() if route.template not in SKIPPED]


def _walk(resolver: URLResolver, prefix: str) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        template = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, template)
        elif isinstance(pattern, URLPattern) and template.startswith("api/"):
            yield _route(pattern, template)


def _route(pattern: URLPattern, template: str) -> Route:
    callback: Any = pattern.callback
    view = callback.cls
    actions = getattr(callback, "actions", None)
    methods = actions or [method for method in ("get", "post", "put", "patch", "delete") if hasattr(view, method)]
    named = {method.upper() for method in methods} - {"HEAD"}
    return Route(template, pattern.name or "", view, tuple(sorted(named)))
