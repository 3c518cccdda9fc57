"""How a command that came to nothing ends: a line for people, a document for programs, an exit code."""

import tempfile
import traceback
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import orjson
import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich.table import Table

from entrygo.cli.terminal import errors, print_json
from entrygo.domain.errors import EntryGoError
from entrygo.process.refusals import refusals
from entrygo_client import ApiError, NoAnswer

NO_CONNECTION = "NO_CONNECTION"
# What a person can act upon, by its class, as the `errorCode` of its document; "" where it brings its own.
EXPECTED: Mapping[str, str] = MappingProxyType(
    {
        "entrygo_client._errors.NoAnswer": "NO_ANSWER",
        "entrygo_client._errors.TimedOut": "TIMED_OUT",
        "entrygo_client._errors.EntryGoError": "",
        "entrygo.domain.errors.EntryGoError": "",
        "typer.exceptions.Abort": "INTERRUPTED",
        "typer.exceptions.TyperException": "INVALID_COMMAND",
        "pydantic_core._pydantic_core.ValidationError": "INVALID_SETTING",
        "pydantic_settings.exceptions.SettingsError": "INVALID_SETTING",
        "entrygo.cli.connection.NotConfigured": "NOT_CONFIGURED",
        "entrygo.cli.executing.ExecutedBefore": "EXECUTED_BEFORE",
        "entrygo.cli.failures.Interrupted": "INTERRUPTED",
        "entrygo.cli.failures.NotInstalled": "NOT_INSTALLED",
        "entrygo.cli.backup.taking.BackupExists": "BACKUP_EXISTS",
        "entrygo.cli.backup.manifest.BackupUnusable": "BACKUP_UNUSABLE",
        "entrygo.cli.backup.taking.DocumentsDamaged": "DOCUMENTS_DAMAGED",
        "entrygo.cli.backup.restoring.TargetNotEmpty": "TARGET_NOT_EMPTY",
        "entrygo.cli.archive.archiving.NotPublished": "NOT_PUBLISHED",
        "entrygo.cli.archive.catalogue_store.ArchiveBusy": "ALREADY_RUNNING",
        "entrygo.cli.archive.documents_store.WrongStore": "WRONG_STORE",
        "entrygo.cli.archive.file.ArchiveUnreadable": "ARCHIVE_UNREADABLE",
        "entrygo.cli.imports.results.CannotWrite": "FILE_UNUSABLE",
        "entrygo.imports.rows.UnreadableFile": "FILE_UNUSABLE",
        "entrygo.imports.choosing.WrongColumns": "WRONG_COLUMNS",
        "entrygo.planning.reference.records.UnusableFile": "FILE_UNUSABLE",
        "entrygo.cli.up.home.AlreadyRunning": "ALREADY_RUNNING",
        "entrygo.cli.up.ports.PortTaken": "PORT_TAKEN",
        "entrygo.cli.up.postgres.PostgresFailed": "DATABASE_ERROR",
        "entrygo.cli.up.background.StartFailed": "START_FAILED",
        "entrygo.cli.up.rolling.RestartFailed": "RESTART_FAILED",
        "entrygo.postgres.logins.LoginRefused": "DATABASE_ERROR",
        "entrygo.postgres.migrate.PostgresTooOld": "DATABASE_ERROR",
        "asyncpg.exceptions._base.PostgresError": "DATABASE_ERROR",
        "builtins.ConnectionError": NO_CONNECTION,
        "builtins.OSError": "FILE_UNUSABLE",
    }
)
FAULT = "INTERNAL_ERROR"
FAILED = 1

SHOWN_ISSUES = 20
SHOWN_CHARACTERS = 400


class Interrupted(Exception):
    """Somebody ended the command with Ctrl-C."""


class NotInstalled(Exception):
    """A part of EntryGo that is optional is not there."""


def end_of(error: Exception, *, as_json: bool) -> int:
    """Explains what ended a command, and says with which exit code it ends.

    What nobody expected is a fault of ours: its traceback is for whoever mends it, in a file of its own.
    """
    if _known(error) is None:
        file = _keep_traceback(error)
        _say({"errorCode": FAULT, "message": f"{error!r}. Please report it with {file}."}, as_json=as_json)
    else:
        explain(error, as_json=as_json)
    return error.exit_code if isinstance(error, typer.TyperException) else FAILED


def explain(error: Exception, *, as_json: bool) -> None:
    """Says what went wrong: on stderr, by its code; for programs also on stdout, as one document."""
    _say(document_of(error), as_json=as_json)


def document_of(error: Exception) -> dict[str, Any]:
    """`{errorCode, message, field?, details?}`, as REST answers it; the codes of the command are its own."""
    if isinstance(error, ApiError | EntryGoError):
        said: dict[str, Any] = {"errorCode": error.error_code, "message": error.message}
        said |= {"field": error.field} if error.field else {}
        return said | ({"details": dict(error.details)} if error.details else {})
    return {"errorCode": _known(error) or "FAILED", "message": _text(error)}


def _text(error: Exception) -> str:
    if isinstance(error, NoAnswer):
        return f"{error}. Is it running? See `entrygo status`."
    if isinstance(error, typer.TyperException):
        return error.format_message()
    if isinstance(error, ValidationError | SettingsError):
        return "; ".join(refusals(error))
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}."
    if _known(error) == NO_CONNECTION:
        return f"No connection: {error}. Is the system running? See `entrygo status`."
    return str(error) or (type(error).__doc__ or "").strip()


def _known(error: Exception) -> str | None:
    """The code of what is expected, by the nearest class; None for a fault of ours."""
    if isinstance(error, FileNotFoundError) and error.filename is None:
        return NO_CONNECTION  # the socket of a database that does not run; a file that is missing has a name
    places = (f"{each.__module__}.{each.__qualname__}" for each in type(error).__mro__)
    return next((EXPECTED[place] for place in places if place in EXPECTED), None)


def _keep_traceback(error: Exception) -> str:
    with tempfile.NamedTemporaryFile(
        "w", prefix="entrygo-fault-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.writelines(traceback.format_exception(error))
    return file.name


def _say(document: Mapping[str, Any], *, as_json: bool) -> None:
    errors.print(f"[bold red]{document['errorCode']}[/] {_plain(document['message'])}")
    rest = dict(document.get("details") or {})
    issues = rest.pop("issues", None)
    if isinstance(issues, list):
        errors.print(_issues_table(issues))
    for name, value in rest.items():
        text = orjson.dumps(value, default=str).decode()
        shown = text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + " …"
        errors.print(f"  {name}: {_plain(shown)}")
    if as_json:
        print_json(document)


def _issues_table(issues: Sequence[Any]) -> Table:
    table = Table(box=None, header_style="dim")
    for heading in ("path", "message", "code"):
        table.add_column(heading, overflow="fold")
    for issue in issues[:SHOWN_ISSUES]:
        table.add_row(*(_plain(str(issue.get(name, ""))) for name in ("path", "message", "code")))
    if len(issues) > SHOWN_ISSUES:
        table.add_row(f"… and {len(issues) - SHOWN_ISSUES} more", "", "")
    return table


def _plain(text: str) -> str:
    """Text that came from outside: its brackets are not markup, its control characters do nothing."""
    visible = "".join(character for character in text if character.isprintable() or character == "\n")
    return visible.replace("[", r"\[")
