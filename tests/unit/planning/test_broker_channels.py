"""What a broker's profile must hold follows from how packages reach the broker."""

import pytest

from entrygo.domain.facts import HttpsEndpoint, SftpEndpoint
from tests.factories import make_broker
from tests.unit.planning.decisions import decide_on, found

SFTP = SftpEndpoint(host="sftp.example.com", username="northshore", host_key="ssh-ed25519 AAAA")


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, []),
        ({"email": None}, ["broker.email"]),
        ({"channel": "https", "https": HttpsEndpoint(url="https://a.example"), "email": None}, []),
        ({"channel": "https"}, ["broker.https.url"]),
        ({"channel": "sftp", "sftp": SFTP, "email": None}, []),
        ({"channel": "sftp"}, ["broker.sftp.host", "broker.sftp.host_key", "broker.sftp.username"]),
    ],
)
def test_a_broker_needs_what_its_channel_needs(changes: dict[str, object], fields: list[str]) -> None:
    messages = found(decide_on(broker=make_broker(**changes)), "BROKER_PROFILE_INCOMPLETE")
    assert sorted(message.field for message in messages) == fields
