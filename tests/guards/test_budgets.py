"""The house budgets: small functions, small files, honest errors, imports at the top."""

import ast

from tests.guards.source import ROOT, functions_in, place, python_files, tree_of

LONGEST_FUNCTION = 40
LONGEST_FILE = 400
CODE = ("matchmaker", "apps", "config")


def _size(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines without the docstring."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        lines -= (first.end_lineno or 0) - first.lineno + 1
    return lines


def test_there_is_code_to_guard() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in python_files(*CODE)} == set(CODE)


def test_functions_are_short() -> None:
    sizes = [
        (_size(function), place(path, function)) for path in python_files(*CODE) for function in functions_in(path)
    ]
    assert [found for found in sizes if found[0] > LONGEST_FUNCTION] == []


def test_files_are_short() -> None:
    sizes = [(path.read_text().count("\n"), str(path.relative_to(ROOT))) for path in python_files(*CODE)]
    assert [found for found in sizes if found[0] > LONGEST_FILE] == []


def test_no_error_is_swallowed_unnamed() -> None:
    blind = [
        place(path, node)
        for path in python_files(*CODE)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
    ]
    assert blind == []


def test_imports_are_at_the_top() -> None:
    """AppConfig.ready may import: models are not there before."""
    hidden = [
        place(path, node)
        for path in python_files(*CODE)
        for function in functions_in(path)
        if function.name != "ready"
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    drawers = {"utils.py", "helpers.py", "misc.py", "common.py"}
    assert [str(path) for path in python_files(*CODE, "tests") if path.name in drawers] == []
