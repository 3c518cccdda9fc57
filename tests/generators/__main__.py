"""Reads both contracts with the tools of others, each from its own lock file.

Generates a client in each language and checks its types, tries our own as packages, lets AsyncAPI's parser
read the document of events, and runs the receiver of webhooks that the documentation shows in JavaScript.
"""

import json
import shutil
import sys
from pathlib import Path

from entrygo.gateway.openapi import build_openapi
from entrygo.gateway.routes import ENDPOINTS
from tests.architecture.sources import ROOT
from tests.generators import BUILT, HERE, PYTHON, PYTHON_EXPORT, TYPESCRIPT_EXPORT
from tests.generators.commands import UV, run
from tests.generators.packages import python_package, typescript_package
from tests.generators.receiver import webhook_receiver


def main() -> int:
    """Makes both clients and tries our own as packages; without npm, those for Python alone."""
    BUILT.mkdir(parents=True, exist_ok=True)
    document = BUILT / "openapi.json"
    document.write_text(json.dumps(build_openapi(ENDPOINTS)), encoding="utf-8")
    python_client(document)
    python_package()
    if shutil.which("npm") is None:
        print("There is no npm: no TypeScript client is made.")
    else:
        typescript_client(document)
        typescript_package()
        asyncapi_document()
        webhook_receiver()
    return 0


def python_client(document: Path) -> None:
    """With openapi-python-client; mypy reads it and the first export that uses it, strictly."""
    folder = PYTHON.parent.parent.parent
    folder.mkdir(exist_ok=True)
    for name in ("pyproject.toml", "uv.lock"):
        shutil.copy(HERE / "python" / name, folder)
    run(folder, UV, "sync", "--locked", "--quiet", "--python", sys.executable)
    tools, package = PYTHON.parent, folder / "generated_client"
    run(
        folder, tools / "openapi-python-client", "generate", "--path", document, "--meta", "none",
        "--output-path", package, "--overwrite", "--fail-on-warning",
    )  # fmt: skip
    run(folder, PYTHON, "-m", "mypy", "--strict", package, PYTHON_EXPORT)


def typescript_client(document: Path) -> None:
    """With @hey-api/openapi-ts; tsc reads it and the first export that uses it, strictly."""
    folder = TYPESCRIPT_EXPORT.parent.parent
    shutil.copytree(HERE / "typescript", folder, dirs_exist_ok=True)
    run(folder, "npm", "ci", "--no-audit", "--no-fund", "--silent")
    run(folder, folder / "node_modules" / ".bin" / "openapi-ts", "--input", document, "--silent")
    run(folder, folder / "node_modules" / ".bin" / "tsc")


def asyncapi_document() -> None:
    """The document of events, read by AsyncAPI's own parser."""
    folder = BUILT / "asyncapi"
    shutil.copytree(HERE / "asyncapi", folder, dirs_exist_ok=True)
    run(folder, "npm", "ci", "--no-audit", "--no-fund", "--silent")
    run(folder, "node", "check.mjs", ROOT / "docs" / "asyncapi.json")


if __name__ == "__main__":
    sys.exit(main())
