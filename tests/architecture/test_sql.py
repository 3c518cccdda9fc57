"""SQL lives in stores and migrations, and in the shared modules that own a table of every schema."""

import ast
import re
from collections.abc import Sequence

import pytest

from entrygo.cli.partitions.table_store import GROWING
from entrygo.postgres.conditions import looked_up
from tests.architecture.sources import Source, literal, written_modules
from tests.architecture.statements import parse, table_uses, texts

STATEMENT = re.compile(
    r"\s*(SELECT\s|INSERT\s+INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|WITH\s+\w+\s+AS\s|TRUNCATE\s"
    r"|(CREATE|ALTER|DROP)\s+(TABLE|INDEX|SCHEMA|ROLE|DATABASE)\s|COPY\s+\w+\s+(FROM|TO)\s)"
)
OWNERS = {"postgres", "messaging"}
# No account owns what these hold.
SHARED_TABLES = {
    "consumer_positions",
    "reconciliations",
    "owner_epoch",
    "reference_versions",
    "applied_migrations",
    "relay_lease",
    "pg_roles",
    "pg_stat_activity",
    "pg_class",
    "pg_constraint",
    "pg_inherits",
    "pg_policy",
    "pg_trigger",
}
# Background work, for whatever account it is: what is due, what is queued, what the log holds, what is old.
FOR_EVERYONE = re.compile(
    r"_(until|at) <= (\$1|now\(\)) ORDER BY|ORDER BY created_at LIMIT \$1|planning_seen > planning_sequence"
    r"|FROM outbox (ORDER BY id LIMIT|WHERE id = ANY)|FROM event_log WHERE recorded_at >="
    r"|created_at < now\(\) - \$1::interval AND response IS NOT NULL|ORDER BY turn, next_attempt_at LIMIT \$1"
    r"|FROM dead_letters WHERE skipped_at IS NULL|FROM passed_events WHERE event_type = ANY"
    # What is old in the log of webhooks.
    r"|created_at < now\(\) - \$1::interval AND status <> 'pending'|FROM webhook_lanes WHERE due_at IS NULL"
    # What is old in the feeds of events.
    r"|FROM event_feed WHERE created_at < now\(\) - \$1::interval ORDER BY"
    # Where all feeds go on after a restore.
    r"|UPDATE event_feed_heads SET last_position = last_position \+ \$1$"
    # What is old enough for the archive, what is in it, and whether old events are published.
    r"|FROM exports AS own WHERE|FROM archived_exports WHERE \(account_id|FROM outbox WHERE queued_at < \$1"
    # Which documents a backup has to find.
    r"|^SELECT account_id, mode, (\w+ AS )?sha256 FROM (execution|planning)\."
    # From one partition of a table to another, whether one is empty, and whether it has rows of a month.
    r"|^WITH moved AS \(DELETE FROM|^SELECT EXISTS \(SELECT FROM +(\)|WHERE +>= \$1 AND +< \$2\))"
    # What waits for a recipient or a day that other settings made it wait for.
    r"|attempts = 0 AND (held_at IS NOT NULL AND next_attempt|due)_at > now\(\) +FOR UPDATE SKIP LOCKED"
    # When anything is due, whether anything is queued, and all that a restored system must not go on with by
    # itself.
    r"|SELECT min\(lease_until\) FROM executions WHERE finished_at IS NULL|EXISTS \(SELECT FROM outbox\)"
    r"|status IN \('prepared', 'sending'\) ORDER BY|finished_at IS NULL AND submission_id IS NULL ORDER BY"
)
# What names the caller in every table that holds an account's rows; the warehouse is row security's alone.
SCOPE = {"account_id", "mode"}
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
    silent = [str(source.path) for source in written_modules() if source.is_store and not _statements(source)]
    assert silent == []


def test_every_table_in_every_branch_is_narrowed_to_the_account_and_the_mode() -> None:
    # Row security under it would hide that the first of the two fences is gone.
    unscoped = [
        f"{source.path}:{line} {use.table}"
        for source in written_modules()
        if source.portion != "identity" and not _is_measure(source)
        for line, pieces in texts(source)
        if STATEMENT.match(text := _joined(pieces)) and not FOR_EVERYONE.search(text)
        for use in table_uses(parse(pieces))
        if use.table not in SHARED_TABLES and not use.narrowed_by >= SCOPE
    ]
    assert unscoped == []


