"""Measures erpgate beside its limits; `make bench` prints the table of docs/performance.md."""
