"""Who a request comes from, and how: the connection says it, or a proxy that the operator listed."""

import pytest
from starlette.types import Scope

from entrygo.gateway.door.peers import Peers

PEERS = Peers("10.0.0.0/8", "x-forwarded-for")


def scope(client: str, scheme: str, said: str | None) -> Scope:
    headers = [] if said is None else [(b"x-forwarded-proto", said.encode())]
    return {"type": "http", "client": (client, 1), "scheme": scheme, "headers": headers}


@pytest.mark.parametrize(
    ("client", "scheme", "said", "is_https"),
    [
        ("10.0.0.1", "http", "https", True),
        ("10.0.0.1", "http", "http, HTTPS", True),
        ("10.0.0.1", "https", "http", False),
        ("10.0.0.1", "https", None, True),
        ("198.51.100.7", "http", "https", False),
        ("198.51.100.7", "https", "http", True),
    ],
)
def test_https_is_what_the_connection_is_or_a_listed_proxy_says(
    client: str, scheme: str, said: str | None, is_https: bool
) -> None:
    assert PEERS.is_https(scope(client, scheme, said)) is is_https