@pytest.mark.parametrize(
    ("statement", "open_tables"),
    [
        ("SELECT a FROM t WHERE account_id = $1 AND mode = $2 AND id = $3", []),
        ("SELECT a FROM t WHERE account_id = $1 AND id = $3", ["t"]),
        ("SELECT a FROM t WHERE account_id = $1 AND mode = $2 OR id = $3", ["t"]),
        (
            "SELECT a FROM t WHERE account_id = $1 AND mode = $2 UNION ALL SELECT a FROM u WHERE mode = $2",
            ["u"],
        ),
        ("WITH w AS (SELECT a FROM t WHERE mode = $2) SELECT a FROM w", ["t"]),
        (
            "SELECT a FROM t WHERE (account_id, mode, id) IN (SELECT * FROM unnest($1::text[], $2::text[]))",
            [],
        ),
        ("SELECT a FROM t JOIN u USING (account_id, mode, id) WHERE t.account_id = $1 AND t.mode = $2", []),
        ("SELECT a FROM t JOIN u ON u.id = t.id WHERE t.account_id = $1 AND t.mode = $2", ["u"]),
        (f"SELECT a.* FROM unnest($3::text[]) AS n (id), {looked_up('t', 'id', 'n.id', 'a')} AS a", []),
        ("SELECT a.* FROM n, LATERAL (SELECT a FROM t WHERE id = n.id) AS a WHERE n.mode = $2", ["n", "t"]),
        ("UPDATE t SET a = 1 WHERE mode = $2", ["t"]),
        ("DELETE FROM t WHERE account_id = $1 AND mode = $2 AND a IN (SELECT a FROM u)", ["u"]),
    ],
)
def test_a_table_that_is_not_narrowed_is_found(statement: str, open_tables: list[str]) -> None:
    # The test above would also pass if it found nothing.
    uses = table_uses(parse([statement]))
    assert [use.table for use in uses if not use.narrowed_by >= SCOPE] == open_tables


# A warehouse is what some of a page are of, not how they are found; the others are looked up one by one.
OPTIONAL = re.compile(
    r"\$\d+(?:::[\w\[\]]+)? (?:IS NULL|= '[^']*') OR (?:\w+\.)?(?!warehouse_id\b|id\b)\w+ ="
)


def test_a_condition_that_may_be_left_out_is_no_part_of_the_statement_then() -> None:
    # Plans are for whatever value: `$4 IS NULL OR column = $4` reads every row, whatever index there is.
    found = [
        f"{source.path}:{line}"
        for source in written_modules()
        for line, pieces in texts(source)
        if OPTIONAL.search(_joined(pieces))
    ]
    assert found == []


# Of a name that a caller may give a great many of.
COMPARED = re.compile(
    r"(?<!NOT )\b(?!(?:address|state|status|importer_number|event_type) )\w+ = ANY ?\(\$\d"
    r"|\bunnest\([^)]*\) AS \w+ \([\w, ]+\) JOIN\b|\bIN \(SELECT [^()]* FROM unnest\("
)
# By hand, at rest; and in a table of what is queued, which has no other index.
FEW_OR_OFFLINE = re.compile(r"entrygo/cli/archive/|entrygo/messaging/relay_queue")


def test_what_is_named_is_looked_up_and_not_compared_with_all_that_an_account_has() -> None:
    # Plans are for an average account: beside thousands of small ones, `= ANY` and JOIN read all of a large
    # one's rows, and compare each with every name.
    found = [
        f"{source.path}:{line}"
        for source in written_modules()
        if not FEW_OR_OFFLINE.search(str(source.path))
        for line, pieces in texts(source)
        if COMPARED.search(_joined(pieces))
    ]
    assert found == []


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT a FROM t WHERE account_id = $1 AND mode = $2 AND id = ANY($3::text[])",
        "SELECT a FROM unnest($3::text[]) AS named (id) JOIN t USING (id) WHERE account_id = $1",
        "SELECT a FROM t WHERE account_id = $1 AND (id, b) IN (SELECT * FROM unnest($3::text[], $4::int[]))",
    ],
)
def test_a_statement_that_compares_is_found(statement: str) -> None:
    # The test above would also pass if it found nothing.
    assert COMPARED.search(statement)


IN_PLACE = re.compile(r"\bctid = ANY \(ARRAY\( ?SELECT ")


def test_what_is_locked_in_the_background_is_changed_where_it_lies() -> None:
    # Found again by its key, it is compared with all rows of a table that was small when this was planned.
    found = [
        f"{source.path}:{line}"
        for source in written_modules()
        for line, pieces in texts(source)
        if "SKIP LOCKED" in (text := _joined(pieces)) and not IN_PLACE.search(text)
    ]
    assert found == []


def test_no_table_that_may_have_partitions_is_changed_where_its_rows_lie() -> None:
    # In each partition another row lies at the same place.
    places = re.compile(r"(?:UPDATE|DELETE FROM) (\w+)(?: AS \w+)? .*\bctid\b")
    changed = {
        found[1]
        for source in written_modules()
        for _, pieces in texts(source)
        if (found := places.search(_joined(pieces)))
    }
    assert "idempotency_keys" in changed
    assert changed & {table.name for table in GROWING} == set()


def _may_hold_sql(source: Source) -> bool:
    return (
        source.is_store
        or _is_measure(source)
        or source.portion in OWNERS
        or str(source.path) in BEFORE_ANY_STORE
    )


def _is_measure(source: Source) -> bool:
    """What the metrics take from a schema: counts and ages over every account."""
    return source.path.name == "measures.py"


def _statements(source: Source) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant | ast.JoinedStr) and STATEMENT.match(literal(node))
    ]


def _joined(pieces: Sequence[str | None]) -> str:
    """The statement on one line, without what is inserted."""
    return " ".join("".join(piece or "" for piece in pieces).split())


def test_what_a_row_of_the_log_holds_is_read_in_one_place() -> None:
    # A large one is compressed, which whoever reads it by itself would find out late.
    readers = [
        f"{source.path}:{node.lineno}"
        for source in written_modules()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith(".FromString")
        and ast.unparse(node.args[0]).endswith("['payload']")
    ]
    assert readers == []
