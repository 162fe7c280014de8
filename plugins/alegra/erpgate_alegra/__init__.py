"""Alegra, a cloud ERP for Latin America and Spain, as a plugin of erpgate."""
