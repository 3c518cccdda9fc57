"""A warehouse and its mail catcher, as the drill sees them from the host."""

import time
from dataclasses import dataclass, field

import httpx

from entrygo_client import EntryGo
from entrygo_client.types import OrderInput, PlanBody

BASE_URL = "http://127.0.0.1:3000"
MAIL_URL = "http://127.0.0.1:8025"
ACCOUNT = "acc_123"
SETTLE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Export:
    """What was acknowledged about one export."""

    id: str
    package_id: str
    package_number: str
    documents: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Warehouse:
    """Makes exports and remembers them, so that each can be asked for again later."""

    entrygo: EntryGo
    exports: list[Export] = field(default_factory=list)

    def export(self, name: str) -> Export:
        """Sync, plan, execute; returns when the whole lifecycle was acknowledged."""
        order: OrderInput = {
            "externalId": name,
            "destinationCountry": "US",
            "destinationRegion": "CA",
            "destinationPostalCode": "94105",
            "items": [{"productId": "prod_hoodie_001", "quantity": 2, "unitValueUsd": 110}],
        }
        synced = self.entrygo.sync_orders({"items": [order]}, idempotency_key=f"{name}-sync")
        body: PlanBody = {
            "warehouseId": "wh_123",
            "brokerId": "br_123",
            "orderIds": [each["id"] for each in synced["data"]],
        }
        export_id = self.entrygo.plan_export(body, idempotency_key=f"{name}-plan")["exportId"] or ""
        self.entrygo.execute_export({"batchId": export_id}, idempotency_key=f"{name}-execute")
        self.exports.append(self._read(export_id))
        return self.exports[-1]

    def check(self) -> None:
        """Every export that was acknowledged is as it was, its documents too, and was mailed exactly once."""
        for export in self.exports:
            found = self._read(export.id)
            if found != export:
                raise Lost(f"{export} is now {found}")
            for filename, _ in export.documents:
                if not self.entrygo.get_artifact(export.package_id, filename):
                    raise Lost(f"{filename} of {export.package_id} is empty")
        self._check_mails()

    def _check_mails(self) -> None:
        deadline = time.monotonic() + SETTLE_SECONDS
        while True:
            mails = {export.package_number: 0 for export in self.exports}
            for subject in subjects():
                for number in mails:
                    mails[number] += number in subject
            if all(count == 1 for count in mails.values()):
                return
            if max(mails.values()) > 1 or time.monotonic() > deadline:
                raise Lost(f"mails by package: {mails}")
            time.sleep(1)

    def _read(self, export_id: str) -> Export:
        found = self.entrygo.inspect_export(export_id)
        if found["status"] != "COMPLETED" or found["customsPackage"] is None:
            raise Lost(f"{export_id} is {found['status']}")
        package = self.entrygo.get_customs_package(found["customsPackage"]["id"])
        return Export(
            export_id,
            package["id"],
            package["packageNumber"],
            tuple((each["filename"], each["sha256"]) for each in package["artifacts"]),
        )


class Lost(AssertionError):
    """What was acknowledged is not there, or is there twice."""


def subjects() -> list[str]:
    """The subject of every mail that the catcher holds."""
    answer = httpx.get(f"{MAIL_URL}/api/v1/messages", params={"limit": 500}).raise_for_status().json()
    return [str(message["Subject"]) for message in answer["messages"]]
