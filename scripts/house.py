"""The house in figures: `python scripts/house.py [root]`, of this clone or of another.

Modules and import arrows of each part, functions by length, public docstrings, fields of settings classes.
Written for comparing two states of the repository; it reads the code and runs nothing of it.
"""

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOTS = ("services", "gateway", "shared")
SHARED = "shared"
LONGEST = 5
Function = ast.FunctionDef | ast.AsyncFunctionDef
Public = Function | ast.ClassDef


@dataclass(frozen=True)
class Module:
    """A written module: its dotted name, the root it lies under, and its syntax tree."""

    name: str
    root: str
    tree: ast.Module

    @property
    def part(self) -> str:
        return self.name.split(".")[1]

    @property
    def room(self) -> str:
        """The folder inside its part, or the part itself."""
        return ".".join(self.name.split(".")[1:3]) if self.name.count(".") > 2 else self.part


def modules(root: Path) -> list[Module]:
    """Every module that people write, in a fixed order."""
    found = []
    for top in ROOTS:
        for file in sorted((root / top).rglob("*.py")):
            path = file.relative_to(root / top)
            if path.parts[:2] != ("entrygo", "proto"):
                name = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
                found.append(Module(name, top, ast.parse(file.read_text(encoding="utf-8"))))
    return found


def arrows(every: list[Module]) -> set[tuple[Module, Module]]:
    """Who imports whom, each pair once."""
    by_name = {module.name: module for module in every}
    found = set()
    for module in every:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    target = by_name.get(f"{node.module}.{alias.name}") or by_name.get(node.module)
                    if target is not None and target is not module:
                        found.add((module, target))
    return found


def functions(module: Module) -> Iterator[Function]:
    return (node for node in ast.walk(module.tree) if isinstance(node, Function))


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def public(module: Module) -> Iterator[Public]:
    """Classes and functions of the module, and methods of those classes, without an underscore."""
    for node in module.tree.body:
        if isinstance(node, Public) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                inner = (each for each in node.body if isinstance(each, Function))
                yield from (each for each in inner if not each.name.startswith("_"))


def settings_fields(every: list[Module]) -> dict[str, int]:
    """Fields of each settings class, its parents' included; classes are named once in a module."""
    named = {
        (module.part, node.name): node
        for module in every
        for node in module.tree.body
        if isinstance(node, ast.ClassDef) and module.name.rpartition(".")[2] == "settings"
    }

    def count(part: str, node: ast.ClassDef) -> int:
        own = sum(isinstance(each, ast.AnnAssign) for each in node.body)
        parents = [base.id for base in node.bases if isinstance(base, ast.Name)]
        # A diamond's root is counted once.
        seen: set[str] = set()
        for name in parents:
            seen |= _ancestors(named, part, name)
        fields = (
            sum(isinstance(each, ast.AnnAssign) for each in named[key].body)
            for key in {(_home(named, part, name), name) for name in seen}
        )
        return own + sum(fields)

    return {f"{part}.{name}": count(part, node) for (part, name), node in named.items()}


def _home(named: dict[tuple[str, str], ast.ClassDef], part: str, name: str) -> str:
    return part if (part, name) in named else "process"


def _ancestors(named: dict[tuple[str, str], ast.ClassDef], part: str, name: str) -> set[str]:
    node = named.get((_home(named, part, name), name))
    if node is None:
        return set()
    parents = (base.id for base in node.bases if isinstance(base, ast.Name))
    return {name}.union(*(_ancestors(named, part, parent) for parent in parents))


def report(root: Path) -> Iterator[str]:
    """Line by line."""
    every = modules(root)
    links = arrows(every)
    yield f"{len(every)} modules, {len(links)} arrows"
    upward = {(a.name, b.name) for a, b in links if a.root == SHARED and b.root != SHARED}
    yield f"arrows from shared to what shares it: {len(upward)}"
    yield ""
    yield f"{'room':<28} modules  arrows within  out of the room"
    for room, size in sorted(Counter(module.room for module in every).items()):
        within = sum(a.room == b.room == room for a, b in links)
        out = sum(a.room == room != b.room for a, b in links)
        yield f"{room:<28} {size:>7}  {within:>13}  {out:>15}"
    yield ""
    lengths = sorted(
        ((length(one), f"{module.name}.{one.name}") for module in every for one in functions(module)),
        reverse=True,
    )
    sizes = [size for size, _ in lengths]
    yield f"functions: {len(sizes)}, median {median(sizes):g} lines, 90 % up to {sizes[len(sizes) // 10]}"
    yield from (f"  {size:>3} {name}" for size, name in lengths[:LONGEST])
    yield ""
    shown = [
        (module.part, ast.get_docstring(node) is not None) for module in every for node in public(module)
    ]
    yield f"public functions and classes with a docstring: {_share([has for _, has in shown])}"
    for part in sorted({part for part, _ in shown}):
        yield f"  {part:<12} {_share([has for one, has in shown if one == part])}"
    yield ""
    yield "settings classes by fields, parents' included:"
    for name, fields in sorted(settings_fields(every).items(), key=lambda item: -item[1]):
        yield f"  {fields:>3} {name}"


def _share(flags: list[bool]) -> str:
    return f"{sum(flags)} of {len(flags)} ({100 * sum(flags) // len(flags)} %)"


if __name__ == "__main__":
    print("\n".join(report(Path(sys.argv[1] if len(sys.argv) > 1 else "."))))
