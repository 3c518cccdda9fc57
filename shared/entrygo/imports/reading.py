"""Opens a file of any form that imports take: CSV, NDJSON, XLSX."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

from entrygo.imports.rows import Opener, SourceFile, UnreadableFile
from entrygo.imports.text_files import text_source
from entrygo.imports.workbooks import OWN, SENT, SIGNATURE, WorkbookLimits, workbook_source

UTF_8, UTF_16, WINDOWS = "utf-8-sig", "utf-16", "cp1252"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
NUL = b"\0"
LOOKED_AT_BYTES = 4096


def open_source(path: Path, encoding: str = UTF_8) -> SourceFile:
    """A file of this machine; UnreadableFile when it has no form that is known."""
    return _source(str(path), lambda: path.open("rb"), encoding, OWN)


def source_of(name: str, content: bytes) -> SourceFile:
    """A file that somebody sent, within limits: UTF-8 or Excel's own, UTF-16 and Windows-1252."""

    def opener() -> BytesIO:
        return BytesIO(content)

    if content.startswith((SIGNATURE, OLD_EXCEL)) or _is_utf_8(content):
        return _source(name, opener, UTF_8, SENT)
    if content.startswith(UTF_16_MARKS):
        return _source(name, opener, UTF_16, SENT)
    source = _source(name, opener, WINDOWS, SENT)
    note = "It is not UTF-8 and was read as Windows-1252: look whether names with accents are right."
    return replace(source, note=f"{note} {source.note}".strip())


def _is_utf_8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _source(name: str, opener: Opener, encoding: str, limits: WorkbookLimits) -> SourceFile:
    try:
        with opener() as content:
            start = content.read(LOOKED_AT_BYTES)
    except OSError as error:
        raise UnreadableFile(f"{name}: {error}") from error
    if start.startswith(SIGNATURE):
        return workbook_source(name, opener, limits)
    if start.startswith(OLD_EXCEL):
        raise UnreadableFile(f"{name} is a workbook of an old Excel: save it as XLSX or 'CSV UTF-8'.")
    if NUL in start and not start.startswith(UTF_16_MARKS):
        raise UnreadableFile(f"{name} is no table: send CSV, XLSX or NDJSON.")
    return text_source(name, opener, encoding)
