"""Durable processes: one straight function each."""
