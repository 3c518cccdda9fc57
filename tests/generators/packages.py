"""Our own clients as somebody gets them: packed, installed with nothing else, and used by a file of theirs.

The files of `users/` are type-checked strictly and run; nothing answers them.
"""

import json
import shutil
from pathlib import Path

from tests.architecture.sources import ROOT
from tests.generators import BUILT, HERE, PYTHON
from tests.generators.commands import UV, run

CLIENTS = ROOT / "clients"
USERS = HERE / "users"
TYPESCRIPT_TOOLS = CLIENTS / "typescript" / "node_modules"
STRICTLY = ("--strict", "--module", "nodenext", "--target", "es2022", "--lib", "es2023,dom,dom.asynciterable")


def python_package() -> None:
    """The wheel, alone in a new environment, read by mypy and run."""
    folder = _emptied("wheel")
    run(folder, UV, "build", "--wheel", "--quiet", "--out-dir", folder, CLIENTS / "python")
    [wheel] = folder.glob("entrygo_client-*.whl")
    python = folder / ".venv" / "bin" / "python"
    run(folder, UV, "venv", "--quiet", "--python", PYTHON, folder / ".venv")
    run(folder, UV, "pip", "install", "--quiet", "--python", python, wheel)
    # From a folder without our sources, which would be found first.
    shutil.copy(USERS / "user.py", folder)
    run(folder, PYTHON, "-m", "mypy", "--strict", "--python-executable", python, folder / "user.py")
    run(folder, python, folder / "user.py")


def typescript_package() -> None:
    """The tarball of what `make typescript` built, alone in a new project, read by tsc and run."""
    if not (CLIENTS / "typescript" / "dist" / "index.js").exists():
        print("The TypeScript client is not built: its package is not tried.")
        return
    folder = _emptied("tarball")
    run(CLIENTS / "typescript", "npm", "pack", "--silent", "--pack-destination", folder)
    [tarball] = folder.glob("entrygo-client-*.tgz")
    package = {"name": "user", "private": True, "type": "module"}
    (folder / "package.json").write_text(json.dumps(package), encoding="utf-8")
    run(folder, "npm", "install", "--no-audit", "--no-fund", "--silent", tarball)
    shutil.copy(USERS / "user.ts", folder)
    types = ("--types", "node", "--typeRoots", TYPESCRIPT_TOOLS / "@types")
    run(folder, TYPESCRIPT_TOOLS / ".bin" / "tsc", *STRICTLY, *types, "user.ts")
    run(folder, "node", "user.js")


def _emptied(name: str) -> Path:
    folder = BUILT / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
