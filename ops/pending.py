"""Creates whose end is not known: what to ask the account about each, and the id the object has if it exists.

Ids are those of the provider (1.2.1, read in its source: EncodeResourceIdentifier and EncodeSnowflakeID);
where the state holds a sibling of the same type, its form of id wins, so that a newer provider's form is kept.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from ops import statements

Rows = Sequence[Mapping[str, object]]
Ask = Callable[[str], Rows]
"""Runs one statement; returns its rows by lower-case column name; nothing where the object is not there."""


class Id(Enum):
    """How the provider writes an id."""

    NAME = "NAME"
    QUOTED = '"DB"."SCHEMA"."NAME"'
    PIPED = "DB|SCHEMA|NAME"


@dataclass(frozen=True)
class Named:
    """A type whose objects SHOW lists: the inputs that make its name, outermost first."""

    show: str
    inputs: tuple[str, ...]
    form: Id


@dataclass(frozen=True)
class Attached:
    """A policy set on a user or on the account; setting it twice fails, so it has to be asked about."""

    policy_kind: str
    policy: str
    user: str | None


IN_SCHEMA = ("database", "schema", "name")
NAMED: Mapping[str, Named] = {
    "Database": Named("DATABASES", ("name",), Id.NAME),
    "Schema": Named("SCHEMAS", ("database", "name"), Id.QUOTED),
    "Warehouse": Named("WAREHOUSES", ("name",), Id.NAME),
    "ResourceMonitor": Named("RESOURCE MONITORS", ("name",), Id.NAME),
    "AccountRole": Named("ROLES", ("name",), Id.NAME),
    "DatabaseRole": Named("DATABASE ROLES", ("database", "name"), Id.QUOTED),
    "ServiceUser": Named("USERS", ("name",), Id.NAME),
    "LegacyServiceUser": Named("USERS", ("name",), Id.NAME),
    "User": Named("USERS", ("name",), Id.NAME),
    "NetworkPolicy": Named("NETWORK POLICIES", ("name",), Id.NAME),
    "NetworkRule": Named("NETWORK RULES", IN_SCHEMA, Id.PIPED),
    "PasswordPolicy": Named("PASSWORD POLICIES", IN_SCHEMA, Id.PIPED),
    "AuthenticationPolicy": Named("AUTHENTICATION POLICIES", IN_SCHEMA, Id.QUOTED),
    "MaskingPolicy": Named("MASKING POLICIES", IN_SCHEMA, Id.QUOTED),
    "RowAccessPolicy": Named("ROW ACCESS POLICIES", IN_SCHEMA, Id.QUOTED),
    "Tag": Named("TAGS", IN_SCHEMA, Id.QUOTED),
    "Table": Named("TABLES", IN_SCHEMA, Id.PIPED),
    "View": Named("VIEWS", IN_SCHEMA, Id.QUOTED),
    "StreamOnTable": Named("STREAMS", IN_SCHEMA, Id.QUOTED),
    "StreamOnView": Named("STREAMS", IN_SCHEMA, Id.QUOTED),
    "Task": Named("TASKS", IN_SCHEMA, Id.QUOTED),
    "SecretWithGenericString": Named("SECRETS", IN_SCHEMA, Id.QUOTED),
    "SecretWithBasicAuthentication": Named("SECRETS", IN_SCHEMA, Id.QUOTED),
    "SecretWithClientCredentials": Named("SECRETS", IN_SCHEMA, Id.QUOTED),
    "SecretWithAuthorizationCodeGrant": Named("SECRETS", IN_SCHEMA, Id.QUOTED),
    "ApiAuthenticationIntegrationWithClientCredentials": Named("INTEGRATIONS", ("name",), Id.NAME),
    "ApiAuthenticationIntegrationWithAuthorizationCodeGrant": Named("INTEGRATIONS", ("name",), Id.NAME),
    "StorageIntegration": Named("INTEGRATIONS", ("name",), Id.NAME),
    "EmailNotificationIntegration": Named("INTEGRATIONS", ("name",), Id.NAME),
    "Stage": Named("STAGES", IN_SCHEMA, Id.PIPED),
    "FileFormat": Named("FILE FORMATS", IN_SCHEMA, Id.PIPED),
    "Pipe": Named("PIPES", IN_SCHEMA, Id.PIPED),
    "Sequence": Named("SEQUENCES", IN_SCHEMA, Id.PIPED),
    "DynamicTable": Named("DYNAMIC TABLES", IN_SCHEMA, Id.PIPED),
    "Alert": Named("ALERTS", IN_SCHEMA, Id.PIPED),
}
OVERLOADED: Mapping[str, str] = {
    "FunctionSql": "USER FUNCTIONS",
    "ProcedureSql": "PROCEDURES",
    "ProcedurePython": "PROCEDURES",
    "ProcedureJavascript": "PROCEDURES",
}
"""Types whose objects share a name where their arguments differ: what SHOW lists them under."""
SYNONYMS: Mapping[str, str] = {
    **dict.fromkeys(("DECIMAL", "NUMERIC", "INT", "INTEGER", "BIGINT", "SMALLINT", "TINYINT", "BYTEINT"), "NUMBER"),
    **dict.fromkeys(("FLOAT4", "FLOAT8", "DOUBLE", "DOUBLE PRECISION", "REAL"), "FLOAT"),
    **dict.fromkeys(("CHAR", "CHARACTER", "NCHAR", "STRING", "TEXT"), "VARCHAR"),
    **dict.fromkeys(("DATETIME", "TIMESTAMP"), "TIMESTAMP_NTZ"),
    "VARBINARY": "BINARY",
}
"""Names of types that SHOW prints as another one."""
ATTACHED: Mapping[str, Attached] = {
    "UserPasswordPolicyAttachment": Attached("PASSWORD_POLICY", "passwordPolicyName", "userName"),
    "UserAuthenticationPolicyAttachment": Attached("AUTHENTICATION_POLICY", "authenticationPolicyName", "userName"),
    "AccountPasswordPolicyAttachment": Attached("PASSWORD_POLICY", "passwordPolicy", None),
    "AccountAuthenticationPolicyAttachment": Attached("AUTHENTICATION_POLICY", "authenticationPolicy", None),
}
REPEATABLE = frozenset(
    {"GrantAccountRole", "GrantDatabaseRole", "GrantPrivilegesToAccountRole", "GrantPrivilegesToDatabaseRole"}
    | {"GrantOwnership", "NetworkPolicyAttachment", "TagAssociation", "AccountParameter", "ObjectParameter", "Execute"}
    | {"UserPublicKeys"}
)
"""Types whose create may run twice with the same end: their open creates are cleared and made again."""


class Unknown(Exception):
    """A type that this module knows nothing about."""


class Foreign(Exception):
    """The object is there, but belongs to another role, so that this deployment did not make it."""


def existing_id(kind: str, inputs: Mapping[str, object], sibling: str | None, ask: Ask) -> str | None:
    """The id of the object that an open create was to make, or None where it is to be made again.

    `kind` is the last part of the Pulumi type, `sibling` the id of another resource of it. Raises Unknown and Foreign.
    """
    if kind in REPEATABLE:
        return None
    if kind in NAMED:
        return _named(NAMED[kind], inputs, sibling, ask)
    if kind in OVERLOADED:
        return _overloaded(OVERLOADED[kind], inputs, ask)
    if kind in ATTACHED:
        return _attached(ATTACHED[kind], inputs, ask)
    raise Unknown(kind)


def identity(kind: str, name: Sequence[str]) -> str:
    """The id that the provider gives an object of a NAMED type; `name` with its containers, outermost first."""
    return _form(NAMED[kind].form, None, len(name), name)


def left_to_do(kind: str, inputs: Mapping[str, object]) -> list[str]:
    """What a create does once after it made the object, and that nothing does later: the rest is a property."""
    if kind == "Database" and inputs.get("dropPublicSchemaOnCreation") is True:
        return [statements.drop_schema(*statements.parts(str(inputs.get("name", ""))), "PUBLIC")]
    return []


def _named(known: Named, inputs: Mapping[str, object], sibling: str | None, ask: Ask) -> str | None:
    name = [_stored(str(inputs.get(field, ""))) for field in known.inputs]
    rows = ask(statements.show(known.show, name))
    columns = ("database_name", "schema_name", "name")[-len(name) :] if len(name) != 2 else ("database_name", "name")
    wanted = dict(zip(columns, name, strict=True))
    found = [row for row in rows if all(row.get(column, value) == value for column, value in wanted.items())]
    if not found:
        return None
    _require_own(found[0].get("owner") or _owner(statements.show_grants_on(known.show, name), ask), ask)
    return _form(known.form, sibling, len(name), name)


def _overloaded(show: str, inputs: Mapping[str, object], ask: Ask) -> str | None:
    """A function or procedure: the one whose arguments have the declared types."""
    name = [_stored(str(inputs.get(field, ""))) for field in IN_SCHEMA]
    given = inputs.get("arguments")
    arguments = [one for one in given if isinstance(one, Mapping)] if isinstance(given, list) else []
    wanted = [_type(str(one.get("argDataType", ""))) for one in arguments]
    for row in ask(statements.show(show, name)):
        place = [row.get("catalog_name", name[0]), row.get("schema_name", name[1]), row.get("name")]
        listed = str(row.get("arguments", "")).partition("(")[2].partition(") RETURN")[0]
        types = [part.strip().removeprefix("DEFAULT ") for part in listed.split(",") if part.strip()]
        if place == name and types == wanted:
            grants = statements.show_grants_on(show.removeprefix("USER "), name, types)
            _require_own(row.get("owner") or _owner(grants, ask), ask)
            return f"{statements.quoted(*name)}({', '.join(types)})"
    return None


def _type(text: str) -> str:
    """A type's name as SHOW prints it, without its arguments."""
    name = " ".join(text.partition("(")[0].upper().split())
    return SYNONYMS.get(name, name)


