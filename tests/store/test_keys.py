"""Credentials are moved from one master key to another page by page."""

import sqlalchemy as sa
from erpgate.store.beside import beside
from erpgate.store.keys import GiveUp, Reseal
from erpgate.store.schema import credential
from erpgate.vault import Vault, generate_key

OLD, NEW = generate_key(), generate_key()
COUNT = 450


def fill(url: str) -> None:
    """More credentials than a page has."""
    old = Vault.from_text(OLD)
    rows = [
        {"merchant": f"m{n % 7}", "channel": f"c{n}", "sealed": old.seal(b"s3cr3t", f"m{n % 7}/c{n}"), "version": 1}
        for n in range(COUNT)
    ]
    with beside(url) as database:
        database.read(lambda c: c.execute(sa.insert(credential), rows))


def test_every_page_is_moved_and_opens_in_its_place(database_url: str) -> None:
    fill(database_url)
    both, new = Vault.from_text(f"{NEW} {OLD}"), Vault.from_text(NEW)
    counts, after = [], ("", "")
    with beside(database_url) as database:
        while True:
            moved, end = database.write(Reseal(after, both.reseal))
            counts.append(moved)
            if end is None:
                break
            after = end
        rows = database.read(lambda c: c.execute(sa.select(credential)).all())
    assert counts == [200, 200, 50]
    assert {new.open(bytes(row.sealed), f"{row.merchant}/{row.channel}") for row in rows} == {b"s3cr3t"}
    assert {row.version for row in rows} == {1}


def test_only_what_no_key_opens_is_given_up(database_url: str) -> None:
    fill(database_url)
    both, new = Vault.from_text(f"{NEW} {OLD}"), Vault.from_text(NEW)
    with beside(database_url) as database:
        _, end = database.write(Reseal(("", ""), both.reseal))
        assert end is not None
        assert database.write(GiveUp(("", ""), new.can_open)) == (0, end)
        lost, rest = database.write(GiveUp(end, new.can_open))
        assert (lost, rest is None) == (200, False)
        assert database.read(lambda c: c.execute(sa.select(sa.func.count()).select_from(credential)).scalar_one()) == (
            COUNT - 200
        )
