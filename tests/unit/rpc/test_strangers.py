"""Which peer a bad key counts against."""

import pytest

from entrygo.domain.errors import InsufficientScope, InvalidApiKey, RateLimited
from entrygo.rpc.strangers import CLIENT, GATEWAY_TOKEN, Strangers, client_metadata


def wrong(strangers: Strangers, connection: str, metadata: dict[str, str] | None = None) -> None:
    with pytest.raises(InvalidApiKey), strangers.met(connection, metadata or {}):
        raise InvalidApiKey


def is_refused(strangers: Strangers, connection: str) -> bool:
    try:
        with strangers.met(connection, {}):
            return False
    except RateLimited:
        return True


@pytest.mark.parametrize(
    ("connection", "same", "other"),
    [
        ("ipv4:192.0.2.1:5000", "ipv4:192.0.2.1:6000", "ipv4:192.0.2.2:5000"),
        ("ipv6:%5B2001:db8::1%5D:50", "ipv6:%5B2001:db8::2%5D:51", "ipv6:%5B2001:db8:0:1::1%5D:50"),
        ("ipv6:%5Bfe80::1%25eth0%5D:50", "ipv6:%5Bfe80::2%25eth1%5D:50", "ipv6:%5B2001:db8::1%5D:50"),
        ("ipv6:%5B::ffff:192.0.2.1%5D:50", "ipv4:192.0.2.1:50", "ipv4:192.0.2.2:50"),
        ("unix:/run/a", "unix:", "ipv4:192.0.2.1:50"),
    ],
)
def test_peer_is_an_address_whatever_its_port(connection: str, same: str, other: str) -> None:
    strangers = Strangers(1, gateway_tokens=(), clock=lambda: 0.0)
    wrong(strangers, connection)
    assert is_refused(strangers, same)
    assert not is_refused(strangers, other)


def test_only_a_bad_key_counts() -> None:
    strangers = Strangers(1, gateway_tokens=(), clock=lambda: 0.0)
    with pytest.raises(InsufficientScope), strangers.met("ipv4:192.0.2.1:5000", {}):
        raise InsufficientScope
    assert not is_refused(strangers, "ipv4:192.0.2.1:5000")


def test_client_of_a_gateway_counts_for_itself() -> None:
    strangers = Strangers(1, gateway_tokens=("token",), clock=lambda: 0.0)
    wrong(strangers, "ipv4:192.0.2.1:5000", dict(client_metadata("token", "198.51.100.1")))
    assert not is_refused(strangers, "ipv4:192.0.2.1:5000")
    assert is_refused(strangers, "ipv4:198.51.100.1:1")


@pytest.mark.parametrize("token", [None, "another", ""])
def test_who_is_no_gateway_names_no_other_client(token: str | None) -> None:
    said = {CLIENT: "198.51.100.1"} | ({} if token is None else {GATEWAY_TOKEN: token})
    strangers = Strangers(1, gateway_tokens=("token",), clock=lambda: 0.0)
    wrong(strangers, "ipv4:192.0.2.1:5000", said)
    assert is_refused(strangers, "ipv4:192.0.2.1:5000")
    assert not is_refused(strangers, "ipv4:198.51.100.1:1")


def test_gateway_without_a_token_says_nothing() -> None:
    assert client_metadata(None, "192.0.2.1") == client_metadata("token", "") == ()
