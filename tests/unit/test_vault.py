"""Sealed credentials open with their key, in their place, and nowhere else."""

import base64
from pathlib import Path

import pytest
from erpgate.vault import Vault, VaultError, generate_key

PLACE = "merchants/acme/channels/main"


@pytest.fixture
def vault() -> Vault:
    return Vault.from_text(generate_key())


def test_what_is_sealed_can_be_opened(vault: Vault) -> None:
    sealed = vault.seal(b"s3cr3t", PLACE)
    assert b"s3cr3t" not in sealed
    assert vault.open(sealed, PLACE) == b"s3cr3t"


def test_the_same_is_never_sealed_alike(vault: Vault) -> None:
    assert len({vault.seal(b"s3cr3t", PLACE) for _ in range(20)}) == 20


def test_another_key_opens_nothing(vault: Vault) -> None:
    sealed = vault.seal(b"s3cr3t", PLACE)
    with pytest.raises(VaultError, match="Another master key sealed this record"):
        Vault.from_text(generate_key()).open(sealed, PLACE)


def test_a_record_cannot_be_moved(vault: Vault) -> None:
    sealed = vault.seal(b"s3cr3t", PLACE)
    with pytest.raises(VaultError, match="changed or moved"):
        vault.open(sealed, "merchants/other/channels/main")


def test_no_byte_can_be_changed(vault: Vault) -> None:
    sealed = vault.seal(b"s3cr3t", PLACE)
    for place in range(len(sealed)):
        changed = bytes([*sealed[:place], sealed[place] ^ 1, *sealed[place + 1 :]])
        with pytest.raises(VaultError):
            vault.open(changed, PLACE)


@pytest.mark.parametrize("length", [0, 1, 8, 9, 20, 30, 70])
def test_a_record_that_was_cut_is_refused(vault: Vault, length: int) -> None:
    with pytest.raises(VaultError):
        vault.open(vault.seal(b"s3cr3t", PLACE)[:length], PLACE)


def test_it_shows_nothing_of_its_key() -> None:
    key = generate_key()
    assert repr(Vault.from_text(key)) == "Vault()"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("not base64!", "The master key is not base64"),
        (base64.b64encode(b"short").decode(), "must be 32 bytes"),
        ("", "must be 32 bytes"),
    ],
    ids=["no-base64", "short", "empty"],
)
def test_a_malformed_key_is_refused_with_what_to_do(text: str, sentence: str) -> None:
    with pytest.raises(VaultError, match=sentence) as refused:
        Vault.from_text(text)
    assert "erpgate generate-key" in str(refused.value)


def test_a_key_may_be_in_a_file(tmp_path: Path) -> None:
    key = generate_key()
    path = tmp_path / "erpgate.key"
    path.write_text(f"{key}\n")
    sealed = Vault.from_text(key).seal(b"s3cr3t", PLACE)
    assert Vault.from_file(path).open(sealed, PLACE) == b"s3cr3t"
    with pytest.raises(VaultError, match="can't be read: No such file"):
        Vault.from_file(tmp_path / "missing")
