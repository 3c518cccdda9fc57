"""What the figures were taken on."""

import platform
import sys
import sysconfig
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

PACKAGES = ("asyncpg", "grpcio", "uvloop", "uvicorn", "fastapi", "sqlalchemy", "dbos", "typst")
CPU_INFO = Path("/proc/cpuinfo")


def describe() -> dict[str, Any]:
    """The machine, its load at this moment, and the versions of what ran."""
    return {
        "machine": {
            "cpu": _cpu(),
            "cores": psutil.cpu_count(),
            "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
            "system": f"{platform.system()} {platform.release()}",
            "load_before": psutil.getloadavg()[0],
        },
        "versions": {"python": _python(), **{name: version(name) for name in PACKAGES}},
    }


def _python() -> str:
    """Its version, and how it was built: a plain build from source takes a tenth more for the same work."""
    if sys.base_prefix == "/usr":
        build = "the distribution's"
    elif "--enable-optimizations" in (sysconfig.get_config_var("CONFIG_ARGS") or ""):
        build = "built by profile"
    else:
        build = "a plain build"
    return f"{platform.python_version()} ({build})"


def _cpu() -> str:
    if CPU_INFO.exists():
        for line in CPU_INFO.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
