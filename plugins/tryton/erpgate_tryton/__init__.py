"""Connects Tryton to erpgate."""
