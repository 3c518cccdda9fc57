"""Clients that others generate from the OpenAPI document: made, type-checked, and used for a first export.

`make generated` makes both below `build/generated`; the tests that use them are skipped where it was not run.
"""

from tests.architecture.sources import ROOT

HERE = ROOT / "tests" / "generators"
BUILT = ROOT / "build" / "generated"
PYTHON = BUILT / "python" / ".venv" / "bin" / "python"
PYTHON_EXPORT = HERE / "python" / "first_export.py"
TYPESCRIPT_EXPORT = BUILT / "typescript" / "dist" / "first_export.js"
