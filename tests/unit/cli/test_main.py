"""The command line as a whole: every command is there, and a command brings in no more than it needs."""

import subprocess
import sys
from importlib import import_module

import pytest
from typer.testing import CliRunner

from entrygo.cli.failures import EXPECTED
from entrygo.cli.main import COMMANDS, app

# Each takes a tenth of a second of CPU or more, at every start.
HEAVY = ("asyncssh", "aiokafka", "typst", "fontTools", "entrygo.planning", "entrygo.inspection")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_is_for(name: str) -> None:
    result = CliRunner().invoke(app, [name, "--help"], prog_name="entrygo")
    assert result.exit_code == 0, result.output
    assert f"Usage: entrygo {name}" in result.output


def test_the_help_lists_every_command() -> None:
    output = CliRunner().invoke(app, ["--help"]).output
    assert [name for name in COMMANDS if f" {name} " not in output] == []


@pytest.mark.parametrize("place", sorted(EXPECTED))
def test_every_error_that_is_explained_is_there(place: str) -> None:
    module, _, name = place.rpartition(".")
    assert issubclass(getattr(import_module(module), name), Exception)


def test_a_command_that_only_calls_the_gateway_starts_without_the_services() -> None:
    asked = (
        "import sys; from typer.testing import CliRunner; from entrygo.cli.main import app;"
        " CliRunner().invoke(app, ['export', '--help']); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert set(HEAVY) & set(done.stdout.split()) == set()
