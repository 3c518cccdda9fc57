"""The SQL of the code, parsed: which tables a statement reads or changes, and what narrows each of them."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError

from entrygo.postgres.conditions import looked_up
from entrygo.postgres.pool import SCOPED
from tests.architecture.sources import Source

# What an f-string inserts: a name (a table, columns), or further conditions.
NAME, NOTHING = "inserted", ""
# But for what modules import by this name.
IMPORTED: Mapping[str, ast.expr] = {"SCOPED": ast.Constant(SCOPED)}


@dataclass(frozen=True)
class TableUse:
    """One table in one FROM, UPDATE or DELETE, and the columns that its own conditions compare."""

    table: str
    narrowed_by: frozenset[str]


def texts(source: Source) -> Iterator[tuple[int | str, list[str | None]]]:
    """Each string with its line, as its pieces; None stands for what an f-string inserts.

    A string of a store that has a name is the whole text, with that name for a line, whatever it is put
    together from; what is named as parts is no statement. Another string of the module that is inserted by
    its name is read as if it stood there.
    """
    named = {
        target.id: node
        for node in source.tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    pieces = {
        id(part) for node in ast.walk(source.tree) if isinstance(node, ast.JoinedStr) for part in node.values
    }
    whole = _named_texts(source, named) if source.is_store else {}
    for name, text in whole.items():
        pieces |= {id(node) for node in ast.walk(named[name])}
        if not name.endswith("_PARTS"):
            yield name, [text]
    inserted = {**IMPORTED, **{name: node.value for name, node in named.items()}}
    for node in ast.walk(source.tree):
        if id(node) in pieces:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, [node.value]
        elif isinstance(node, ast.JoinedStr):
            yield node.lineno, [*_pieces(node, inserted)]


def _named_texts(source: Source, named: Iterable[str]) -> Mapping[str, str]:
    module = import_module(".".join(source.path.with_suffix("").parts))
    return {name: value for name in named if isinstance(value := getattr(module, name), str)}


def _pieces(part: ast.expr | None, named: Mapping[str, ast.expr]) -> Iterator[str | None]:
    if isinstance(part, ast.Constant) and isinstance(part.value, str):
        yield part.value
    elif isinstance(part, ast.JoinedStr):
        for each in part.values:
            yield from _pieces(each, named)
    elif isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name) and part.value.id in named:
        yield from _pieces(named[part.value.id], named)
    elif isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Call):
        yield _called(part.value)
    else:
        yield None


def _called(call: ast.Call) -> str | None:
    """What a look-up adds to a statement, with a name for each argument that is not written there."""
    if not isinstance(call.func, ast.Name) or call.func.id != looked_up.__name__:
        return None
    named = {keyword.arg: _written(keyword.value) for keyword in call.keywords if keyword.arg}
    return looked_up(*map(_written, call.args), **named)


def _written(argument: ast.expr) -> str:
    return str(argument.value) if isinstance(argument, ast.Constant) else NAME


def parse(pieces: list[str | None]) -> exp.Expr:
    """The statement; ValueError with its text when it cannot be read."""
    for inserted in (NAME, NOTHING):
        text = "".join(inserted if piece is None else piece for piece in pieces)
        try:
            return sqlglot.parse_one(text, read="postgres")
        except ParseError:
            continue
    raise ValueError(f"not understood: {text}")


def table_uses(statement: exp.Expr) -> Iterator[TableUse]:
    """Every table that rows are read from, changed in or deleted from, in every branch and subquery."""
    named_here = {cte.alias for cte in statement.find_all(exp.CTE)}
    for scan in statement.find_all(exp.Select, exp.Update, exp.Delete):
        conditions = list(_conditions(scan))
        for table in _tables(scan):
            if table.name and table.name not in named_here and not isinstance(table.this, exp.Func):
                alias = table.alias_or_name
                yield TableUse(
                    table.name,
                    frozenset(
                        column.name
                        for condition in conditions
                        for column in _compared(condition)
                        if column.table in ("", alias)
                    )
                    | _joined(scan),
                )


def _tables(scan: exp.Expr) -> Iterator[exp.Table]:
    sources = [scan.this] if isinstance(scan, exp.Update | exp.Delete) else []
    sources += [part.this for part in (scan.args.get("from_") or scan.args.get("from"),) if part]
    sources += [join.this for join in scan.args.get("joins") or ()]
    return (source for source in sources if isinstance(source, exp.Table))


def _conditions(scan: exp.Expr) -> Iterator[exp.Expr]:
    """What must hold of every row: the parts of WHERE and of each ON that AND joins."""
    where = scan.args.get("where")
    for whole in [
        where.this if where else None,
        *(join.args.get("on") for join in scan.args.get("joins") or ()),
    ]:
        if whole is not None:
            yield from whole.flatten() if isinstance(whole, exp.And) else [whole]


def _joined(scan: exp.Expr) -> frozenset[str]:
    """The columns of USING: equal on both sides, so narrowed on the one when on the other."""
    joins = scan.args.get("joins") or ()
    return frozenset(column.name for join in joins for column in join.args.get("using") or ())


def _compared(condition: exp.Expr) -> Iterator[exp.Column]:
    """The columns that a condition pins: by `=`, or by `(a, b) IN (…)`."""
    if isinstance(condition, exp.EQ):
        yield from (side for side in (condition.left, condition.right) if isinstance(side, exp.Column))
    elif isinstance(condition, exp.In):
        left = condition.this
        columns = left.expressions if isinstance(left, exp.Tuple) else [left]
        yield from (column for column in columns if isinstance(column, exp.Column))
