"""Registries are explicit tuples; a file that is in none of them would silently do nothing."""

import ast
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

# Folder, its tuple, and the modules that say what an entry is.
REGISTRIES = [
    ("services/entrygo/planning/rules", "RULES", ("base", "programmes")),
    (
        "services/entrygo/execution/documents",
        "DOCUMENTS",
        ("base", "document_sets", "rendering", "template_preview"),
    ),
    ("services/entrygo/execution/broker/channels", "CHANNELS", ("base", "kind", "sftp_place", "simulated")),
    ("services/entrygo/inspection/projections", "PROJECTIONS", ("projection",)),
]


@pytest.mark.parametrize(("folder", "name", "definitions"), REGISTRIES)
def test_registry_names_every_module_of_its_folder(
    folder: str, name: str, definitions: tuple[str, ...]
) -> None:
    modules = {path.stem for path in (ROOT / folder).glob("*.py")} - {"__init__", *definitions}
    assert modules
    assert modules - registered_modules(ROOT / folder, name) == set()


def registered_modules(folder: Path, name: str) -> set[str]:
    """The modules of `folder` of which something stands in the tuple `name` of its `__init__`."""
    tree = ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))
    entries = {node.id for node in ast.walk(_value_of(tree, name)) if isinstance(node, ast.Name)}
    return {
        node.module.rpartition(".")[2]
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
        if (alias.asname or alias.name) in entries
    }


def _value_of(tree: ast.Module, name: str) -> ast.Tuple:
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            assert isinstance(node, ast.Assign | ast.AnnAssign)
            assert isinstance(node.value, ast.Tuple), f"{name} is not a plain tuple"
            return node.value
    raise AssertionError(f"no {name}")
