"""Records a terminal from a real run: commands typed against a system that runs, as cast and as picture.

    python -m scripts.record_terminal docs/images/terminal

writes `terminal.cast` (asciinema, version 2) and `terminal.svg`, which moves by itself. Needs a running
system in the home of this folder, with its demo account as `entrygo up` made it.
"""

import html
import json
import os
import pty
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

COLUMNS, ROWS = 100, 40
# What a newcomer types first. `batch_` and `planhash_` stand for the first that was shown.
COMMANDS = (
    "entrygo status",
    "entrygo demo",
    "entrygo export issues batch_",
    "entrygo export list",
    "entrygo export show batch_",
)
TYPING_SECONDS = 0.04  # a character
PAUSE_SECONDS = 9.0  # to read an answer
# A command that waits for the machine is shown faster than it was.
LONGEST_WAIT_SECONDS = 1.0
PROMPT = "\x1b[32m$\x1b[0m "
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
LINE_HEIGHT, CHARACTER_WIDTH, MARGIN = 17, 8.0, 12


@dataclass(frozen=True, slots=True)
class Output:
    """Something that appeared, so many seconds after the beginning."""

    at: float
    text: str


def main(arguments: Sequence[str]) -> int:
    """Writes both files beside each other."""
    target = Path(arguments[0])
    outputs = list(recorded(COMMANDS))
    target.with_suffix(".cast").write_text(cast(outputs), encoding="utf-8")
    target.with_suffix(".svg").write_text(picture(outputs), encoding="utf-8")
    print(f"{outputs[-1].at:.0f} s")
    return 0


def recorded(commands: Sequence[str]) -> Iterator[Output]:
    """What a person sees who types the commands one after the other and reads each answer."""
    now, seen = 0.5, ""
    for command in commands:
        typed = " ".join(_shown_before(word, seen) for word in command.split())
        yield Output(now, PROMPT)
        for character in typed:
            now += TYPING_SECONDS
            yield Output(now, character)
        now += TYPING_SECONDS
        yield Output(now, "\r\n")
        for waited, text in _run(typed):
            now += min(waited, LONGEST_WAIT_SECONDS)
            seen += ESCAPE.sub("", text)
            yield Output(now, text)
        now += PAUSE_SECONDS
    yield Output(now, PROMPT)


def _shown_before(word: str, seen: str) -> str:
    if word not in ("batch_", "planhash_"):
        return word
    return str(re.findall(rf"{word}\w+", seen)[0])


def _run(command: str) -> Iterator[tuple[float, str]]:
    """What a command prints on a terminal, each part with the seconds that it took to come."""
    reader, terminal = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(COLUMNS), "LINES": str(ROWS), "TERM": "xterm-256color"}
    process = subprocess.Popen(
        command.split(),
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        stderr=terminal,
        env=environment,
    )
    os.close(terminal)
    before = time.monotonic()
    while True:
        try:
            content = os.read(reader, 65536)
        except OSError:  # the other end is closed
            break
        if not content:
            break
        yield time.monotonic() - before, content.decode(errors="replace")
        before = time.monotonic()
    os.close(reader)
    if process.wait() != 0:
        raise RuntimeError(f"{command} ended with {process.returncode}")


def cast(outputs: Sequence[Output]) -> str:
    """The recording as `asciinema play` takes it."""
    header = {"version": 2, "width": COLUMNS, "height": ROWS, "title": "EntryGo"}
    lines = [header, *([round(each.at, 3), "o", each.text] for each in outputs)]
    return "\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n"


def picture(outputs: Sequence[Output]) -> str:
    """The recording as a picture that moves: a frame a screen, without script and without fonts from afar."""
    frames = list(_frames(outputs))
    seconds = frames[-1][0] + PAUSE_SECONDS
    width = round(COLUMNS * CHARACTER_WIDTH + 2 * MARGIN)
    height = ROWS * LINE_HEIGHT + 2 * MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        ' aria-label="A first export on the command line">',
        "<style>text{font:13px ui-monospace,Menlo,Consolas,monospace;fill:#e6e6e6;white-space:pre}"
        ".f{opacity:0}</style>",
        f'<rect width="{width}" height="{height}" rx="8" fill="#16181d"/>',
    ]
    for index, (start, lines) in enumerate(frames):
        end = frames[index + 1][0] if index + 1 < len(frames) else seconds
        parts.append('<g class="f">')
        parts.append(_shown_between(start / seconds, end / seconds, seconds))
        for row, line in enumerate(lines):
            if line:
                y = MARGIN + (row + 1) * LINE_HEIGHT - 4
                text = html.escape(line, quote=False)
                parts.append(f'<text x="{MARGIN}" y="{y}" xml:space="preserve">{text}</text>')
        parts.append("</g>")
    return "\n".join([*parts, "</svg>"]) + "\n"


def _shown_between(start: float, end: float, seconds: float) -> str:
    times = [0.0, start, min(end, 1.0)] if start > 0 else [0.0, min(end, 1.0)]
    values = [0, 1, 0] if start > 0 else [1, 0]
    return (
        f'<animate attributeName="opacity" calcMode="discrete" dur="{seconds:.2f}s" repeatCount="indefinite"'
        f' keyTimes="{";".join(f"{each:.5f}" for each in times)}" values="{";".join(map(str, values))}"/>'
    )


def _frames(outputs: Sequence[Output]) -> Iterator[tuple[float, list[str]]]:
    """The screens one after the other, at most five a second, each as its last lines."""
    text, last = "", -1.0
    for index, each in enumerate(outputs):
        text += ESCAPE.sub("", each.text).replace("\r\n", "\n")
        is_last = index + 1 == len(outputs)
        if is_last or (each.at - last >= 0.2 and outputs[index + 1].at - each.at > 0.03):
            last = each.at
            yield each.at, [line.rstrip()[:COLUMNS] for line in text.split("\n")[-ROWS:]]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
