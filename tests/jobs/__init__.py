"""Durable processes beyond what one invoice shows."""
