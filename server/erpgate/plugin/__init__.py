"""The SDK that plugin authors import: everything an ERP plugin needs, and nothing of the server.

Start with `Erp`, the value that a plugin offers through the hook `erpgate_erps`.
"""

from erpgate.plugin.capabilities import Connection, Defaults, Discards, InvoiceMapper, SkuStrategy
from erpgate.plugin.erp import API_VERSION, Erp, Wiring
from erpgate.plugin.errors import ErpError, Misconfigured, OutcomeUnknown, RateLimited, Rejected, Unavailable
from erpgate.plugin.forms import BoundField, FormField, Text, fields_of
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
    Stage,
)
from erpgate.plugin.policy import Ability, Limits, Policy, Repeats, RoundingPolicy
from erpgate.plugin.reasons import Reason
from erpgate.plugin.settings import Automation, ChannelSettings, OrderState, RemainderPolicy
from erpgate.plugin.simulator import Seeded, SimulatedCompany, SimulatedDocument, Simulator

__all__ = [
    "API_VERSION",
    "Ability",
    "Address",
    "Automation",
    "BoundField",
    "Buyer",
    "ChannelSettings",
    "Company",
    "CompanyId",
    "Connection",
    "CustomerId",
    "Defaults",
    "Discards",
    "Document",
    "DocumentId",
    "DocumentLine",
    "Draft",
    "DraftLine",
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
    "Misconfigured",
    "Option",
    "OrderState",
    "OutcomeUnknown",
    "Payload",
    "Policy",
    "RateLimited",
    "RateReading",
    "Reason",
    "Rejected",
    "RemainderPolicy",
    "Repeats",
    "Response",
    "RoundingPolicy",
    "Seeded",
    "SimulatedCompany",
    "SimulatedDocument",
    "Simulator",
    "SkuStrategy",
    "Stage",
    "Text",
    "Transport",
    "Unavailable",
    "Unguarded",
    "Wiring",
    "fields_of",
    "hookimpl",
    "open_http",
]
