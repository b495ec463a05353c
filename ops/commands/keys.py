"""`ops keys`: key pairs of service users and people."""

import os
from pathlib import Path
from typing import Annotated

import typer

from ops import console, declaration, layout, overlay, server
from ops.commands import options
from ops.errors import BadInput
from ops.keypairs import KeyPair, fingerprint
from ops.keyslots import Keyring
from ops.layout import DEFAULT_ACCOUNT, PROJECT

app = typer.Typer(
    help="Key pairs: make one, rotate without an outage. Private keys stay in files of mode 0600.", no_args_is_help=True
)

User = Annotated[str, typer.Argument(help="Name of the user, without the stack's prefix.", metavar="USER")]
Folder = Annotated[
    Path | None, typer.Option("--folder", help="Folder of the key files, outside the repository (real accounts).")
]


@app.command()
def new(
    user: User,
    stack: options.Stack = "dev",
    account: options.Account = DEFAULT_ACCOUNT,
    real: options.Real = False,
    folder: Folder = None,
    json: options.Json = False,
) -> None:
    """Make a user's first key pair; the next up puts its public half into the account."""
    from ops import keyslots

    _tell(keyslots.new(_ring(user, stack, account, real, folder)), "made", json)


@app.command()
def rotate(
    user: User,
    stack: options.Stack = "dev",
    account: options.Account = DEFAULT_ACCOUNT,
    real: options.Real = False,
    folder: Folder = None,
    drop_old: Annotated[bool, typer.Option("--drop-old", help="End the rotation: only the new key is left.")] = False,
    json: options.Json = False,
) -> None:
    """Make the next key pair; after the next up both keys log in, until --drop-old and one more up."""
    from ops import keyslots

    ring = _ring(user, stack, account, real, folder)
    pair = keyslots.drop_old(ring) if drop_old else keyslots.rotate(ring)
    _tell(pair, "now the only key" if drop_old else "made", json)


def _tell(pair: KeyPair, what: str, json: bool) -> None:
    print_ = fingerprint(pair.public_body())
    if json:
        console.machine({"private_key": str(pair.private), "public_key": str(pair.public), "fingerprint": print_})
        return
    console.say(f"{pair.private} is {what} ({print_}).")
    console.say("Its public half is in the stack file; the next up puts it into the account.")


def _ring(user: str, stack: str, account: str, real: bool, folder: Path | None) -> Keyring:
    name, stack = user.upper(), layout.stack_name(stack)
    if real:
        path = overlay.stack_file(stack)
        config = overlay.load(path)
        prefix = f"{stack.upper()}_" if stack != "prod" and config.get(f"{PROJECT}:shared_account") is True else ""
        _refuse_unknown(name, stack, path)
        identifier = f"{config.get(f'{PROJECT}:organization')}-{config.get(f'{PROJECT}:account')}".lower()
        return Keyring(path, folder or _folder() / identifier, name, f"{prefix}{name}")
    from ops import local

    place = layout.account(account)
    path = place.overlay(stack)
    if not path.exists():
        raise BadInput(
            f"stack {stack} is not on local account {place.name} yet", where=str(path), do=f"ops up --stack {stack}"
        )
    _refuse_unknown(name, stack, path)
    return Keyring(path, place.keys, name, local.place(place, server.require(place).edition, stack).user(name))


def _refuse_unknown(name: str, stack: str, path: Path) -> None:
    config = overlay.load(path)
    groups = [config.get(f"{PROJECT}:{group}") for group in ("people", "break_glass")]
    people = [
        str(person.get("name", "")).upper()
        for group in groups
        if isinstance(group, list)
        for person in group
        if isinstance(person, dict)
    ]
    known = [*declaration.service_users(stack), *people]
    if name not in known:
        raise BadInput(f"stack {stack} has no user {name}", where=path.name, do=f"one of {', '.join(known)}")


def _folder() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / PROJECT / "keys"
