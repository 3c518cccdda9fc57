"""Writes docs/commands.md, every command with its arguments and options, from the command line itself."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from entrygo.cli.failures import EXPECTED, FAULT
from entrygo.cli.main import COMMANDS, command_of

PAGE = Path(__file__).resolve().parent.parent / "docs" / "commands.md"
HEAD = """\
# Every command

What each takes, as `entrygo COMMAND --help` says it. How they behave in general, exit codes and errors:
[the command line](cli.md).

This page is generated from the commands by `make pages`.
"""
CODES = """
## Codes of the command itself

Besides the [codes of the server](errors.md), `errorCode` of an error under `--json` may be:

"""
OF_EVERY_COMMAND = frozenset({"--json", "--help"})


def main() -> int:
    """Writes the page, or to the path that is given."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    target.write_text(page(), encoding="utf-8")
    return 0


def page() -> str:
    """The whole page; `--json`, which every command has, is left out."""
    sections = (section for word in COMMANDS for section in _sections(word, command_of(word)))
    codes = ", ".join(f"`{code}`" for code in sorted({*EXPECTED.values(), FAULT} - {""}))
    return HEAD + "".join(sections) + CODES + codes + ".\n"


def _sections(name: str, command: Any) -> Iterator[str]:
    """A section of a command, or of each below a group."""
    if hasattr(command, "commands"):
        for word, inner in command.commands.items():
            yield from _sections(f"{name} {word}", inner)
        return
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    options = [each for each in command.params if each.param_type_name == "option"]
    usage = " ".join([name, *map(_place, arguments)])
    yield f"\n## {name}\n\n`entrygo {usage}`\n\n{' '.join((command.help or '').split())}\n"
    rows = [
        f"| `{_place(each)}` | {_said(each)} |\n" for each in arguments if getattr(each, "help", None)
    ] + [
        f"| `{'`, `'.join([*each.opts, *each.secondary_opts])}` | {_said(each)} |\n"
        for each in options
        if OF_EVERY_COMMAND.isdisjoint(each.opts)
    ]
    if rows:
        yield "\n| | |\n|---|---|\n" + "".join(rows)


def _place(argument: Any) -> str:
    word = argument.name.upper() + ("…" if argument.nargs == -1 else "")
    return word if argument.required else f"[{word}]"


def _said(parameter: Any) -> str:
    text = " ".join((parameter.help or "").split()).replace("|", "\\|")
    needed = " Needed." if parameter.required and parameter.param_type_name == "option" else ""
    return text + needed


if __name__ == "__main__":
    sys.exit(main())
