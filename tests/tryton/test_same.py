"""What every ERP does, in a real Tryton: the same tests."""

from e2e.test_exactly_once import *  # noqa: F403
