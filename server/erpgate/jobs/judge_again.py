"""Judges orders again that wait for their channel, after its rules or its state have changed."""

import asyncio
import datetime as dt

from erpgate.domain.eligibility import Outcome
from erpgate.engine.lane import Lane
from erpgate.engine.work import PARKED, UNASKED, Handler, Postponed
from erpgate.store.channels import channel_of_account
from erpgate.store.judge import Judge, StageOf
from erpgate.store.orders import list_orders
from erpgate.store.submit_order import JUDGE_AGAIN, SubmitOrder
from erpgate.store.tasks import CompleteTask, Task

_PAGE = 200
_MOMENT = dt.timedelta(milliseconds=1)


def judging_again(judge: Judge, stage_of: StageOf) -> Handler:
    """The process, with the rules that it judges by."""

    async def judge_again(lane: Lane, task: Task) -> Postponed | None:
        """Goes through the merchant's waiting orders; running it twice changes nothing more."""
        channel = await lane.database.read(lambda c: channel_of_account(c, lane.lease.account))
        if channel is None:
            return PARKED
        after, later = "", list[dt.datetime]()
        while True:
            page = await lane.database.read_long(
                lambda c, after=after: list_orders(  # type: ignore[misc]
                    c, channel.merchant, after=after, limit=_PAGE, outcome=Outcome.WAITING, sales_channel=""
                )
            )
            # All of them are handed in at once, so that they are one commit; their invoices then begin at once.
            writes = [SubmitOrder(record.order, judge, stage_of, lane.clock.now(), again=True) for record in page]
            submitted = await asyncio.gather(*map(lane.database.write, writes))
            later += [answer.next_time for answer in submitted if answer.next_time is not None]
            lane.wake()
            if len(page) < _PAGE:
                break
            after = page[-1].order_id
        if later:  # of those beyond the hourly cap
            return Postponed(delay=max(min(later) - lane.clock.now(), _MOMENT))
        await lane.database.write(CompleteTask(task, lane.lease))
        return UNASKED

    return judge_again


__all__ = ["JUDGE_AGAIN", "judging_again"]
