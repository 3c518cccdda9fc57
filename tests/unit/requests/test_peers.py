"""The limits know a client by one name, whatever it writes for its address."""

import pytest

from entrygo.requests.peers import peer_name


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("0000:0000:0000:0000:0000:ffff:192.0.2.177", "192.0.2.177"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("x" * 10_000, "unknown"),
    ],
)
def test_peer_has_the_same_name_each_time(address: str, name: str) -> None:
    assert [peer_name(address), peer_name(address)] == [name, name]
