"""Parts of statements that PostgreSQL carries out in the same way whatever it knows of its tables."""


def when_given(condition: str, parameter: str, value: object) -> str:
    """`condition` where `value` is given; else only that its parameter, as `$4::text`, is null.

    With both in one text, one OR the other, no index could serve it: the plan is for whatever value.
    """
    return f"{parameter} IS NULL" if value is None else condition


def is_named(key: str, name: str) -> str:
    """That `key` is `name`, of rows that are ordered by `key` first: only its index has this order, and of a
    range, other than of an equality, PostgreSQL sees something to order.
    """
    return f"{key} >= {name} AND {key} <= {name}"


def looked_up(table: str, key: str, name: str, columns: str, of: str = "$1, $2") -> str:
    """Of an account, given as its id and mode, the rows of `table` whose `key` is `name`: one look-up in the
    index on account, mode and key for each row that stands before it in FROM.

    Plans are made for an average account. Where most are small, or the table was just filled, PostgreSQL
    would begin with all rows of the account and compare each with every name: of a large account ten
    thousand with ten thousand. What is ordered is carried out where it stands. To an average account every
    index that begins with account and mode is as good; only that of the key has its order, and of a range,
    other than of an equality, PostgreSQL sees something to order.
    """
    account_id, mode = of.split(", ")
    return (
        f"LATERAL (SELECT {columns} FROM {table}"  # noqa: S608
        f" WHERE account_id = {account_id} AND mode = {mode} AND {is_named(key, name)}"
        f" ORDER BY {key})"
    )
