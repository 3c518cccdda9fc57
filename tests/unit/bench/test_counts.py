"""What one lifecycle takes is counted in the log of the server."""

from tests.bench.counts import count_statements


def test_a_statement_outside_of_a_transaction_is_a_transaction_by_itself() -> None:
    log = [
        "counted 7 bench LOG:  statement: BEGIN; SET LOCAL entrygo.mode = 'live'",
        "counted 8 bench LOG:  execute __asyncpg_stmt_1__: SELECT 1",
        "counted 7 bench LOG:  execute __asyncpg_stmt_2__: INSERT INTO orders",
        "\tVALUES ($1)",
        "counted 7 bench LOG:  execute __asyncpg_stmt_3__: SELECT 2",
        "counted 7 bench LOG:  statement: COMMIT",
        "counted 7 bench LOG:  execute __asyncpg_stmt_3__: SELECT 2",
    ]

    found = count_statements(log, "bench")

    assert (found.transactions, found.begun, found.others) == (3, 1, 4)


def test_neither_another_database_nor_another_line_is_counted() -> None:
    log = [
        "counted 7 monolith LOG:  statement: BEGIN",
        "counted 7 bench DETAIL:  Parameters: $1 = 'LOG:  statement: SELECT 1'",
        "2026-11-29 LOG:  statement: SELECT 1",
    ]

    found = count_statements(log, "bench")

    assert (found.transactions, found.others) == (0, 0)
