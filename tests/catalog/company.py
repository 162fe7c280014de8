"""What the simulated company sells."""

from typing import Any

COMPANY: dict[str, Any] = {
    "warehouses": [{"id": "1", "name": "Principal", "isDefault": True}, {"id": "2", "name": "Norte"}],
    "price_lists": [
        {"id": "1", "name": "General", "main": True},
        {"id": "2", "name": "Web"},
        {"id": "3", "name": "Mayoristas", "type": "percentage", "percentage": "10"},
    ],
    "taxes": [{"id": "1", "name": "IVA", "type": "IVA", "percentage": 19}],
    "items": [
        {
            "name": "Shirt",
            "reference": "SHIRT",
            "barcode": "7701",
            "price": {"1": 10000, "2": 12500},
            "tax_percentage": 19,
            "stock": {"1": 8, "2": 3},
        },
        {"name": "Book", "reference": "BOOK", "barcode": "7702", "price": 5000, "stock": {"1": 1}},
        {"name": "Repair", "reference": "REPAIR", "type": "service", "price": 20000, "tax_percentage": 19},
        {"name": "Gift box", "reference": "BOX", "barcode": "SHIRT", "type": "kit", "price": 30000},
        {
            "name": "Shoe",
            "reference": "SHOE",
            "price": 90000,
            "variants": [
                {"options": "40", "barcode": "7740", "stock": {"1": 4}},
                {"options": "41", "barcode": "7741", "stock": {"2": 6}},
            ],
        },
        {"name": "Twin", "reference": "TWIN", "barcode": "7711", "price": 1},
        {"name": "Other twin", "reference": "TWIN", "barcode": "7712", "price": 2},
        {"name": "Old", "reference": "OLD", "status": "inactive", "price": 1},
    ],
}
