"""A change of one stored product on a real database: merged, cleared, once per key, in its own account."""

import pytest

from entrygo.domain.errors import IdempotencyConflict, NotFound, ValidationFailed
from entrygo.postgres.idempotency import Reply
from entrygo.proto.sync.v1 import sync_pb2
from entrygo.records.broker import BROKER
from entrygo.records.product import PRODUCT
from entrygo.requests.pages import PageRequest
from entrygo.sync.drafts import StoredFacts, Subject
from entrygo.sync.read_setup import read_brokers, read_update
from entrygo.sync.write import broker_to_proto, product_to_proto
from tests.integration.sync.conftest import LIVE, OTHER, Caller
from tests.unit.sync.requests import ACCOUNT

FULL = sync_pb2.Product(
    external_id="HOD",
    name="Hoodie",
    manufacturer=sync_pb2.Manufacturer(name="Northshore", mid="XCNORAPP1450VAN"),
    hts_codes={"CA": "6110200041", "gb": "6110.20.91"},
    pga=sync_pb2.Pga(fda=sync_pb2.Fda(product_code="53CA6", prior_notice="PN-1")),
    section_232=sync_pb2.Section232(status="applicable", metals=[sync_pb2.Metal(metal="steel")]),
    section_301=sync_pb2.TradeReview(status="applicable", signed_off_by="Dana", valid_to="2026-12-31"),
)


def render(stored: StoredFacts) -> bytes:
    return product_to_proto(stored).SerializeToString()


async def update(
    caller: Caller, id: str, *clear: str, key: str = "", product: sync_pb2.Product | None = None
) -> Reply:
    request = sync_pb2.UpdateProductRequest(id=id, product=product, clear=clear, idempotency_key=key)
    return await caller.use_cases.update_facts(
        LIVE, Subject.PRODUCTS, read_update(request, PRODUCT), key, render
    )


async def stored(caller: Caller, id: str) -> sync_pb2.Product:
    return product_to_proto(await caller.use_cases.get_facts(LIVE, Subject.PRODUCTS, id))


async def test_every_new_field_is_kept(caller: Caller) -> None:
    (made,) = await caller.products(LIVE, FULL)
    kept = await stored(caller, made.id)
    assert dict(kept.hts_codes) == {"CA": "6110200041", "GB": "61102091"}
    for name in ("manufacturer", "pga", "section_232", "section_301"):
        assert getattr(kept, name) == getattr(FULL, name)


async def test_given_fields_are_merged_and_named_ones_are_cleared(caller: Caller) -> None:
    (made,) = await caller.products(LIVE, FULL)
    await update(
        caller,
        made.id,
        "name", "manufacturer.mid", "hts_codes.ca", "pga.fda.prior_notice",
        "section_232.metals", "section_301",
        product=sync_pb2.Product(
            manufacturer=sync_pb2.Manufacturer(city="Vancouver"), net_weight_kg="0.6200"
        ),
    )  # fmt: skip
    kept = await stored(caller, made.id)
    assert not kept.HasField("name")
    assert kept.manufacturer == sync_pb2.Manufacturer(name="Northshore", city="Vancouver")
    assert dict(kept.hts_codes) == {"GB": "61102091"}
    assert kept.pga == sync_pb2.Pga(fda=sync_pb2.Fda(product_code="53CA6"))
    assert kept.section_232 == sync_pb2.Section232(status="applicable")
    assert (kept.HasField("section_301"), kept.net_weight_kg) == (False, "0.62")


def issues_of(refused: pytest.ExceptionInfo[ValidationFailed]) -> list[tuple[str, str]]:
    assert refused.value.details is not None
    return [(issue["path"], issue["message"]) for issue in refused.value.details["issues"]]


