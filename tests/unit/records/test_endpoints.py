"""Where packages are sent to: forms that are taken, and those that would send them, or a secret, astray."""

from collections.abc import Callable

import pytest

from entrygo.domain.errors import ValidationFailed
from entrygo.proto.sync.v1 import sync_pb2
from entrygo.records import endpoints as checks
from entrygo.requests.issues import Wrong
from entrygo.sync.read_setup import read_brokers

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJqfq0mE3bq1cVnFq5U8uZr0m1p6G7x8yR2nXkD4tLhS"


@pytest.mark.parametrize(
    ("check", "given", "taken"),
    [
        (checks.upload_url, "https://upload.example.com/in?a=1", "https://upload.example.com/in?a=1"),
        (checks.upload_url, "http://127.0.0.1:8080/in", "http://127.0.0.1:8080/in"),
        (checks.upload_url, "http://localhost/in", "http://localhost/in"),
        (checks.host, "SFTP.Example.com", "sftp.example.com"),
        (checks.host, "192.0.2.7", "192.0.2.7"),
        (checks.folder, "/in/packages/", "/in/packages"),
        (checks.folder, "/", "/"),
        (checks.credential, "broker-1.upload", "broker-1.upload"),
        (checks.host_key, f"{KEY} root@sftp", KEY),
    ],
)
def test_a_sound_endpoint_is_taken(check: Callable[[str], str], given: str, taken: str) -> None:
    assert check(given) == taken


@pytest.mark.parametrize(
    ("check", "given"),
    [
        (checks.upload_url, "http://upload.example.com/in"),
        (checks.upload_url, "ftp://upload.example.com/in"),
        (checks.upload_url, "https://user:secret@upload.example.com/in"),
        (checks.upload_url, "https://@upload.example.com/in"),
        (checks.upload_url, "https://upload.example.com/in#part"),
        (checks.upload_url, "https://upload.example.com:port/in"),
        (checks.upload_url, "https:///in"),
        (checks.upload_url, "https://[::1/in"),
        (checks.upload_url, "https://upload.example.com\\@evil.example/in"),
        (checks.upload_url, "https://a b/in"),
        (checks.host, "sftp.example.com/in"),
        (checks.host, "-oProxyCommand=x"),
        (checks.host, "a" * 64),
        (checks.folder, "/in/../etc"),
        (checks.folder, "in\0"),
        (checks.credential, "../other"),
        (checks.credential, ""),
        (checks.host_key, "SHA256:abc"),
        (checks.host_key, f"{KEY}\n{KEY}"),
        (checks.host_key, f"@cert-authority * {KEY}"),
    ],
)
def test_an_endpoint_that_leads_astray_is_refused(check: Callable[[str], str], given: str) -> None:
    with pytest.raises(Wrong):
        check(given)


def test_a_broker_keeps_its_channel_and_both_endpoints() -> None:
    given = sync_pb2.Broker(
        external_id="broker-2",
        channel="sftp",
        https=sync_pb2.HttpsEndpoint(url="https://upload.example.com/in", credential="upload"),
        sftp=sync_pb2.SftpEndpoint(host="sftp.example.com", port=2222, username="u", host_key=KEY),
    )
    (draft,) = read_brokers(sync_pb2.SyncBrokersRequest(account_id="acc_123", items=[given]))
    assert draft.facts == {
        "channel": "sftp",
        "https": {"url": "https://upload.example.com/in", "credential": "upload"},
        "sftp": {"host": "sftp.example.com", "port": 2222, "username": "u", "host_key": KEY},
    }


def test_a_wrong_endpoint_is_named_by_the_path_of_rest() -> None:
    wrong = sync_pb2.Broker(
        external_id="b", channel="fax", sftp=sync_pb2.SftpEndpoint(port=0, host_key="x"), https={"url": "x"}
    )
    with pytest.raises(ValidationFailed) as raised:
        read_brokers(sync_pb2.SyncBrokersRequest(account_id="acc_123", items=[wrong]))
    assert raised.value.details is not None
    assert [issue["path"] for issue in raised.value.details["issues"]] == [
        "items.0.channel", "items.0.https.url", "items.0.sftp.port", "items.0.sftp.hostKey",
    ]  # fmt: skip
