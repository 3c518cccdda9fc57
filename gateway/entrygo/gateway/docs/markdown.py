"""Markdown to HTML: headings get anchors, links between files become links between pages."""

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

_NOT_IN_ANCHOR = re.compile(r"[^\w\- ]")
_FORMATTER = HtmlFormatter(nowrap=True, classprefix="c-")
OUTSIDE = ".."


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the plain text below it, up to the next one."""

    title: str
    anchor: str
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """A page as HTML, its title (the first heading), its summary (the first paragraph) and its sections."""

    html: Markup
    title: str
    summary: str
    sections: tuple[Section, ...]


def render(source: str, folder: str = "") -> Document:
    """The document of a Markdown text that lies in `folder` below docs/. HTML in it is shown as text."""
    tokens = _PARSER.parse(source)
    _add_anchors(tokens)
    for token in tokens:
        if token.type == "table_open":
            token.attrSet("tabindex", "0")  # as code
    for token in _inline(tokens):
        _rewrite_links(token, folder)
    sections = tuple(_sections(tokens))
    paragraphs = (token for kind, token in _blocks(tokens) if kind == "paragraph_open")
    html = _PARSER.renderer.render(tokens, _PARSER.options, {})
    return Document(
        html=Markup(html),  # noqa: S704 - the parser escapes what is not Markdown
        title=sections[0].title if sections else "",
        summary=_plain(next(paragraphs, None)),
        sections=sections,
    )


def _highlighted(code: str, language: str, attributes: str) -> str:
    """Code as a block that is reached by keyboard, as it may have to be scrolled sideways."""
    try:
        shown = str(highlight(code, get_lexer_by_name(language), _FORMATTER))
    except ClassNotFound:
        shown = str(escape(code))
    return f'<pre tabindex="0"><code>{shown}</code></pre>'


_PARSER = MarkdownIt("commonmark", {"html": False, "highlight": _highlighted}).enable("table")


def _blocks(tokens: Sequence[Token]) -> Iterator[tuple[str, Token]]:
    """Each block with text of its own: the type of what opens it, and the token that holds the text."""
    for opening, token in pairwise(tokens):
        if token.type == "inline":
            yield opening.type, token
        elif opening.type in ("fence", "code_block"):
            yield opening.type, opening


def _inline(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield from token.children or ()


def _add_anchors(tokens: Sequence[Token]) -> None:
    """As code hosts make them, so that a link to a heading works there and here."""
    seen: dict[str, int] = {}
    for opening, token in pairwise(tokens):
        if opening.type == "heading_open":
            anchor = _NOT_IN_ANCHOR.sub("", _plain(token).lower()).replace(" ", "-")
            count = seen.get(anchor, 0)
            seen[anchor] = count + 1
            opening.attrSet("id", f"{anchor}-{count}" if count else anchor)


def _rewrite_links(token: Token, folder: str) -> None:
    if token.type == "image":
        token.attrSet("src", page_link(str(token.attrGet("src")), folder) or "")
    elif token.type == "link_open":
        target = page_link(str(token.attrGet("href")), folder)
        if target is None:
            # Leads to a file of the repository that this site does not have.
            del token.attrs["href"]
        else:
            token.attrSet("href", target)


def page_link(link: str, folder: str) -> str | None:
    """A link of a file in `folder` as this site has it; None when it leads out of docs/."""
    parts = urlsplit(link)
    if parts.scheme or link.startswith(("/", "#")):
        return link
    path = posixpath.normpath(posixpath.join(folder, parts.path))
    if path.startswith(OUTSIDE):
        return None
    name = path.removesuffix(".md").removesuffix("README").rstrip("/")
    target = f"/docs/{name}".rstrip("/.") if name != "." else "/docs"
    return f"{target}#{parts.fragment}" if parts.fragment else target


def _sections(tokens: Sequence[Token]) -> Iterator[Section]:
    title, anchor, level, texts = "", "", 1, list[str]()
    headings = iter([token for token in tokens if token.type == "heading_open"])
    for kind, token in _blocks(tokens):
        if kind != "heading_open":
            texts.append(_plain(token))
            continue
        if title:
            yield Section(title, anchor, level, " ".join(texts))
        heading = next(headings)
        title, anchor, level = _plain(token), str(heading.attrGet("id")), int(heading.tag[1:])
        texts = []
    if title:
        yield Section(title, anchor, level, " ".join(texts))


def _plain(token: Token | None) -> str:
    """The text of a block without its markup."""
    if token is None:
        return ""
    if token.children is None:
        return token.content
    return "".join(
        " " if child.type in ("softbreak", "hardbreak") else child.content for child in token.children
    )
