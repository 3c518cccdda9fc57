"""Every code that an issue of a request can have is explained on the page of errors."""

import ast
import re
from collections.abc import Iterator

from scripts import explained_codes

from entrygo.gateway.pydantic_issues import ISSUES
from tests.architecture.sources import literal, written_modules

# By what is called, with so many arguments: the last of them is the code.
CODED = {("Wrong", 2), ("add", 3)}
FORM = re.compile("[a-z]+(_[a-z]+)*")


def given(call: ast.Call) -> Iterator[str]:
    """The codes in one call."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)
    if (name, len(call.args)) in CODED:
        yield literal(call.args[-1])
    elif ast.unparse(call.func) == "ValidationFailed.of":
        issues = (each for each in ast.walk(call) if isinstance(each, ast.Tuple) and len(each.elts) == 3)
        yield from (literal(issue.elts[2]) for issue in issues)


def test_every_code_of_an_issue_is_explained_and_no_other() -> None:
    calls = (
        node for module in written_modules() for node in ast.walk(module.tree) if isinstance(node, ast.Call)
    )
    codes = {code for call in calls for code in given(call) if FORM.fullmatch(code)}
    assert codes | {code for code, _ in ISSUES.values()} == explained_codes.ISSUES.keys()
