"""Shadow mode: what an order's invoice would have come to; nothing is sent."""

from dataclasses import replace

from erpgate.domain.eligibility import Outcome
from erpgate.domain.problem import Blocked
from erpgate.domain.sale import Sale, sale_of
from erpgate.domain.totals import Plan
from erpgate.engine.lane import Lane
from erpgate.engine.session import Session
from erpgate.engine.work import PARKED, Handler, Postponed
from erpgate.jobs.compose import Terms, check_currency, check_stage, effective_settings, planned
from erpgate.jobs.map_invoice import completed, matched_in_lane
from erpgate.plugin.errors import Rejected
from erpgate.plugin.reasons import Reason
from erpgate.store.judge import StageOf
from erpgate.store.orders import get_order
from erpgate.store.records import OrderRecord, Overrides, VerdictRecord
from erpgate.store.tasks import CompleteTask, Task
from erpgate.store.verdicts import NoteVerdict


def shadowing(stage_of: StageOf) -> Handler:
    """The process, with how far the channel's invoices go."""

    async def shadow_order(lane: Lane, task: Task) -> Postponed | None:
        """Computes an order's invoice and notes it on the verdict; running it twice changes nothing more."""
        session = await lane.session()
        if session is None:
            return PARKED
        _, merchant, _, order_id = task.subject.split("/")
        record = await lane.database.read(lambda c: get_order(c, merchant, order_id))
        verdict = None if record is None else _shadowed(record, session.channel.channel)
        if record is not None and verdict is not None:
            noted = await _judged(lane, session, stage_of, record, verdict)
            await lane.database.write(NoteVerdict(merchant, order_id, verdict, noted, lane.lease))
        await lane.database.write(CompleteTask(task, lane.lease))
        return None

    return shadow_order


def _shadowed(record: OrderRecord, channel: str) -> VerdictRecord | None:
    return next((v for v in record.verdicts if v.channel == channel and v.reason is Reason.SHADOW_MODE), None)


async def _judged(
    lane: Lane, session: Session, stage_of: StageOf, record: OrderRecord, verdict: VerdictRecord
) -> VerdictRecord:
    sale = sale_of([record.order])
    terms = _terms(session, stage_of, sale)
    try:
        plan = await _planned(lane, session, terms, sale)
    except Blocked as stop:
        return _stopped(verdict, stop)
    except Rejected as error:
        return _stopped(verdict, Blocked(error.reason, error.message, details={**error.details, **error.fields}))
    details = {
        "paid_total": str(sale.total_paid),
        "shipping_left_out": str(plan.left_out),
        "expected_total": str(plan.prediction.total),
        "tax_base": str(plan.prediction.tax_base),
        "tax": str(plan.prediction.tax),
    }
    total = f"{plan.prediction.total} {sale.currency_code}"
    message = f"Shadow mode: the invoice would have come to {total}; nothing was sent."
    return replace(verdict, message=message, details=details)


async def _planned(lane: Lane, session: Session, terms: Terms, sale: Sale) -> Plan:
    check_currency(terms, sale)
    check_stage(terms)
    matching = await matched_in_lane(lane, session, terms, sale)
    plan = await planned(lane.database, terms, sale, matching.all_items())
    completed(terms, sale)
    return plan


def _terms(session: Session, stage_of: StageOf, sale: Sale) -> Terms:
    stage = stage_of(session.channel)
    return Terms(
        merchant=session.channel.merchant,
        account=session.channel.account,
        erp=session.erp,
        company=session.company,
        policy=session.policy,
        settings=effective_settings(session.settings, sale.sales_channel, Overrides(), stage, automatic=True),
        overrides=Overrides(),
        stage=stage,
    )


def _stopped(verdict: VerdictRecord, stop: Blocked) -> VerdictRecord:
    return replace(
        verdict,
        outcome=Outcome.ERROR,
        reason=stop.reason,
        message=f"Shadow mode: {stop.message}",
        details=stop.details,
        line_problems=stop.lines,
    )
