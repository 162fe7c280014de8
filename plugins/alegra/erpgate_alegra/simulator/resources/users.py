"""``/users``: the one user of a company, whose token is used."""

from erpgate_alegra.simulator.account import Account
from erpgate_alegra.simulator.call import Answer, Call, Handler
from erpgate_alegra.simulator.errors import NotFound
from erpgate_alegra.simulator.jsontext import Document

USER_ID = "1"
"""Id of the only user."""

_PERMISSIONS = {
    "bank-accounts": ("add", "transfer", "view"),
    "bills": ("add", "delete", "edit", "view"),
    "categories": ("view",),
    "contacts": ("add", "delete", "edit", "view"),
    "company": ("edit", "retrieve-info"),
    "invoices": ("add", "edit", "email", "view", "void", "edit-items-prices"),
    "items": ("add", "delete", "edit", "view"),
    "retentions": ("view",),
    "taxes": ("view",),
    "terms": ("view",),
    "payments": ("add", "edit", "view", "edit-in", "edit-out", "retrieve-in", "viewin", "viewout"),
    "price-lists": ("view",),
    "remissions": ("add", "edit", "delete", "view"),
    "estimates": ("add", "delete", "view", "edit"),
    "currencies": ("index",),
    "sellers": ("add", "edit"),
    "pos-cashier": ("close", "index", "open", "view"),
    "pos-station": ("add", "edit", "view", "index", "delete"),
}


def _show(account: Account) -> Document:
    return {
        "name": None,
        "lastName": None,
        "email": account.email,
        "role": "admin",
        "status": "active",
        "id": USER_ID,
        "permissions": {
            resource: {action: "allow" for action in actions if f"{resource}:{action}" not in account.denied}
            for resource, actions in _PERMISSIONS.items()
        },
    }


def _self(call: Call) -> Answer:
    return Answer(body=_show(call.tenant.account))


def _list(call: Call) -> Answer:
    return Answer(body=[_show(call.tenant.account)])


def _get(call: Call) -> Answer:
    if call.identity != USER_ID:
        raise NotFound
    return _self(call)


HANDLERS: dict[tuple[str, str], Handler] = {
    ("GET", "/users"): _list,
    ("GET", "/users/self"): _self,
    ("GET", "/users/{id}"): _get,
}
