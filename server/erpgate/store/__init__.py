"""Repositories on SQLAlchemy Core."""
