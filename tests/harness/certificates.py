"""Certificates of an authority that only a test knows."""

import datetime
import ssl
from pathlib import Path

import trustme


class Authority:
    """Issues certificates; who trusts `file` trusts them."""

    def __init__(self, folder: Path) -> None:
        self._authority = trustme.CA()
        self.file = folder / "authority.pem"
        self._authority.cert_pem.write_to_path(self.file)

    def server(self, *names: str, expires: datetime.datetime | None = None) -> ssl.SSLContext:
        """What a server shows that goes by these names or addresses."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(*names, not_after=expires).configure_cert(context)
        return context
