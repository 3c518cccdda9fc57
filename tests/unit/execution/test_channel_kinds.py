"""One kind of channel is named in several places; they must name the same kinds."""

import subprocess
import sys

import pytest

from entrygo.domain.facts import CHANNEL_NAMES, Broker, Endpoint, HttpsEndpoint, SftpEndpoint
from entrygo.execution.broker.channels import CHANNELS
from entrygo.execution.broker.destinations import destination_of
from entrygo.proto.sync.v1 import sync_pb2
from entrygo.rpc.facts import broker_from_proto

ENDPOINTS = {
    name: type(field.default)
    for name, field in Broker.model_fields.items()
    if isinstance(field.default, Endpoint)
}


def test_the_channels_that_a_broker_may_name_are_the_registered_ones() -> None:
    assert [kind.name for kind in CHANNELS] == list(CHANNEL_NAMES)


def test_every_endpoint_belongs_to_a_channel_and_travels_with_the_broker_field_by_field() -> None:
    carried = {
        name: set(field.message_type.fields_by_name)
        for name, field in sync_pb2.Broker.DESCRIPTOR.fields_by_name.items()
        if name in CHANNEL_NAMES and field.message_type is not None
    }
    assert carried == {name: set(endpoint.model_fields) for name, endpoint in ENDPOINTS.items()}
    assert ENDPOINTS


def test_what_an_endpoint_needs_are_fields_that_may_be_missing() -> None:
    for endpoint in ENDPOINTS.values():
        blank = endpoint()
        assert [getattr(blank, name) for name in endpoint.NEEDED] == [None] * len(endpoint.NEEDED)


def test_the_broker_of_sync_goes_where_its_channel_says() -> None:
    message = sync_pb2.Broker(
        id="brk_1",
        external_id="peace-arch",
        name="Peace Arch",
        email="broker@example.com",
        https=sync_pb2.HttpsEndpoint(url="https://broker.example/in", credential="upload"),
        sftp=sync_pb2.SftpEndpoint(host="sftp.example", username="u", host_key="ssh-ed25519 AAAA"),
    )
    by_mail = destination_of(broker_from_proto(message))
    assert (by_mail.type, by_mail.recipient, by_mail.endpoint) == ("EMAIL", "broker@example.com", "")

    message.channel = "https"
    by_https = destination_of(broker_from_proto(message))
    assert by_https.type == "HTTPS"
    assert HttpsEndpoint.model_validate_json(by_https.endpoint) == HttpsEndpoint(
        url="https://broker.example/in", credential="upload"
    )

    message.channel = "sftp"
    by_sftp = destination_of(broker_from_proto(message))
    assert by_sftp.type == "SFTP"
    assert SftpEndpoint.model_validate_json(by_sftp.endpoint) == SftpEndpoint(
        host="sftp.example", username="u", host_key="ssh-ed25519 AAAA"
    )


def test_a_package_that_is_sent_again_is_attached_as_the_record_says_by_now() -> None:
    message = sync_pb2.Broker(id="brk_1", external_id="peace-arch", attach="zip", documents=["cci_pdf"])
    broker = broker_from_proto(message)
    assert (broker.attach, broker.documents) == ("zip", ("cci_pdf",))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("sys.modules['asyncssh'] = None", ""),
        ("", "assert 'asyncssh.connection' not in sys.modules"),
    ],
    ids=["where it is not installed", "before it is used"],
)
def test_execution_starts_without_the_extra_of_sftp(before: str, after: str) -> None:
    """`pip install entrygo` has none, and what it reads is megabytes."""
    code = f"import sys; {before}\nimport entrygo.execution.__main__\n{after}"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
