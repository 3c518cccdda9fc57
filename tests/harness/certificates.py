"""Certificates of an authority that only a test knows."""

import datetime
import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True, slots=True)
class Files:
    """A certificate and its key as settings name them."""

    cert_file: Path
    key_file: Path


class Authority:
    """Issues certificates; who trusts `file` trusts them."""

    def __init__(self, folder: Path) -> None:
        self._authority = trustme.CA()
        self._folder = folder
        self.file = folder / "authority.pem"
        self._authority.cert_pem.write_to_path(self.file)

    def server(self, *names: str, expires: datetime.datetime | None = None) -> ssl.SSLContext:
        """What a server shows that goes by these names or addresses."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(*names, not_after=expires).configure_cert(context)
        return context

    def files(self, *names: str, expires: datetime.datetime | None = None) -> Files:
        """The same as files, named after the first name; written over those of an earlier call."""
        issued = self._authority.issue_cert(*names, not_after=expires)
        files = Files(self._folder / f"{names[0]}.pem", self._folder / f"{names[0]}.key")
        files.cert_file.write_bytes(b"".join(each.bytes() for each in issued.cert_chain_pems))
        issued.private_key_pem.write_to_path(files.key_file)
        return files
