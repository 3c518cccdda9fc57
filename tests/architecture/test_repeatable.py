"""What a channel asks for again by itself: every read, and a write only where it is named here.

And what the gateway asks for as a read, within the time that one may take.
"""

import ast
from collections.abc import Iterator

from google.protobuf.descriptor import MethodDescriptor

from entrygo.proto.execution.v1 import execution_pb2
from entrygo.proto.identity.v1 import identity_pb2
from entrygo.proto.inspection.v1 import inspection_pb2
from entrygo.proto.planning.v1 import planning_pb2
from entrygo.proto.sync.v1 import sync_pb2
from entrygo.rpc.channel import REPEATABLE_METHODS
from tests.architecture.sources import written_modules

READS = ("Diff", "Find", "Get", "List")
# Reads by other names.
ALSO_READS = {"EventsAfter", "InspectExport", "PreviewBrokerTemplate", "SystemHealth", "WhoAmI"}
# The second call finds what the first one did.
WRITES = {
    "/entrygo.proto.planning.v1.Planning/ClaimExport",
    "/entrygo.proto.planning.v1.Planning/ReleaseExport",
    "/entrygo.proto.planning.v1.Planning/WithdrawExport",
    "/entrygo.proto.identity.v1.Keys/RevokeKey",
}


def methods() -> Iterator[MethodDescriptor]:
    for module in (sync_pb2, planning_pb2, execution_pb2, inspection_pb2, identity_pb2):
        for service in module.DESCRIPTOR.services_by_name.values():
            yield from service.methods


def path(method: MethodDescriptor) -> str:
    return f"/{method.containing_service.full_name}/{method.name}"


def test_every_read_is_asked_for_again() -> None:
    reads = {path(each) for each in methods() if each.name.startswith(READS)}
    assert reads - REPEATABLE_METHODS == set()


def test_nothing_else_is_asked_for_again_but_what_does_no_harm() -> None:
    reads = {path(each) for each in methods() if each.name.startswith(READS) or each.name in ALSO_READS}
    assert REPEATABLE_METHODS - reads - WRITES == set()


def asked_as(kind: str) -> set[str]:
    """The methods that the gateway calls as `read` or `write`, where it names them."""
    return {
        node.args[0].attr
        for source in written_modules()
        if source.portion == "gateway"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == kind
        if node.args and isinstance(node.args[0], ast.Attribute)
    }


def test_the_gateway_gives_a_write_the_time_of_a_write() -> None:
    assert [each for each in asked_as("read") if not each.startswith(READS) and each not in ALSO_READS] == []
    assert [each for each in asked_as("write") if each.startswith(READS) or each in ALSO_READS] == []
    assert "UpdateWebhook" in asked_as("write")
