"""Privileges that are granted, on every shape of target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from account.names import ACCOUNT, Name
from account.principals import Grant, Principal, PrincipalKind, Scope
from account.registered import values
from account.values import Maybe, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from account.registered.reader import Block, Reader

GRANT_KINDS: Final = {Scope.FUTURE: "FUTURE GRANT", Scope.INHERITED: "INHERITED GRANT"}
_IRREGULAR: Final = {
    "CORTEX SEARCH SERVICES": "CORTEX SEARCH SERVICE",
    "ALERTS": "ALERT",
    "INDICES": "INDEX",
}
_KINDS_OF_THINGS: Final = {
    "VIEW": "TABLE", "MATERIALIZED VIEW": "TABLE", "DYNAMIC TABLE": "TABLE", "EXTERNAL TABLE": "TABLE",
    "ICEBERG TABLE": "TABLE", "HYBRID TABLE": "TABLE", "EVENT TABLE": "TABLE", "DATABASE ROLE": "ROLE",
}  # fmt: skip
"""Kinds, as grants name them, that are things of another kind in a picture."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a grant is on: objects of a kind, one of them or those in a container. `on` or `kind` may be unknown."""

    kind: Maybe[str | None]
    on: Maybe[Name | None]
    scope: Scope = Scope.OBJECT


def singular(plural: str) -> str:
    """TABLES -> TABLE, NETWORK POLICIES -> NETWORK POLICY, PROCEDURES -> PROCEDURE."""
    text = plural.strip().upper()
    if text in _IRREGULAR:
        return _IRREGULAR[text]
    if text.endswith("IES"):
        return f"{text[:-3]}Y"
    return text.removesuffix("S")


def _kind(block: Block, key: str) -> Maybe[str | None]:
    found = block.text(key)
    if not isinstance(found, str):
        return found
    return singular(found) if key.endswith("Plural") else found.strip().upper()


def thing_kind(kind: str) -> str:
    """The kind that the picture keeps such objects under."""
    if kind.endswith("INTEGRATION"):
        return "INTEGRATION"
    return _KINDS_OF_THINGS.get(kind, kind)


def _inside(reader: Reader, key: str, kind: str, value: object) -> Maybe[Name | None]:
    return reader.inside(key, kind, value) if value is not None else None


def _container(reader: Reader, key: str, block: Block) -> Maybe[Name | None]:
    """The database or schema that a block names; the account where it says so."""
    if isinstance(block.content, Unknown):
        return block.content
    in_account = block.flag("inAccount")
    if isinstance(in_account, Unknown):
        return in_account
    if in_account:
        return ACCOUNT
    if block.raw("inDatabase") is not None:
        return reader.named(key, "DATABASE", block.raw("inDatabase"))
    return _inside(reader, key, "SCHEMA", block.raw("inSchema"))


def _many(reader: Reader, key: str, block: Block) -> Iterator[Target]:
    """The shapes `all`, `future` and `inherited` of a block."""
    for scope in (Scope.ALL, Scope.FUTURE, Scope.INHERITED):
        inner = block.block(scope.value)
        if inner is not None:
            yield Target(_kind(inner, "objectTypePlural"), _container(reader, key, inner), scope)


def _on_account_object(reader: Reader, block: Block) -> Iterator[Target]:
    inherited = block.block("inherited")
    if inherited is not None:
        yield Target(_kind(inherited, "objectTypePlural"), ACCOUNT, Scope.INHERITED)
        return
    kind = _kind(block, "objectType")
    looked_for = thing_kind(kind) if isinstance(kind, str) else ""
    name = block.raw("objectName")
    yield Target(kind, reader.named("onAccountObject", looked_for, name) if name is not None else None)


def _on_schema(reader: Reader, block: Block) -> Iterator[Target]:
    """In grants to a database role `inherited` is the name of a database, in those to an account role a block."""
    key = "onSchema"
    inherited = block.raw("inherited")
    if inherited is not None:
        inner = block.block("inherited") if not isinstance(inherited, str | Unknown) else None
        container = _container(reader, key, inner) if inner is not None else reader.named(key, "DATABASE", inherited)
        yield Target("SCHEMA", container, Scope.INHERITED)
        return
    for name, scope in (("allSchemasInDatabase", Scope.ALL), ("futureSchemasInDatabase", Scope.FUTURE)):
        if block.raw(name) is not None:
            yield Target("SCHEMA", reader.named(key, "DATABASE", block.raw(name)), scope)
            return
    yield Target("SCHEMA", _inside(reader, key, "SCHEMA", block.raw("schemaName")))


def _on_schema_object(reader: Reader, block: Block) -> Iterator[Target]:
    yield from on_objects(reader, "onSchemaObject", block)


