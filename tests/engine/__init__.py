"""Budgets, journals, lanes and workers, each by itself on a real database."""
