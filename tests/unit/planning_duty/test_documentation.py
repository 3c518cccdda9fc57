"""docs/duty.md: its example runs, and comes out as printed."""

import doctest
import re
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[3] / "docs/duty.md"


def test_documented_example_comes_out_as_printed() -> None:
    (example,) = re.findall(r"```pycon\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    parsed = doctest.DocTestParser().get_doctest(example, {}, DOCUMENT.name, str(DOCUMENT), 0)
    assert doctest.DocTestRunner().run(parsed).failed == 0
    assert parsed.examples
