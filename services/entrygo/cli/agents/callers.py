"""In whose name a request of an agent goes on to the gateway."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from entrygo_client import AsyncEntryGo

BEARER = "bearer "
ACCOUNT_HEADER = "entrygo-account"


class NoKey(Exception):
    """The request over HTTP carries no key of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Callers:
    """Clients of one gateway.

    On stdio there is one caller, whose key the process was started with. Over HTTP each request brings its
    own key, as it would to the REST API: this process has none that a request without could use.
    """

    base_url: str
    api_key: str | None
    account_id: str
    http: httpx.AsyncClient

    def client(self, headers: Mapping[str, str] | None) -> AsyncEntryGo:
        """The gateway as this request may use it; NoKey where the request needs a key and has none."""
        key, account_id = self.api_key, self.account_id
        if headers is not None:
            key, account_id = key_of(headers), headers.get(ACCOUNT_HEADER) or account_id
        if not key:
            raise NoKey("Send an API key: authorization: Bearer shpbndl_…")
        return AsyncEntryGo(self.base_url, key, account_id, http=self.http)


def key_of(headers: Mapping[str, str]) -> str | None:
    """The key of a request over HTTP."""
    given = headers.get("authorization", "")
    return given[len(BEARER) :].strip() or None if given.lower().startswith(BEARER) else None


def http_client(verify: ssl.SSLContext | bool) -> httpx.AsyncClient:
    """Connections to the gateway, by its certificate authority."""
    return httpx.AsyncClient(verify=verify, trust_env=False)
