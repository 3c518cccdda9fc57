"""One or more attempts on every operation of the OpenAPI document."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.contract.rest.documented import ENTRY_DATE, HOODIE
from tests.isolation.attempts import (
    EXECUTE,
    FORBIDDEN,
    NO_KEY,
    NOT_FOUND,
    OK,
    ORDERS,
    OUT_OF_REACH,
    PLAN,
    READ,
    SETUP,
    Answered,
    Attempt,
    is_out_of_reach,
)
from tests.isolation.victim import ENTRY_NUMBER, Victim

OUTCOMES = {200: OK, 401: NO_KEY, 403: FORBIDDEN, 404: NOT_FOUND}


@dataclass(frozen=True, slots=True)
class RestRequest:
    """What goes into the template of an operation's path, and the rest of the request."""

    path: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    key: str | None = None

    @property
    def text(self) -> str:
        return json.dumps([dict(self.path), self.body, dict(self.query)])


async def ask(
    client: httpx.AsyncClient, method: str, template: str, request: RestRequest, key: str | None
) -> Answered:
    """The answer to a request with this API key, or with none."""
    # A stream that gives nothing ends by that, too.
    headers = {"prefer": "wait=0"}
    if key is not None:
        headers["authorization"] = f"Bearer {key}"
    if request.key is not None:
        headers["idempotency-key"] = request.key
    answer = await client.request(
        method, template.format(**request.path), json=request.body, params=request.query, headers=headers
    )
    outcome = OUTCOMES.get(answer.status_code, f"{answer.status_code} {answer.text[:300]}")
    if answer.status_code == 400 and is_out_of_reach(answer.content):
        outcome = OUT_OF_REACH
    return Answered(outcome, answer.content)


def _of(name: str, request: Callable[[Victim], RestRequest], **known: Any) -> "Attempt[RestRequest]":
    return Attempt(name=name, request=request, **known)


def _read(name: str, request: Callable[[Victim], RestRequest], **known: Any) -> "Attempt[RestRequest]":
    return _of(name, request, enough=READ, **{"shows": True, **known})


def _id(pick: Callable[[Victim], str]) -> Callable[[Victim], RestRequest]:
    return lambda victim: RestRequest({"id": pick(victim)})


def _items(*items: Mapping[str, Any]) -> Callable[[Victim], RestRequest]:
    return lambda victim: RestRequest(body={"accountId": victim.system.account_id, "items": list(items)})


def _planned(victim: Victim, order_ids: tuple[str, ...], key: str | None) -> RestRequest:
    system = victim.system
    body = {
        "accountId": system.account_id, "warehouseId": system.warehouse_id, "brokerId": system.broker_id,
        "destinationCountry": "US", "orderIds": list(order_ids), "dryRun": False, "entryDate": ENTRY_DATE,
    }  # fmt: skip
    return RestRequest(body=body, key=key)


def _executed(victim: Victim, export_id: str, key: str | None) -> RestRequest:
    return RestRequest(body={"accountId": victim.system.account_id, "batchId": export_id}, key=key)


ORDER = {
    "externalId": "isolation-order", "destinationCountry": "US", "destinationRegion": "CA",
    "destinationPostalCode": "94105", "items": [HOODIE],
}  # fmt: skip

PREVIEWED = {"template": {"rows": "order_line", "columns": [{"header": "A", "field": "order_id"}]}}

