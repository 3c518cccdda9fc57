"""The page of one export names everything that keeps it from leaving."""

import httpx
import pytest

from entrygo.proto.events.v1 import events_pb2
from tests.fakes import ACCOUNT, FakeServices
from tests.unit.gateway.requests import planned_export

BOND = "Importer birch: its continuous bond ended on 2026-11-14, before the entry date 2026-12-01."
EMAIL = "Broker lacks email."


@pytest.mark.parametrize(
    ("code", "message", "field", "page"),
    [
        ("BOND_NOT_VALID", BOND, "importers[birch].bond", "/setup"),
        ("BROKER_PROFILE_INCOMPLETE", EMAIL, "broker.email", "/setup/brokers/br_123"),
        (
            "WAREHOUSE_PROFILE_INCOMPLETE",
            "Warehouse lacks name.",
            "warehouse.name",
            "/setup/warehouses/wh_123",
        ),
        ("BOND_REQUIRED", "There is no bond.", "batch.bond", "/setup/warehouses/wh_123"),
    ],
)
async def test_what_blocks_an_export_as_a_whole_is_named_with_where_to_correct_it(
    clerk: httpx.AsyncClient,
    program: httpx.AsyncClient,
    services: FakeServices,
    code: str,
    message: str,
    field: str,
    page: str,
) -> None:
    export_id = (await planned_export(program))["exportId"]
    plan = services._exports[ACCOUNT, export_id].plan
    plan.readiness_state = "BLOCKED"
    found = events_pb2.ValidationMessage(code=code, message=message, severity="error", field=field)
    plan.validation_messages.insert(0, found)
    shown = (await clerk.get(f"/exports/{export_id}")).text
    assert "Nothing blocks this export" not in shown
    assert message in shown
    assert f'Correct it in <a href="{page}">Setup</a>' in shown


async def test_note_that_nobody_corrects_is_shown_without_a_way_to_correct_it(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    export_id = (await planned_export(program))["exportId"]
    note = events_pb2.ValidationMessage(
        code="ENTRY_DATE_PAST",
        message="Entry date 2026-11-27 was over.",
        severity="warning",
        field="entry_date",
    )
    services._exports[ACCOUNT, export_id].plan.validation_messages.insert(0, note)
    shown = (await clerk.get(f"/exports/{export_id}")).text
    assert note.message in shown
    assert "Correct it in" not in shown


async def test_order_that_alone_blocks_stands_before_products_that_are_only_to_be_looked_at(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    export_id = (await planned_export(program))["exportId"]
    issues = services._exports[ACCOUNT, export_id].plan.issues
    page = (await clerk.get(f"/exports/{export_id}")).text
    assert page.index("No ZIP.") < page.index(issues.by_product[0].message)
    issues.products_blocking = 1
    page = (await clerk.get(f"/exports/{export_id}")).text
    assert page.index("No ZIP.") > page.index(issues.by_product[0].message)
