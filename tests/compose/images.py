"""The images that compose.yaml takes from registries, or stand-ins of the same names built on this machine.

A stand-in is Debian from `debootstrap` with the same program in it: PostgreSQL from Debian's packages, Apache
Kafka from its Maven artifacts, Mailpit from its Go module. Needs root, debootstrap, Java with Maven, and Go.
"""

import os
import shutil
import ssl
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.compose.engine import docker, has_image
from tests.kafka.node import LOGGING, fetch_jars

HERE = Path(__file__).resolve().parent / "images"
MIRROR = "http://deb.debian.org/debian"
SUITES = ("bookworm", "trixie")
MAILPIT = "github.com/axllent/mailpit"

Extras = Callable[[Path, str], None]


def build_missing(images: dict[str, str]) -> list[str]:
    """Builds what the engine lacks of `images` (part of the topology to image); returns the ones built."""
    missing = {part: image for part, image in images.items() if not has_image(image)}
    if missing:
        for suite in SUITES:
            _debian(suite)
    for part, image in missing.items():
        _build(part, image)
    return list(missing.values())


def _debian(suite: str) -> None:
    name = f"entrygo-test/{suite}"
    if has_image(name):
        return
    with tempfile.TemporaryDirectory(prefix="entrygo-debian-") as folder:
        _run("debootstrap", "--variant=minbase", suite, folder, MIRROR)
        files = subprocess.Popen(
            ("tar", "--exclude=./dev/*", "--exclude=./var/cache/apt/archives/*.deb", "-C", folder, "-c", "."),
            stdout=subprocess.PIPE,
        )
        with files:
            docker("import", "-", name, stdin=files.stdout)


def _build(part: str, image: str) -> None:
    with tempfile.TemporaryDirectory(prefix=f"entrygo-{part}-") as folder:
        context = Path(folder)
        shutil.copytree(HERE / part, context, dirs_exist_ok=True)
        EXTRAS[part](context, image)
        docker("build", "--quiet", "--tag", image, folder)


def _authorities(context: Path, image: str) -> None:
    bundle = os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().openssl_cafile
    shutil.copy(bundle, context / "authorities.crt")


def _jars(context: Path, image: str) -> None:
    shutil.copytree(fetch_jars(), context / "jars")
    shutil.copy(LOGGING, context)


def _mailpit(context: Path, image: str) -> None:
    version = image.rpartition(":")[2]
    environment = {**os.environ, "CGO_ENABLED": "0", "GOBIN": str(context)}
    _run("go", "install", f"{MAILPIT}@{version}", environment=environment)


def _nothing(context: Path, image: str) -> None:
    return None


EXTRAS: dict[str, Extras] = {
    "python": _authorities,
    "postgres": _nothing,
    "kafka": _jars,
    "mail": _mailpit,
}


def _run(*command: str, environment: dict[str, str] | None = None) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
