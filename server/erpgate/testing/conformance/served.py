"""The same through the real server: what callers see of the plugin."""

import asyncio
from decimal import Decimal

from erpgate.client import ErpgateError
from erpgate.plugin.simulator import Spot, Trouble
from erpgate.proofs import Level
from erpgate.testing.conformance import sample
from erpgate.testing.conformance.bench import ONE_SHIRT, Bench
from erpgate.testing.conformance.check import Fault, check, expect
from erpgate.testing.conformance.server import CHANNEL, MERCHANT, open_shop
from erpgate.v1 import catalog_service_pb2, channel_pb2, invoice_pb2

_OPEN = invoice_pb2.INVOICE_STATE_OPEN
_PAID = Decimal("238.00")


@check(Level.CONNECTS, "Run `erpgate plugin doctor`, and see what CreateChannel and ConnectChannel say.")
async def the_wizard_connects(bench: Bench) -> None:
    """The wizard of the server connects the company, and shows no secret of it."""
    async with open_shop(bench) as shop:
        channel = await shop.connect()
        expect(channel.state == channel_pb2.CHANNEL_STATE_CONNECTED, "the channel is not connected")
        for name in bench.secret_fields:
            expect(bench.seeded.credentials[name] not in str(channel), f"the secret {name} is in the channel")


@check(Level.CONNECTS, "Raise `Misconfigured` with a field of the credentials model.")
async def the_wizard_refuses_wrong_credentials(bench: Bench) -> None:
    """Wrong credentials are refused by the wizard, with the field, and nothing is stored."""
    wrong = {**bench.seeded.credentials, **dict.fromkeys(bench.secret_fields, "not-the-secret-9f3")}
    async with open_shop(bench) as shop:
        try:
            await shop.create_channel(wrong)
        except ErpgateError as error:
            expect(error.reason == "ERP_CREDENTIALS_INVALID", f"the reason is {error.reason}")
            expect(any(path.startswith("credentials.") for path in error.fields), f"it names {list(error.fields)}")
        else:
            raise Fault("they were accepted")
        expect(not await shop.call(lambda: list(shop.client.list_channels(MERCHANT))), "a channel was stored")


@check(Level.READS, "See the checks of `items`, `items_by_sku` and the SKU strategy.")
async def skus_are_looked_up(bench: Bench) -> None:
    """LookupSkus finds what can be sold, and says what is inactive or unknown."""
    async with open_shop(bench) as shop:
        await shop.connect()
        skus = ["SHIRT", sample.INACTIVE, sample.UNKNOWN]
        lookups = await shop.call(shop.client.lookup_skus, CHANNEL, skus)
        statuses = [catalog_service_pb2.SkuStatus.Name(lookup.status) for lookup in lookups]
        wanted = ["SKU_STATUS_FOUND", "SKU_STATUS_INACTIVE", "SKU_STATUS_NOT_FOUND"]
        expect(statuses == wanted, f"it says {statuses}")


@check(Level.INVOICES, "See the checks of defaults, mapping and totals, and the invoice's failure above.")
async def a_sale_becomes_an_open_invoice(bench: Bench) -> None:
    """A sale becomes one open document over what was paid."""
    async with open_shop(bench) as shop:
        await shop.connect()
        invoice = await shop.invoice(await shop.submit(ONE_SHIRT))
        expect(invoice.state == _OPEN, f"it is blocked: {invoice.failure.message}")
        expect(Decimal(invoice.total) == _PAID, f"its total is {invoice.total}")
    held = [(document.state, Decimal(document.total)) for document in await bench.documents()]
    expect(held == [("open", _PAID)], f"the ERP holds {held}")


@check(Level.NEVER_DUPLICATES, "Nothing in the plugin may depend on the order of calls; keep no state beside caches.")
async def a_repeated_order_is_one_document(bench: Bench) -> None:
    """One order that is submitted ten times at once, and others beside it, make one document each."""
    async with open_shop(bench) as shop:
        await shop.connect()
        orders = await asyncio.gather(*(shop.submit(ONE_SHIRT, str(number // 10)) for number in range(30)))
        for order in orders[::10]:
            invoice = await shop.invoice(order)
            expect(invoice.state == _OPEN, f"one is blocked: {invoice.failure.message}")
    documents = await bench.documents()
    expect(len(documents) == 3, f"the ERP holds {len(documents)} documents of 3 orders")


@check(Level.NEVER_DUPLICATES, "See `a_lost_answer_is_unknown` and `a_lost_document_is_found`.")
async def a_lost_answer_makes_one_document(bench: Bench) -> None:
    """A sale whose every first answer is lost becomes one open document."""
    for spot in (Spot.CREATE_CUSTOMER, Spot.CREATE, Spot.ADVANCE):
        before = len(await bench.documents())
        async with open_shop(bench) as shop:
            await shop.connect()
            await bench.break_(spot, Trouble.DROPPED_AFTER)
            invoice = await shop.invoice(await shop.submit(ONE_SHIRT, spot.value))
            expect(invoice.state == _OPEN, f"it is blocked after a lost {spot.value}: {invoice.failure.message}")
        made = len(await bench.documents()) - before
        expect(made == 1, f"a lost answer to {spot.value} makes {made} documents")


@check(Level.NEVER_DUPLICATES, "See `a_write_without_an_answer_is_unknown` and `what_was_never_made_is_absent`.")
async def what_did_not_arrive_is_not_made_twice(bench: Bench) -> None:
    """A create that fails on the ERP's side ends in one document, or stops for a person; never in two."""
    async with open_shop(bench) as shop:
        await shop.connect()
        await bench.break_(Spot.CREATE, Trouble.SERVER_ERROR)
        invoice = await shop.invoice(await shop.submit(ONE_SHIRT))
    documents = await bench.documents()
    wanted = 1 if invoice.state == _OPEN else 0
    expect(len(documents) == wanted, f"the ERP holds {len(documents)} documents")
    sent = [attempt for attempt in invoice.attempts if attempt.step == "document"]
    expect(sent[0].outcome != invoice_pb2.ATTEMPT_OUTCOME_DONE or len(sent) == 1, "it was sent again after it was done")
