"""The engine is a function: now and chance are arguments. Imports are guarded by the contracts, calls here."""

import ast

from tests.guards.source import place, python_files, tree_of

CLOCKS = {"now", "utcnow", "today", "fromtimestamp"}
CHANCE_AND_DISK = {"open", "input", "print", "hash", "id"}
MAY_ASK_THE_CLOCK = {"__main__.py"}  # the command: where no day is given, today is its argument
MAY_TOUCH_THE_DISK = {"documents.py", "__main__.py"}


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def test_the_engine_asks_no_clock() -> None:
    asked = [
        place(path, node)
        for path in python_files("matchmaker")
        if path.name not in MAY_ASK_THE_CLOCK
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _called(node) in CLOCKS
    ]
    assert asked == []


def test_the_engine_draws_no_lots() -> None:
    """`numpy.random` would slip past the contract that forbids `random`."""
    drawn = [
        place(path, node)
        for path in python_files("matchmaker")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr in {"random", "default_rng", "shuffle"}
    ]
    assert drawn == []


def test_the_engine_touches_no_disk_and_depends_on_no_address_or_salt() -> None:
    """hash() is salted per process and id() is an address: an order by either differs between two runs."""
    touched = [
        place(path, node)
        for path in python_files("matchmaker")
        if path.name not in MAY_TOUCH_THE_DISK
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and _called(node) in CHANCE_AND_DISK
    ]
    assert touched == []
