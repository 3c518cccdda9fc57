"""One import from start to end: entries are sent, outcomes are kept, shown and counted."""

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from entrygo.cli.imports.results import ResultFile, ids_file, ids_path, rejects_file
from entrygo.cli.imports.sending import Sender, send_all
from entrygo.cli.order_ids import remember_export, remembered_export
from entrygo.imports.batches import Accepted, Outcome
from entrygo.imports.entries import Entry, Rejected, Repeat, repeats
from entrygo.imports.rejects import reject_row
from entrygo.imports.rows import SourceFile

SHOWN_REASONS = 10
SHOWN_REPEATS = 5
EXIT_ALL_IMPORTED = 0
EXIT_SOME_REJECTED = 3


@dataclass
class Tally:
    """What became of the file so far."""

    imported: int = 0
    imported_rows: int = 0
    rejected_rows: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    repeats: list[Repeat] = field(default_factory=list)
    rejects: Path | None = None
    ids: Path | None = None

    def as_json(self) -> dict[str, Any]:
        """For programs; the files are those that were written."""
        return {
            "imported": self.imported,
            "importedRows": self.imported_rows,
            "rejectedRows": self.rejected_rows,
            "repeatedRows": len(self.repeats),
            "reasons": dict(self.reasons.most_common()),
            "rejects": str(self.rejects) if self.rejects else None,
            "ids": str(self.ids) if self.ids else None,
        }

    def count(self, outcome: Outcome) -> int:
        """Returns how many rows this outcome settles."""
        if isinstance(outcome, Accepted):
            self.imported += 1
            self.imported_rows += len(outcome.entry.rows)
            self.repeats += repeats(outcome.entry)
            return len(outcome.entry.rows)
        self.rejected_rows += 1
        self.reasons[outcome.reason] += 1
        return 1

    @property
    def exit_code(self) -> int:
        return EXIT_SOME_REJECTED if self.rejected_rows else EXIT_ALL_IMPORTED


@dataclass(frozen=True, slots=True)
class ImportRun:
    """`noun` names the items in the summary; `keeps_ids` says whether to write FILE.ids.csv.

    `rejects` is where refused rows go instead of FILE.rejects.csv.
    """

    path: Path
    source: SourceFile
    sender: Sender
    noun: str
    batch_size: int
    concurrency: int
    keeps_ids: bool
    screen: Console
    rejects: Path | None = None

    def run(self, entries: Iterable[Entry | Rejected], total_rows: int) -> Tally:
        """Imports everything that can be; what the files say so far stays when it is interrupted."""
        tally = Tally()
        planned_as = self._planned_as()
        with ExitStack() as stack:
            rejects = stack.enter_context(rejects_file(self.path, self.source, self.rejects))
            ids = stack.enter_context(ids_file(self.path)) if self.keeps_ids else None
            progress = stack.enter_context(_progress(self.screen))
            task = progress.add_task(f"Importing {self.noun}", total=total_rows)
            for outcome in send_all(
                self.sender, entries, batch_size=self.batch_size, concurrency=self.concurrency
            ):
                progress.advance(task, tally.count(outcome))
                self._keep(outcome, rejects, ids)
        if planned_as is not None and ids is not None and ids.rows:
            remember_export(ids.path, planned_as)
        tally.rejects = rejects.path if rejects.rows else None
        tally.ids = ids.path if ids and ids.rows else None
        self._summarise(tally)
        return tally

    def _planned_as(self) -> str | None:
        """The export that this file was planned as before: corrected orders are planned again."""
        path = ids_path(self.path)
        return remembered_export(path) if self.keeps_ids and path.exists() else None

    def _keep(self, outcome: Outcome, rejects: ResultFile, ids: ResultFile | None) -> None:
        if isinstance(outcome, Rejected):
            rejects.add(reject_row(self.source.columns, outcome))
        elif ids is not None:
            ids.add((outcome.entry.name, outcome.id))

    def _summarise(self, tally: Tally) -> None:
        rejects, ids = tally.rejects, tally.ids
        table = Table(box=None, show_header=False)
        table.add_row(f"{self.noun} imported", f"{tally.imported:,}", f"{tally.imported_rows:,} rows")
        table.add_row("rows rejected", f"{tally.rejected_rows:,}", escape(str(rejects)) if rejects else "")
        if ids is not None:
            table.add_row("ids", "", escape(str(ids)))
        self.screen.print(table)
        if tally.reasons:
            self.screen.print(_reasons_table(tally.reasons))
        if tally.repeats:
            self.screen.print(_repeated(tally.repeats), markup=False)


def _progress(screen: Console) -> Progress:
    parts = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*parts, console=screen)


def _reasons_table(reasons: Counter[str]) -> Table:
    table = Table(box=None, header_style="dim")
    table.add_column("rows", justify="right")
    table.add_column("why rejected")
    for reason, rows in reasons.most_common(SHOWN_REASONS):
        table.add_row(f"{rows:,}", escape(reason))
    if len(reasons) > SHOWN_REASONS:
        table.add_row("", f"… and {len(reasons) - SHOWN_REASONS} more reasons, all in the reject file")
    return table


def _repeated(found: Sequence[Repeat]) -> str:
    """Not refused: an order may have two such lines. A file that was put together twice has them, too."""
    lines = sorted(found, key=lambda each: each.line)
    named = ", ".join(f"{each.line} (as {each.first})" for each in lines[:SHOWN_REPEATS])
    more = f" and {len(lines) - SHOWN_REPEATS:,} more" if len(lines) > SHOWN_REPEATS else ""
    rows = "1 row is" if len(lines) == 1 else f"{len(lines):,} rows are"
    return (
        f"{rows} the same in every cell as a row before, and imported beside it: line {named}{more}."
        " If the file says it twice by mistake, delete the second and import it again."
    )
