"""What the core predicts is what the toy ledger computes, to the cent, on random baskets."""

import datetime as dt
from dataclasses import replace

from erpgate.domain.problem import Blocked
from erpgate.domain.sale import Sale
from erpgate.domain.totals import Plan, Remainder, plan
from erpgate.plugin import Company, CompanyId, CustomerId, Draft, DraftLine, Item, Stage
from erpgate.plugin.reasons import Reason
from erpgate.testing import ToyLedger
from erpgate.testing.toy import ToySettings, toy_erp
from fixtures.lanes import a_toy_wiring
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.domain.test_totals_properties import ITEMS, REMAINDERS, ROUNDING, SHIPPING, baskets

_TODAY = dt.date(2026, 3, 2)
_COMPANY = Company(
    id=CompanyId("toy"), name="Toy", country_code="CO", currency_code="COP", time_zone="America/Bogota", facts={}
)


def with_own_taxes(item: Item) -> Item:
    """The same item, whose taxes no other item has: the ledger knows a tax by its id."""
    return replace(item, tax_rates={f"{item.id}/{tax}": rate for tax, rate in item.tax_rates.items()})


def a_draft(planned: Plan) -> Draft:
    """The plan as it is sent."""
    lines = tuple(
        DraftLine(
            item=line.item,
            description=line.description,
            quantity=line.quantity,
            unit_price=line.unit_price,
            tax_ids=line.tax_ids,
        )
        for line in planned.lines
    )
    return Draft(
        reference="r",
        date=_TODAY,
        due_date=_TODAY,
        customer=CustomerId("P1"),
        currency_code="COP",
        lines=lines,
        total=planned.prediction.total,
        tax_base=planned.prediction.tax_base,
        tax=planned.prediction.tax,
    )


_KNOWN = {item.id: with_own_taxes(item) for item in (*ITEMS, SHIPPING, ROUNDING)}


@settings(max_examples=200, deadline=None)
@given(basket=baskets(), remainder=REMAINDERS, ships=st.booleans())
async def test_the_toy_computes_what_was_predicted(
    basket: tuple[Sale, dict[str, Item]], remainder: Remainder, ships: bool
) -> None:
    sale, items = basket
    ledger = ToyLedger(items=list(_KNOWN.values()))
    toy = toy_erp(ledger)
    try:
        planned = plan(
            sale,
            {line_id: _KNOWN[item.id] for line_id, item in items.items()},
            policy=toy.policy(_COMPANY, ToySettings()).rounding,
            shipping=_KNOWN[SHIPPING.id] if ships else None,
            remainder=replace(remainder, item=remainder.item and _KNOWN[remainder.item.id]),
        )
    except Blocked as stop:
        assert stop.reason is Reason.TOTAL_UNREACHABLE  # noqa: PT017 - a stop is as good as a plan
        return
    draft = a_draft(planned)
    payload = toy.mapper.invoice(draft, ToySettings(), _COMPANY)
    voucher = await toy.connect(a_toy_wiring()).create(payload, Stage.OPEN, key="")
    assert (voucher.total, voucher.tax_base, voucher.tax) == (draft.total, draft.tax_base, draft.tax)
