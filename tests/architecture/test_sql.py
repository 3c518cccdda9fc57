"""SQL lives in stores and migrations, and in the shared modules that own a table of every schema."""

import ast
import re

from tests.architecture.sources import Source, literal, written_modules

STATEMENT = re.compile(
    r"\s*(SELECT\s|INSERT\s+INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|WITH\s+\w+\s+AS\s|TRUNCATE\s"
    r"|(CREATE|ALTER|DROP)\s+(TABLE|INDEX|SCHEMA|ROLE|DATABASE)\s|COPY\s+\w+\s+(FROM|TO)\s)"
)
OWNERS = {"postgres", "messaging"}
# No account owns what these hold.
SHARED_TABLES = re.compile(r" FROM (consumer_positions|reconciliations|reference_versions)\b")
# Background work that is due, of whatever account it is.
DUE = re.compile(r"_(until|at) <= \$1 ORDER BY")
# Makes the embedded server's database before there is one that a store could connect to.
BEFORE_ANY_STORE = {"entrygo/cli/up/postgres.py"}


def test_sql_stands_in_stores_only() -> None:
    strays = [
        f"{source.path}:{line}"
        for source in written_modules()
        if not _may_hold_sql(source)
        for line in _statements(source)
    ]
    assert strays == []


def test_sql_is_recognised_in_the_stores() -> None:
    # The test above would also pass if it recognised nothing.
    silent = [
        str(source.path)
        for source in written_modules()
        if source.path.name == "store.py" and not _statements(source)
    ]
    assert silent == []


def test_every_statement_on_an_accounts_rows_names_the_account() -> None:
    # Row security under it would hide that the first of the two fences is gone.
    unscoped = [
        f"{source.path}:{line} {text}"
        for source in written_modules()
        if source.path.name == "store.py" and source.portion != "identity"
        for line, text in _whole_statements(source)
        if re.match("(SELECT|UPDATE|DELETE)", text)
        and not SHARED_TABLES.search(text)
        and not DUE.search(text)
        and "account_id" not in text.partition(" WHERE ")[2]
    ]
    assert unscoped == []


def _may_hold_sql(source: Source) -> bool:
    is_store = source.path.name == "store.py"
    return is_store or source.portion in OWNERS or str(source.path) in BEFORE_ANY_STORE


def _statements(source: Source) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant | ast.JoinedStr) and STATEMENT.match(literal(node))
    ]


def _whole_statements(source: Source) -> list[tuple[int, str]]:
    """The text of each statement on one line; of an f-string the whole, not its pieces."""
    pieces = {
        id(part) for node in ast.walk(source.tree) if isinstance(node, ast.JoinedStr) for part in node.values
    }
    return [
        (node.lineno, " ".join(literal(node).split()))
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant | ast.JoinedStr)
        and id(node) not in pieces
        and STATEMENT.match(literal(node))
    ]
