"""Puts the uv that uv.lock pins into a folder, with the standard library alone.

A fresh machine may have Python without pip or venv; the lock file names the wheel
and its hash, so nothing else has to be trusted or configured.
"""

import hashlib
import io
import os
import platform
import sys
import tomllib
import urllib.request
import zipfile
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "uv.lock"

# Wheel platform tags by (system, machine): uv's own binaries are static enough for any Linux of these.
PLATFORM_TAGS = {
    ("Linux", "x86_64"): "manylinux_2_17_x86_64",
    ("Linux", "aarch64"): "manylinux_2_28_aarch64",
    ("Darwin", "x86_64"): "macosx_10_12_x86_64",
    ("Darwin", "arm64"): "macosx_11_0_arm64",
}


def locked_wheel(system: str, machine: str) -> tuple[str, str]:
    """The (url, sha256) that uv.lock gives for uv on this platform."""
    tag = PLATFORM_TAGS.get((system, machine))
    packages = tomllib.loads(LOCK.read_text(encoding="utf-8"))["package"]
    wheels = next(package["wheels"] for package in packages if package["name"] == "uv")
    for wheel in wheels:
        if tag is not None and tag in wheel["url"]:
            return wheel["url"], wheel["hash"].removeprefix("sha256:")
    raise SystemExit(f"uv.lock holds no uv for {system} {machine}: install uv yourself and run make again.")


def install(target: Path) -> None:
    """Downloads the locked wheel, checks its hash and leaves its `uv` at `target`."""
    url, expected = locked_wheel(platform.system(), platform.machine())
    with urllib.request.urlopen(url, timeout=120) as response:
        wheel = response.read()
    if hashlib.sha256(wheel).hexdigest() != expected:
        raise SystemExit(f"{url} does not have the hash that uv.lock names.")
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        member = next(name for name in archive.namelist() if name.endswith(".data/scripts/uv"))
        binary = archive.read(member)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(f".{os.getpid()}")
    partial.write_bytes(binary)
    partial.chmod(0o755)
    partial.replace(target)


if __name__ == "__main__":
    install(Path(sys.argv[1]))
