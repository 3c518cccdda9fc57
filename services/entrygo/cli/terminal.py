"""Where the commands write."""

import sys
from importlib.metadata import version
from typing import Any

import orjson
import typer
from rich.console import Console

# A pipe has no width; tables in it get enough of one to stay one line a row.
PIPE_WIDTH = 200
# From so many columns on, a table shows what is good to know, too.
WIDE = 140

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else PIPE_WIDTH)
err = Console(stderr=True, highlight=False, soft_wrap=True)
# Errors are printed even with --quiet.
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def show_version(is_asked: bool) -> None:
    """For the option `--version`: prints it and ends."""
    if is_asked:
        out.print(version("entrygo"))
        raise typer.Exit


def be_quiet(is_asked: bool) -> None:
    """For the option `--quiet`: what is beside the answer is not printed; errors are."""
    err.quiet = is_asked


def log_to_stderr() -> None:
    """What our parts log on the way of a command: stdout has the answer. Who logs nothing imports nothing."""
    structlog = sys.modules.get("structlog")
    if structlog is not None:
        structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))


def print_json(value: Any) -> None:
    """For machines: nothing but the JSON."""
    out.out(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode(), highlight=False)


def print_line(value: Any) -> None:
    """For machines that read while it comes: a JSON object on a line of its own."""
    out.out(orjson.dumps(value).decode(), highlight=False)


def print_done(value: Any, text: str, *, as_json: bool) -> None:
    """What a command came to: `value` for programs, or a line of text for people."""
    if as_json:
        print_json(value)
    else:
        out.print(text, markup=False)
