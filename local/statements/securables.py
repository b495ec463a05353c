"""What GRANT, REVOKE and SHOW GRANTS name: objects, all or future objects of a type, and grantees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from local.data.types import read_type
from local.errors import compilation_error, not_found, unsupported
from local.lexer import TokenKind
from local.model import Kind, Obj, Scope
from local.names import Path, dotted
from local.reader import Reader
from local.session import Context
from local.statements.common import candidates

SINGULAR = {kind.value: kind for kind in Kind if kind is not Kind.ACCOUNT}
PLURAL = {kind.info.plural: kind for kind in Kind if kind is not Kind.ACCOUNT}

ABSENT = frozenset(
    {
        "AGENT", "AGGREGATION POLICY", "APPLICATION", "APPLICATION PACKAGE", "COMPUTE POOL", "CONNECTION", "CONTACT",
        "DATASET", "DBT PROJECT", "EXPERIMENT", "EXTERNAL VOLUME", "FAILOVER GROUP", "GATEWAY", "HYBRID TABLE",
        "INTERACTIVE TABLE", "JOIN POLICY", "MCP SERVER", "MODEL MONITOR", "ONLINE FEATURE TABLE",
        "PACKAGES POLICY", "PRIVACY POLICY", "PROJECTION POLICY", "REPLICATION GROUP", "SNAPSHOT",
        "STORAGE LIFECYCLE POLICY", "TYPE", "WORKSPACE",
    }
)  # fmt: skip
"""Object types of Snowflake that the local Snowflake has no grants for."""

WITH_ARGUMENTS = (Kind.PROCEDURE, Kind.FUNCTION, Kind.DATA_METRIC_FUNCTION)
"""Types whose objects are named with the types of their arguments."""


class Reach(Enum):
    """How much the ON clause names."""

    ONE = "one"
    ALL = "all"
    FUTURE = "future"


@dataclass(frozen=True, slots=True)
class Securable:
    """The ON clause: an object, or all or future objects of ``kind`` in the container ``obj``."""

    reach: Reach
    kind: Kind
    obj: Obj


def read_securable(context: Context, reader: Reader) -> Securable:
    """Read what stands behind ON. 002003 for what is missing or hidden."""
    if reader.accept("ACCOUNT"):
        return Securable(Reach.ONE, Kind.ACCOUNT, context.catalogue.account)
    word = reader.accept_one("ALL", "FUTURE")
    if word is None:
        kind = read_kind(reader, SINGULAR)
        return Securable(Reach.ONE, kind, read_object(context, reader, kind))
    kind = read_kind(reader, PLURAL)
    reader.expect("IN")
    container = read_container(context, reader)
    if kind.info.scope is Scope.ACCOUNT or (kind.info.scope is Scope.DATABASE and container.kind is Kind.SCHEMA):
        raise reader.unexpected()
    if kind is Kind.DATABASE_ROLE:
        raise unsupported(f"GRANT ON {word} DATABASE ROLES")
    return Securable(Reach(word.lower()), kind, container)


def read_kind(reader: Reader, names: Mapping[str, Kind]) -> Kind:
    """Read an object type, the longest that fits; an error if it is unknown or has no grants here."""
    for length in (3, 2, 1):
        words = [reader.peek(ahead) for ahead in range(length)]
        phrase = " ".join(word.upper for word in words)
        if all(word.kind is TokenKind.WORD for word in words) and (phrase in names or _singular(phrase) in ABSENT):
            if phrase not in names:
                raise unsupported(f"grants on {phrase}")
            reader.accept(*phrase.split())
            return names[phrase]
    raise reader.unexpected()


def _singular(phrase: str) -> str:
    return phrase[:-3] + "Y" if phrase.endswith("IES") else phrase.removesuffix("S") if phrase not in ABSENT else phrase


def read_container(context: Context, reader: Reader) -> Obj:
    """Read ``DATABASE name`` or ``SCHEMA name``."""
    word = reader.accept_one("DATABASE", "SCHEMA")
    if word is None:
        raise reader.unexpected()
    return context.access.resolve(Kind(word), reader.path())


def read_object(context: Context, reader: Reader, kind: Kind) -> Obj:
    """Read an object's name (with argument types for procedures and functions) and resolve it."""
    path = reader.path()
    if kind in WITH_ARGUMENTS:
        return context.access.resolve(kind, path, read_signature(reader))
    return context.access.resolve(kind, path)


def read_signature(reader: Reader) -> str:
    """``(VARCHAR, NUMBER)`` behind a procedure's name, as ``Obj.signature`` holds it."""
    if reader.accept("(", ")"):
        return "()"
    return f"({', '.join(reader.parenthesised(lambda inner: read_type(inner).name))})"


def find_user(context: Context, path: Path) -> Obj:
    """A user by name as the receiver of a grant: everybody may name one, also who may not look at it."""
    found = context.catalogue.find(Kind.USER, path) if len(path) == 1 else None
    if found is None:
        raise not_found(Kind.USER.value, dotted(path))
    return found


def read_grantee(context: Context, reader: Reader) -> Obj:
    """Read ``[ROLE] name``, ``DATABASE ROLE name`` or ``USER name`` behind TO or FROM."""
    if reader.accept("DATABASE", "ROLE"):
        return context.access.resolve(Kind.DATABASE_ROLE, reader.path())
    if reader.accept("USER"):
        return find_user(context, reader.path())
    word = reader.accept_one("SHARE", "APPLICATION ROLE", "APPLICATION")
    if word is not None:
        raise unsupported(f"grants to {word}")
    reader.accept("ROLE")
    return context.access.resolve(Kind.ROLE, reader.path())


def objects_of(context: Context, securable: Securable) -> list[Obj]:
    """The object, or all visible objects of the type in the container."""
    if securable.reach is Reach.ONE:
        return [securable.obj]
    return [obj for obj in candidates(context, securable.obj, securable.kind) if context.access.visible(obj)]


def check_same_database(context: Context, grantee: Obj, obj: Obj) -> None:
    """Raise if a database role would hold something outside its own database."""
    if grantee.kind is not Kind.DATABASE_ROLE:
        return
    inside = obj.kind is Kind.DATABASE or obj.kind.info.scope is not Scope.ACCOUNT
    if inside and context.catalogue.database_of(obj).id == grantee.parent:
        return
    raise compilation_error(
        f"Database role '{context.catalogue.full_name(grantee)}' can only be granted privileges on its own database "
        "and the objects in it.",
        "003001",
        "42501",
    )
