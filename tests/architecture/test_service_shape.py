"""The one shape of a service: settings → store → use cases → servicer → __main__."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.architecture.sources import SERVICES, Source, written_modules

SHAPE = ("__main__", "servicer", "settings", "store", "use_cases")
# A servicer takes a message, asks a use case and gives a message.
# The longest one writes out the four lists of planning's facts.
LONGEST_RPC = 35
# Values of several: settings, where parts are made of them, and planning's use cases.
READ_DEEP = frozenset({"_settings", "_do"})
# Where parts are made, they are given what they work with.
MADE_OF_PARTS = frozenset({"__main__.py", "wiring.py"})
CONNECTIONS = frozenset({"pool", "lease_pool", "reading_pool", "connection"})
# What decides and what renders reads facts within facts; it has nothing of another part to reach into.
PURE = ("decide.py", "plan_issues.py", "duty", "law", "rules", "package", "documents", "projections")


def of_service(service: str) -> list[Source]:
    return [source for source in written_modules() if source.path.parts[1] == service]


def servicers(service: str) -> list[Source]:
    return [source for source in of_service(service) if source.path.name == "servicer.py"]


def classes(source: Source) -> Mapping[str, ast.ClassDef]:
    return {node.name: node for node in source.tree.body if isinstance(node, ast.ClassDef)}


@pytest.mark.parametrize("service", SERVICES)
def test_service_has_every_part_of_the_shape_at_its_top(service: str) -> None:
    # A part is a module, or a package once it is several.
    top = {source.path.parts[2].removesuffix(".py") for source in of_service(service)}
    assert set(SHAPE) - top == set()


@pytest.mark.parametrize("service", SERVICES)
def test_servicer_opens_no_transaction_and_has_no_connection(service: str) -> None:
    found = servicers(service)
    assert found
    names = {"transaction", "Pool", "Connection", "KeyStore", "run_once"}
    taken = [
        f"{source.path}:{node.lineno} {alias.name}"
        for source in found
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name in names
    ]
    assert taken == []


@pytest.mark.parametrize("service", SERVICES)
def test_servicer_knows_no_store_not_even_its_rows(service: str) -> None:
    stores = {
        ".".join(source.path.with_suffix("").parts) for source in of_service(service) if source.is_store
    }
    found = servicers(service)
    assert stores
    assert found
    known = [
        f"{source.path}:{line} {name}" for source in found for line, name in source.imports if name in stores
    ]
    assert known == []


@pytest.mark.parametrize("service", SERVICES)
def test_nobody_takes_a_pool_or_a_connection_out_of_another_part(service: str) -> None:
    reached = [
        f"{source.path}:{node.lineno} {ast.unparse(node)}"
        for source in of_service(service)
        if source.path.name not in MADE_OF_PARTS
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and _takes_a_connection(node)
    ]
    assert reached == []


def _takes_a_connection(node: ast.Attribute) -> bool:
    """`steps.pool`, whatever the name that a part has there; one's own is `self.pool`."""
    is_own = isinstance(node.value, ast.Name) and node.value.id == "self"
    return node.attr.strip("_") in CONNECTIONS and not is_own


@pytest.mark.parametrize(
    ("code", "seen"),
    [("steps.pool", True), ("self._steps._pool", True), ("made().connection", True), ("self._pool", False)],
)
def test_taking_a_connection_out_of_another_part_is_seen(code: str, *, seen: bool) -> None:
    node = ast.parse(code, mode="eval").body
    assert isinstance(node, ast.Attribute)
    assert _takes_a_connection(node) is seen


@pytest.mark.parametrize("service", SERVICES)
def test_rpc_takes_a_message_asks_a_use_case_and_gives_a_message(service: str) -> None:
    rpcs = [
        (source, method)
        for source in servicers(service)
        for servicer in classes(source).values()
        for method in servicer.body
        if isinstance(method, ast.AsyncFunctionDef) and not method.name.startswith("_")
    ]
    assert rpcs
    long = [
        f"{source.path} {method.name}"
        for source, method in rpcs
        if (method.end_lineno or 0) - method.lineno >= LONGEST_RPC
    ]
    assert long == []


@pytest.mark.parametrize("service", SERVICES)
def test_use_case_is_made_in_one_place(service: str) -> None:
    sources = of_service(service)
    wanted = set(_use_cases(service))
    assert wanted
    made: dict[str, set[str]] = {name: set() for name in wanted}
    for source in sources:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and (name := _called(node)) in wanted:
                made[name].add(str(source.path))
    assert {name: places for name, places in made.items() if len(places) != 1} == {}


@pytest.mark.parametrize("service", SERVICES)
def test_nobody_reaches_into_a_part_of_another_part(service: str) -> None:
    reached = [
        f"{source.path}:{node.lineno} {ast.unparse(node)}"
        for source in of_service(service)
        if not set(PURE) & set(source.path.parts)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and _reaches_deep(node)
    ]
    assert reached == []


def _use_cases(service: str) -> Iterator[str]:
    """The classes that a servicer is made with; those in a value of them all, one by one."""
    every = {name: (source, node) for source in of_service(service) for name, node in classes(source).items()}
    for source in servicers(service):
        for annotation in _made_with(source):
            if annotation in every:
                _, found = every[annotation]
                yield annotation
                yield from (name for name in _fields(found) if name in every)


def _made_with(source: Source) -> Iterator[str]:
    for servicer in classes(source).values():
        for method in servicer.body:
            if isinstance(method, ast.FunctionDef) and method.name == "__init__":
                for argument in (*method.args.args[1:], *method.args.kwonlyargs):
                    if isinstance(argument.annotation, ast.Name):
                        yield argument.annotation.id


def _fields(node: ast.ClassDef) -> Iterator[str]:
    if node.name.endswith("UseCases"):
        for field in node.body:
            if isinstance(field, ast.AnnAssign) and isinstance(field.annotation, ast.Name):
                yield field.annotation.id


def _called(call: ast.Call) -> str:
    """The class that is called; of `Name.on(…)`, which makes one, `Name`."""
    function = call.func
    if isinstance(function, ast.Attribute) and function.attr == "on":
        function = function.value
    return function.id if isinstance(function, ast.Name) else ""


def _reaches_deep(node: ast.Attribute) -> bool:
    """`self.part.part_of_it.anything`: what is asked there is for `part` to give."""
    names = []
    value: ast.expr = node
    while isinstance(value, ast.Attribute):
        names.append(value.attr)
        value = value.value
    is_own = isinstance(value, ast.Name) and value.id == "self"
    return is_own and len(names) > 2 and names[-1] not in READ_DEEP


def test_reaching_into_a_part_of_another_part_is_seen() -> None:
    # The test above would also pass if it saw nothing.
    for code, seen in (("self.steps.preparation.freezer", True), ("self.steps.run", False)):
        node = ast.parse(code, mode="eval").body
        assert isinstance(node, ast.Attribute)
        assert _reaches_deep(node) is seen


def test_the_page_names_the_parts_of_the_shape() -> None:
    page = (Path(__file__).parents[2] / "docs/architecture.md").read_text(encoding="utf-8")
    [section] = [part for part in page.split("\n## ") if part.startswith("The structure of a service")]
    assert [part for part in SHAPE if f"`{part}" not in section] == []
