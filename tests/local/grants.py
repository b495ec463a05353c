"""Databases, schemas and objects for grant tests, made in the catalogue so that only grants are under test."""

from __future__ import annotations

from local.grants import apply_future_grants
from local.model import ACCOUNT_ID, Json, Kind, Obj
from tests.local.conftest import Account


def role(account: Account, name: str) -> Obj:
    """The account role ``name``, or the database role ``DB.NAME``."""
    path = tuple(name.split("."))
    found = account.catalogue.find(Kind.ROLE if len(path) == 1 else Kind.DATABASE_ROLE, path)
    assert found is not None, name
    return found


def roles(account: Account, *names: str) -> None:
    """Create account roles owned by USERADMIN."""
    for name in names:
        account.as_role("USERADMIN").run(f"CREATE ROLE {name}")


def make(account: Account, kind: Kind, name: str, owner: str, **props: Json) -> Obj:
    """Make an object by its dotted name as its owner would: future grants apply, a signature may follow the name."""
    name, _, arguments = name.partition("(")
    *containers, last = name.split(".")
    parent = ACCOUNT_ID
    for container, part in zip((Kind.DATABASE, Kind.SCHEMA), containers, strict=False):
        found = account.catalogue.child(parent, container, part)
        assert found is not None, part
        parent = found.id
    signature = f"({arguments}" if arguments else ""
    with account.catalogue.transaction():
        obj = account.catalogue.create(kind, last, parent, role(account, owner).id, signature=signature, props=props)
        apply_future_grants(account.as_role("ACCOUNTADMIN").context, obj)
    return obj


def platform(account: Account, *, managed: bool = False) -> None:
    """Roles OWNER, READER, WRITER; database DB with schema DB.S and table DB.S.T, all owned by OWNER."""
    roles(account, "OWNER", "READER", "WRITER")
    make(account, Kind.DATABASE, "DB", "OWNER")
    make(account, Kind.SCHEMA, "DB.S", "OWNER", MANAGED_ACCESS=managed)
    make(account, Kind.TABLE, "DB.S.T", "OWNER")


def held(account: Account, grantee: str, on: str) -> set[str | None]:
    """Privileges that the grantee holds on the object (``TABLE DB.S.T``) directly."""
    name = grantee.split(".")[-1]
    return {row["privilege"] for row in account.admin.rows(f"SHOW GRANTS ON {on}") if row["grantee_name"] == name}
