"""Runs the commands of a Markdown page as its reader would: block by block, in one shell session.

A block of `sh` is run; one of `sh norun` is not. An id that stands in a command as `ord_…` is the newest one
of that sort in the answers before. A block of `json` after a block of commands is what the last of them
answers, as far as it goes: names and plain values have to be there; what ends in `…` has to begin so.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

TIMEOUT_SECONDS = 200
_PLACEHOLDER = re.compile(r"\b((?:[a-z]+_)+)…")
ERROR = '"errorCode"'
# Also the two variables that pages set without exporting them.
_KEEP = "export H=${H-} J=${J-}; env -0"


@dataclass(frozen=True, slots=True)
class Block:
    """The commands of one block and the answer that the page shows after it."""

    commands: str
    answer: Any = None


def blocks_of(page: str) -> Iterator[Block]:
    """The blocks that are to be run, in their order."""
    fences = [token for token in MarkdownIt("commonmark").parse(page) if token.type == "fence"]
    for index, fence in enumerate(fences):
        if fence.info.strip() != "sh":
            continue
        follows = fences[index + 1] if index + 1 < len(fences) else None
        is_answered = follows is not None and follows.info.strip() == "json"
        yield Block(fence.content, json.loads(follows.content) if follows and is_answered else None)


@dataclass
class Session:
    """One shell: what it exported, where it is, and what it was answered so far."""

    environment: dict[str, str]
    folder: Path
    answers: list[str] = field(default_factory=list)

    def run(self, block: Block) -> None:
        """Runs a block; fails when a command does, or when the answer is not what the page shows."""
        commands = _PLACEHOLDER.sub(self._newest, block.commands)
        kept = self.folder / ".exported"
        done = subprocess.run(
            ["bash", "-c", f"set -euo pipefail\n{commands}\n{_KEEP} > '{kept}'"],
            env=self.environment, cwd=self.folder, capture_output=True, text=True, check=False,
            timeout=TIMEOUT_SECONDS,
        )  # fmt: skip
        assert done.returncode == 0, f"{commands}\n{done.stdout}{done.stderr}"
        self.answers.append(done.stdout + done.stderr)
        self.environment = dict(line.split("=", 1) for line in kept.read_text().split("\0") if "=" in line)
        if block.answer is None:
            assert ERROR not in done.stdout, f"{commands}\n{done.stdout}"
        else:
            shown = json.JSONDecoder().raw_decode(done.stdout[_last_answer(done.stdout) :])[0]
            assert_holds(shown, block.answer)

    def _newest(self, placeholder: re.Match[str]) -> str:
        ids = re.compile(rf"\b{placeholder[1]}[A-Za-z0-9_-]+")
        for answer in reversed(self.answers):
            if (found := ids.search(answer)) is not None:
                return found[0]
        raise AssertionError(f"No answer so far holds an id like {placeholder[0]}")


def _last_answer(output: str) -> int:
    """Where the last JSON object at the top level begins: several commands answer one after the other."""
    decoder, start = json.JSONDecoder(), 0
    while (end := decoder.raw_decode(output, start)[1]) < len(output.rstrip()):
        start = end + len(output[end:]) - len(output[end:].lstrip())
    return start


def assert_holds(shown: Any, promised: Any, path: str = "answer") -> None:
    """What a page promises of an answer is in it."""
    if isinstance(promised, Mapping):
        for name, value in promised.items():
            assert name in shown, f"{path} has no {name}"
            assert_holds(shown[name], value, f"{path}.{name}")
    elif isinstance(promised, list):
        # A page shows the first of a long list; of an empty one it says that it is empty.
        assert len(shown) >= len(promised) if promised else not shown, path
        for index, value in enumerate(promised):
            assert_holds(shown[index], value, f"{path}[{index}]")
    elif isinstance(promised, str) and promised.endswith("…"):
        assert shown.startswith(promised[:-1]), f"{path}: {shown}"
    else:
        assert shown == promised, f"{path}: {shown}"


def session(environment: Mapping[str, str], folder: Path, bin_folder: Path) -> Session:
    """A shell that finds `entrygo`, with these variables and none of the settings of who runs the tests."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("ENTRYGO_")}
    path = f"{bin_folder}{os.pathsep}{own.get('PATH', '')}"
    return Session({**own, **environment, "PATH": path, "COLUMNS": "200"}, folder)
