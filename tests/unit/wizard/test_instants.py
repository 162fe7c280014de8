"""Points in time that a person types into the terminal."""

import datetime as dt

import pytest
from erpgate.wizard.instants import is_instant, rfc_3339


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-01-31T08:00:00-05:00", "2026-01-31T08:00:00-05:00"),
        ("2026-01-31 08:00Z", "2026-01-31T08:00:00+00:00"),
    ],
)
def test_an_offset_is_kept(typed: str, meant: str) -> None:
    assert rfc_3339(typed) == meant


@pytest.mark.parametrize("typed", ["2026-01-31", "2026-01-31 00:00"])
def test_without_an_offset_it_is_the_terminals_own_time(typed: str) -> None:
    assert rfc_3339(typed) == dt.datetime(2026, 1, 31).astimezone().isoformat()


@pytest.mark.parametrize("typed", ["soon", "31/01/2026", "2026-02-30", ""])
def test_what_is_no_point_in_time(typed: str) -> None:
    assert is_instant("2026-01-31")
    assert not is_instant(typed)
