"""The pages of the documentation: which there are, their order in the navigation, and their text.

A page is a Markdown file in `docs/`, named by its path without the suffix; `README.md` is its folder's page.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from entrygo.gateway.docs.markdown import Document, render

START = ""
SUFFIX = ".md"
FOLDER_PAGE = "README"
PICTURES = {".png": "image/png", ".svg": "image/svg+xml"}

# The order of the navigation. A page directly in docs/ that no group names stands in the last one.
GROUPS: Sequence[tuple[str, Sequence[str]]] = (
    ("Start", (START, "guides/first-export", "guides/your-own-data", "guides/console")),
    (
        "Concepts",
        (
            "concepts/protocol",
            "concepts/export-lifecycle",
            "concepts/primitives",
            "concepts/artifacts",
            "concepts/broker-submission",
        ),
    ),
    (
        "Guides",
        (
            "guides/three-brands",
            "guides/warehouse-integration",
            "guides/automation-agents",
            "mcp",
            "sdk-python",
            "sdk-typescript",
            "keys",
            "csv-columns",
            "brokers",
            "after-a-no",
            "reconcile",
        ),
    ),
    ("API", ("api/orders", "api/exports", "api/customs-packages", "api/events", "api/grpc", "errors")),
    ("Trade rules", ("rules", "reference-data", "duty")),
    (
        "Run it",
        ("operations", "settings", "security", "limits", "performance", "reliability", "events", "runbooks"),
    ),
    ("Build it", ("architecture", "testing", "plan-hash", "performance-notes", "decisions")),
)
OTHER_PAGES = "More"


@dataclass(frozen=True, slots=True)
class Page:
    """One page: where it is served below /docs, and the text of its file."""

    name: str
    source: str
    folder: str

    @property
    def path(self) -> str:
        """Its address on this server."""
        return f"/docs/{self.name}" if self.name else "/docs"

    @property
    def source_path(self) -> str:
        """The address of its Markdown."""
        return f"{self.path}{SUFFIX}" if self.name else f"/docs/{FOLDER_PAGE}{SUFFIX}"

    def document(self) -> Document:
        """Its text as HTML, with its title and sections. Takes milliseconds: keep it."""
        return render(self.source, self.folder)


class Library:
    """All pages and pictures below a folder, read once."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or docs_folder()

    @cached_property
    def pages(self) -> dict[str, Page]:
        """Every page by its name, in the order of the navigation, those it does not list last."""
        found = {page.name: page for page in self._read()}
        order = [name for _, names in self.groups_of(found) for name in names]
        return {name: found[name] for name in [*order, *sorted(found.keys() - set(order))]}

    @cached_property
    def documents(self) -> dict[str, Document]:
        """Every page as HTML, by its name."""
        return {name: page.document() for name, page in self.pages.items()}

    @cached_property
    def asyncapi(self) -> bytes:
        """The AsyncAPI document, which stands beside the pages."""
        return (self._folder / "asyncapi.json").read_bytes()

    def groups(self) -> list[tuple[str, list[Page]]]:
        """The navigation: the heading of each group and its pages."""
        return [(title, [self.pages[name] for name in names]) for title, names in self.groups_of(self.pages)]

    @staticmethod
    def groups_of(found: dict[str, Page]) -> list[tuple[str, list[str]]]:
        """GROUPS with what is there, and the rest of the top folder under a heading of its own."""
        listed = {name for _, names in GROUPS for name in names}
        rest = sorted(name for name in found if "/" not in name and name not in listed)
        groups = [(title, [name for name in names if name in found]) for title, names in GROUPS]
        return [(title, names) for title, names in [*groups, (OTHER_PAGES, rest)] if names]

    def picture(self, name: str) -> tuple[bytes, str] | None:
        """The bytes of a picture by its path, and their media type."""
        kind = PICTURES.get(Path(name).suffix)
        if kind is None or name not in self._pictures:
            return None
        return (self._folder / name).read_bytes(), kind

    @cached_property
    def _pictures(self) -> frozenset[str]:
        # A name is looked up here, so that no path leads out of the folder.
        return frozenset(
            file.relative_to(self._folder).as_posix()
            for file in self._folder.rglob("*")
            if file.suffix in PICTURES
        )

    def _read(self) -> Iterator[Page]:
        for file in self._folder.rglob(f"*{SUFFIX}"):
            path = file.relative_to(self._folder)
            folder = path.parent.as_posix().removeprefix(".")
            name = folder if path.stem == FOLDER_PAGE else path.with_suffix("").as_posix()
            yield Page(name, file.read_text(encoding="utf-8"), folder)


def docs_folder() -> Path:
    """Where the files are: inside the installed package, or in the repository during development."""
    packaged = Path(str(files("entrygo.gateway"))) / "pages"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[4] / "docs"
