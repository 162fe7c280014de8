"""Connects Template to erpgate."""
