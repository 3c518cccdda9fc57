"""Generated from the contract by `make pages`: edit scripts/generate_python_client.py instead."""

from collections.abc import AsyncIterator, Callable
from typing import Any, Literal
from urllib.parse import quote

from entrygo_client import types


class AsyncOperations:
    """One method for each operation of the REST API."""

    async def _call(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, Any] | None = None,
        body: Any = None,
        idempotency_key: str | None = None,
        repeatable: bool = True,
    ) -> Any:
        raise NotImplementedError

    def _with_account(self, body: Any) -> Any:
        raise NotImplementedError

    async def _download(self, path: str) -> bytes:
        raise NotImplementedError

    async def _iter(self, list_page: Callable[..., Any], *inside: str, **query: Any) -> AsyncIterator[Any]:
        """The items of a list, page after page."""
        while True:
            page = await list_page(*inside, **query)
            for each in page["data"]:
                yield each
            if not page["hasMore"]:
                return
            query["cursor"] = page["nextCursor"]

    async def sync_orders(
        self, body: types.SyncOrdersBody, *, idempotency_key: str | None = None
    ) -> types.SyncOrdersAnswer:
        """Sync orders."""
        answer: types.SyncOrdersAnswer = await self._call(
            "POST", "/api/orders/sync", body=self._with_account(body), idempotency_key=idempotency_key
        )
        return answer

    async def list_orders(
        self, *, limit: int | None = None, cursor: str | None = None, external_id: str | None = None
    ) -> types.OrderPage:
        """List orders."""
        answer: types.OrderPage = await self._call(
            "GET", "/api/orders", query={"limit": limit, "cursor": cursor, "externalId": external_id}
        )
        return answer

    def iter_orders(
        self, *, limit: int | None = None, cursor: str | None = None, external_id: str | None = None
    ) -> AsyncIterator[types.StoredOrder]:
        """List orders: all of them, page after page."""
        return self._iter(self.list_orders, limit=limit, cursor=cursor, external_id=external_id)

    async def get_order(self, id: str) -> types.StoredOrder:
        """Read one order."""
        answer: types.StoredOrder = await self._call("GET", f"/api/orders/{quote(id, safe='')}")
        return answer

    async def list_order_exports(self, id: str) -> types.OrderExportsAnswer:
        """List the exports of one order."""
        answer: types.OrderExportsAnswer = await self._call(
            "GET", f"/api/orders/{quote(id, safe='')}/exports"
        )
        return answer

    async def plan_export(
        self, body: types.PlanBody, *, idempotency_key: str | None = None
    ) -> types.PlanAnswer:
        """Plan an export."""
        answer: types.PlanAnswer = await self._call(
            "POST", "/api/exports/plan", body=self._with_account(body), idempotency_key=idempotency_key
        )
        return answer

    async def execute_export(
        self, body: types.ExecuteBody, *, idempotency_key: str | None = None
    ) -> types.ExecuteAnswer:
        """Execute a planned export."""
        answer: types.ExecuteAnswer = await self._call(
            "POST", "/api/exports/execute", body=self._with_account(body), idempotency_key=idempotency_key
        )
        return answer

    async def inspect_export(self, id: str) -> types.InspectAnswer:
        """Inspect an export."""
        answer: types.InspectAnswer = await self._call("GET", f"/api/exports/{quote(id, safe='')}")
        return answer

    async def list_exports(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        state: Literal["BATCHED", "EXECUTING", "COMPLETED", "FAILED", "CANCELLED", "WITHDRAWN", "SUPERSEDED"]
        | None = None,
        readiness_state: Literal["READY", "REVIEW_REQUIRED", "BLOCKED"] | None = None,
        warehouse_id: str | None = None,
        broker_id: str | None = None,
        created_after: str | None = None,
        created_before: str | None = None,
    ) -> types.ExportPage:
        """List exports."""
        answer: types.ExportPage = await self._call(
            "GET",
            "/api/exports",
            query={
                "limit": limit,
                "cursor": cursor,
                "state": state,
                "readinessState": readiness_state,
                "warehouseId": warehouse_id,
                "brokerId": broker_id,
                "createdAfter": created_after,
                "createdBefore": created_before,
            },
        )
        return answer

    def iter_exports(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        state: Literal["BATCHED", "EXECUTING", "COMPLETED", "FAILED", "CANCELLED", "WITHDRAWN", "SUPERSEDED"]
        | None = None,
        readiness_state: Literal["READY", "REVIEW_REQUIRED", "BLOCKED"] | None = None,
        warehouse_id: str | None = None,
        broker_id: str | None = None,
        created_after: str | None = None,
        created_before: str | None = None,
    ) -> AsyncIterator[types.ExportSummary]:
        """List exports: all of them, page after page."""
        return self._iter(
            self.list_exports,
            limit=limit,
            cursor=cursor,
            state=state,
            readiness_state=readiness_state,
            warehouse_id=warehouse_id,
            broker_id=broker_id,
            created_after=created_after,
            created_before=created_before,
        )

    async def list_export_issues(self, id: str) -> types.IssuesAnswer:
        """List what to fix in a plan."""
        answer: types.IssuesAnswer = await self._call("GET", f"/api/exports/{quote(id, safe='')}/issues")
        return answer

    async def diff_plans(
        self, id: str, *, from_: str, to: str | None = None, limit: int | None = None
    ) -> types.PlanDiffAnswer:
        """Compare two plans of an export."""
        answer: types.PlanDiffAnswer = await self._call(
            "GET",
            f"/api/exports/{quote(id, safe='')}/plan-diff",
            query={"from": from_, "to": to, "limit": limit},
        )
        return answer

    async def cancel_export(
        self, id: str, body: types.CancelBody | None = None, *, idempotency_key: str | None = None
    ) -> types.CancelAnswer:
        """Cancel a planned export."""
        answer: types.CancelAnswer = await self._call(
            "POST", f"/api/exports/{quote(id, safe='')}/cancel", body=body, idempotency_key=idempotency_key
        )
        return answer

    async def resubmit_to_broker(
        self, id: str, body: types.ResubmitBody, *, idempotency_key: str | None = None
    ) -> types.ResubmitAnswer:
        """Send an executed package to the broker again."""
        answer: types.ResubmitAnswer = await self._call(
            "POST",
            f"/api/exports/{quote(id, safe='')}/broker-submissions",
            body=body,
            idempotency_key=idempotency_key,
        )
        return answer

    async def note_broker_answer(
        self, id: str, body: types.NoteBrokerAnswerBody, *, idempotency_key: str | None = None
    ) -> types.NoteBrokerAnswerAnswer:
        """Note what the broker said."""
        answer: types.NoteBrokerAnswerAnswer = await self._call(
            "POST",
            f"/api/exports/{quote(id, safe='')}/broker-answer",
            body=body,
            idempotency_key=idempotency_key,
        )
        return answer

    async def withdraw_export(
        self, id: str, body: types.WithdrawBody, *, idempotency_key: str | None = None
    ) -> types.WithdrawAnswer:
        """Withdraw an executed export."""
        answer: types.WithdrawAnswer = await self._call(
            "POST", f"/api/exports/{quote(id, safe='')}/withdraw", body=body, idempotency_key=idempotency_key
        )
        return answer

    async def amend_export(
        self, id: str, body: types.AmendBody, *, idempotency_key: str | None = None
    ) -> types.PlanAnswer:
        """Plan what takes the place of an executed export."""
        answer: types.PlanAnswer = await self._call(
            "POST", f"/api/exports/{quote(id, safe='')}/amend", body=body, idempotency_key=idempotency_key
        )
        return answer

    async def find_customs_packages(self, *, number: str) -> types.PackagesByNumber:
        """Find packages by a number."""
        answer: types.PackagesByNumber = await self._call(
            "GET", "/api/customs-packages", query={"number": number}
        )
        return answer

    async def get_customs_package(self, id: str) -> types.CustomsPackageAnswer:
        """Read a customs package."""
        answer: types.CustomsPackageAnswer = await self._call(
            "GET", f"/api/customs-packages/{quote(id, safe='')}"
        )
        return answer

    async def get_artifact(self, id: str, filename: str) -> bytes:
        """Download a document."""
        return await self._download(
            f"/api/customs-packages/{quote(id, safe='')}/artifacts/{quote(filename, safe='')}"
        )

    async def record_entry_summary(
        self, id: str, n: str, body: types.EntrySummaryBody, *, idempotency_key: str | None = None
    ) -> types.EntryReconciliation:
        """Give back what the broker entered."""
        answer: types.EntryReconciliation = await self._call(
            "POST",
            f"/api/exports/{quote(id, safe='')}/entries/{quote(n, safe='')}/summary",
            body=body,
            idempotency_key=idempotency_key,
        )
        return answer

    async def close_entry_task(
        self, id: str, n: str, task: str, body: types.CloseTaskBody, *, idempotency_key: str | None = None
    ) -> types.EntryReconciliation:
        """Close a task with a note."""
        answer: types.EntryReconciliation = await self._call(
            "POST",
            f"/api/exports/{quote(id, safe='')}/entries/{quote(n, safe='')}/tasks/{quote(task, safe='')}",
            body=body,
            idempotency_key=idempotency_key,
        )
        return answer

    async def list_entry_summaries(
        self, *, limit: int | None = None, cursor: str | None = None, export_id: str | None = None
    ) -> types.EntrySummaryPage:
        """List what brokers entered."""
        answer: types.EntrySummaryPage = await self._call(
            "GET", "/api/entry-summaries", query={"limit": limit, "cursor": cursor, "exportId": export_id}
        )
        return answer

    def iter_entry_summaries(
        self, *, limit: int | None = None, cursor: str | None = None, export_id: str | None = None
    ) -> AsyncIterator[types.EntryReconciliation]:
        """List what brokers entered: all of them, page after page."""
        return self._iter(self.list_entry_summaries, limit=limit, cursor=cursor, export_id=export_id)

    async def get_actual_landed_costs(self, id: str) -> bytes:
        """Download what each order cost landed."""
        return await self._download(f"/api/exports/{quote(id, safe='')}/actual-landed-costs.csv")

    async def sync_products(
        self, body: types.SyncProductsBody, *, idempotency_key: str | None = None
    ) -> types.SyncProductsAnswer:
        """Sync products."""
        answer: types.SyncProductsAnswer = await self._call(
            "POST", "/api/products/sync", body=self._with_account(body), idempotency_key=idempotency_key
        )
        return answer

    async def list_products(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        external_id: str | None = None,
        sku: str | None = None,
    ) -> types.ProductPage:
        """List products."""
        answer: types.ProductPage = await self._call(
            "GET",
            "/api/products",
            query={"limit": limit, "cursor": cursor, "externalId": external_id, "sku": sku},
        )
        return answer

    def iter_products(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        external_id: str | None = None,
        sku: str | None = None,
    ) -> AsyncIterator[types.Product]:
        """List products: all of them, page after page."""
        return self._iter(self.list_products, limit=limit, cursor=cursor, external_id=external_id, sku=sku)

    async def get_product(self, id: str) -> types.Product:
        """Read one product."""
        answer: types.Product = await self._call("GET", f"/api/products/{quote(id, safe='')}")
        return answer

    async def patch_product(
        self, id: str, body: types.PatchProductBody | None = None, *, idempotency_key: str | None = None
    ) -> types.Product:
        """Change one product."""
        answer: types.Product = await self._call(
            "PATCH", f"/api/products/{quote(id, safe='')}", body=body, idempotency_key=idempotency_key
        )
        return answer

    async def sync_warehouses(
        self, body: types.SyncWarehousesBody, *, idempotency_key: str | None = None
    ) -> types.SyncWarehousesAnswer:
        """Sync warehouses."""
        answer: types.SyncWarehousesAnswer = await self._call(
            "POST", "/api/warehouses/sync", body=self._with_account(body), idempotency_key=idempotency_key
        )
        return answer

    async def list_warehouses(
        self, *, limit: int | None = None, cursor: str | None = None, external_id: str | None = None
    ) -> types.WarehousePage:
        """List warehouses."""
        answer: types.WarehousePage = await self._call(
            "GET", "/api/warehouses", query={"limit": limit, "cursor": cursor, "externalId": external_id}
        )
        return answer

    def iter_warehouses(
        self, *, limit: int | None = None, cursor: str | None = None, external_id: str | None = None
    ) -> AsyncIterator[types.Warehouse]:
        """List warehouses: all of them, page after page."""
        return self._iter(self.list_warehouses, limit=limit, cursor=cursor, external_id=external_id)

    async def get_warehouse(self, id: str) -> types.Warehouse:
        """Read one warehouse."""
        answer: types.Warehouse = await self._call("GET", f"/api/warehouses/{quote(id, safe='')}")
        return answer

    async def patch_warehouse(
        self, id: str, body: types.PatchWarehouseBody | None = None, *, idempotency_key: str | None = None
    ) -> types.Warehouse:
        """Change one warehouse."""
        answer: types.Warehouse = await self._call(
            "PATCH", f"/api/warehouses/{quote(id, safe='')}", body=body, idempotency_key=idempotency_key
        )
        return answer

    async def sync_brokers(
        self, body: types.SyncBrokersBody, *, idempotency_key: str | None = None
    ) -> types.SyncBrokersAnswer:
        """Sync brokers."""
        answer: types.SyncBrokersAnswer = await self._call(
            "POST", "/api/brokers/sync", body=self._with_account(body), idempotency_key=idempotency_key
        )
        return answer

    async def list_brokers(
        self, *, limit: int | None = None, cursor: str | None = None, external_id: str | None = None
    ) -> types.BrokerPage:
        """List brokers."""
        answer: types.BrokerPage = await self._call(
            "GET", "/api/brokers", query={"limit": limit, "cursor": cursor, "externalId": external_id}
        )
        return answer

    def iter_brokers(
        self, *, limit: int | None = None, cursor: str | None = None, external_id: str | None = None
    ) -> AsyncIterator[types.Broker]:
        """List brokers: all of them, page after page."""
        return self._iter(self.list_brokers, limit=limit, cursor=cursor, external_id=external_id)

    async def get_broker(self, id: str) -> types.Broker:
        """Read one broker."""
        answer: types.Broker = await self._call("GET", f"/api/brokers/{quote(id, safe='')}")
        return answer

    async def patch_broker(
        self, id: str, body: types.PatchBrokerBody | None = None, *, idempotency_key: str | None = None
    ) -> types.Broker:
        """Change one broker."""
        answer: types.Broker = await self._call(
            "PATCH", f"/api/brokers/{quote(id, safe='')}", body=body, idempotency_key=idempotency_key
        )
        return answer

    async def sync_importers(
        self, body: types.SyncImportersBody, *, idempotency_key: str | None = None
    ) -> types.SyncImportersAnswer:
        """Sync importers."""
        answer: types.SyncImportersAnswer = await self._call(
            "POST", "/api/importers/sync", body=self._with_account(body), idempotency_key=idempotency_key
        )
        return answer

    async def list_importers(
        self, *, limit: int | None = None, cursor: str | None = None, external_id: str | None = None
    ) -> types.ImporterPage:
        """List importers."""
        answer: types.ImporterPage = await self._call(
            "GET", "/api/importers", query={"limit": limit, "cursor": cursor, "externalId": external_id}
        )
        return answer

    def iter_importers(
        self, *, limit: int | None = None, cursor: str | None = None, external_id: str | None = None
    ) -> AsyncIterator[types.Importer]:
        """List importers: all of them, page after page."""
        return self._iter(self.list_importers, limit=limit, cursor=cursor, external_id=external_id)

    async def get_importer(self, id: str) -> types.Importer:
        """Read one importer."""
        answer: types.Importer = await self._call("GET", f"/api/importers/{quote(id, safe='')}")
        return answer

    async def patch_importer(
        self, id: str, body: types.PatchImporterBody | None = None, *, idempotency_key: str | None = None
    ) -> types.Importer:
        """Change one importer."""
        answer: types.Importer = await self._call(
            "PATCH", f"/api/importers/{quote(id, safe='')}", body=body, idempotency_key=idempotency_key
        )
        return answer

    async def preview_broker_template(
        self,
        id: str,
        body: types.PreviewBrokerTemplateBody | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> types.BrokerTemplatePreview:
        """Show a broker's own layout."""
        answer: types.BrokerTemplatePreview = await self._call(
            "POST",
            f"/api/brokers/{quote(id, safe='')}/template/preview",
            body=body,
            idempotency_key=idempotency_key,
        )
        return answer

    async def test_broker(
        self, id: str, body: types.BrokerTestBody | None = None, *, idempotency_key: str | None = None
    ) -> types.BrokerTest:
        """Test the way to a broker."""
        answer: types.BrokerTest = await self._call(
            "POST", f"/api/brokers/{quote(id, safe='')}/test", body=body, idempotency_key=idempotency_key
        )
        return answer

    async def approve_export(
        self, id: str, body: types.ApproveBody, *, idempotency_key: str | None = None
    ) -> types.ApproveAnswer:
        """Approve a plan by name."""
        answer: types.ApproveAnswer = await self._call(
            "POST", f"/api/exports/{quote(id, safe='')}/approve", body=body, idempotency_key=idempotency_key
        )
        return answer

    async def list_rules(self) -> types.RulesAnswer:
        """List the rules that plans are checked against."""
        answer: types.RulesAnswer = await self._call("GET", "/api/rules")
        return answer

    async def get_policy(self) -> types.PolicyAnswer:
        """Read the account's policy."""
        answer: types.PolicyAnswer = await self._call("GET", "/api/policy")
        return answer

    async def set_policy(
        self, body: types.PolicyBody, *, idempotency_key: str | None = None
    ) -> types.PolicyAnswer:
        """Set the account's policy."""
        answer: types.PolicyAnswer = await self._call(
            "PUT", "/api/policy", body=self._with_account(body), idempotency_key=idempotency_key
        )
        return answer

    async def list_events(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        type_: str | None = None,
        export_id: str | None = None,
    ) -> types.EventPage:
        """List events."""
        answer: types.EventPage = await self._call(
            "GET",
            "/api/events",
            query={"limit": limit, "cursor": cursor, "type": type_, "exportId": export_id},
        )
        return answer

    def iter_events(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        type_: str | None = None,
        export_id: str | None = None,
    ) -> AsyncIterator[types.Event]:
        """List events: all of them, page after page."""
        return self._iter(self.list_events, limit=limit, cursor=cursor, type_=type_, export_id=export_id)

    async def create_webhook(
        self, body: types.CreateWebhookBody, *, idempotency_key: str | None = None
    ) -> types.WebhookWithSecret:
        """Add a webhook."""
        answer: types.WebhookWithSecret = await self._call(
            "POST", "/api/webhooks", body=self._with_account(body), idempotency_key=idempotency_key
        )
        return answer

    async def list_webhooks(self) -> types.WebhookPage:
        """List webhooks."""
        answer: types.WebhookPage = await self._call("GET", "/api/webhooks")
        return answer

    async def get_webhook(self, id: str) -> types.WebhookView:
        """Read one webhook."""
        answer: types.WebhookView = await self._call("GET", f"/api/webhooks/{quote(id, safe='')}")
        return answer

    async def patch_webhook(
        self, id: str, body: types.PatchWebhookBody | None = None, *, idempotency_key: str | None = None
    ) -> types.WebhookView:
        """Change a webhook."""
        answer: types.WebhookView = await self._call(
            "PATCH", f"/api/webhooks/{quote(id, safe='')}", body=body, idempotency_key=idempotency_key
        )
        return answer

    async def delete_webhook(self, id: str) -> types.DeletedWebhook:
        """Remove a webhook."""
        answer: types.DeletedWebhook = await self._call("DELETE", f"/api/webhooks/{quote(id, safe='')}")
        return answer

    async def rotate_webhook_secret(
        self, id: str, body: types.RotateSecretBody | None = None, *, idempotency_key: str | None = None
    ) -> types.WebhookWithSecret:
        """Give a webhook a new secret."""
        answer: types.WebhookWithSecret = await self._call(
            "POST", f"/api/webhooks/{quote(id, safe='')}/rotate", body=body, idempotency_key=idempotency_key
        )
        return answer

    async def list_webhook_deliveries(
        self,
        id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        status: Literal["pending", "delivered", "failed", "held"] | None = None,
    ) -> types.DeliveryPage:
        """List a webhook's deliveries."""
        answer: types.DeliveryPage = await self._call(
            "GET",
            f"/api/webhooks/{quote(id, safe='')}/deliveries",
            query={"limit": limit, "cursor": cursor, "status": status},
        )
        return answer

    def iter_webhook_deliveries(
        self,
        id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        status: Literal["pending", "delivered", "failed", "held"] | None = None,
    ) -> AsyncIterator[types.DeliveryView]:
        """List a webhook's deliveries: all of them, page after page."""
        return self._iter(self.list_webhook_deliveries, id, limit=limit, cursor=cursor, status=status)

    async def replay_webhook(
        self, id: str, body: types.ReplayBody | None = None, *, idempotency_key: str | None = None
    ) -> types.ReplayAnswer:
        """Send events again."""
        answer: types.ReplayAnswer = await self._call(
            "POST", f"/api/webhooks/{quote(id, safe='')}/replay", body=body, idempotency_key=idempotency_key
        )
        return answer

    async def test_webhook(self, id: str) -> types.DeliveryView:
        """Send a test event."""
        answer: types.DeliveryView = await self._call(
            "POST", f"/api/webhooks/{quote(id, safe='')}/test", repeatable=False
        )
        return answer

    async def list_keys(self, *, limit: int | None = None, cursor: str | None = None) -> types.KeyPage:
        """List API keys."""
        answer: types.KeyPage = await self._call("GET", "/api/keys", query={"limit": limit, "cursor": cursor})
        return answer

    def iter_keys(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncIterator[types.KeyView]:
        """List API keys: all of them, page after page."""
        return self._iter(self.list_keys, limit=limit, cursor=cursor)

    async def create_key(
        self, body: types.CreateKeyBody, *, idempotency_key: str | None = None
    ) -> types.KeyWithSecret:
        """Create an API key."""
        answer: types.KeyWithSecret = await self._call(
            "POST", "/api/keys", body=self._with_account(body), idempotency_key=idempotency_key
        )
        return answer

    async def rotate_key(
        self, id: str, body: types.RotateKeyBody | None = None, *, idempotency_key: str | None = None
    ) -> types.KeyWithSecret:
        """Replace an API key."""
        answer: types.KeyWithSecret = await self._call(
            "POST", f"/api/keys/{quote(id, safe='')}/rotate", body=body, idempotency_key=idempotency_key
        )
        return answer

    async def revoke_key(self, id: str) -> types.KeyView:
        """Revoke an API key."""
        answer: types.KeyView = await self._call("POST", f"/api/keys/{quote(id, safe='')}/revoke")
        return answer

    async def system_health(self) -> types.HealthAnswer:
        """Verify the key and see how the system does."""
        answer: types.HealthAnswer = await self._call("GET", "/api/system/health")
        return answer
