"""What a caller is answered: always the latest acknowledged write, or an honest `stale`."""

import asyncio

import pytest

from entrygo.domain.errors import InvalidApiKey, NotFound, ServiceUnavailable
from entrygo.domain.principal import Tenant
from entrygo.inspection.requests import read_list_request
from entrygo.inspection.use_cases import Caller, Inspector
from entrygo.postgres.pool import EVERYONE
from entrygo.proto.inspection.v1.inspection_pb2 import Export, ListExportsRequest, ListExportsResponse
from tests.integration.inspection.conftest import BOB, OWNER_SECONDS, Service, caller
from tests.unit.inspection.events import ALICE, START, Life


async def test_inspect_shows_what_no_event_has_brought_here_yet(service: Service) -> None:
    service.owners.record(Life().lived())
    export = await service.inspect()
    assert (export.state, export.customs_package.state, export.stale) == (
        "COMPLETED",
        "sent_to_broker",
        False,
    )
    assert export.events[-1].type == "export.executed"
    assert list(export.plan.included_order_ids) == ["ord_123", "ord_124"]


async def test_inspect_shows_each_event_as_soon_as_its_owner_has_it(service: Service) -> None:
    life = Life()
    for number, event in enumerate(life.lived(), start=1):
        service.owners.record([event])
        export = await service.inspect()
        assert (export.version, export.events[-1].type) == (number, event.type)


async def test_inspect_of_a_settled_export_shows_a_later_submission(service: Service) -> None:
    life = Life()
    service.owners.record(life.lived())
    await service.inspect()
    service.owners.record([life.submitted("prepared", id="bes_124")])
    assert [known.id for known in (await service.inspect()).broker_submissions] == ["bes_123", "bes_124"]


@pytest.mark.parametrize("away", ["is_down", "is_silent"])
@pytest.mark.parametrize("source", ["planning", "execution"])
async def test_inspect_answers_stale_when_an_owner_cannot_be_asked(
    service: Service, source: str, away: str
) -> None:
    service.owners.record(Life().lived())
    await service.inspect()
    setattr(service.owners.by_source[source], away, True)
    export = await service.inspector.inspect_export(caller(seconds=OWNER_SECONDS), "batch_123")
    assert (export.stale, export.state) == (True, "COMPLETED")


async def test_inspect_takes_what_one_owner_says_while_the_other_is_away(service: Service) -> None:
    life = Life()
    service.owners.record([life.planned()])
    await service.inspect()
    service.owners.planning.is_down = True
    service.owners.record([life.generated()])
    export = await service.inspect()
    assert (export.stale, export.customs_package.state) == (True, "generated")


async def test_inspect_of_an_export_nobody_knows_is_not_found_and_leaves_no_row(service: Service) -> None:
    with pytest.raises(NotFound, match=r"^Export batch not found\.$"):
        await service.inspect("batch_unknown")
    assert await service.count("exports") == 0


@pytest.mark.parametrize("export_id", ["", "a b", "\0", "é", "x" * 65])
async def test_inspect_of_what_cannot_be_an_id_is_not_found(service: Service, export_id: str) -> None:
    with pytest.raises(NotFound):
        await service.inspect(export_id)


async def test_inspect_of_an_unknown_export_is_unavailable_while_planning_is_away(service: Service) -> None:
    service.owners.planning.is_down = True
    with pytest.raises(ServiceUnavailable):
        await service.inspect()


async def test_a_credential_that_an_owner_refuses_is_refused_here(service: Service) -> None:
    service.owners.execution.refuses = True
    with pytest.raises(InvalidApiKey):
        await service.inspect()


async def test_another_accounts_export_answers_as_if_missing(service: Service) -> None:
    service.owners.record(Life().lived())
    await service.inspect()
    with pytest.raises(NotFound):
        await service.inspect(tenant=BOB)
    with pytest.raises(NotFound):
        await service.inspector.get_customs_package(caller(BOB), "cp_batch_123")


async def test_a_package_is_found_by_its_id_before_any_event_arrived(service: Service) -> None:
    service.owners.record(Life().lived())
    package = await service.inspector.get_customs_package(caller(), "cp_batch_123")
    assert (package.package_number, package.state) == ("cp_ch123456", "sent_to_broker")
    assert [artifact.filename for artifact in package.artifacts] == ["manifest.json"]


async def test_a_known_package_shows_its_latest_state(service: Service) -> None:
    life = Life()
    service.owners.record([life.planned(), life.generated()])
    assert (await service.inspector.get_customs_package(caller(), "cp_batch_123")).state == "generated"
    service.owners.record([life.submitted("sent", package_state="sent_to_broker")])
    assert (await service.inspector.get_customs_package(caller(), "cp_batch_123")).state == "sent_to_broker"


async def test_a_package_nobody_knows_is_not_found_and_unavailable_while_execution_is_away(
    service: Service,
) -> None:
    with pytest.raises(NotFound, match=r"^Customs package not found\.$"):
        await service.inspector.get_customs_package(caller(), "cp_unknown")
    service.owners.execution.is_down = True
    with pytest.raises(ServiceUnavailable):
        await service.inspector.get_customs_package(caller(), "cp_unknown")


async def listed(service: Service, tenant: Tenant = ALICE, **request: object) -> ListExportsResponse:
    return await list_as(service, caller(tenant), **request)


