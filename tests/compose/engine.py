"""The container engine, through its own command lines."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

# The classic builder is part of every engine; BuildKit is a plugin that Debian's package has not.
ENVIRONMENT = {"DOCKER_BUILDKIT": "0"}


def docker(*arguments: str, stdin: IO[bytes] | None = None) -> str:
    """What the command prints; raises CalledProcessError with its complaint."""
    return _run(("docker", *arguments), stdin=stdin)


def has_image(name: str) -> bool:
    return bool(docker("images", "--quiet", name))


@dataclass(frozen=True, kw_only=True)
class Project:
    """One `docker compose` project: a compose file, the image it runs and the values it is given."""

    file: Path
    name: str
    values: Mapping[str, str] = field(default_factory=dict)

    def compose(self, *arguments: str) -> str:
        command = ("docker", "compose", "--progress", "quiet", "--project-name", self.name)
        return _run((*command, "--file", str(self.file), *arguments), self.values)

    def inspect(self, service: str) -> dict[str, Any]:
        """What the engine knows of the service's one container."""
        [identifier] = self.compose("ps", "--all", "--quiet", service).split()
        [found] = json.loads(docker("inspect", identifier))
        return dict(found)


def _run(
    command: tuple[str, ...], environment: Mapping[str, str] | None = None, stdin: IO[bytes] | None = None
) -> str:
    done = subprocess.run(
        command,
        stdin=stdin or subprocess.DEVNULL,
        capture_output=True,
        text=stdin is None,
        env={**os.environ, **ENVIRONMENT, **(environment or {})},
        check=False,
    )
    output = done.stdout if isinstance(done.stdout, str) else done.stdout.decode()
    if done.returncode:
        complaint = done.stderr if isinstance(done.stderr, str) else done.stderr.decode()
        raise EngineRefused(f"{' '.join(command)}: {complaint.strip() or output.strip()}")
    return output.strip()


class EngineRefused(RuntimeError):
    """The engine did not do it; the message is its own."""