async def test_a_day_that_is_given_alone_fits_the_other_one_that_is_stored(caller: Caller) -> None:
    (made,) = await caller.products(LIVE, FULL)
    late = sync_pb2.Product(external_id="HOD", section_301=sync_pb2.TradeReview(valid_from="2027-01-01"))
    with pytest.raises(ValidationFailed) as refused:
        await caller.products(LIVE, sync_pb2.Product(external_id="CAP"), late)
    assert issues_of(refused) == [("items.1.section301.validFrom", "After the last day, 2026-12-31")]
    await update(
        caller,
        made.id,
        product=sync_pb2.Product(section_301=sync_pb2.TradeReview(valid_from="2026-06-01")),
    )
    ended = sync_pb2.Product(name="Coat", section_301=sync_pb2.TradeReview(valid_to="2026-05-31"))
    with pytest.raises(ValidationFailed) as refused:
        await update(caller, made.id, product=ended)
    assert issues_of(refused) == [("section301.validTo", "Before the first day, 2026-06-01")]
    kept = await stored(caller, made.id)
    assert (kept.name, kept.section_301.valid_to) == ("Hoodie", "2026-12-31")
    await update(caller, made.id, "section_301.valid_from", product=ended)


async def test_cleared_field_can_be_absent_already(caller: Caller) -> None:
    await update(caller, "prod_1", "usmca.certification", "hts_codes")
    assert not (await stored(caller, "prod_1")).HasField("usmca")


async def test_key_makes_a_change_happen_once(caller: Caller) -> None:
    jacket = sync_pb2.Product(name="Jacket")
    first = await update(caller, "prod_1", key="k-1", product=jacket)
    await update(caller, "prod_1", product=sync_pb2.Product(name="Coat"))
    again = await update(caller, "prod_1", key="k-1", product=jacket)
    assert (again.replayed, again.body) == (True, first.body)
    assert (await stored(caller, "prod_1")).name == "Coat"
    with pytest.raises(IdempotencyConflict):
        await update(caller, "prod_1", "name", key="k-1")


async def test_product_of_another_account_is_not_found(caller: Caller) -> None:
    (foreign,) = await caller.products(OTHER, FULL)
    with pytest.raises(NotFound):
        await update(caller, foreign.id, product=sync_pb2.Product(name="mine now"))


def test_every_wrong_path_and_value_is_named() -> None:
    request = sync_pb2.UpdateProductRequest(
        id="prod_1",
        product=sync_pb2.Product(
            hts_codes={"US": "6110", "CAN": "6110"}, dangerous_goods=sync_pb2.DangerousGoods(un_number="34")
        ),
        clear=["nothing", "manufacturer.nothing", "hts_codes.CAN", "name.first", "id"],
    )
    with pytest.raises(ValidationFailed) as refused:
        read_update(request, PRODUCT)
    assert refused.value.details is not None
    assert {issue["path"] for issue in refused.value.details["issues"]} == {
        "htsCodes.US", "htsCodes.CAN", "dangerousGoods.unNumber",
        "nothing", "manufacturer.nothing", "hts_codes.CAN", "name.first", "id",
    }  # fmt: skip


async def test_broker_is_changed_and_cleared_as_a_product_is(caller: Caller) -> None:
    full = sync_pb2.Broker(
        external_id="broker-1",
        name="Border",
        email="entries@border.example.com",
        fee_schedules=[
            sync_pb2.FeeSchedule(
                valid_from="2026-01-01", fee_formal="95", fee_informal="20", line_fee="3", order_fee="0"
            )
        ],
        https=sync_pb2.HttpsEndpoint(url="https://border.example.com/in", credential="border"),
    )

    def shown(stored: StoredFacts) -> bytes:
        return broker_to_proto(stored).SerializeToString()

    request = sync_pb2.SyncBrokersRequest(account_id=ACCOUNT, items=[full])
    await caller.use_cases.sync_facts(
        LIVE, Subject.BROKERS, read_brokers(request), "", lambda stored: shown(stored[0])
    )
    [stored] = (await caller.use_cases.list_facts(LIVE, Subject.BROKERS, PageRequest(5))).rows
    change = sync_pb2.UpdateBrokerRequest(
        id=stored.id,
        broker=sync_pb2.Broker(name="Other"),
        clear=["email", "fee_schedules", "https.credential"],
    )
    update = read_update(change, BROKER)
    reply = await caller.use_cases.update_facts(LIVE, Subject.BROKERS, update, "", shown)
    broker = sync_pb2.Broker.FromString(reply.body)
    assert (broker.name, broker.email, list(broker.fee_schedules)) == ("Other", "", [])
    assert (broker.https.url, broker.https.credential) == ("https://border.example.com/in", "")
