"""Measures erpgate against its limits; `make bench` runs it."""
