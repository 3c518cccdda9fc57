"""Tables of a PDF in printed lines: each cell is known to fit, so that whole columns are set as one text.

A text of its own for each cell takes ten times the time and memory over hundreds of rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from entrygo.execution.package.typesetting import in_shipped_fonts, text_width

_PT_PER_MM = 72 / 25.4
_EDGE_MM = 1.0
_GAP_MM = 3.0

# The cells of a printed line, then whether it is shaded.
Line = Sequence[str | bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineColumn:
    """A column by its left edge and the width of its text, in mm; one with a `color` (`#14202b`) is bold.

    Columns may share a place: each has what is to be shown in its color.
    """

    name: str
    head: str
    start: float
    width: float
    side: Literal["left", "right"] = "left"
    color: str = ""

    def ems(self, size: float) -> float:
        """The width of its text in units of the font size, which is in points."""
        return self.width * _PT_PER_MM / size


def columns_across(
    printed_mm: float, asked: Sequence[tuple[str, str, float, Literal["left", "right"]]]
) -> list[LineColumn]:
    """Name, head, width in mm and side of each, one after another; a width of 0 takes what is left."""
    rest = printed_mm - _EDGE_MM - sum(width for _, _, width, _ in asked)
    columns, start = list[LineColumn](), _EDGE_MM
    for name, head, given, side in asked:
        width = given or rest
        columns.append(LineColumn(name=name, head=head, start=start, width=width - _GAP_MM, side=side))
        start += width
    return columns


def lines_of_row(cells: Sequence[Sequence[str]], *, is_shaded: bool) -> Iterator[Line]:
    """The printed lines of a row whose cells have one or more of them."""
    return ([*texts, is_shaded] for texts in zip_longest(*cells, fillvalue=""))


def wrapped(text: str, width: float) -> list[str]:
    """The lines in which a text fits this width (in units of the font size), at least one."""
    lines, line, used = list[str](), "", 0.0
    for word in in_shipped_fonts(text).split(" "):
        added = f" {word}" if line else word
        longer = text_width(added, used)
        if longer <= width:
            line, used = line + added, longer
            continue
        if line:
            lines.append(line)
        *whole, line = _pieces(word, width)
        lines += whole
        used = text_width(line)
    return [*lines, line]


def _pieces(word: str, width: float) -> Iterator[str]:
    """A word that is longer than a line, in pieces that fit one; of others the word."""
    piece = ""
    for char in word:
        if piece and text_width(piece + char) > width:
            yield piece
            piece = ""
        piece += char
    yield piece
