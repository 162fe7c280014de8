"""The ERP's customer of a buyer: looked up first, created once, remembered, never updated."""

import asyncio

from erpgate.domain.problem import Blocked
from erpgate.engine.journal import Step
from erpgate.engine.lane import Lane
from erpgate.engine.session import Session
from erpgate.engine.settings import nth
from erpgate.engine.work import LookAgain
from erpgate.plugin.model import Buyer, CustomerId, Found
from erpgate.plugin.reasons import Reason
from erpgate.plugin.settings import ChannelSettings
from erpgate.store.customers import RememberCustomer, known_customer
from erpgate.store.records import AttemptRecord


async def customer_of(lane: Lane, session: Session, buyer: Buyer, settings: ChannelSettings) -> CustomerId:
    """The customer of a completed buyer.

    Raises:
        Blocked: Several customers have the buyer's document.
        LookAgain: The ERP did not show all of its customers.
    """
    mapper, company = session.erp.mapper, session.company
    identity = mapper.identity(buyer, settings, company)
    async with lane.locks.setdefault(f"customer {identity}", asyncio.Lock()):
        known = await lane.database.read(lambda c: known_customer(c, lane.lease.account, identity))
        if known is not None:
            return known
        found = await session.connection.find_customer(buyer)
        if found.matches:
            customer = _only(found.matches, identity)
            await lane.database.write(RememberCustomer(identity, customer, lane.lease))
            return customer
        if not found.complete:
            raise LookAgain(nth(lane.settings.look_up_delays, 0))
        return await _create(lane, session, buyer, settings, identity)


async def _create(lane: Lane, session: Session, buyer: Buyer, settings: ChannelSettings, identity: str) -> CustomerId:
    payload = session.erp.mapper.customer(buyer, settings, session.company)

    async def send() -> CustomerId:
        return await session.connection.create_customer(payload, key=identity)

    async def find(_: AttemptRecord) -> Found[CustomerId]:
        return await session.connection.find_customer(buyer)

    async def choose(matches: tuple[CustomerId, ...]) -> CustomerId:
        return _only(matches, identity)

    return await lane.journal(f"customer {identity}").once(
        Step(
            name="customer",
            kind=CustomerId,
            send=send,
            find=find,
            choose=choose,
            # A second customer with the same document does harm, but ERPs refuse it or give the first one back, and
            # `find_customer` has just shown a complete listing without it.
            repeatable=True,
            settle_time=session.policy.settle_time,
            timeout=session.erp.limits.timeout,
            with_end=lambda customer: (RememberCustomer(identity, customer, lane.lease),),
        )
    )


def _only(matches: tuple[CustomerId, ...], identity: str) -> CustomerId:
    if len(set(matches)) > 1:
        raise Blocked(
            Reason.CUSTOMER_AMBIGUOUS,
            "The ERP has several customers with the buyer's document: merge them there, then retry.",
            details={"document": identity, "customers": ", ".join(sorted(set(matches)))},
        )
    return matches[0]
