"""Fixtures and options that every folder may use."""

import pytest

pytest_plugins = ["fixtures.databases"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the one command that writes golden files anew."""
    parser.addoption("--rewrite-golden", action="store_true", help="write golden files anew instead of comparing them")