async def list_as(service: Service, asking: Caller, **request: object) -> ListExportsResponse:
    limit, wanted = read_list_request(ListExportsRequest(**request))  # type: ignore[arg-type]
    return await service.inspector.list_exports(asking, wanted, limit)


def ids(page: ListExportsResponse) -> list[str]:
    return [summary.export_id for summary in page.data]


async def test_a_list_is_paged_without_gaps_or_repeats_among_equal_instants(service: Service) -> None:
    events = [Life(f"batch_{number:02}", start=START).planned() for number in range(25)]
    await service.read_model.apply(EVERYONE, events)
    seen: list[str] = []
    cursor = ""
    while True:
        page = await listed(service, limit=10, cursor=cursor)
        seen += ids(page)
        if not page.has_more:
            break
        cursor = page.next_cursor
    assert seen == [f"batch_{number:02}" for number in reversed(range(25))]
    assert page.next_cursor == ""


async def test_a_list_is_narrowed_by_each_filter(service: Service) -> None:
    done = Life("batch_done")
    open_one = Life("batch_open")
    events = [
        *done.lived(),
        open_one.planned(minutes=60, readiness_state="READY", warehouse_id="wh_2", broker_id="br_2"),
    ]
    await service.read_model.apply(EVERYONE, events)
    assert ids(await listed(service)) == ["batch_open", "batch_done"]
    narrow: tuple[dict[str, str], ...] = (
        {"state": "COMPLETED"},
        {"readiness_state": "REVIEW_REQUIRED"},
        {"warehouse_id": "wh_123"},
        {"broker_id": "br_123"},
        {"created_before": "2026-03-11T16:30:00Z"},
    )
    for narrowed in narrow:
        assert ids(await listed(service, ALICE, **narrowed)) == ["batch_done"]
    assert ids(await listed(service, created_after="2026-03-11T16:30:00Z")) == ["batch_open"]
    assert ids(await listed(service, state="COMPLETED", broker_id="br_2")) == []
    assert ids(await listed(service, BOB)) == []


async def test_a_summary_shows_plan_package_and_submission(service: Service) -> None:
    life = Life()
    life.lived()
    await service.read_model.apply(EVERYONE, life.events)
    (summary,) = (await listed(service)).data
    assert (summary.state, summary.readiness_state, summary.compliance_score) == (
        "COMPLETED",
        "REVIEW_REQUIRED",
        74,
    )
    assert (summary.order_count, summary.estimated_savings_usd) == (2, "18.5")
    assert (summary.customs_package_id, summary.broker_submission_status) == ("cp_batch_123", "sent")
    assert (summary.created_at, summary.executed_at) == (
        "2026-03-11T16:01:00.000Z",
        "2026-03-11T16:09:00.000Z",
    )


async def test_an_export_that_planning_has_not_told_of_is_not_listed(service: Service) -> None:
    await service.read_model.apply(EVERYONE, [Life().generated()])
    assert ids(await listed(service)) == []


async def test_a_watcher_is_told_at_once_of_a_change_in_its_process(service: Service) -> None:
    life = Life()
    service.owners.record([life.planned()])
    never_polling = Inspector(
        service.pool,
        service.read_model,
        service.changes,
        service.owners.by_source,
        service.settler,
        poll_seconds=3600,
        stop=service.stop,
    )
    seen = []
    async with asyncio.timeout(30):
        async for export in never_polling.watch_export(caller(), "batch_123"):
            seen.append(export.state)
            if len(seen) == 2:
                break
            started = life.started()
            service.owners.record([started])
            await service.read_model.apply(EVERYONE, [started])
    assert seen == ["BATCHED", "EXECUTING"]


async def test_a_hundred_watchers_of_an_export_look_as_often_as_one(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = Life()
    service.owners.record([life.planned()])
    looks = 0
    inspect = service.inspector.inspect_export

    async def counted(asking: Caller, export_id: str) -> Export:
        nonlocal looks
        looks += 1
        return await inspect(asking, export_id)

    monkeypatch.setattr(service.inspector, "inspect_export", counted)
    watches = [service.inspector.watch_export(caller(), "batch_123") for _ in range(100)]
    found = await asyncio.gather(*(anext(watch) for watch in watches))
    assert ({each.version for each in found}, looks) == ({1}, 1)


async def test_a_watcher_gets_the_export_now_and_after_each_change_until_the_process_stops(
    service: Service,
) -> None:
    life = Life()
    service.owners.record([life.planned()])
    seen = []

    async def watch() -> None:
        async for export in service.inspector.watch_export(caller(), "batch_123"):
            seen.append((export.state, export.version))
            if len(seen) == 1:
                # Recorded with the owner alone: found by polling.
                service.owners.record([life.started()])
            elif len(seen) == 2:
                # Brought by another path: seen at once.
                executed = life.executed()
                service.owners.record([executed])
                await service.read_model.apply(EVERYONE, [executed])
            else:
                service.stop.set()

    # Not a clean end, which would say that there is nothing more to see.
    with pytest.raises(ServiceUnavailable, match="stopping"):
        await asyncio.wait_for(watch(), 30)
    assert seen == [("BATCHED", 1), ("EXECUTING", 2), ("COMPLETED", 3)]
