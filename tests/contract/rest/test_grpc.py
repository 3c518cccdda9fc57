"""The services' own doors on the running system, as a client that knows no proto finds them."""

from collections.abc import AsyncIterator

import grpc
import pytest
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from tests.harness.system import System

HEALTH = "grpc.health.v1.Health"
REFLECTION = "grpc.reflection.v1alpha.ServerReflection"
IDENTITY = "entrygo.proto.identity.v1.Identity"


async def ask() -> AsyncIterator[reflection_pb2.ServerReflectionRequest]:
    yield reflection_pb2.ServerReflectionRequest(list_services="")


@pytest.mark.parametrize(
    ("part", "own"),
    [
        ("sync", {"entrygo.proto.sync.v1.Sync", "entrygo.proto.identity.v1.Keys"}),
        ("planning", {"entrygo.proto.planning.v1.Planning"}),
        ("execution", {"entrygo.proto.execution.v1.Execution"}),
        ("inspection", {"entrygo.proto.inspection.v1.Inspection"}),
    ],
)
async def test_reflection_names_every_service_that_the_page_of_grpc_names(
    system: System, part: str, own: set[str]
) -> None:
    async with grpc.aio.insecure_channel(system.targets[part]) as channel:
        reflection = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo
        key = (("authorization", f"Bearer {system.api_key}"),)
        [answer] = [each async for each in reflection(ask(), metadata=key)]
    named = {service.name for service in answer.list_services_response.service}
    assert named == {*own, IDENTITY, HEALTH, REFLECTION}