def _require_own(owner: object, ask: Ask) -> None:
    role = _role(ask)
    if owner != role:
        raise Foreign(f"it belongs to {owner or 'another role'}, not to {role}")


def _owner(question: str, ask: Ask) -> object:
    """For kinds whose SHOW has no such column: who holds OWNERSHIP among the grants."""
    grants = ask(question)
    return next((row.get("grantee_name") for row in grants if row.get("privilege") == "OWNERSHIP"), None)


def _role(ask: Ask) -> object:
    return next((row.get("role") for row in ask('SELECT CURRENT_ROLE() AS "role"')), None)


def _form(form: Id, sibling: str | None, depth: int, name: Sequence[str]) -> str:
    if sibling:
        form = Id.QUOTED if sibling.startswith('"') else Id.PIPED if depth > 1 else Id.NAME
    return {Id.NAME: name[-1], Id.QUOTED: statements.quoted(*name), Id.PIPED: "|".join(name)}[form]


def _attached(known: Attached, inputs: Mapping[str, object], ask: Ask) -> str | None:
    policy = statements.parts(str(inputs.get(known.policy, "")))
    if known.user is None:
        account = next((str(row.get("name", "")) for row in ask('SELECT CURRENT_ACCOUNT_NAME() AS "name"')), "")
        rows = ask(statements.policy_references("ACCOUNT", account))
        identity = "|".join(policy)
    else:
        user = statements.quoted(*statements.parts(str(inputs.get(known.user, ""))))
        rows = ask(statements.policy_references("USER", user))
        identity = f"{user}|{statements.quoted(*policy)}"
    found = [
        [row.get("policy_db"), row.get("policy_schema"), row.get("policy_name")]
        for row in rows
        if row.get("policy_kind") == known.policy_kind
    ]
    return identity if policy in found else None


def _stored(name: str) -> str:
    parts = statements.parts(name)
    return parts[-1] if parts else name
