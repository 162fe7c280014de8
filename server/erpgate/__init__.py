"""erpgate."""