def on_objects(reader: Reader, key: str, block: Block) -> Iterator[Target]:
    """The targets of a block about objects in schemas, also of GrantOwnership."""
    found = list(_many(reader, key, block))
    if found:
        yield from found
        return
    kind = _kind(block, "objectType")
    looked_for = thing_kind(kind) if isinstance(kind, str) else ""
    yield Target(kind, _inside(reader, key, looked_for, block.raw("objectName")))


_BLOCKS: Final[dict[str, Callable[[Reader, Block], Iterator[Target]]]] = {
    "onAccountObject": _on_account_object,
    "onSchema": _on_schema,
    "onSchemaObject": _on_schema_object,
}


def _targets(reader: Reader) -> Iterator[Target]:
    on_account = reader.flag("onAccount")
    if isinstance(on_account, Unknown):
        yield Target(on_account, on_account)
    elif on_account:
        yield Target("ACCOUNT", ACCOUNT)
    if reader.raw("onDatabase") is not None:
        yield Target("DATABASE", reader.named("onDatabase", "DATABASE"))
    for key, read in _BLOCKS.items():
        block = reader.block(key)
        if block is None:
            continue
        if isinstance(block.content, Unknown):
            yield Target(block.content, block.content)
        else:
            yield from read(reader, block)


def _privileges(reader: Reader) -> Iterator[Maybe[str]]:
    everything = reader.flag("allPrivileges")
    if isinstance(everything, Unknown):
        yield everything
    elif everything:
        yield "ALL"
    found = values.items(reader.raw("privileges"))
    if isinstance(found, Unknown):
        yield found
        return
    for entry in found:
        text = values.upper(entry)
        if text is not None:
            yield "ALL" if isinstance(text, str) and text == "ALL PRIVILEGES" else text


def blind(reader: Reader, what: str, scope: Scope = Scope.OBJECT) -> None:
    """Say what is not known of a grant."""
    more = (GRANT_KINDS[scope],) if scope in GRANT_KINDS else ()
    reader.blind(f"{what} of {reader.where}", "it is not known before the change is made", "GRANT", *more)


def _emit(reader: Reader, grantee: Maybe[Principal | None], targets: Iterable[Target]) -> None:
    """One fact per privilege and target. What is not known is told, and the rest of the grant still counts."""
    if isinstance(grantee, Unknown | None):
        blind(reader, "grantee")
        return
    option = reader.flag("withGrantOption")
    if isinstance(option, Unknown):
        blind(reader, "grant option")
    privileges = list(_privileges(reader))
    if any(isinstance(privilege, Unknown) for privilege in privileges):
        blind(reader, "privileges")
    found = list(targets) or [Target(None, None)]
    for target in found:
        if isinstance(target.on, Unknown | None) or isinstance(target.kind, Unknown | None):
            blind(reader, "object", target.scope)
            continue
        for privilege in privileges:
            if not isinstance(privilege, Unknown):
                # A grant option that is not known counts as given: the narrower reading would open a gate.
                given = isinstance(option, Unknown) or bool(option)
                reader.builder.grants.append(
                    Grant(grantee, privilege, target.kind, target.on, target.scope, given, reader.origin)
                )


def to_account_role(reader: Reader) -> None:
    """GrantPrivilegesToAccountRole."""
    _emit(reader, reader.account_role("accountRoleName"), _targets(reader))


def to_database_role(reader: Reader) -> None:
    """GrantPrivilegesToDatabaseRole."""
    _emit(reader, reader.database_role("databaseRoleName"), _targets(reader))


_SHARED: Final = (
    ("onSchema", "SCHEMA", Scope.OBJECT),
    ("onTable", "TABLE", Scope.OBJECT),
    ("onView", "VIEW", Scope.OBJECT),
    ("onTag", "TAG", Scope.OBJECT),
    ("onFunction", "FUNCTION", Scope.OBJECT),
)


def _shared(reader: Reader) -> Iterator[Target]:
    if reader.raw("onDatabase") is not None:
        yield Target("DATABASE", reader.named("onDatabase", "DATABASE"))
    if reader.raw("onAllTablesInSchema") is not None:
        yield Target("TABLE", reader.inside("onAllTablesInSchema", "SCHEMA"), Scope.ALL)
    for key, kind, scope in _SHARED:
        if reader.raw(key) is not None:
            yield Target(kind, reader.inside(key, thing_kind(kind)), scope)


def to_share(reader: Reader) -> None:
    """GrantPrivilegesToShare."""
    if isinstance(reader.content, Unknown):
        blind(reader, "share")
        return
    _emit(reader, reader.account_principal("toShare", PrincipalKind.SHARE), _shared(reader))
