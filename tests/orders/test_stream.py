"""Orders in bulk: the stream does to each what a call would do."""

from erpgate.v1 import order_pb2
from fixtures.orders import an_order, revised
from fixtures.shop import Shop, reason_name
from fixtures.toy_world import ToyWorld
from fixtures.waiting import eventually

MANY = 120


async def test_every_order_of_a_stream_becomes_one_invoice(shop: Shop, toy: ToyWorld) -> None:
    orders = [an_order() for _ in range(MANY)]
    answers = await shop.stream(*orders)
    assert [answer.order.rpartition(":")[2] for answer in answers] == [order.external_id for order in orders]
    assert {(a.status.code, a.revision, reason_name(a.verdicts[0].reason)) for a in answers} == {(0, 1, "ELIGIBLE")}

    async def all_there() -> bool:
        return len(await toy.documents()) == MANY

    await eventually("every order has its document", all_there, seconds=40)


async def test_repeated_and_late_deliveries_change_nothing(shop: Shop, toy: ToyWorld) -> None:
    order = an_order()
    newer, older = revised(order, notes="newest", minutes=9), revised(order, notes="older", minutes=1)
    answers = await shop.stream(order, newer, order, older, newer)
    assert [(answer.status.code, answer.revision) for answer in answers] == [(0, 1), *[(0, 2)] * 4]
    assert (await shop.order(answers[0].order)).notes == "newest"
    await shop.settled(answers[0].order)
    assert len(await toy.documents()) == 1


async def test_a_refused_order_is_not_stored(shop: Shop) -> None:
    good, wrong, better = an_order(), an_order(total_paid="-1"), an_order()
    answers = await shop.stream(good, wrong, better)
    assert [answer.status.code for answer in answers] == [0, 3, 0]
    stored = (await shop.orders()).orders
    assert {order.external_id for order in stored} == {good.external_id, better.external_id}
    assert all(order.verdicts[0].outcome == order_pb2.VERDICT_OUTCOME_INVOICE for order in stored)
