"""The catalogue through the door, whatever the service answers."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal

import grpc
import pytest
from erpgate.plugin.reasons import Reason
from erpgate.rpc.cursors import encode_cursor
from erpgate.service.commands import ProductQuery, SkuAnswer, WatchedChange, WatchedPage
from erpgate.store.catalog_sync import CatalogSync, SyncState
from erpgate.store.changes import Change, ChangeKind
from erpgate.v1 import catalog_pb2, error_reason_pb2, product_pb2
from erpgate.v1 import catalog_service_pb2 as pb
from google.protobuf.duration_pb2 import Duration

from .builders import CHANGED, CHANNEL, SYNCED, a_channel, an_entry
from .harness import Door, refusal


def the_product() -> product_pb2.Product:
    product = product_pb2.Product(
        name=f"{CHANNEL}/products/17%2Fb",
        sku="A-1",
        title="Shirt / M",
        price="10000.00",
        currency_code="COP",
        taxes=[product_pb2.Tax(id="3", rate="0.19")],
        stock="4.5",
        active=True,
        kind=product_pb2.PRODUCT_KIND_VARIANT,
        parent=f"{CHANNEL}/products/17",
        reference="A-1",
        barcode="770",
        unit="unit",
        price_includes_taxes=True,
        invoiceable=True,
        availability=product_pb2.Availability(on_hand="4.5", sold="3", unread="2", available="-0.5"),
        age=Duration(seconds=120),
        version=3,
    )
    product.sync_time.FromDatetime(SYNCED)
    product.change_time.FromDatetime(CHANGED)
    return product


async def looked_up(door: Door, answer: SkuAnswer) -> pb.SkuLookup:
    door.service.answer = (a_channel(), (answer,))
    response = await door.catalog.LookupSkus(pb.LookupSkusRequest(parent=CHANNEL, skus=[answer.sku]))
    assert door.service.calls == [("lookup", ("acme", "main", [answer.sku]), {})]
    return response.lookups[0]


async def test_found(door: Door) -> None:
    found = await looked_up(door, SkuAnswer(sku=" A-1", entries=(an_entry(),)))
    assert found == pb.SkuLookup(sku=" A-1", status=pb.SKU_STATUS_FOUND, product=the_product())


@pytest.mark.parametrize(
    ("answer", "status", "reason", "has_product"),
    [
        pytest.param(
            SkuAnswer(sku="A", entries=(), suggestions=("B",)),
            pb.SKU_STATUS_NOT_FOUND,
            error_reason_pb2.ERROR_REASON_SKU_NOT_FOUND,
            False,
            id="not found",
        ),
        pytest.param(
            SkuAnswer(sku="A", entries=(an_entry(), an_entry())),
            pb.SKU_STATUS_AMBIGUOUS,
            error_reason_pb2.ERROR_REASON_SKU_AMBIGUOUS,
            False,
            id="ambiguous",
        ),
        pytest.param(
            SkuAnswer(sku="A", entries=(an_entry(refused=Reason.ITEM_INACTIVE),)),
            pb.SKU_STATUS_INACTIVE,
            error_reason_pb2.ERROR_REASON_ITEM_INACTIVE,
            True,
            id="inactive",
        ),
        pytest.param(
            SkuAnswer(sku="A", entries=(an_entry(refused=Reason.VARIANT_NOT_INVOICEABLE),)),
            pb.SKU_STATUS_NOT_INVOICEABLE,
            error_reason_pb2.ERROR_REASON_VARIANT_NOT_INVOICEABLE,
            True,
            id="not invoiceable",
        ),
    ],
)
async def test_not_found(door: Door, answer: SkuAnswer, status: int, reason: int, has_product: bool) -> None:
    found = await looked_up(door, answer)
    assert (found.status, found.reason) == (status, reason)
    assert found.HasField("product") is has_product
    assert tuple(found.suggestions) == answer.suggestions
    if has_product:
        assert (found.product.invoiceable, found.product.refusal_reason) == (False, reason)
        assert found.product.refusal_message == "No."


async def test_a_product_without_price_and_stock(door: Door) -> None:
    entry = replace(an_entry(price=None, on_hand=None), availability=None)
    product = (await looked_up(door, SkuAnswer(sku="A", entries=(entry,)))).product
    assert (product.price, product.stock, product.HasField("availability")) == ("", "", False)


async def test_get_product(door: Door) -> None:
    door.service.answer = (a_channel(), an_entry())
    response = await door.catalog.GetProduct(pb.GetProductRequest(name=f"{CHANNEL}/products/17%2Fb"))
    assert response.product == the_product()
    assert door.service.calls == [("get", ("acme", "main", "17/b"), {})]


async def test_list_products_asks_for_what_the_caller_wants(door: Door) -> None:
    door.service.answer = (a_channel(), [an_entry()] * 3)
    request = pb.ListProductsRequest(
        parent=CHANNEL, page_size=2, sku="A-1", text="shirt", active=False, stock_below="2.5"
    )
    request.changed_since.FromDatetime(CHANGED)
    response = await door.catalog.ListProducts(request)
    assert list(response.products) == [the_product()] * 2
    wanted = ProductQuery(
        merchant="acme",
        channel="main",
        after="",
        limit=3,
        sku="A-1",
        text="shirt",
        active=False,
        stock_below=Decimal("2.5"),
        changed_since=CHANGED,
    )
    request.page_token = response.next_page_token
    await door.catalog.ListProducts(request)
    queries = [args[0] for _, args, _ in door.service.calls]
    assert queries == [wanted, replace(wanted, after="17/b")]


async def test_a_page_token_belongs_to_its_filters(door: Door) -> None:
    door.service.answer = (a_channel(), [an_entry()] * 2)
    first = await door.catalog.ListProducts(pb.ListProductsRequest(parent=CHANNEL, page_size=1))
    other = pb.ListProductsRequest(parent=CHANNEL, text="x", page_token=first.next_page_token)
    told = await refusal(door.catalog.ListProducts(other))
    assert told.reason == "PAGE_TOKEN_INVALID"


@pytest.mark.parametrize(
    ("sync", "state"),
    [
        (CatalogSync(), catalog_pb2.SYNC_STATE_IDLE),
        (CatalogSync(request_time=SYNCED, start_time=CHANGED), catalog_pb2.SYNC_STATE_PENDING),
        (CatalogSync(state=SyncState.READING), catalog_pb2.SYNC_STATE_RUNNING),
        (CatalogSync(state=SyncState.CHECKING), catalog_pb2.SYNC_STATE_RUNNING),
    ],
    ids=["idle", "pending", "reading", "checking"],
)
async def test_progress(door: Door, sync: CatalogSync, state: int) -> None:
    door.service.answer = (a_channel(), replace(sync, pages=2, items=60, total=75, calls=3))
    found = (await door.catalog.GetCatalogSync(pb.GetCatalogSyncRequest(parent=CHANNEL))).sync
    assert (found.channel, found.state) == (CHANNEL, state)
    assert (found.pages_done, found.items_done, found.items_total, found.calls_used) == (2, 60, 75, 3)
    asked = (await door.catalog.SyncCatalog(pb.SyncCatalogRequest(parent=CHANNEL))).sync
    assert asked == found


async def test_a_total_that_is_not_known_is_absent(door: Door) -> None:
    door.service.answer = (a_channel(), CatalogSync())
    found = (await door.catalog.GetCatalogSync(pb.GetCatalogSyncRequest(parent=CHANNEL))).sync
    assert not found.HasField("items_total")
    assert not found.HasField("complete_time")


def a_change(number: int, subject: str = "17/b") -> Change:
    return Change(
        merchant="acme",
        channel="main",
        kind=ChangeKind.PRODUCT,
        subject=subject,
        version=number,
        time=CHANGED,
        number=number,
    )


async def test_watch(door: Door) -> None:
    """Changes carry their cursors, and a page without changes only a cursor."""
    asked: list[tuple[str, str, int | None]] = []

    async def watch(merchant: str, channel: str, after: int | None) -> AsyncIterator[WatchedPage]:
        asked.append((merchant, channel, after))
        yield WatchedPage(channel=a_channel(), changes=(), position=4)
        changes = (
            WatchedChange(change=a_change(5), entry=an_entry()),
            WatchedChange(change=a_change(7, "18"), entry=None),
        )
        yield WatchedPage(channel=a_channel(), changes=changes, position=7)

    door.service.watch = watch  # type: ignore[attr-defined]
    scope = f"{CHANNEL}/products"
    request = pb.WatchCatalogRequest(parent=CHANNEL, cursor=encode_cursor(scope, 3))
    first, updated, removed = [response async for response in door.catalog.WatchCatalog(request)]
    assert asked == [("acme", "main", 3)]
    assert (first.cursor, first.HasField("change")) == (encode_cursor(scope, 4), False)
    assert (updated.cursor, updated.change.version) == (encode_cursor(scope, 5), 5)
    assert (updated.change.kind, updated.change.product) == (catalog_pb2.PRODUCT_CHANGE_KIND_UPDATED, the_product())
    assert (removed.cursor, removed.change.name) == (encode_cursor(scope, 7), f"{CHANNEL}/products/18")
    assert (removed.change.kind, removed.change.HasField("product")) == (
        catalog_pb2.PRODUCT_CHANGE_KIND_REMOVED,
        False,
    )


@pytest.mark.parametrize("cursor", ["x", "é", encode_cursor("other", 1), "WyJhIiwtMV0"], ids=repr)
async def test_a_cursor_of_something_else_is_refused(door: Door, cursor: str) -> None:
    call = door.catalog.WatchCatalog(pb.WatchCatalogRequest(parent=CHANNEL, cursor=cursor))
    told = await refusal(call.read())
    assert (told.code, told.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "FIELD_INVALID")
    assert list(told.fields) == ["cursor"]
