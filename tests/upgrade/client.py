"""A warehouse that uses whichever gateway is there, and remembers every word it was given."""

import hashlib
import itertools
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

ENTRY_DATE = "2026-03-11"
SYNC, PLAN, EXECUTE = "/api/orders/sync", "/api/exports/plan", "/api/exports/execute"
ATTEMPTS = 40
PAUSE_SECONDS = 0.25
# Of a mail; the process that sends it may end meanwhile.
SENT_ATTEMPTS = 240


class Broken(AssertionError):
    """What was promised did not hold."""


@dataclass(frozen=True, slots=True)
class Write:
    """A write that was acknowledged."""

    path: str
    body: dict[str, Any]
    key: str
    answer: dict[str, Any]


@dataclass(slots=True)
class Warehouse:
    """Asks a gateway of those that run, another one at each request; repeats only what was 503 or cut off."""

    api_key: str
    account_id: str
    gateways: Callable[[], Sequence[str]]
    pause: Callable[[float], Awaitable[None]]
    choose: random.Random
    client: httpx.AsyncClient
    writes: list[Write] = field(default_factory=list)
    # What inspect said of each export, and its documents by name with their SHA-256.
    views: dict[str, dict[str, Any]] = field(default_factory=dict)
    documents: dict[str, dict[str, str]] = field(default_factory=dict)
    # What had to be asked again, by status.
    repeated: Counter[str] = field(default_factory=Counter)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    async def orders(self, count: int = 1, **changes: Any) -> list[str]:
        items = [self._order(**changes) for _ in range(count)]
        answer = await self.write(SYNC, {"items": items})
        return [found["id"] for found in answer["data"]]

    async def plan(self, order_ids: Sequence[str], **changes: Any) -> dict[str, Any]:
        body = {
            "warehouseId": "wh_123",
            "brokerId": "br_123",
            "orderIds": list(order_ids),
            "entryDate": ENTRY_DATE,
            **changes,
        }
        return await self.write(PLAN, body)

    async def preview(self, order_ids: Sequence[str]) -> dict[str, Any]:
        """A dry run: nothing is stored, nothing to remember."""
        body = {
            "accountId": self.account_id,
            "warehouseId": "wh_123",
            "brokerId": "br_123",
            "orderIds": list(order_ids),
            "entryDate": ENTRY_DATE,
            "dryRun": True,
        }
        return dict((await self._ask("POST", PLAN, json=body)).json())

    async def execute(self, plan: dict[str, Any]) -> dict[str, Any]:
        """By the hash that was planned, whichever release planned it."""
        return await self.write(EXECUTE, {"batchId": plan["exportId"], "expectedPlanHash": plan["planHash"]})

    async def lifecycle(self) -> str:
        plan = await self.plan(await self.orders())
        await self.execute(plan)
        await self.remember_sent(plan["exportId"])
        return str(plan["exportId"])

    async def change_of_mind(self) -> None:
        """One executed export is withdrawn, another one amended, and its successor executed."""
        withdrawn, amended = await self.lifecycle(), await self.lifecycle()
        await self._change(withdrawn, "withdraw")
        successor = await self._change(amended, "amend")
        await self.execute(successor)
        for export_id in (withdrawn, amended, successor["exportId"]):
            await self.remember_sent(export_id)

    async def _change(self, export_id: str, how: str) -> dict[str, Any]:
        body = {"reason": "of the drill"}
        return await self.write(f"/api/exports/{export_id}/{how}", body, names_account=False)

    async def write(self, path: str, body: dict[str, Any], *, names_account: bool = True) -> dict[str, Any]:
        key = f"{path.rsplit('/', 1)[-1]}-{next(self._numbers)}"
        body = {"accountId": self.account_id, **body} if names_account else body
        answer = (await self._ask("POST", path, json=body, headers={"idempotency-key": key})).json()
        self.writes.append(Write(path, body, key, answer))
        return dict(answer)

    async def get(self, path: str) -> dict[str, Any]:
        return dict((await self._ask("GET", path)).json())

    async def remember(self, export_id: str) -> None:
        """What inspect says of it now, and each of its documents."""
        view = self.views[export_id] = await self.get(f"/api/exports/{export_id}")
        package = view.get("customsPackage")
        if package:
            self.documents[package["id"]] = await self._documents(package["id"])

    async def remember_sent(self, export_id: str) -> None:
        """As `remember`, once all that is to be mailed about it has left."""
        for _ in range(SENT_ATTEMPTS):
            submissions = (await self.get(f"/api/exports/{export_id}"))["brokerSubmissions"]
            if all(each["status"] == "sent" for each in submissions):
                return await self.remember(export_id)
            await self.pause(PAUSE_SECONDS)
        raise Broken(f"not all mails of {export_id} have left: {submissions}")

    async def check(self, changed: Sequence[str] = ()) -> None:
        """Everything that was said is said again, by whoever runs; `changed` exports have gone on since."""
        await self._check_views(changed)
        await self._check_writes()
        await self._check_list()

    async def check_documents(self) -> None:
        """Every document of every package has the bytes that it had."""
        for package_id, documents in self.documents.items():
            if await self._documents(package_id) != documents:
                raise Broken(f"documents of {package_id} differ")

    async def _check_views(self, changed: Sequence[str]) -> None:
        for export_id, view in self.views.items():
            found = await self.get(f"/api/exports/{export_id}")
            if export_id not in changed and not holds(found, view):
                raise Broken(f"{export_id}:\n{view}\nis now\n{found}")

    async def _check_writes(self) -> None:
        for write in self.writes:
            headers = {"idempotency-key": write.key}
            answer = await self._ask("POST", write.path, json=write.body, headers=headers)
            if answer.headers.get("idempotency-replayed") != "true" or not holds(answer.json(), write.answer):
                raise Broken(f"{write} was answered anew: {answer.text}")

    async def _check_list(self) -> None:
        listed = await self._listed()
        for export_id in self.views:
            state = (await self.get(f"/api/exports/{export_id}"))["state"]
            if listed.get(export_id) != state:
                raise Broken(f"{export_id} is {state} and listed as {listed.get(export_id)}")

    async def _listed(self) -> dict[str, str]:
        states: dict[str, str] = {}
        cursor = ""
        while True:
            page = await self.get(f"/api/exports?limit=100{cursor}")
            states |= {each["exportId"]: each["state"] for each in page["data"]}
            if not page["nextCursor"]:
                return states
            cursor = f"&cursor={page['nextCursor']}"

    async def _documents(self, package_id: str) -> dict[str, str]:
        package = await self.get(f"/api/customs-packages/{package_id}")
        found = {}
        for each in package["artifacts"]:
            path = f"/api/customs-packages/{package_id}/artifacts/{each['filename']}"
            found[each["filename"]] = hashlib.sha256((await self._ask("GET", path)).content).hexdigest()
            if found[each["filename"]] != each["sha256"]:
                raise Broken(f"{path} is not what its package says")
        return found

    async def _ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        said = ""
        for _ in range(ATTEMPTS):
            gateway = self.choose.choice(self.gateways())
            headers = {"authorization": f"Bearer {self.api_key}", **request.pop("headers", {})}
            request["headers"] = headers
            try:
                answer = await self.client.request(method, gateway + path, **request)
            except httpx.TransportError as error:
                said = type(error).__name__
            else:
                if answer.status_code == 200:
                    return answer
                said = f"{answer.status_code}"
                if answer.status_code != 503:
                    raise Broken(f"{method} {path} at {gateway}: {answer.status_code} {answer.text}")
            self.repeated[f"{method} {said}"] += 1
            await self.pause(PAUSE_SECONDS)
        raise Broken(f"{method} {path} was never answered: {said}")

    def _order(self, **changes: Any) -> dict[str, Any]:
        return {
            "externalId": f"wms-{next(self._numbers)}",
            "destinationCountry": "US",
            "destinationRegion": "CA",
            "destinationPostalCode": "94105",
            "items": [
                {"productId": "prod_hoodie_001", "quantity": 2, "unitValueUsd": 110},
                {"productId": "prod_cap_002", "quantity": 1, "unitValueUsd": 35},
            ],
            **changes,
        }


def holds(found: Any, before: Any) -> bool:
    """Whether an answer says all that it said before; a later release may say more."""
    if isinstance(before, dict):
        return isinstance(found, dict) and all(
            key in found and holds(found[key], value) for key, value in before.items()
        )
    if isinstance(before, list):
        return isinstance(found, list) and len(found) == len(before) and all(map(holds, found, before))
    return bool(found == before)
