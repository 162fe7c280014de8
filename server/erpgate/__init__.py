"""erpgate connects a merchant's ERP to everything that sells: one sale, one correct invoice."""

__version__ = "0.1.0"
