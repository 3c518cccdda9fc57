"""What the figures were taken on."""

import platform
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
        "versions": {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
    }


def _cpu() -> str:
    if CPU_INFO.exists():
        for line in CPU_INFO.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
