"""Modules and functions stay short enough to be read at one go."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripts.house import Function, length

from tests.architecture.sources import ROOT, written_modules

LINES_OF_A_MODULE = 300
# Of its body: signatures that list options, and docstrings, are read in another way.
LINES_OF_A_FUNCTION = 45
# Tables of data that are written as a call; each has one statement.
TABLES = {
    "gateway/entrygo/gateway/routes/setup.py endpoints": "the four endpoints of a kind of record",
    "services/entrygo/execution/package/sample_snapshot.py sample_snapshot": "one made-up plan",
}
CLIENT = ROOT / "clients" / "python" / "src" / "entrygo_client"
# Written by scripts/generate_python_client.py, as long as the API has operations and fields.
GENERATED = {"types.py", "operations.py"}


def written() -> Iterator[tuple[str, Path, ast.Module]]:
    """Every module that people write: its path in the repository, its file, what is in it."""
    for source in written_modules():
        yield source.file.relative_to(ROOT).as_posix(), source.file, source.tree
    for file in sorted(CLIENT.rglob("*.py")):
        if file.name not in GENERATED:
            yield file.relative_to(ROOT).as_posix(), file, ast.parse(file.read_text(encoding="utf-8"))


def functions(tree: ast.Module) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def long_functions(limit: int) -> set[str]:
    return {
        f"{name} {function.name}"
        for name, _, tree in written()
        for function in functions(tree)
        if length(function) > limit
    }


def test_no_module_is_longer_than_what_is_read_at_one_go() -> None:
    lengths = {name: len(file.read_text(encoding="utf-8").splitlines()) for name, file, _ in written()}
    assert {name: length for name, length in lengths.items() if length > LINES_OF_A_MODULE} == {}


def test_no_function_is_longer_than_what_is_read_at_one_go_but_for_tables_of_data() -> None:
    assert long_functions(LINES_OF_A_FUNCTION) == set(TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_a_table_of_data_decides_nothing(table: str) -> None:
    file, name = table.split()
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    [function] = [each for each in functions(tree) if each.name == name]
    decisions = (ast.If, ast.For, ast.While, ast.Try, ast.With, ast.AsyncWith, ast.AsyncFor)
    assert [node for node in ast.walk(function) if isinstance(node, decisions)] == []


def test_the_lines_of_a_body_leave_out_signature_and_docstring() -> None:
    code = 'def f(\n    a,\n):\n    """Two\n    lines."""\n    c = a\n    return c\n'
    [function] = functions(ast.parse(code))
    assert length(function) == 2
