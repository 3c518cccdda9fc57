"""The house in figures: `python scripts/house.py [root]`, of this clone or of another.

Modules, import arrows and floors of each part and room, functions by the length of their bodies, public
docstrings, fields of settings classes. It reads the code and runs nothing of it. To compare with an
earlier state:

    git worktree add /tmp/before COMMIT && python scripts/house.py /tmp/before
"""

import ast
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOTS = ("services", "gateway", "shared")
SHARED = "shared"
LONGEST = 5
Function = ast.FunctionDef | ast.AsyncFunctionDef
Public = Function | ast.ClassDef


@dataclass(frozen=True, eq=False)
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


def floors(inside: set[Module], links: set[tuple[Module, Module]]) -> int:
    """How many modules the longest chain of imports within these has; a circle counts as a floor."""
    below: dict[Module, list[Module]] = {module: [] for module in inside}
    for importer, imported in links:
        if importer in inside and imported in inside:
            below[importer].append(imported)
    heights: dict[Module, int] = {}

    def height(module: Module) -> int:
        if module not in heights:
            heights[module] = 0  # while it is looked at: ends a circle
            heights[module] = 1 + max(map(height, below[module]), default=0)
        return heights[module]

    return max(map(height, inside), default=0)


def functions(module: Module) -> Iterator[Function]:
    return (node for node in ast.walk(module.tree) if isinstance(node, Function))


def length(function: Function) -> int:
    """Lines of the body without its docstring; a signature that lists options does not count."""
    body = function.body[1:] if ast.get_docstring(function) and function.body[1:] else function.body
    return (function.end_lineno or function.lineno) - body[0].lineno + 1


def public(module: Module) -> Iterator[Public]:
    """Classes and functions of the module, and methods of those classes, without an underscore."""
    for node in module.tree.body:
        if isinstance(node, Public) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                inner = (each for each in node.body if isinstance(each, Function))
                yield from (each for each in inner if not each.name.startswith("_"))


def settings_fields(every: list[Module]) -> dict[str, int]:
    """How many fields each settings class has, its parents' included, as pydantic counts them.

    A field that a class declares again is the same field. The key is `part.Class`.
    """
    named = {
        (module.part, node.name): node
        for module in every
        for node in module.tree.body
        if isinstance(node, ast.ClassDef) and node.name.endswith("Settings")
    }

    return {f"{part}.{name}": len(_fields(named, part, name)) for part, name in named}


def _fields(named: dict[tuple[str, str], ast.ClassDef], part: str, name: str) -> set[str]:
    """Names of the class's fields and of its parents', which stand in its own part or in `process`."""
    node = named.get((part, name)) or named.get(("process", name))
    if node is None:
        return set()
    own = {
        each.target.id
        for each in node.body
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
    }
    parents = (base.id for base in node.bases if isinstance(base, ast.Name))
    return own.union(*(_fields(named, part, parent) for parent in parents))


def report(root: Path) -> Iterator[str]:
    """Line by line."""
    every = modules(root)
    links = arrows(every)
    yield f"{len(every)} modules, {len(links)} arrows"
    upward = {(a.name, b.name) for a, b in links if a.root == SHARED and b.root != SHARED}
    yield f"arrows from shared to what shares it: {len(upward)}"
    yield ""
    yield from _table("part", every, links, lambda module: module.part)
    yield from _table("room", every, links, lambda module: module.room)
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


def _table(
    title: str, every: list[Module], links: set[tuple[Module, Module]], group: Callable[[Module], str]
) -> Iterator[str]:
    yield f"{title:<28} modules  floors  arrows within  out of it"
    for name in sorted(set(map(group, every))):
        inside = {module for module in every if group(module) == name}
        within = sum(a in inside and b in inside for a, b in links)
        out = sum(a in inside and b not in inside for a, b in links)
        yield f"{name:<28} {len(inside):>7}  {floors(inside, links):>6}  {within:>13}  {out:>9}"
    yield ""


def _share(flags: list[bool]) -> str:
    return f"{sum(flags)} of {len(flags)} ({100 * sum(flags) // len(flags)} %)"


if __name__ == "__main__":
    print("\n".join(report(Path(sys.argv[1] if len(sys.argv) > 1 else "."))))
