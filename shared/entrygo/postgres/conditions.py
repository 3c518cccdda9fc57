"""Conditions that a caller may leave out."""


def when_given(condition: str, parameter: str, value: object) -> str:
    """`condition` where `value` is given; else only that its parameter, as `$4::text`, is null.

    With both in one text, one OR the other, no index could serve it: the plan is for whatever value.
    """
    return f"{parameter} IS NULL" if value is None else condition
