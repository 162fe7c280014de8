"""The rules: eligibility, matching, totals. Pure: no I/O, no clock, no database."""
