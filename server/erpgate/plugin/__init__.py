"""The SDK that plugin authors import: everything an ERP plugin needs, and nothing of the server.

Start with `Erp`, the value that a plugin offers through the hook `erpgate_erps`.

.. versionadded:: 1
    Everything here is there since API version 1, unless its own docstring says another one.
"""

from erpgate.plugin.capabilities import (
    Connection,
    Credits,
    Defaults,
    Discards,
    Emails,
    InvoiceMapper,
    MapsCredits,
    Prints,
    SkuStrategy,
    TakesPayments,
    Voids,
)
from erpgate.plugin.erp import API_VERSION, OLDEST_API_VERSION, Erp, Wiring
from erpgate.plugin.errors import ErpError, Misconfigured, OutcomeUnknown, RateLimited, Rejected, Unavailable
from erpgate.plugin.forms import BoundField, Bounds, FormField, Source, Text, fields_of, missing_in
from erpgate.plugin.hookspecs import hookimpl
from erpgate.plugin.http import Guard, Http, HttpFactory, RateReading, Response, Transport, Unguarded, open_http
from erpgate.plugin.model import (
    Address,
    Buyer,
    Company,
    CompanyId,
    CustomerId,
    Document,
    DocumentId,
    DocumentLine,
    Draft,
    DraftLine,
    Found,
    Item,
    ItemId,
    Option,
    Payload,
    Payment,
    PaymentMethod,
    Stage,
)
from erpgate.plugin.policy import Ability, Limits, Policy, Repeats, RoundingPolicy
from erpgate.plugin.reasons import Reason
from erpgate.plugin.settings import Automation, ChannelSettings, OrderState, RemainderPolicy
from erpgate.plugin.shipping import ShippingRule
from erpgate.plugin.simulator import Seeded, SimulatedCompany, SimulatedDocument, Simulator, Spot, Trouble

__all__ = [
    "API_VERSION",
    "OLDEST_API_VERSION",
    "Ability",
    "Address",
    "Automation",
    "BoundField",
    "Bounds",
    "Buyer",
    "ChannelSettings",
    "Company",
    "CompanyId",
    "Connection",
    "Credits",
    "CustomerId",
    "Defaults",
    "Discards",
    "Document",
    "DocumentId",
    "DocumentLine",
    "Draft",
    "DraftLine",
    "Emails",
    "Erp",
    "ErpError",
    "FormField",
    "Found",
    "Guard",
    "Http",
    "HttpFactory",
    "InvoiceMapper",
    "Item",
    "ItemId",
    "Limits",
    "MapsCredits",
    "Misconfigured",
    "Option",
    "OrderState",
    "OutcomeUnknown",
    "Payload",
    "Payment",
    "PaymentMethod",
    "Policy",
    "Prints",
    "RateLimited",
    "RateReading",
    "Reason",
    "Rejected",
    "RemainderPolicy",
    "Repeats",
    "Response",
    "RoundingPolicy",
    "Seeded",
    "ShippingRule",
    "SimulatedCompany",
    "SimulatedDocument",
    "Simulator",
    "SkuStrategy",
    "Source",
    "Spot",
    "Stage",
    "TakesPayments",
    "Text",
    "Transport",
    "Trouble",
    "Unavailable",
    "Unguarded",
    "Voids",
    "Wiring",
    "fields_of",
    "hookimpl",
    "missing_in",
    "open_http",
]
