"""Every RPC says what its caller needs: one without an answer would be refused for everybody, or open."""

import re
from pathlib import Path

import pytest
from google.protobuf.descriptor import ServiceDescriptor

from entrygo.domain.principal import ScopeName
from entrygo.execution.servicer import REQUIRED_SCOPES as EXECUTION_SCOPES
from entrygo.inspection.servicer import REQUIRED_SCOPES as INSPECTION_SCOPES
from entrygo.inspection.webhooks.servicer import REQUIRED_SCOPES as WEBHOOK_SCOPES
from entrygo.planning.servicer import REQUIRED_SCOPES as PLANNING_SCOPES
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.proto.identity.v1 import identity_pb2
from entrygo.proto.inspection.v1 import inspection_pb2
from entrygo.proto.planning.v1 import planning_pb2
from entrygo.proto.sync.v1 import sync_pb2
from entrygo.rpc.interceptors.auth import Access, OnBehalf, Required, RequiredScopes
from entrygo.rpc.keys_servicer import REQUIRED_SCOPES as KEY_SCOPES
from entrygo.rpc.streams import STREAMS
from entrygo.sync.servicer import REQUIRED_SCOPES as SYNC_SCOPES

SERVICES: dict[str, tuple[ServiceDescriptor, RequiredScopes]] = {
    "sync": (sync_pb2.DESCRIPTOR.services_by_name["Sync"], SYNC_SCOPES),
    "keys": (identity_pb2.DESCRIPTOR.services_by_name["Keys"], KEY_SCOPES),
    "planning": (planning_pb2.DESCRIPTOR.services_by_name["Planning"], PLANNING_SCOPES),
    "execution": (execution_pb2.DESCRIPTOR.services_by_name["Execution"], EXECUTION_SCOPES),
    "inspection": (inspection_pb2.DESCRIPTOR.services_by_name["Inspection"], INSPECTION_SCOPES),
    "webhooks": (inspection_pb2.DESCRIPTOR.services_by_name["Webhooks"], WEBHOOK_SCOPES),
}
# Their requests carry a signed token, which names one submission or one address, and ends.
OPEN = {
    f"/{execution_pb2.DESCRIPTOR.services_by_name['Execution'].full_name}/{name}"
    for name in (
        "FindBrokerLink",
        "AnswerBrokerLink",
        "GetBrokerPack",
        "FindMailRecipient",
        "AnswerMailRecipient",
    )
}

IN_WORDS = {
    Access.ANY_KEY: "Any key.",
    Access.SERVICE_ONLY: "Service credential only.",
    Access.OPEN: "No key.",
}
PROTOS = Path(__file__).parents[2] / "protos" / "entrygo" / "proto"
COMMENTED_RPC = re.compile(r"// (?P<comment>[^\n]*)\n  rpc (?P<name>\w+)\(")


@pytest.mark.parametrize("name", SERVICES)
def test_required_scopes_name_exactly_the_rpcs_of_the_service(name: str) -> None:
    service, scopes = SERVICES[name]
    assert set(scopes) == {f"/{service.full_name}/{method.name}" for method in service.methods}


def test_only_the_rpcs_of_signed_links_are_open_to_callers_without_a_key() -> None:
    found = {
        rpc for _, scopes in SERVICES.values() for rpc, needed in scopes.items() if needed is Access.OPEN
    }
    assert found == OPEN


def test_every_stream_says_how_long_it_lasts() -> None:
    streams = {
        f"/{service.full_name}/{method.name}"
        for service, _ in SERVICES.values()
        for method in service.methods
        if method.server_streaming
    }
    assert {rpc for rpc in STREAMS if rpc.startswith("/entrygo.")} == streams


@pytest.mark.parametrize("name", SERVICES)
def test_required_scope_of_a_write_is_a_scope(name: str) -> None:
    # Only what reads may ask for less than a scope, or for our own credential.
    _, scopes = SERVICES[name]
    reads = ("Get", "List", "Events", "Replay", "Watch", "Inspect", "System", "Find")
    lax = [rpc for rpc, needed in scopes.items() if isinstance(needed, Access) and rpc not in OPEN]
    assert [rpc for rpc in lax if not rpc.rpartition("/")[2].startswith(reads)] == []
    assert all(isinstance(needed, ScopeName | frozenset | Access | OnBehalf) for needed in scopes.values())


@pytest.mark.parametrize("name", SERVICES)
def test_comment_of_each_rpc_ends_with_what_its_caller_needs(name: str) -> None:
    service, scopes = SERVICES[name]
    contract = _block_of(service)
    comments = {found["name"]: found["comment"] for found in COMMENTED_RPC.finditer(contract)}
    assert set(comments) == {method.name for method in service.methods}
    for rpc, needed in scopes.items():
        assert comments[rpc.rpartition("/")[2]].endswith(in_words(needed)), rpc


def _block_of(service: ServiceDescriptor) -> str:
    """The service as its contract has it."""
    package = service.full_name.split(".")[2]
    contract = (PROTOS / package / "v1" / f"{package}.proto").read_text(encoding="utf-8")
    return contract.partition(f"service {service.name} {{")[2].partition("\n}")[0]


def in_words(needed: Required) -> str:
    if isinstance(needed, OnBehalf):
        return f"Service credential, for a caller with {needed.scope}."
    if isinstance(needed, frozenset):
        return f"Scope {' or '.join(sorted(needed))}."
    return IN_WORDS[needed] if isinstance(needed, Access) else f"Scope {needed}."
