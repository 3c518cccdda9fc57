"""Trade law stands once in planning: headings, claims and entry types decide in `law`, or are rows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import Source, written_modules

PLANNING = Path("entrygo/planning")
LAW = (PLANNING / "law", PLANNING / "reference")
# A heading of chapter 98 or 99 that can be filed, or a stem of one; a claim's symbol; an entry type.
OF_THE_LAW = re.compile(r"99[0-9]{2}\.[0-9]{2}.*|980[12][0-9. ]*|S\+?|P\+|01|03|11")


def _decides(source: Source) -> Iterator[tuple[int, str]]:
    """The texts that stand in the code of a module, other than docstrings and what a rule rests on."""
    texts_of_rules = {
        id(keyword.value)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "basis"
    }
    for node in ast.walk(source.tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in texts_of_rules
            and OF_THE_LAW.fullmatch(node.value)
        ):
            yield node.lineno, node.value


def test_headings_claims_and_entry_types_stand_in_the_law_alone() -> None:
    elsewhere = [
        f"{source.path}:{line}: {text}"
        for source in written_modules()
        if source.path.is_relative_to(PLANNING) and not any(map(source.path.is_relative_to, LAW))
        for line, text in _decides(source)
    ]
    assert elsewhere == []


def test_no_two_modules_of_rules_law_and_duty_have_one_name() -> None:
    rooms = [PLANNING / name for name in ("law", "rules", "duty")]
    names = [
        source.path.name
        for source in written_modules()
        if source.path.parent in rooms and source.path.name != "__init__.py"
    ]
    assert sorted(names) == sorted(set(names))
