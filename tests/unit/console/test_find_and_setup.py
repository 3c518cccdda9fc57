"""Finding things by what they are called, and the setup as it is."""

import httpx
import pytest

from entrygo.domain.errors import ServiceUnavailable
from entrygo.proto.inspection.v1 import inspection_pb2
from tests.fakes import FakeServices
from tests.unit.gateway.requests import executed_export, planned_export, synced_order_id


async def test_order_is_found_by_its_own_number_and_by_ours(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient
) -> None:
    order_id = await synced_order_id(program)
    for query in ("wms-order-1001", order_id, f"  {order_id} "):
        page = (await clerk.get("/find", params={"q": query})).text
        assert "1 hit" in page
        assert order_id in page
        assert "2 lines, USD 255.00, to CA US" in page


async def test_export_or_package_that_is_the_only_hit_is_opened(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient
) -> None:
    execution = await executed_export(program)
    for query in (execution["exportId"], execution["customs_package_id"]):
        answer = await clerk.get("/find", params={"q": query})
        assert answer.status_code == 303
        assert answer.headers["location"].startswith(f"/exports/{execution['exportId']}")


async def test_export_is_found_by_the_numbers_of_its_package_and_its_entry(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    export_id = (await executed_export(program))["exportId"]
    export = services._exports["acc_123", export_id]
    export.broker_submissions[-1].entry_number = "ABC-1234567-6"
    for query in (export.customs_package.package_number, "ABC-1234567-6"):
        answer = await clerk.get("/find", params={"q": query})
        assert answer.headers["location"] == f"/exports/{export_id}#documents"
    # An amended entry has several packages, of which nobody can say which one is meant.
    other = services._exports["acc_123", (await executed_export(program))["exportId"]]
    other.broker_submissions[-1].entry_number = "ABC-1234567-6"
    page = (await clerk.get("/find", params={"q": "ABC-1234567-6"})).text
    assert "2 hits" in page
    assert page.count("Entry ABC-1234567-6") == 2


async def test_a_shipment_control_number_leads_to_its_export(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    export_id = (await executed_export(program))["exportId"]
    services.control_numbers[export_id] = {"CCBT20260001"}
    answer = await clerk.get("/find", params={"q": "ccbt20260001"})
    assert answer.headers["location"] == f"/exports/{export_id}"
    assert "Nothing is called" in (await clerk.get("/find", params={"q": "CCBT20260002"})).text


async def test_an_order_whose_export_was_sent_says_who_has_it_now(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient
) -> None:
    await executed_export(program)
    page = (await clerk.get("/find", params={"q": "wms-order-1001"})).text
    assert "With the broker" in page
    assert "Being sent" not in page


async def test_product_is_found_by_its_sku_beside_its_external_id(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient
) -> None:
    (await program.patch("/api/products/prod_cap_002", json={"sku": "CAP-RED"})).raise_for_status()
    for query in ("CAP-RED", "prod_cap_002"):
        page = (await clerk.get("/find", params={"q": query})).text
        assert "1 hit" in page
        assert "prod_cap_002" in page


async def test_order_leads_to_its_exports_and_product_to_those_that_it_blocks(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    export_id = (await planned_export(program))["exportId"]
    order = (await clerk.get("/find", params={"q": "wms-order-1001"})).text
    assert f'<a href="/exports/{export_id}">' in order
    product = (await clerk.get("/find", params={"q": "prod_hoodie_001"})).text
    assert export_id not in product
    plan = services._exports["acc_123", export_id].plan
    plan.readiness_state = "BLOCKED"
    plan.issues.by_product[0].orders_blocked = 3
    product = (await clerk.get("/find", params={"q": "prod_hoodie_001"})).text
    assert f'<a href="/exports/{export_id}">' in product
    assert "blocks 3 orders" in product


@pytest.mark.parametrize("query", ["nobody", "a b c", "<script>alert(1)</script>", "%00", "x" * 400, "日本"])
async def test_what_nobody_is_called_says_what_was_looked_for(clerk: httpx.AsyncClient, query: str) -> None:
    answer = await clerk.get("/find", params={"q": query})
    assert answer.status_code == 200
    assert "Nothing is called" in answer.text
    assert "<script>alert" not in answer.text


async def test_setup_shows_who_ships_and_who_files(clerk: httpx.AsyncClient, services: FakeServices) -> None:
    services.webhooks_of_all = [
        inspection_pb2.Webhook(url="https://wms.example/hook", status="disabled", disabled_reason="Gone.")
    ]
    page = (await clerk.get("/setup")).text
    for text in ("yvr-01", "demo-broker", "https://wms.example/hook", "Gone.", "send to brokers"):
        assert text in page
    assert "can be sent without an approval" in page


async def test_part_of_the_setup_that_cannot_be_read_says_so(
    clerk: httpx.AsyncClient, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise ServiceUnavailable

    monkeypatch.setattr(services, "ListWarehouses", away)
    answer = await clerk.get("/setup")
    assert answer.status_code == 200
    assert "Warehouses cannot be read right now" in answer.text
    assert "demo-broker" in answer.text
