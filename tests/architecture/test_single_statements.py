"""Statements that set their scope themselves: whatever looks at a row comes after the scope, in every part.

PostgreSQL begins a part of a statement once another one asks for it, so what a part reads decides what it
comes after. Row level security refuses a row without a scope, and what was set by an earlier statement of the
session is gone; but a part that begins before its scope would find nothing, without a word.
"""

from collections.abc import Iterator

import pytest
from sqlglot import exp

from tests.architecture.sources import written_modules
from tests.architecture.statements import parse, texts

SCOPE = "scope"
# The part that gives a row only where nobody was faster: everything that is written comes after it.
DONE = "done"
WRITES = (exp.Insert, exp.Update, exp.Delete)

Parts = dict[str, exp.Expr]


def statements() -> Iterator[tuple[str, Parts]]:
    """Each statement that sets a scope, by its parts; the last one is named "", as nothing asks for it."""
    for source in written_modules():
        for place, pieces in texts(source):
            text = "".join(piece or "" for piece in pieces)
            if not text.lstrip().startswith("WITH ") or f"{SCOPE} AS MATERIALIZED" not in text:
                continue
            statement = parse(pieces)
            parts = {cte.alias: cte.this for cte in statement.find_all(exp.CTE)}
            main = statement.copy()
            main.args["with_"] = main.args["with"] = None
            yield f"{source.path}:{place}", {**parts, "": main}


STATEMENTS = dict(statements())


def asked(parts: Parts, name: str) -> set[str]:
    """The parts that come before this one: those that it reads, and those that they read."""
    found: set[str] = set()
    open_ = [name]
    while open_:
        names = {table.name for table in parts[open_.pop()].find_all(exp.Table)} & parts.keys()
        open_ += names - found
        found |= names
    return found


def looks_at_rows(part: exp.Expr, parts: Parts) -> bool:
    tables = [table for table in part.find_all(exp.Table) if not isinstance(table.this, exp.Func)]
    return isinstance(part, WRITES) or any(table.name not in parts for table in tables)


def test_such_statements_are_found() -> None:
    assert len(STATEMENTS) >= 14


@pytest.mark.parametrize("where", STATEMENTS)
def test_every_part_that_looks_at_rows_comes_after_the_scope(where: str) -> None:
    parts = STATEMENTS[where]
    early = [
        name or "the last part"
        for name, part in parts.items()
        if name != SCOPE and looks_at_rows(part, parts) and SCOPE not in asked(parts, name)
    ]
    assert not early


@pytest.mark.parametrize("where", [where for where, parts in STATEMENTS.items() if DONE in parts])
def test_everything_that_is_written_comes_after_it_is_known_that_nobody_was_faster(where: str) -> None:
    parts = STATEMENTS[where]
    before = asked(parts, DONE)
    early = [
        name
        for name, part in parts.items()
        if isinstance(part, WRITES) and name not in {*before, DONE} and DONE not in asked(parts, name)
    ]
    assert not early
