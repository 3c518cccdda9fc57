"""Where the commands write, and how an error looks to the one who typed the command."""

import sys
from importlib.metadata import version
from typing import Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from entrygo.domain.errors import EntryGoError
from entrygo_client import ApiError, NoAnswer

# A pipe has no width; tables in it get enough of one to stay one line a row.
PIPE_WIDTH = 200

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else PIPE_WIDTH)
err = Console(stderr=True, highlight=False, soft_wrap=True)
# Errors are printed even with --quiet.
_errors = Console(stderr=True, highlight=False, soft_wrap=True)

SHOWN_ISSUES = 20
SHOWN_CHARACTERS = 400


def show_version(is_asked: bool) -> None:
    """For the option `--version`: prints it and ends."""
    if is_asked:
        out.print(version("entrygo"))
        raise typer.Exit


def be_quiet(is_asked: bool) -> None:
    """For the option `--quiet`: what is beside the answer is not printed; errors are."""
    err.quiet = is_asked


def print_json(value: Any) -> None:
    """For machines: nothing but the JSON."""
    out.out(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode(), highlight=False)


def print_done(value: Any, text: str, *, as_json: bool) -> None:
    """What a command came to: `value` for programs, or a line of text for people."""
    if as_json:
        print_json(value)
    else:
        out.print(text, markup=False)


def explain(error: Exception) -> None:
    """One line that says what went wrong, and a table where the answer lists more than one thing."""
    if isinstance(error, ApiError):
        _explain_answer(error.error_code, error.message, error.details)
    elif isinstance(error, NoAnswer):
        _explain_answer("NO_ANSWER", f"{error}. Is it running? See `entrygo status`.", None)
    elif isinstance(error, EntryGoError):
        _explain_answer(error.error_code, error.message, error.details)
    else:
        _errors.print(f"[bold red]error[/] {_plain(str(error))}")


def _explain_answer(code: str, message: str, details: Any) -> None:
    _errors.print(f"[bold red]{code}[/] {_plain(message)}")
    rest = dict(details) if isinstance(details, dict) else {}
    issues = rest.pop("issues", None)
    if isinstance(issues, list):
        _errors.print(_issues_table(issues))
    for name, value in rest.items():
        text = orjson.dumps(value, default=str).decode()
        shown = text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + " …"
        _errors.print(f"  {name}: {_plain(shown)}")


def _issues_table(issues: list[Any]) -> Table:
    table = Table(box=None, header_style="dim")
    for heading in ("path", "message", "code"):
        table.add_column(heading)
    for issue in issues[:SHOWN_ISSUES]:
        table.add_row(*(_plain(str(issue.get(name, ""))) for name in ("path", "message", "code")))
    if len(issues) > SHOWN_ISSUES:
        table.add_row(f"… and {len(issues) - SHOWN_ISSUES} more", "", "")
    return table


def _plain(text: str) -> str:
    """Text that came from outside: its brackets are not markup, its control characters do nothing."""
    visible = "".join(character for character in text if character.isprintable() or character == "\n")
    return visible.replace("[", r"\[")
