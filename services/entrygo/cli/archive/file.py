"""The file of an archived export: gzip, one JSON object a line, to be read with zcat and jq alone.

The first line says what it is of. Lines with `readable` hold its plans and events in plain words; those with
`row` are the rows themselves as PostgreSQL writes them (`to_jsonb`), from which it is restored.
"""

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

FORMAT = "entrygo-archive/1"

# JSON texts of rows by table. They are never parsed here: numbers keep every digit.
Rows = Mapping[str, Sequence[str]]

_ROW = b',"row":'


class ArchiveUnreadable(Exception):
    """The bytes are not an archive that this release can read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedExport:
    """What is kept of an export: `rows` by schema, and `readable`, which is (kind, JSON value) for people."""

    account_id: str
    mode: str
    export_id: str
    state: str
    rows: Mapping[str, Rows]
    readable: Sequence[tuple[str, Any]] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """Account, mode and export."""
        return self.account_id, self.mode, self.export_id

    def of(self, schema: str) -> Rows:
        """Its rows in one schema; tables without any are left out."""
        return self.rows.get(schema, {})

    def to_bytes(self) -> bytes:
        """The file. The same content gives the same bytes."""
        return gzip.compress(self.to_lines(), mtime=0)

    def to_lines(self) -> bytes:
        """What is compressed in it: a JSON object a line."""
        head = {
            "format": FORMAT,
            "accountId": self.account_id,
            "mode": self.mode,
            "exportId": self.export_id,
            "state": self.state,
        }
        lines = [orjson.dumps(head)]
        lines += [orjson.dumps({"readable": kind, "value": value}) for kind, value in self.readable]
        lines += [
            orjson.dumps({"schema": schema, "table": table})[:-1] + _ROW + row.encode() + b"}"
            for schema, tables in self.rows.items()
            for table, rows in tables.items()
            for row in rows
        ]
        return b"\n".join(lines) + b"\n"

    @classmethod
    def from_bytes(cls, content: bytes) -> "ArchivedExport":
        """What `to_bytes` wrote; ArchiveUnreadable for anything else."""
        try:
            first, *lines = gzip.decompress(content).removesuffix(b"\n").split(b"\n")
            head = orjson.loads(first)
            if head["format"] != FORMAT:
                raise ArchiveUnreadable(f"Expected {FORMAT}, found {head['format']}.")
            return cls(
                account_id=head["accountId"],
                mode=head["mode"],
                export_id=head["exportId"],
                state=head["state"],
                rows=_rows_in(lines),
                readable=_readable_in(lines),
            )
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            raise ArchiveUnreadable("The file is damaged, or is not an archived export.") from error


def _rows_in(lines: Sequence[bytes]) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for line in lines:
        place, is_row, row = line.partition(_ROW)
        if is_row and line.startswith(b'{"schema":'):
            where = orjson.loads(place + b"}")
            tables = found.setdefault(where["schema"], {})
            tables.setdefault(where["table"], []).append(row.removesuffix(b"}").decode())
    return found


def _readable_in(lines: Sequence[bytes]) -> list[tuple[str, Any]]:
    values = [orjson.loads(line) for line in lines if line.startswith(b'{"readable":')]
    return [(each["readable"], each["value"]) for each in values]
