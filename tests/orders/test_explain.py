"""What an explanation shows beside its reason; each reason by itself is in `test_every_reason`."""

from collections import deque

from erpgate.plugin import Trouble
from erpgate.v1 import invoicing_service_pb2, order_explanation_pb2
from fixtures.catalogue import SHIRT
from fixtures.orders import an_order
from fixtures.server import open_server
from fixtures.shop import BLOCKED, PENDING, UNKNOWN, WITHDRAWN, Shop, reason_name
from fixtures.toy_world import ToyWorld
from fixtures.waiting import eventually
from fixtures.world import Fault
from rpc.harness import refusal

Explained = order_explanation_pb2.ChannelExplanation
PASSED = order_explanation_pb2.STEP_RESULT_PASSED
FAILED = order_explanation_pb2.STEP_RESULT_FAILED
NOT_REACHED = order_explanation_pb2.STEP_RESULT_NOT_REACHED
STEPS = ["currency", "matching", "totals", "customer", "document", "comparison", "open"]


async def explained_as(shop: Shop, name: str, reason: str) -> Explained:
    """The explanation once it has this reason."""

    async def told() -> Explained | None:
        explained = await shop.explain(name)
        return explained if reason_name(explained.reason) == reason else None

    return await eventually(f"{reason} is told", told)


async def test_every_rule_and_step_of_an_order_that_is_invoiced(toy_shop: Shop) -> None:
    invoice = await toy_shop.sold(an_order())
    explained = await toy_shop.explain(invoice.order)
    assert {step.result for step in explained.steps} == {PASSED}
    assert [step.step for step in explained.steps][-len(STEPS) :] == STEPS
    assert (explained.invoice, explained.invoice_state, explained.remedy) == (invoice.name, invoice.state, "Nothing.")


async def test_a_rule_shows_what_it_saw_and_what_it_asks_for(toy_shop: Shop) -> None:
    explained = await toy_shop.explain((await toy_shop.submit(an_order(fulfillment=True))).name)
    (failed,) = [step for step in explained.steps if step.result == FAILED]
    assert f"{failed.step}: {failed.value}; asked for: {failed.expected}." in explained.answer
    assert failed.value
    assert failed.expected
    assert explained.invoice == ""


async def test_what_stops_says_what_the_invoice_says(toy_shop: Shop) -> None:
    blocked = await toy_shop.blocked(an_order(sku="SHIRTS"))
    explained = await toy_shop.explain(blocked.order)
    assert (explained.answer, explained.invoice) == (blocked.failure.message, blocked.name)
    assert dict(explained.details) == dict(blocked.failure.details)
    assert (explained.invoice_state, explained.steps[-1].result) == (BLOCKED, NOT_REACHED)
    (problem,) = explained.line_problems
    assert list(problem.suggestions) == [SHIRT]


async def test_an_order_behind_one_that_the_erp_keeps_waiting(toy_shop: Shop, toy: ToyWorld) -> None:
    """While an account waits, one invoice of it is tried at a time; the others say what they wait for all the same."""
    toy.unplug()
    names = [(await toy_shop.submit(an_order())).name for _ in range(3)]
    for name in names:
        explained = await explained_as(toy_shop, name, "ERP_UNREACHABLE")
        assert (explained.answer, explained.invoice_state) == ("The toy ledger is put away.", PENDING)


async def test_an_order_behind_credentials_that_are_refused(toy_shop: Shop, toy: ToyWorld) -> None:
    toy.ledger.troubles["create"] = deque([Trouble.UNAUTHORIZED] * 1000)
    for name in [(await toy_shop.submit(an_order())).name for _ in range(6)]:
        assert "passphrase" in (await explained_as(toy_shop, name, "ERP_CREDENTIALS_INVALID")).answer


async def test_a_channel_that_is_paused_after_the_invoice_was_begun(toy_shop: Shop, toy: ToyWorld) -> None:
    toy.unplug()
    order = await toy_shop.submit(an_order())
    await toy_shop.pause()
    explained = await toy_shop.explain(order.name)
    assert reason_name(explained.reason) == "CHANNEL_PAUSED"
    assert "goes on when the channel is resumed" in explained.answer


async def test_a_channel_that_is_deleted_before_the_invoice_is_made(toy_shop: Shop) -> None:
    blocked = await toy_shop.blocked(an_order(sku="NOTHING"))
    await toy_shop.delete(force=True)
    explained = await toy_shop.explain(blocked.order)
    assert (reason_name(explained.reason), explained.invoice_state) == ("CHANNEL_NOT_CONNECTED", WITHDRAWN)
    assert explained.answer.startswith("The channel was deleted")


async def test_an_outcome_that_is_not_known_yet(sqlite_url: str) -> None:
    toy = ToyWorld()
    async with open_server(sqlite_url, toy) as door:
        shop = await Shop(door, toy).connect()
        toy.ledger.troubles["find"] = deque([Trouble.SERVER_ERROR] * 1000)
        await toy.fail(Fault.ANSWER_LOST)
        order = await shop.submit(an_order())
        await shop.settled(order.name, UNKNOWN)
        explained = await shop.explain(order.name)
        waiting = [s.step for s in explained.steps if s.result == order_explanation_pb2.STEP_RESULT_WAITING]
        assert (waiting, explained.invoice_state) == (["document"], UNKNOWN)


async def test_an_order_that_nobody_has_judged(toy: ToyWorld, sqlite_url: str) -> None:
    async with open_server(sqlite_url, toy) as door:
        shop = Shop(door, toy)
        order = await shop.submit(an_order())
        request = invoicing_service_pb2.ExplainOrderRequest(name=order.name)
        explanation = (await door.invoicing.ExplainOrder(request)).explanation
        assert (list(explanation.channels), explanation.answer.split(":")[0]) == ([], "No channel has judged the order")
        missing = await refusal(shop.explain(f"{order.name}x"))
        assert missing.reason == "RESOURCE_NOT_FOUND"
