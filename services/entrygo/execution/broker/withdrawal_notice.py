"""What a broker is sent when a package is withdrawn: a page of text, and the same as data. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.json_values import canonical_json

SCHEMA_VERSION = "1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalNotice:
    """The facts of one withdrawal; `withdrawn_at` is RFC 3339 in UTC."""

    package_number: str
    export_id: str
    reason: str
    withdrawn_at: str
    # What the broker gave, by entry.
    entry_numbers: Mapping[int, str] = field(default_factory=dict)
    # The one that the notice is of, where each entry went in a submission of its own.
    entry: int | None = None
    # How many the package has.
    entries: int = 1

    @property
    def text(self) -> str:
        """The notice as plain text, for a person."""
        return (
            f"Customs package {self.package_number}{self._part} (export {self.export_id}) is withdrawn.\n\n"
            f"Reason: {self.reason}\n"
            f"Withdrawn: {self.withdrawn_at}\n\n"
            f"{self._request}\n"
        )

    @property
    def _part(self) -> str:
        return "" if self.entry is None else f", entry {self.entry},"

    @property
    def _request(self) -> str:
        numbers = list(dict.fromkeys(self.entry_numbers.values()))
        if len(numbers) > 1:
            given = ", ".join(f"{number} (entry {entry})" for entry, number in self.entry_numbers.items())
            return (
                f"You gave the entry numbers {given} for it. Please cancel each of them with CBP as far as it"
                " can be, and tell the sender. Please file nothing else from this package."
            )
        if numbers:
            of = f" (entry {next(iter(self.entry_numbers))})" if self.entries > 1 else ""
            return (
                f"You gave entry number {numbers[0]}{of} for it. Please cancel that entry with CBP as far"
                " as it can be, and tell the sender. Please file nothing else from this package."
            )
        return (
            "Please do not file an entry from it. If you have filed one already, please cancel it with CBP as"
            " far as it can be, and tell the sender."
        )

    def artifacts(self) -> tuple[RenderedArtifact, ...]:
        """The documents of the notice; equal facts give equal bytes."""
        data = {
            "schema_version": SCHEMA_VERSION,
            "kind": "withdrawal",
            "package_number": self.package_number,
            "export_id": self.export_id,
            "reason": self.reason,
            "withdrawn_at": self.withdrawn_at,
            "entry_number": next(iter(self.entry_numbers.values()), None),
            "entry_numbers": [
                {"entry": entry, "entry_number": number} for entry, number in self.entry_numbers.items()
            ],
            **({} if self.entry is None else {"entry": self.entry}),
            "request": self._request,
        }
        return (
            self._artifact("withdrawal_notice.txt", "text/plain; charset=utf-8", self.text.encode()),
            self._artifact("withdrawal_notice.json", "application/json", canonical_json(data)),
        )

    def _artifact(self, filename: str, media_type: str, content: bytes) -> RenderedArtifact:
        return RenderedArtifact(
            artifact_type="withdrawal_notice",
            filename=filename,
            media_type=media_type,
            generated_at=self.withdrawn_at,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
        )
