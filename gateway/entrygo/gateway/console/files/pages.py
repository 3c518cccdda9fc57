"""The pages of a file: drop it, choose its columns, see what became of each row, take the refused ones."""

import asyncio
import csv
import io
import re
from collections.abc import Mapping, Sequence

from starlette.responses import Response

from entrygo.domain.errors import EntryGoError, Kind, NotFound
from entrygo.gateway.console.addresses import OF_A_FILE
from entrygo.gateway.console.export_actions import EXPLAINED
from entrygo.gateway.console.files.carried import MAX_BYTES, packed, unpacked
from entrygo.gateway.console.files.look import MAX_ROWS, Look
from entrygo.gateway.console.files.reading import Wanted
from entrygo.gateway.console.files.sending import Sent, send
from entrygo.gateway.console.files.uploads import read_upload
from entrygo.gateway.console.new_plan import planning
from entrygo.gateway.console.visit import Page, Visit
from entrygo.imports.kinds import KINDS, ORDERS, kind_named
from entrygo.imports.rejects import reject_header, reject_row

# Refused rows that the page shows; the file has them all.
SHOWN = 50
# Makes spreadsheets read it as UTF-8.
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# A refused row is its cells and the reason.
MAX_REJECTS_BYTES = 4 * MAX_BYTES
COLUMN = "column."
COLUMN_NAME = re.compile(re.escape(COLUMN) + "[0-9]{1,3}")
# Of whom each kind asks; what a key may not send is not offered.
SCOPES = {"orders": "orders:write", "products": "setup", "importers": "setup"}


async def show(visit: Visit) -> Response:
    """GET /files: where files are dropped; offers the kinds that the key may send."""
    return _drop(visit)


async def show_kept(visit: Visit) -> Response:
    """GET /files/columns: what the tab has kept of a file; without it, the way to drop it again."""
    return visit.page("file_kept.html", is_kept=True)


def _drop(visit: Visit, error: EntryGoError | None = None) -> Response:
    kinds = [kind for kind in KINDS if visit.may(SCOPES[kind.noun])]
    return visit.page("files.html", error=error, kinds=kinds, max_bytes=MAX_BYTES, max_rows=MAX_ROWS)


async def template(visit: Visit) -> Response:
    """GET /files/templates/{name}: an empty file with every column of a kind."""
    kind = kind_named(visit.request.path_params["name"].removesuffix(".csv"))
    if kind is None:
        raise NotFound("There is no such template.")
    header = [name for name in kind.known if "<" not in name and name != "id"]
    return _csv(f"{kind.noun}.csv", [header])


async def drop(visit: Visit) -> Response:
    """POST /files: recognises the file and shows how it would be read."""
    try:
        upload = await read_upload(visit)
        wanted = Wanted(name=upload.name, content=upload.content, noun=upload.kind)
        found = (await visit.read_file(wanted)).look
    except EntryGoError as error:
        if error.error_kind not in EXPLAINED | {Kind.TOO_LARGE}:
            raise
        return _drop(visit, error)
    return _choice(visit, found, await asyncio.to_thread(packed, upload.content))


async def choose(visit: Visit) -> Response:
    """POST /files/columns: the same file with other columns, or, once they are right, its import."""
    content = await asyncio.to_thread(unpacked, visit.form.get("content", ""))
    name, noun = visit.form.get("name", ""), visit.form.get("kind", "")
    # The choices of one kind mean nothing to another.
    choices = _choices(visit.form) if noun == visit.form.get("chosen_for") else None
    is_import = visit.form.get("step") == "import"
    wanted = Wanted(name=name, content=content, noun=noun, choices=choices, with_entries=is_import)
    read = await visit.read_file(wanted)
    found = read.look
    if not is_import or not found.can_be_sent:
        return _choice(visit, found, visit.form["content"])
    sent = await send(visit, found.kind, await read.entries(), visit.form.get("key", ""))
    return await _result(visit, found, sent)


def _choices(form: Mapping[str, str]) -> dict[int, str]:
    return {
        int(name.removeprefix(COLUMN)): ours for name, ours in form.items() if COLUMN_NAME.fullmatch(name)
    }


def _choice(visit: Visit, found: Look, content: str) -> Response:
    kinds = [kind for kind in KINDS if visit.may(SCOPES[kind.noun])]
    return visit.page(
        "file_columns.html",
        is_kept=True,
        stands_at=OF_A_FILE,
        file=found,
        content=content,
        kinds=kinds,
        scopes=SCOPES,
    )


async def _result(visit: Visit, found: Look, sent: Sent) -> Response:
    is_orders = found.kind is ORDERS and bool(sent.names)
    return visit.page(
        "file_result.html",
        error=sent.stopped,
        is_kept=True,
        stands_at=OF_A_FILE,
        file=found,
        sent=sent,
        shown=sent.rejected[:SHOWN],
        rejects=packed(_rejects(found, sent)) if sent.rejected else "",
        form=visit.form,
        **(await planning(visit, sent.names) if is_orders else {}),
    )


def _rejects(found: Look, sent: Sent) -> bytes:
    rows = [reject_row(found.header, each) for each in sent.rejected]
    return _csv_bytes([reject_header(found.header), *rows], found.delimiter)


async def rejects(visit: Visit) -> Response:
    """POST /files/rejects: the refused rows of the page, as a file to mend and drop again."""
    name = visit.form.get("name", "").rpartition(".")[0] or "file"
    return _download(f"{name}.rejects.csv", unpacked(visit.form.get("rejects", ""), MAX_REJECTS_BYTES))


def _csv(name: str, rows: Sequence[Sequence[str]]) -> Response:
    return _download(name, _csv_bytes(rows))


def _csv_bytes(rows: Sequence[Sequence[str]], delimiter: str = ",") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return BYTE_ORDER_MARK + text.getvalue().encode()


def _download(name: str, content: bytes) -> Response:
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
    headers = {"content-disposition": f'attachment; filename="{plain}"'}
    return Response(content, media_type="text/csv", headers=headers)


PAGES = (
    Page("GET", "/files", show),
    Page("GET", "/files/templates/{name}", template, is_file=True),
    Page("POST", "/files", drop, takes_files=True),
    Page("GET", OF_A_FILE, show_kept),
    Page("POST", OF_A_FILE, choose, takes_files=True),
    Page("POST", "/files/rejects", rejects, takes_files=True),
)
