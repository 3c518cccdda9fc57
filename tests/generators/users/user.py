"""What somebody writes who has the wheel of the Python client and nothing else of EntryGo."""

import asyncio
from importlib.util import find_spec

from entrygo_client import (
    ApiError,
    AsyncEntryGo,
    EntryGo,
    NoAnswer,
    PlanHashMismatch,
    Refused,
    types,
    webhooks,
)

ORDER: types.OrderInput = {
    "externalId": "SO-1001",
    "destinationCountry": "US",
    "items": [{"productId": "prod_1", "quantity": 2, "unitValueUsd": 110}],
}
PLAN: types.PlanBody = {"warehouseId": "wh_1", "brokerId": "br_1", "orderIds": []}
# Nobody listens there.
NOWHERE = "http://127.0.0.1:9"


def is_good(plan: types.PlanAnswer) -> bool:
    return plan["readinessState"] != "BLOCKED"


def nightly(entrygo: EntryGo) -> str:
    try:
        done = entrygo.lifecycle(PLAN, key="night-1", orders=[ORDER], policy=is_good)
    except Refused as refused:
        return refused.plan["next_recommended_action"]
    except PlanHashMismatch as error:
        return str(error.details["planHash"])
    return done.export["planHash"]


async def counted(entrygo: AsyncEntryGo) -> int:
    count = 0
    async for each in entrygo.iter_exports(state="COMPLETED"):
        count += len(each["exportId"])
    found = await entrygo.wait_until("batch_1", seconds=10)
    return count + len(found["events"])


def received(secret: str, body: bytes, headers: dict[str, str]) -> str:
    return str(webhooks.verify(secret, body, headers)["type"])


async def away() -> None:
    async with AsyncEntryGo(NOWHERE, "key", "acc_1", max_retries=0) as entrygo:
        await counted(entrygo)


def main() -> None:
    """Runs without a server: nothing answers, in both ways of calling."""
    assert find_spec("entrygo") is None
    assert find_spec("grpc") is None
    assert issubclass(PlanHashMismatch, ApiError)
    with EntryGo(NOWHERE, "key", "acc_1", max_retries=0) as entrygo:
        try:
            nightly(entrygo)
        except NoAnswer as error:
            print(error)
    try:
        asyncio.run(away())
    except NoAnswer as error:
        print(error)


if __name__ == "__main__":
    main()
