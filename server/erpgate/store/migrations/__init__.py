"""Alembic migrations; they expand first and contract a release later."""