ATTEMPTS: Mapping[str, tuple["Attempt[RestRequest]", ...]] = {
    "syncOrders": (_of("syncOrders", _items(ORDER), enough=ORDERS, of_account=True),),
    "listOrders": (_read("listOrders", lambda _: RestRequest(), of_account=True, shows=False),),
    "getOrder": (_read("getOrder", _id(lambda victim: victim.order_ids[0]), of_account=True, shows=False),),
    "listOrderExports": (_read("listOrderExports", _id(lambda victim: victim.order_ids[0])),),
    "planExport": (
        _of("planExport", lambda v: _planned(v, v.open_order_ids, None), enough=PLAN),
        _of("planExport replayed", lambda v: _planned(v, v.order_ids, v.plan_key), enough=PLAN, shows=True),
    ),
    "executeExport": (
        _of("executeExport", lambda v: _executed(v, v.open, None), enough=EXECUTE),
        _of(
            "executeExport replayed",
            lambda v: _executed(v, v.done, v.execute_key),
            enough=EXECUTE,
            shows=True,
        ),
    ),
    "inspectExport": (_read("inspectExport", _id(lambda victim: victim.done)),),
    "listExports": (_read("listExports", lambda _: RestRequest()),),
    "listExportIssues": (_read("listExportIssues", _id(lambda victim: victim.done), shows=False),),
    "diffPlans": (
        _read(
            "diffPlans",
            lambda v: RestRequest({"id": v.done}, query={"from": v.done_hash}),
            shows=False,
        ),
    ),
    "cancelExport": (
        _of("cancelExport", lambda v: RestRequest({"id": v.open}, {"reason": "not mine"}), enough=PLAN),
    ),
    "resubmitToBroker": (
        _of(
            "resubmitToBroker", lambda v: RestRequest({"id": v.done}, {"reason": "not mine"}), enough=EXECUTE
        ),
    ),
    "noteBrokerAnswer": (
        _of(
            "noteBrokerAnswer",
            lambda v: RestRequest(
                {"id": v.done}, {"outcome": "acknowledged", "notedBy": "nobody", "note": "not mine"}
            ),
            enough=EXECUTE,
        ),
    ),
    "amendExport": (
        _of(
            "amendExport",
            lambda v: RestRequest({"id": v.done}, {"reason": "not mine", "dryRun": True}),
            enough=PLAN,
        ),
    ),
    "withdrawExport": (
        _of(
            "withdrawExport",
            lambda v: RestRequest({"id": v.done}, {"reason": "not mine", "dryRun": True}),
            enough=EXECUTE,
        ),
    ),
    "recordEntrySummary": (
        _of(
            "recordEntrySummary",
            lambda v: RestRequest({"id": v.done, "n": "1"}, {"entryNumber": "PA7-1234567-8", "dutyUsd": 1}),
            enough=EXECUTE,
        ),
    ),
    "closeEntryTask": (
        _of(
            "closeEntryTask",
            lambda v: RestRequest({"id": v.done, "n": "1", "task": v.task_id}, {"note": "not mine"}),
            enough=EXECUTE,
        ),
    ),
    "listEntrySummaries": (
        _read("listEntrySummaries", lambda v: RestRequest(query={"exportId": v.done})),
        _read("listEntrySummaries of all", lambda _: RestRequest()),
    ),
    "getActualLandedCosts": (_read("getActualLandedCosts", _id(lambda victim: victim.done)),),
    "findCustomsPackages": (
        _read("findCustomsPackages", lambda _: RestRequest(query={"number": ENTRY_NUMBER})),
    ),
    "getCustomsPackage": (_read("getCustomsPackage", _id(lambda victim: victim.package_id)),),
    "getArtifact": (
        _read("getArtifact", lambda v: RestRequest({"id": v.package_id, "filename": "manifest.json"})),
    ),
    "syncProducts": (
        _of(
            "syncProducts",
            _items({"externalId": "isolation-product", "name": "Theirs"}),
            enough=SETUP,
            of_account=True,
        ),
    ),
    "listProducts": (_read("listProducts", lambda _: RestRequest(), of_account=True, shows=False),),
    "getProduct": (
        _read("getProduct", _id(lambda victim: victim.system.product_ids[0]), of_account=True, shows=False),
    ),
    "patchProduct": (
        _of(
            "patchProduct",
            lambda v: RestRequest({"id": v.system.product_ids[0]}, {"name": "Theirs"}),
            enough=SETUP,
            of_account=True,
        ),
    ),
    "patchWarehouse": (
        _of(
            "patchWarehouse",
            lambda v: RestRequest({"id": v.system.warehouse_id}, {"name": "Theirs"}),
            enough=SETUP,
        ),
    ),
    "patchBroker": (
        _of(
            "patchBroker",
            lambda v: RestRequest({"id": v.system.broker_id}, {"name": "Theirs"}),
            enough=SETUP,
            of_account=True,
        ),
    ),
    "patchImporter": (
        _of(
            "patchImporter",
            lambda v: RestRequest({"id": v.importer_id}, {"name": "Theirs"}),
            enough=SETUP,
            of_account=True,
        ),
    ),
    "syncWarehouses": (
        _of(
            "syncWarehouses",
            lambda v: _items({"externalId": v.warehouse_external_id, "name": "Theirs"})(v),
            enough=SETUP,
        ),
    ),
    "listWarehouses": (_read("listWarehouses", lambda _: RestRequest(), shows=False),),
    "getWarehouse": (_read("getWarehouse", _id(lambda victim: victim.system.warehouse_id), shows=False),),
    "syncBrokers": (
        _of(
            "syncBrokers",
            _items({"externalId": "isolation-broker", "name": "Theirs"}),
            enough=SETUP,
            of_account=True,
        ),
    ),
    "listBrokers": (_read("listBrokers", lambda _: RestRequest(), of_account=True, shows=False),),
    "getBroker": (
        _read("getBroker", _id(lambda victim: victim.system.broker_id), of_account=True, shows=False),
    ),
    "previewBrokerTemplate": (
        _read(
            "previewBrokerTemplate",
            lambda v: RestRequest({"id": v.system.broker_id}, PREVIEWED),
            of_account=True,
            shows=False,
        ),
        _read(
            "previewBrokerTemplate of an export",
            lambda v: RestRequest({"id": v.system.broker_id}, {**PREVIEWED, "exportId": v.done}),
        ),
    ),
    "testBroker": (
        _of(
            "testBroker",
            lambda v: RestRequest({"id": v.system.broker_id}, {}),
            enough=SETUP,
            of_account=True,
        ),
    ),
    "syncImporters": (
        _of(
            "syncImporters",
            _items({"externalId": "isolation-importer", "name": "Theirs"}),
            enough=SETUP,
            of_account=True,
        ),
    ),
    "listImporters": (_read("listImporters", lambda _: RestRequest(), of_account=True, shows=False),),
    "getImporter": (
        _read("getImporter", _id(lambda victim: victim.importer_id), of_account=True, shows=False),
    ),
    "approveExport": (
        _of(
            "approveExport",
            lambda v: RestRequest({"id": v.open}, {"planHash": v.open_hash, "approvedBy": "them"}),
            enough=PLAN,
        ),
    ),
    "listRules": (_read("listRules", lambda _: RestRequest(), of_account=True, shows=False),),
    "getPolicy": (_read("getPolicy", lambda _: RestRequest(), of_account=True, shows=False),),
    "setPolicy": (
        _of(
            "setPolicy",
            lambda v: RestRequest(body={"accountId": v.system.account_id}),
            enough=SETUP,
        ),
    ),
    "listEvents": (_read("listEvents", lambda v: RestRequest(query={"exportId": v.done})),),
    "streamEvents": (_read("streamEvents", lambda _: RestRequest(), shows=False),),
    "streamExport": (_read("streamExport", _id(lambda victim: victim.done)),),
    "createWebhook": (
        _of(
            "createWebhook",
            lambda v: RestRequest(
                body={"accountId": v.system.account_id, "url": "http://127.0.0.1:9/theirs"}
            ),
            enough=SETUP,
            of_account=True,
        ),
    ),
    "listWebhooks": (_read("listWebhooks", lambda _: RestRequest()),),
    "getWebhook": (_read("getWebhook", _id(lambda victim: victim.webhook_id)),),
    "patchWebhook": (
        _of("patchWebhook", lambda v: RestRequest({"id": v.webhook_id}, {"events": []}), enough=SETUP),
    ),
    "deleteWebhook": (_of("deleteWebhook", _id(lambda victim: victim.webhook_id), enough=SETUP),),
    "rotateWebhookSecret": (
        _of("rotateWebhookSecret", lambda v: RestRequest({"id": v.webhook_id}, {}), enough=SETUP),
    ),
    "listWebhookDeliveries": (
        _read("listWebhookDeliveries", _id(lambda victim: victim.webhook_id), shows=False),
    ),
    "replayWebhook": (
        _of(
            "replayWebhook",
            lambda v: RestRequest({"id": v.webhook_id}, {"status": "pending"}),
            enough=SETUP,
        ),
    ),
    "testWebhook": (_of("testWebhook", _id(lambda victim: victim.webhook_id), enough=SETUP),),
    "listKeys": (_of("listKeys", lambda _: RestRequest(), enough=SETUP, shows=True),),
    "createKey": (
        _of(
            "createKey",
            lambda v: RestRequest(
                body={
                    "accountId": v.system.account_id,
                    "name": "theirs",
                    "scopes": ["read"],
                    "warehouseId": v.system.warehouse_id,
                }
            ),
            enough=SETUP,
        ),
    ),
    "rotateKey": (_of("rotateKey", lambda v: RestRequest({"id": v.key_id}, {}), enough=SETUP),),
    "revokeKey": (_of("revokeKey", _id(lambda victim: victim.key_id), enough=SETUP),),
    "systemHealth": (_of("systemHealth", lambda _: RestRequest(), enough=frozenset()),),
}
