"""Nobody fetches from a view: visibility is a queryset method, reached through selectors."""

import ast
from pathlib import Path

from tests.guards.source import place, python_files, tree_of


def _is_view(path: Path) -> bool:
    return "apps" in path.parts and (path.name in {"views.py", "filters.py"} or "views" in path.parts)


def _managers(path: Path) -> list[str]:
    return [
        place(path, node)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute)
        and node.attr in {"objects", "_default_manager", "_base_manager"}
        # `.none()` is how a view starts: empty until scoped
        and not _starts_empty(path, node)
    ]


def _starts_empty(path: Path, manager: ast.Attribute) -> bool:
    return any(
        isinstance(node, ast.Attribute) and node.attr == "none" and node.value is manager
        for node in ast.walk(tree_of(path))
    )


def test_views_use_no_manager() -> None:
    views = [path for path in python_files("apps") if _is_view(path)]
    assert views
    assert [found for path in views for found in _managers(path)] == []
