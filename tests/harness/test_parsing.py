"""Source is parsed whole, whatever the garbage collector would do meanwhile."""

import ast
import gc
from collections.abc import Iterator

import pytest

from tests.harness.parsing import uninterrupted

SOURCE = "\n".join(f"def f{number}(a, b):\n    return [a + b for a in b if (a, b)]" for number in range(300))
DEPTH = 20


@pytest.fixture
def parsed_meanwhile() -> Iterator[list[str]]:
    """Each collection parses, deeper down than whom it interrupts, as the traceback of a finalizer would."""
    noted: list[str] = []

    def parse(phase: str, _: dict[str, int]) -> None:
        if phase == "start":
            noted.append(phase)
            nested(DEPTH)

    before = gc.get_threshold()
    gc.callbacks.append(parse)
    gc.set_threshold(50)
    yield noted
    gc.set_threshold(*before)
    gc.callbacks.remove(parse)


def nested(depth: int) -> ast.AST:
    return unguarded("1 + 1") if depth == 0 else nested(depth - 1)


def unguarded(source: str) -> ast.AST:
    """`ast.parse` as Python has it."""
    return compile(source, "here", "exec", flags=ast.PyCF_ONLY_AST)


def test_tree_is_built_whole_by_a_parser_within_which_nothing_is_collected(
    parsed_meanwhile: list[str],
) -> None:
    parse = uninterrupted(unguarded)
    parsed_meanwhile.clear()
    assert isinstance(parse(SOURCE), ast.Module)
    assert gc.isenabled()


def test_parser_of_the_tests_is_such_a_one() -> None:
    assert getattr(ast.parse, "__wrapped__", None) is not None
