"""A plot of the rates as SVG: each row's subjects as bars, relative to the floor, on a logarithmic scale."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

COLOURS = {
    "ours": "#1f6f5c",
    "ours, one process": "#6fb59f",
    "monolith": "#c58b2a",
    "monolith with DBOS": "#8c6bb1",
}
LABELS, WIDTH, BAR, GAP, TOP = 300, 480, 14, 14, 34
LEAST = 0.01  # of the floor: the left edge


def bars(rates: Sequence[Mapping[str, Any]]) -> str:
    """The floor is the right edge."""
    parts, y = [_legend()], TOP
    for row in rates:
        floor = row["subjects"]["floor"]["per_second"]["median"]
        parts.append(_text(LABELS - 8, y + BAR, row["title"], "end"))
        for name, colour in COLOURS.items():
            if name in row["subjects"]:
                share = row["subjects"][name]["per_second"]["median"] / floor
                parts.append(_bar(y, share, colour))
                y += BAR + 2
        y += GAP
    parts += [_line(share, y) for share in (0.01, 0.1, 1.0)]
    size = f'width="{LABELS + WIDTH + 60}" height="{y + 24}"'
    style = "<style>text{font:12px sans-serif;fill:#222}</style>"
    title = "<title>Rates as shares of the floor</title>"
    background = '<rect width="100%" height="100%" fill="#fff"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">{title}{style}{background}'
        f"{''.join(parts)}</svg>\n"
    )


def _across(share: float) -> float:
    """Where on the scale a share of the floor stands, in pixels from the left edge."""
    return WIDTH * max(0.0, 1 - math.log10(min(share, 1.0) or LEAST) / math.log10(LEAST))


def _bar(y: int, share: float, colour: str) -> str:
    width = _across(share)
    number = _text(LABELS + width + 4, y + BAR - 3, f"{share:.3f}")
    return f'<rect x="{LABELS}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{colour}"/>{number}'


def _line(share: float, bottom: int) -> str:
    x = LABELS + _across(share)
    label = _text(x, bottom + 14, "the floor" if share == 1 else f"{share:g}", "middle")
    return f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 6}" y2="{bottom}" stroke="#bbb"/>{label}'


def _legend() -> str:
    parts, x = [], LABELS
    for name, colour in COLOURS.items():
        parts.append(f'<rect x="{x}" y="8" width="12" height="12" fill="{colour}"/>{_text(x + 16, 18, name)}')
        x += 40 + 8 * len(name)
    return "".join(parts)


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'
