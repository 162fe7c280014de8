"""Fixtures that every folder may use, and which tests run one after another where several run at a time."""

import os

import pytest

os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"
"""A child of a test begins another program at once; gRPC's threads in it die of the descriptors that were closed."""

pytest_plugins = ["fixtures.leaks", "fixtures.databases"]

_ONE_AT_A_TIME = ("crash", "tryton")
"""Folders whose tests share something costly, or start so many processes that they would starve each other."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those first: whoever is done earlier takes of the others."""
    for item in items:
        for folder in _ONE_AT_A_TIME:
            if folder in item.path.parent.parts:
                item.add_marker(pytest.mark.xdist_group(folder))
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the one command that writes golden files anew."""
    parser.addoption("--rewrite-golden", action="store_true", help="write golden files anew instead of comparing them")
