"""The simulated company that each client works on."""

from typing import Any

CONTACTS_LIMIT = 6
"""Contacts that the companies' plan allows, deleted ones included."""

_SHIRT = {"name": "Camisa", "reference": "CAM-1", "price": 50000, "stock": 10}
_SUPPLIER = {"name": "Proveedora SAS", "identification": "900123456", "type": "provider"}
_CASH = {"name": "Caja general", "type": "cash"}


def company(client: str) -> dict[str, Any]:
    """The company's seed; the ids are those that the client's README uses."""
    plain = {"email": f"{client}@example.com", "token": f"token-of-{client}", "contacts_limit": CONTACTS_LIMIT}
    return plain | _OWN[client]


_OWN: dict[str, dict[str, Any]] = {
    "alegra": {
        "country": "peru",
        "name": "Chaty SAC",
        "items": [{"name": "Polo", "reference": "POLO-1", "price": 40, "stock": 10}],
        "contacts": [
            {
                "name": "Bodega Lima",
                "identificationObject": {"type": "RUC", "number": "20600000001"},
                "type": ["client"],
            }
        ],
    },
    "alegrapy": {
        "name": "Tienda de Andrés",
        "bank_accounts": [_CASH],
        "items": [_SHIRT],
        "contacts": [_SUPPLIER],
    },
    "alegra-python": {
        "name": "Tienda de Lina",
        "bank_accounts": [_CASH],
        "sellers": [{"name": "Vendedora"}],
        "item_categories": [{"name": "Consolas"}],
        "custom_fields": [{"name": "Serie"}, {"name": "Potencia"}, {"name": "Peso"}],
        "categories": [
            {"id": "1", "name": "Ingresos", "type": "income"},
            {"id": "5064", "name": "Ventas", "type": "income", "idParent": "1"},
        ],
        "items": [_SHIRT],
        "contacts": [_SUPPLIER],
    },
}
