"""Master keys change without a pause, and a server never runs with a key that opens nothing."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from erpgate.store.beside import beside
from erpgate.store.keys import Reseal
from erpgate.store.schema import credential, master_key
from erpgate.v1 import channel_pb2
from erpgate.vault import Vault, VaultError, generate_key
from fixtures.command import command
from fixtures.orders import an_order
from fixtures.server import KEY, open_server
from fixtures.shop import Shop
from fixtures.toy_world import ToyWorld
from rpc.harness import refusal

NEW = generate_key()
BOTH = f"{NEW}\n{KEY}\n"
SHOPS = 3


def ids(*keys: str) -> list[str]:
    return sorted(key_id for key in keys for key_id in Vault.from_text(key).key_ids)


def sealed(database_url: str) -> list[bytes]:
    with beside(database_url) as database:
        query = sa.select(credential.c.sealed).order_by(credential.c.merchant)
        return database.read(lambda c: [bytes(value) for value in c.execute(query).scalars()])


def in_use(database_url: str) -> list[str]:
    with beside(database_url) as database:
        return database.read(lambda c: sorted(c.execute(sa.select(master_key.c.key_id)).scalars()))


async def connect_all(database_url: str, toy: ToyWorld) -> None:
    """Channels of different companies."""
    async with open_server(database_url, toy) as door:
        for number in range(SHOPS):
            shop = Shop(door, toy, merchant=f"shop-{number}")
            await shop.connect(credentials={**toy.credentials, "workspace": f"company-{number}"})


async def test_a_new_key_takes_over_step_by_step(toy: ToyWorld, database_url: str) -> None:
    await connect_all(database_url, toy)
    assert in_use(database_url) == ids(KEY)
    async with open_server(database_url, toy, key=BOTH) as door:
        assert in_use(database_url) == ids(KEY, NEW)
        shop = Shop(door, toy, merchant="shop-0")
        await shop.sold(an_order())
        done = command("keys", "rotate", database_url=database_url, key=BOTH)  # while the server runs
        assert (done.code, done.complained) == (0, "")
        assert done.told == (
            f"{SHOPS} credentials were sealed anew with the master key {ids(NEW)[0]}; no other one is needed."
        )
        await shop.sold(an_order())
    assert in_use(database_url) == ids(NEW)
    async with open_server(database_url, toy, key=NEW) as door:
        for number in range(SHOPS):
            await Shop(door, toy, merchant=f"shop-{number}").rotate(
                {**toy.credentials, "workspace": f"company-{number}"}
            )
        await Shop(door, toy, merchant="shop-1").sold(an_order())
    with pytest.raises(VaultError):
        async with open_server(database_url, toy):
            raise AssertionError("the old key opens nothing any more")


async def test_an_interrupted_rotation_goes_on(toy: ToyWorld, database_url: str) -> None:
    """What was sealed anew stays as it is, and both keys are needed until it is whole."""
    await connect_all(database_url, toy)
    old, vault = Vault.from_text(KEY), Vault.from_text(BOTH)
    with beside(database_url) as database:
        database.write(Reseal(("", ""), only_the_first(vault)))
    done = command("keys", "rotate", database_url=database_url, key=BOTH)
    assert f"{SHOPS - 1} credentials were sealed anew" in done.told
    assert all(vault.is_current(record) for record in sealed(database_url))
    assert not any(old.can_open(record) for record in sealed(database_url))
    assert "0 credentials were sealed anew" in command("keys", "rotate", database_url=database_url, key=BOTH).told


def only_the_first(vault: Vault) -> Callable[[bytes], bytes | None]:
    """What a rotation had done when it was interrupted."""
    left = [True]
    return lambda record: vault.reseal(record) if left and left.pop() else None


async def test_a_rotation_without_the_old_key_changes_nothing(toy: ToyWorld, database_url: str) -> None:
    await connect_all(database_url, toy)
    before = sealed(database_url)
    done = command("keys", "rotate", database_url=database_url, key=NEW)
    assert (done.code, done.told) == (1, "")
    assert f"The master key {ids(KEY)[0]} seals credentials here and is not in the key file" in done.complained
    assert (sealed(database_url), in_use(database_url)) == (before, ids(KEY))


async def test_a_server_does_not_start_with_another_key(toy: ToyWorld, database_url: str) -> None:
    await connect_all(database_url, toy)
    with pytest.raises(VaultError) as refused:
        async with open_server(database_url, toy, key=NEW):
            raise AssertionError("it serves")
    assert f"sealed with the master key {ids(KEY)[0]}" in str(refused.value)
    assert "erpgate keys give-up" in str(refused.value)
    assert in_use(database_url) == ids(KEY)
    async with open_server(database_url, toy) as door:
        await Shop(door, toy, merchant="shop-0").sold(an_order())


async def test_the_first_key_is_remembered_although_nothing_is_sealed_yet(toy: ToyWorld, sqlite_url: str) -> None:
    async with open_server(sqlite_url, toy):
        assert in_use(sqlite_url) == ids(KEY)
    with pytest.raises(VaultError):
        async with open_server(sqlite_url, toy, key=NEW):
            raise AssertionError("it serves")


async def test_a_lost_key_costs_new_credentials_and_nothing_else(toy: ToyWorld, database_url: str) -> None:
    async with open_server(database_url, toy) as door:
        await (await Shop(door, toy).connect()).sold(an_order())
    done = command("keys", "give-up", "--yes", database_url=database_url, key=NEW)
    assert done.told == "1 credentials were dropped; give their channels new ones with RotateCredentials."
    async with open_server(database_url, toy, key=NEW) as door:
        shop = Shop(door, toy)
        channel = await shop.get()
        assert channel.health == channel_pb2.CHANNEL_HEALTH_AUTH_FAILED
        assert "RotateCredentials" in channel.health_message
        waiting = await shop.submit(an_order())
        check = (await shop.check()).checks[0]
        assert (check.check, check.result) == ("credentials", 3)
        refused = await refusal(shop.rotate({**toy.credentials, "workspace": "another"}))
        assert refused.reason == "ERP_COMPANY_MISMATCH"
        assert (await shop.rotate(toy.credentials)).health == channel_pb2.CHANNEL_HEALTH_OK
        await shop.settled(waiting.name)
    assert len(await toy.documents()) == 2
