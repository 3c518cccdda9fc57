"""Writes docs/errors.md and docs/rules.md from the errors, the rules and the reference data of the code."""

import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from scripts.explained_codes import ERRORS, ISSUES, MESSAGES

from entrygo.domain import errors
from entrygo.domain.errors import EntryGoError, RemoteError
from entrygo.gateway.errors import STATUS_OF_KIND
from entrygo.planning.reference.tables import TABLES, rows_of
from entrygo.planning.rules import RULES
from entrygo.planning.rules.base import Rule

FOLDER = Path(__file__).resolve().parent.parent / "docs"

ERRORS_HEAD = """\
# Errors and messages

Two things can be wrong. A **request** can be wrong: then the answer is an error. The **data** of an export can be wrong: then planning succeeds
and says so, in messages. Branch on codes; texts are for people and may change.

This page is generated from the code by `make pages`.

## Errors

Every error answer has one shape:

```json
{"errorCode": "PLAN_HASH_MISMATCH", "message": "The plan is not the one that was expected; plan again and review it.",
 "details": {"expectedPlanHash": "planhash_…", "planHash": "planhash_…"}}
```

`field` and `details` may be absent. `X-Request-Id` names the request in the logs. A write that got no answer, or a 5xx, is repeated with the same
`Idempotency-Key`: it happens once.

| status | `errorCode` | meaning | who fixes it | how |
|---|---|---|---|---|
"""
ISSUES_HEAD = """
## Issues of a request

`VALIDATION_ERROR` lists every issue in `details.issues` as `{path, message, code}`, a hundred at most; with more, `details.totalIssues` is how many were found before reading stopped.

| `code` | meaning |
|---|---|
"""
MESSAGES_HEAD = """
## Messages of a plan

Each is an entry of `validationMessages`: `{code, message, severity, field, product_id, order_id}`. An **error** blocks the export (or leaves its order
behind with `onBlocked: "exclude"`), a **warning** asks for a person's look, an **info** changes nothing. Where the law behind each is: [rules](rules.md).

| code | severity | meaning | who fixes it | how |
|---|---|---|---|---|
"""
RULES_HEAD = """\
# Rules: what is checked, and what it rests on

Every plan asks each of these rules, as of the entry date. A rule names what it rests on; the lists and rates it reads are dated rows with a source
([reference data](reference-data.md)). What each code means and who fixes it: [messages](errors.md#messages-of-a-plan). A policy may raise a severity for an
account, never lower it. **Nothing here is advice: classification, duty and entry type are for your broker's review.**

This page is generated from the code by `make pages`.

## The rules

The penalty is what a finding takes off the compliance score; a repetition takes one more, up to the penalty again.

| code | severity | penalty | looks at | rests on | in force |
|---|---|---|---|---|---|
"""
TABLES_HEAD = """
## What they read

The rows that are shipped. An import replaces a table from its first day on; `entrygo reference list TABLE` shows what your system has.

| table | rows | how well known | oldest check | source |
|---|---|---|---|---|
"""
MAX_SOURCES = 3


def main() -> int:
    """Writes both pages, into the folder that is given or docs/."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.joinpath("errors.md").write_text(errors_page(), encoding="utf-8")
    folder.joinpath("rules.md").write_text(rules_page(), encoding="utf-8")
    return 0


def errors_page() -> str:
    """The page of errors. Ends the program when a code is not explained, or an explanation has no code."""
    known = {(error.code, STATUS_OF_KIND[error.kind]): error for error in _errors()}
    _compare("error", known, ERRORS)
    _compare("message", {rule.code for rule in RULES}, MESSAGES)
    errors_table = (
        _row(str(status), f"`{code}`", known[code, status]().message, *answer)
        for (code, status), answer in sorted(ERRORS.items(), key=lambda one: (one[0][1], one[0][0]))
    )
    issues_table = (_row(f"`{code}`", means) for code, means in ISSUES.items())
    messages_table = (
        _row(f"`{rule.code}`", rule.severity, *MESSAGES[rule.code]) for rule in sorted(RULES, key=_by_code)
    )
    return "".join([ERRORS_HEAD, *errors_table, ISSUES_HEAD, *issues_table, MESSAGES_HEAD, *messages_table])


def rules_page() -> str:
    """The page of rules and of the reference rows they read."""
    rules = (
        _row(
            f"`{rule.code}`",
            rule.severity,
            str(rule.penalty),
            f"`{rule.field}`" if rule.field else "the order",
            rule.basis,
            _in_force(rule),
        )
        for rule in RULES
    )
    return "".join([RULES_HEAD, *rules, TABLES_HEAD, *map(_table, sorted(TABLES))])


def _errors() -> Iterator[type[EntryGoError]]:
    """Every error that a caller can be answered; of several with one code and status the first."""
    seen = set()
    for error in vars(errors).values():
        if not isinstance(error, type) or not issubclass(error, EntryGoError):
            continue
        name = (error.code, error.kind)
        if error not in (EntryGoError, RemoteError) and name not in seen:
            seen.add(name)
            yield error


def _compare(kind: str, present: Iterable[object], explained: Iterable[object]) -> None:
    present, explained = set(present), set(explained)
    wrong = [f"{kind} {code} is not explained" for code in sorted(map(str, present - explained))]
    wrong += [f"{kind} {code} is no more" for code in sorted(map(str, explained - present))]
    if wrong:
        sys.exit("\n".join([*wrong, "Mend scripts/explained_codes.py, then run `make pages`."]))


def _by_code(rule: Rule) -> str:
    return rule.code


def _in_force(rule: Rule) -> str:
    start = "" if rule.effective_from == date.min else f"from {rule.effective_from}"
    end = f"to {rule.effective_to}" if rule.effective_to else ""
    return " ".join(filter(None, (start, end))) or "always"


def _table(table: str) -> str:
    rows = rows_of(table)
    statuses = ", ".join(sorted({str(row.status) for row in rows}))
    checks = [row.checked_on for row in rows if row.checked_on is not None]
    sources = list(dict.fromkeys(row.source for row in rows))
    named = "; ".join(sources[:MAX_SOURCES])
    more = f"; and {len(sources) - MAX_SOURCES} more" if len(sources) > MAX_SOURCES else ""
    return _row(f"`{table}`", str(len(rows)), statuses, str(min(checks, default="")), named + more)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |\n"


if __name__ == "__main__":
    sys.exit(main())
