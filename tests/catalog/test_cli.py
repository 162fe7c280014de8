"""`erpgate products …`, as a person types it."""

import asyncio
import subprocess
import sys

from fixtures.alegra_world import AlegraWorld
from fixtures.shelf import Shelf


async def erpgate(shelf: Shelf, command: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    server = f"127.0.0.1:{shelf.shop.door.app.port}"
    line = [sys.executable, "-m", "erpgate.cli", "products", command, *arguments, "--server", server]
    return await asyncio.to_thread(
        subprocess.run, line, capture_output=True, text=True, check=False, timeout=30, env={"COLUMNS": "200"}
    )


async def test_sync_shows_the_progress_until_it_is_done(shelf: Shelf, alegra: AlegraWorld) -> None:
    await alegra.call("PUT", "/items/2", {"name": "Notebook"})
    done = await erpgate(shelf, "sync", shelf.shop.name)
    assert (done.returncode, done.stderr) == (0, "")
    assert "10/10" in done.stdout
    assert "3 calls" in done.stdout
    assert (await shelf.product("BOOK")).title == "Notebook"


async def test_list_shows_what_the_filters_ask_for(shelf: Shelf) -> None:
    listed = await erpgate(shelf, "list", shelf.shop.name, "--text", "sho", "--active")
    assert listed.returncode == 0, listed.stderr
    assert "Shoe / 41" in listed.stdout
    assert "Variants share their parent's reference" in listed.stdout
    assert "Shirt" not in listed.stdout


async def test_lookup_fails_if_a_sku_cannot_be_invoiced(shelf: Shelf) -> None:
    good = await erpgate(shelf, "lookup", shelf.shop.name, "SHIRT")
    assert (good.returncode, "10000.0000 COP" in good.stdout) == (0, True)
    bad = await erpgate(shelf, "lookup", shelf.shop.name, "SHIRT", "SHIRTS", "TWIN")
    assert bad.returncode == 1
    assert "NOT_FOUND" in bad.stdout
    assert "AMBIGUOUS" in bad.stdout


async def test_what_the_server_refuses_is_said(shelf: Shelf) -> None:
    refused = await erpgate(shelf, "list", "merchants/acme/channels/none")
    assert refused.returncode == 1
    assert refused.stderr == "erpgate: RESOURCE_NOT_FOUND: There is no resource merchants/acme/channels/none.\n"
