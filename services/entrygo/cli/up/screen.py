"""What the terminal shows of a running system: a live table where there is one, plain lines elsewhere."""

import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table

from entrygo.cli.up.home import PartReport

REFRESHES_PER_SECOND = 4
STYLES = {
    "ready": "green",
    "starting": "yellow",
    "waiting": "dim",
    "stopped": "dim",
    "restarting": "bold red",
    "not answering": "bold red",
}


class Screen(Protocol):
    """Where the supervisor shows itself."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def say(self, line: str) -> None:
        """Prints a line that stays."""

    def show(self, parts: Iterable[PartReport]) -> None:
        """How the parts are doing now."""


@contextmanager
def _while_it_is_read() -> Iterator[None]:
    """What a closed terminal or an ended `tee` does not take is lost; the system still ends in order."""
    try:
        yield
    # A console makes an end of the process of a pipe that nobody reads.
    except (OSError, SystemExit):
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())


class LiveScreen:
    """A status line for each part that stays in place; everything said scrolls above it."""

    def __init__(self, console: Console) -> None:
        self._parts: tuple[PartReport, ...] = ()
        self._live = Live(
            console=console,
            get_renderable=lambda: parts_table(self._parts, now=time.time()),
            refresh_per_second=REFRESHES_PER_SECOND,
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with _while_it_is_read():
            self._live.stop()

    def say(self, line: str) -> None:
        """Prints a line above the table."""
        with _while_it_is_read():
            self._live.console.print(line, highlight=False, soft_wrap=True, markup=False)

    def show(self, parts: Iterable[PartReport]) -> None:
        """The table is drawn again at its next turn."""
        self._parts = tuple(parts)


class PlainScreen:
    """One line for each change, for logs and pipes."""

    def __init__(self) -> None:
        self._shown: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def say(self, line: str) -> None:
        """At once, whatever reads it."""
        with _while_it_is_read():
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()

    def show(self, parts: Iterable[PartReport]) -> None:
        """A line for each part whose state has changed since."""
        for part in parts:
            if part.state != "waiting" and self._shown.get(part.name) != part.state:
                self._shown[part.name] = part.state
                pid = f" pid {part.process.pid}" if part.process else ""
                self.say(f"{part.name:<10} {part.state}{pid}")


def open_screen(console: Console) -> Screen:
    """A live table on a terminal, lines elsewhere."""
    return LiveScreen(console) if console.is_terminal else PlainScreen()


def parts_table(parts: Iterable[PartReport], *, now: float) -> Table:
    """A row for each part; `now` in seconds of the epoch, as in the reports."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("part", "state", "for", "pid", "restarts", "address"):
        table.add_column(heading, justify="right" if heading in ("for", "pid", "restarts") else "left")
    for part in parts:
        table.add_row(
            part.name,
            f"[{STYLES.get(part.state, '')}]{part.state}" if part.state in STYLES else part.state,
            duration(now - part.since),
            str(part.process.pid) if part.process else "-",
            str(part.restarts),
            part.address,
        )
    return table


def duration(seconds: float) -> str:
    """`42s`, `3m`, `5h`, `2d`: the largest unit that fits."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return f"{max(0, int(seconds))}s"
