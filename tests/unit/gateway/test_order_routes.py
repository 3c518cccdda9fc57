"""Order sync over REST: the documented fields, and what is kept as it was sent."""

import httpx

from tests.unit.gateway.requests import (
    order_body,
)


async def test_order_sync_answers_the_documented_fields_and_no_other(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/orders/sync", json=order_body())
    [order] = answer.json()["data"]
    assert order.pop("id").startswith("ord_")
    assert order == {
        "accountId": "acc_123",
        "externalId": "wms-order-1001",
        "destinationCountry": "US",
        "destinationRegion": "CA",
        "destinationPostalCode": "94105",
        "totalValueUsd": 255,
        "items": [
            {"productId": "prod_hoodie_001", "quantity": 2, "unitValueUsd": 110},
            {"productId": "prod_cap_002", "quantity": 1, "unitValueUsd": 35},
        ],
    }


async def test_order_sync_shows_null_when_the_destination_is_only_a_country(
    client: httpx.AsyncClient,
) -> None:
    body = order_body()
    for name in ("destinationRegion", "destinationPostalCode", "metadata"):
        body["items"][0][name] = None
    [order] = (await client.post("/api/orders/sync", json=body)).json()["data"]
    assert order["destinationRegion"] is None
    assert order["destinationPostalCode"] is None
    stored = (await client.get(f"/api/orders/{order['id']}")).json()
    assert stored["metadata"] is None


async def test_importers_number_of_an_order_is_kept_and_absent_is_null(client: httpx.AsyncClient) -> None:
    body = order_body()
    body["items"].append({**body["items"][0], "externalId": "own", "importerNumber": "98-7654321"})
    orders = (await client.post("/api/orders/sync", json=body)).json()["data"]
    kept = [(await client.get(f"/api/orders/{order['id']}")).json()["importerNumber"] for order in orders]
    assert kept == [None, "98-7654321"]


async def test_metadata_is_kept_as_it_was_sent(client: httpx.AsyncClient) -> None:
    metadata = {
        "wave": "wave-17",
        "n": 1,
        "x": 0.25,
        "on": True,
        "none": None,
        "deep": [{"ü": "\n"}],
        "big": 2**53,
    }
    body = order_body()
    body["items"][0]["metadata"] = metadata
    [order] = (await client.post("/api/orders/sync", json=body)).json()["data"]
    assert (await client.get(f"/api/orders/{order['id']}")).json()["metadata"] == metadata


async def test_exports_of_an_order_are_none_for_one_that_waits_and_404_for_one_that_there_is_not(
    client: httpx.AsyncClient,
) -> None:
    [order] = (await client.post("/api/orders/sync", json=order_body())).json()["data"]
    answer = await client.get(f"/api/orders/{order['id']}/exports")
    assert (answer.status_code, answer.json()) == (200, {"data": []})
    answer = await client.get("/api/orders/ord_missing/exports")
    assert (answer.status_code, answer.json()) == (
        404,
        {"errorCode": "NOT_FOUND", "message": "Order not found."},
    )
