"""Key pairs and their rotation through two slots."""

import os
import stat
from pathlib import Path

import pytest

from ops import keypairs, keyslots, layout
from ops.errors import BadInput
from ops.keyslots import Keyring

STACK_FILE = "config:\n  snowflake-platform:organization: EXAMPLE\n"


@pytest.fixture
def ring(tmp_path: Path) -> Keyring:
    """A service user without keys."""
    path = tmp_path / "Pulumi.dev.yaml"
    path.write_text(STACK_FILE, encoding="utf-8")
    return Keyring(path, tmp_path / "keys", "SVC_LOADER", "DEV_SVC_LOADER")


def test_a_private_key_can_be_read_by_its_owner_only(tmp_path: Path) -> None:
    pair = keypairs.generate(keypairs.pair(tmp_path / "keys", "SVC_LOADER"))
    assert stat.S_IMODE(pair.private.stat().st_mode) == 0o600
    assert stat.S_IMODE(pair.private.parent.stat().st_mode) == 0o700
    assert pair.private.name == "svc_loader.p8"
    assert "PRIVATE" not in pair.public.read_text(encoding="utf-8")


def test_a_loose_umask_changes_nothing(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        pair = keypairs.generate(keypairs.pair(tmp_path / "keys", "A"))
    finally:
        os.umask(before)
    assert stat.S_IMODE(pair.private.stat().st_mode) == 0o600


def test_an_existing_private_key_is_never_replaced(tmp_path: Path) -> None:
    pair = keypairs.generate(keypairs.pair(tmp_path, "A"))
    before = pair.private.read_bytes()
    pair.public.unlink()
    keypairs.ensure(tmp_path, ["A"])
    assert pair.private.read_bytes() == before
    assert pair.public.exists()


def test_a_private_key_is_no_public_key() -> None:
    with pytest.raises(BadInput):
        keypairs.body("-----BEGIN " + "PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----")


def test_a_new_key_goes_to_the_first_slot(ring: Keyring) -> None:
    pair = keyslots.new(ring)
    assert ring.slots() == {"rsa_public_key": pair.public_body()}
    assert pair.private.name == "dev_svc_loader.p8"


def test_a_second_new_key_is_refused(ring: Keyring) -> None:
    keyslots.new(ring)
    with pytest.raises(BadInput) as caught:
        keyslots.new(ring)
    assert "rotate" in caught.value.do


def test_a_rotation_keeps_both_keys_until_the_old_is_dropped(ring: Keyring) -> None:
    old = keyslots.new(ring).public_body()
    new = keyslots.rotate(ring).public_body()
    assert ring.slots() == {"rsa_public_key": old, "rsa_public_key_2": new}
    assert ring.current.public_body() == old
    current = keyslots.drop_old(ring)
    assert ring.slots() == {"rsa_public_key_2": new}
    assert current.public_body() == new
    assert not ring.following.private.exists()


def test_the_next_rotation_uses_the_slot_that_became_free(ring: Keyring) -> None:
    keyslots.new(ring)
    keyslots.rotate(ring)
    second = keyslots.drop_old(ring).public_body()
    third = keyslots.rotate(ring).public_body()
    assert ring.slots() == {"rsa_public_key": third, "rsa_public_key_2": second}


def test_two_rotations_at_once_are_refused(ring: Keyring) -> None:
    keyslots.new(ring)
    keyslots.rotate(ring)
    with pytest.raises(BadInput) as caught:
        keyslots.rotate(ring)
    assert "--drop-old" in caught.value.do


def test_without_a_free_slot_nothing_is_made(ring: Keyring) -> None:
    keyslots.new(ring)
    taken = {"A": {"rsa_public_key": "x", "rsa_public_key_2": "y"}}
    ring.stack_file.write_text(
        f"config:\n  snowflake-platform:public_keys: {taken}\n".replace("A", ring.user), encoding="utf-8"
    )
    with pytest.raises(BadInput):
        keyslots.rotate(ring)
    assert not ring.following.private.exists()


def test_a_person_rotates_in_the_list_of_people(ring: Keyring) -> None:
    people = "  snowflake-platform:people:\n    - name: SVC_LOADER\n      email: a@example.com\n"
    ring.stack_file.write_text(STACK_FILE + people, encoding="utf-8")
    keyslots.new(ring)
    keyslots.rotate(ring)
    assert set(ring.slots()) == {"rsa_public_key", "rsa_public_key_2"}
    keyslots.drop_old(ring)
    assert set(ring.slots()) == {"rsa_public_key_2"}


def test_private_keys_inside_the_repository_are_refused(ring: Keyring) -> None:
    inside = Keyring(ring.stack_file, layout.repository() / "keys", ring.user, ring.login)
    with pytest.raises(BadInput):
        keyslots.new(inside)
    assert not inside.folder.exists()
