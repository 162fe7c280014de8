"""``/categories``: the ledger's accounts, as a list or as a tree."""

from erpgate_alegra.simulator.call import Answer, Call, Handler
from erpgate_alegra.simulator.jsontext import Document

from .catalogue import CATALOGUES

_CATALOGUE = CATALOGUES["categories"]


def _list(call: Call) -> Answer:
    if call.query.get("format") != "tree":
        return _CATALOGUE.list_(call)
    shown = {category["id"]: category | {"children": []} for category in call.tenant["categories"]}
    roots: list[Document] = []
    for category in shown.values():
        parent = shown.get(category["idParent"])
        (roots if parent is None else parent["children"]).append(category)
    wanted = call.query.get("type")
    return Answer(body=[root for root in roots if wanted in {None, root["type"]}])


HANDLERS: dict[tuple[str, str], Handler] = {("GET", "/categories"): _list}
