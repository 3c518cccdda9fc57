"""docs/architecture.md speaks of what is there."""

import re

from tests.architecture.sources import ROOT

PAGE = ROOT / "docs" / "architecture.md"
PATH = re.compile(r"`((?:services|gateway|shared|protos|tests|scripts|docs)/[\w./-]+)")


def test_every_path_on_the_page_is_there() -> None:
    paths = {path for path in PATH.findall(PAGE.read_text(encoding="utf-8")) if "<" not in path}
    # A placeholder (`<type>.py`) ends the match at its folder.
    assert paths
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []
