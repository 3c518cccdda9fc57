"""The code as text and syntax trees; nothing of it is run."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE_ROOTS = tuple(ROOT / name for name in ("services", "gateway", "shared"))
SERVICES = ("sync", "planning", "execution", "inspection")
GENERATED = ("entrygo", "proto")


@dataclass(frozen=True)
class Source:
    """One written module, by its path below its source root (`entrygo/sync/store.py`)."""

    file: Path
    path: Path

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.file.read_text(encoding="utf-8"), filename=str(self.file))

    @property
    def portion(self) -> str:
        """The part of the namespace it belongs to: `sync` of `entrygo/sync/store.py`."""
        return self.path.parts[1]

    @property
    def is_store(self) -> bool:
        """A service's or a room's `store.py`, or the store of one noun (`package_store.py`) beside it.

        Not that of the documents' bytes, which has no SQL.
        """
        is_named_so = self.path.name == "store.py" or self.path.name.endswith("_store.py")
        return is_named_so and self.path.parent.name != "objects"

    @cached_property
    def imports(self) -> Sequence[tuple[int, str]]:
        """Every imported module with its line, wherever the statement stands."""
        return tuple(_imports(self.tree))


def _imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or ""


@cache
def written_modules() -> Sequence[Source]:
    """Every module that people write, in a fixed order; read once, with what is derived from each."""
    return tuple(
        Source(file, path)
        for root in SOURCE_ROOTS
        for file in sorted(root.rglob("*.py"))
        if (path := file.relative_to(root)).parts[:2] != GENERATED
    )


def literal(node: ast.expr | None) -> str:
    """The text of a string, of an f-string without what it inserts, or nothing."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(literal(part) for part in node.values)
    return ""
