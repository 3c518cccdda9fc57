"""The place of a destination: what one account does to it, every account meets there."""

import orjson
import pytest

from entrygo.domain.principal import Mode, Tenant
from entrygo.execution.broker.routes import place_name
from entrygo.execution.state.records import SubmissionType

TENANT = Tenant("acc_123", Mode.LIVE)
HTTPS, SFTP = SubmissionType("HTTPS"), SubmissionType("SFTP")


@pytest.mark.parametrize(
    ("kind", "endpoint", "place"),
    [
        (HTTPS, {"url": "https://Broker.example/in"}, "https:broker.example:443"),
        (HTTPS, {"url": "https://broker.example:443/elsewhere"}, "https:broker.example:443"),
        (HTTPS, {"url": "https://broker.example:81/in"}, "https:broker.example:81"),
        (HTTPS, {"url": "http://localhost/in"}, "https:localhost:80"),
        (HTTPS, {"url": "https://broker.example:port/in"}, "https:"),
        (HTTPS, {"url": None}, "https:"),
        (SFTP, {"host": "Broker.example"}, "sftp:broker.example:22"),
        (SFTP, {"host": "broker.example", "port": 2222}, "sftp:broker.example:2222"),
    ],
)
def test_another_port_of_a_host_is_another_place(
    kind: SubmissionType, endpoint: dict[str, object], place: str
) -> None:
    named = place_name(TENANT, kind, recipient=None, endpoint=orjson.dumps(endpoint).decode())
    assert named == place
