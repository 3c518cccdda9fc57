"""Finds sections of the documentation by words. Everything is in memory; nothing needs a script."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from entrygo.gateway.docs.markdown import Document

MAX_QUERY = 100  # characters
MAX_RESULTS = 20
MAX_PER_PAGE = 3
SNIPPET = 200  # characters
# How much more a word counts in a title than in a text.
PAGE_TITLE, SECTION_TITLE = 6, 4
_WORD = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Found:
    """A section that matches: its page and title, its address, and the text around the first match."""

    page: str
    title: str
    link: str
    snippet: Markup


@dataclass(frozen=True, slots=True)
class _Entry:
    page: str
    page_title: str
    title: str
    link: str
    text: str
    words: Mapping[str, int]


class Index:
    """The sections of all pages. Makes no difference between capitals and small letters."""

    def __init__(self, pages: Iterable[tuple[str, Document]]) -> None:
        """From each page's address and its document."""
        self._entries = [entry for path, document in pages for entry in _entries(path, document)]
        self._sections_with = Counter(word for entry in self._entries for word in entry.words)

    def find(self, query: str) -> list[Found]:
        """The best sections first; those with more of the words before those with fewer."""
        words = list(dict.fromkeys(_WORD.findall(query[:MAX_QUERY].lower())))
        asked = [self._known(word) for word in words]
        scored = [(self._score(entry, asked), entry) for entry in self._entries]
        best = sorted((one for one in scored if one[0] > (0, 0)), key=lambda one: one[0], reverse=True)
        return [_found(entry, asked) for entry in _few_a_page(entry for _, entry in best)][:MAX_RESULTS]

    def _known(self, word: str) -> frozenset[str]:
        """The word, and the words of the pages that begin with it: `export` finds `exports`."""
        return frozenset(known for known in self._sections_with if known.startswith(word))

    def _score(self, entry: _Entry, asked: list[frozenset[str]]) -> tuple[int, float]:
        met, score = 0, 0.0
        for forms in asked:
            present = [word for word in forms if word in entry.words]
            met += bool(present)
            score += sum(
                math.log(1 + entry.words[word]) * math.log(1 + len(self._entries) / self._sections_with[word])
                for word in present
            )
        return met, score


def _entries(path: str, document: Document) -> Iterable[_Entry]:
    for section in document.sections:
        words = Counter(_WORD.findall(section.text.lower()))
        for text, weight in ((document.title, PAGE_TITLE), (section.title, SECTION_TITLE)):
            words.update(dict.fromkeys(_WORD.findall(text.lower()), weight))
        link = path if section.level == 1 else f"{path}#{section.anchor}"
        yield _Entry(path, document.title, section.title, link, section.text, words)


def _few_a_page(entries: Iterable[_Entry]) -> Iterable[_Entry]:
    shown = Counter[str]()
    for entry in entries:
        shown[entry.page] += 1
        if shown[entry.page] <= MAX_PER_PAGE:
            yield entry


def _found(entry: _Entry, asked: list[frozenset[str]]) -> Found:
    forms = sorted(frozenset[str]().union(*asked), key=len, reverse=True)
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, forms))})\b", re.IGNORECASE)
    first = pattern.search(entry.text)
    start = max(0, first.start() - SNIPPET // 4) if first else 0
    cut = entry.text[start : start + SNIPPET]
    before, after = "… " if start else "", " …" if start + SNIPPET < len(entry.text) else ""
    snippet = Markup("{}{}{}").format(before, _marked(cut, pattern), after)
    return Found(entry.page_title, entry.title, entry.link, snippet)


def _marked(text: str, pattern: re.Pattern[str]) -> Markup:
    # The pattern has one group: every second part is a match.
    parts = enumerate(pattern.split(text))
    return Markup("").join(
        Markup("<mark>{}</mark>").format(part) if i % 2 else escape(part) for i, part in parts
    )
