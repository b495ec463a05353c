"""Rotation of a user's key pair by Snowflake's two slots: old and new key both log in until the old one is dropped.

Files in the key folder: `<user>.p8` is the current key, `<user>.new.p8` the next one while a rotation is under way.
"""

from dataclasses import dataclass
from pathlib import Path

from ops import files, keypairs, overlay, yamledit
from ops.errors import BadInput
from ops.keypairs import KeyPair
from ops.layout import PROJECT, repository
from ops.overlay import SLOTS

NEXT = ".new"


@dataclass(frozen=True)
class Keyring:
    """One user's keys: the stack file with the slots, the folder with the files, the user's name in both.

    `user` is the name in the stack file (without prefix), `login` the one in the account, which names the files.
    """

    stack_file: Path
    folder: Path
    user: str
    login: str

    @property
    def current(self) -> KeyPair:
        """The key pair in use."""
        return keypairs.pair(self.folder, self.login)

    @property
    def following(self) -> KeyPair:
        """The key pair that takes over."""
        return keypairs.pair(self.folder, self.login, NEXT)

    def slots(self) -> dict[str, str]:
        """The public keys in the stack file, by slot."""
        return overlay.slots(overlay.load(self.stack_file), self.user)


def new(ring: Keyring) -> KeyPair:
    """Makes the user's first key pair and puts its public half into a free slot; raises BadInput where one exists."""
    _refuse_inside_git(ring.folder)
    if ring.current.private.exists():
        raise BadInput(
            f"{ring.login} has a key already", where=str(ring.current.private), do="ops keys rotate replaces it"
        )
    slot = _free_slot(ring)
    pair = keypairs.generate(ring.current)
    _put(ring, slot, pair.public_body())
    return pair


def rotate(ring: Keyring) -> KeyPair:
    """Makes the next key pair and puts its public half into the free slot; the current key goes on logging in."""
    _refuse_inside_git(ring.folder)
    if not ring.current.private.exists():
        raise BadInput(f"{ring.login} has no key in this folder", where=str(ring.folder), do="ops keys new makes one")
    if ring.following.private.exists() and ring.following.public_body() in ring.slots().values():
        raise BadInput(
            f"a rotation of {ring.login} is under way",
            where=str(ring.following.private),
            do="apply it, let every program use that key, then ops keys rotate --drop-old",
        )
    slot = _free_slot(ring)
    pair = keypairs.generate(ring.following)
    _put(ring, slot, pair.public_body())
    return pair


def drop_old(ring: Keyring) -> KeyPair:
    """Ends a rotation: the old public key leaves its slot, the next key becomes the current one, the old file goes."""
    if not ring.following.private.exists():
        raise BadInput(
            f"no rotation of {ring.login} is under way", where=str(ring.folder), do="ops keys rotate begins one"
        )
    following = ring.following.public_body()
    present = ring.slots()
    if following not in present.values():
        raise BadInput(
            f"the next key of {ring.login} is in no slot", where=str(ring.stack_file), do="ops keys rotate again"
        )
    for slot, key in present.items():
        if key != following:
            _put(ring, slot, None)
    ring.following.private.replace(ring.current.private)
    ring.following.public.replace(ring.current.public)
    return ring.current


def _free_slot(ring: Keyring) -> str:
    taken = ring.slots()
    free = [slot for slot in SLOTS if slot not in taken]
    if not free:
        raise BadInput(
            f"both key slots of {ring.user} are taken",
            where=str(ring.stack_file),
            do="end the rotation first: ops keys rotate --drop-old",
        )
    return free[0]


def _put(ring: Keyring, slot: str, key: str | None) -> None:
    text = ring.stack_file.read_text(encoding="utf-8")
    group = _group(ring)
    if group is not None:
        changed = yamledit.put_in_item(text, ["config", f"{PROJECT}:{group}"], ring.user, slot, key)
    elif key is None:
        changed = yamledit.drop(text, ["config", f"{PROJECT}:public_keys", ring.user, slot])
    else:
        changed = yamledit.put(text, ["config", f"{PROJECT}:public_keys", ring.user, slot], key)
    if ring.stack_file.is_relative_to(repository()) and ring.stack_file.parent == repository():
        ring.stack_file.write_text(changed, encoding="utf-8")
    else:
        files.write_private(ring.stack_file, changed)


def _group(ring: Keyring) -> str | None:
    config = overlay.load(ring.stack_file)
    for group in ("people", "break_glass"):
        entries = config.get(f"{PROJECT}:{group}")
        names = (
            [str(entry.get("name", "")).upper() for entry in entries if isinstance(entry, dict)]
            if isinstance(entries, list)
            else []
        )
        if ring.user in names:
            return group
    return None


def _refuse_inside_git(folder: Path) -> None:
    resolved = folder.resolve()
    if resolved.is_relative_to(repository()) and not resolved.is_relative_to(repository() / ".local"):
        raise BadInput("private keys must not lie in the repository", where=str(folder), do="--folder outside of it")
