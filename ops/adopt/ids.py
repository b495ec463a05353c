"""Ids of what an import takes into a state, as provider 1.2.1 writes them (its documentation of imports, and source).

`ops.pending` knows those of objects; here are the ones of grants and of what is set on the account, which a recovery
makes again instead.
"""

from collections.abc import Mapping
from uuid import NAMESPACE_URL, uuid5

from account.names import Name
from account.picture import Picture
from ops import pending, statements

Inputs = Mapping[str, object]
_KINDS = {
    "Database": "DATABASE", "Schema": "SCHEMA", "Warehouse": "WAREHOUSE", "ResourceMonitor": "RESOURCE MONITOR",
    "AccountRole": "ROLE", "DatabaseRole": "ROLE", "ServiceUser": "USER", "LegacyServiceUser": "USER", "User": "USER",
    "NetworkPolicy": "NETWORK POLICY", "NetworkRule": "NETWORK RULE", "PasswordPolicy": "PASSWORD POLICY",
    "AuthenticationPolicy": "AUTHENTICATION POLICY", "MaskingPolicy": "MASKING POLICY",
    "RowAccessPolicy": "ROW ACCESS POLICY", "Tag": "TAG",
}  # fmt: skip
"""Kinds of things in a picture by Pulumi type."""


def existing(kind: str, inputs: Inputs, picture: Picture) -> str | None:
    """The id of what a planned create would make, where the account has it; None where not, or it cannot be told.

    What it holds is left to the refresh: it takes a grant with the privileges that there are.
    """
    if kind in _KINDS:
        known = pending.NAMED[kind]
        name = [statements.parts(str(inputs.get(field, "")))[-1] for field in known.inputs]
        there = any(thing.kind == _KINDS[kind] and thing.name == Name(name) for thing in picture.things)
        return pending.identity(kind, name) if there else None
    if kind in pending.ATTACHED:
        return _attached(kind, inputs, picture)
    make = _OTHERS.get(kind)
    return None if make is None else make(inputs, picture)


def _attached(kind: str, inputs: Inputs, picture: Picture) -> str | None:
    known = pending.ATTACHED[kind]
    policy = Name(statements.parts(str(inputs.get(known.policy, ""))))
    words = known.policy_kind.removesuffix("_POLICY").replace("_", " ")
    user = Name(statements.parts(str(inputs.get(known.user, "")))) if known.user else Name()
    there = any(
        entry.policy_kind.value == words and entry.policy == policy and entry.target == user
        for entry in picture.attachments
        if entry.on in ("USER", "ACCOUNT")
    )
    if not there:
        return None
    return f"{user.quoted}|{policy.quoted}" if known.user else "|".join(policy)


def _role(inputs: Inputs, _: Picture) -> str:
    member = inputs.get("parentRoleName") or inputs.get("userName")
    what = "ROLE" if inputs.get("parentRoleName") else "USER"
    return f"{_quoted(inputs.get('roleName'))}|{what}|{_quoted(member)}"


def _database_role(inputs: Inputs, _: Picture) -> str:
    to_role = inputs.get("parentRoleName")
    member = to_role or inputs.get("parentDatabaseRoleName")
    return f"{_quoted(inputs.get('databaseRoleName'))}|{'ROLE' if to_role else 'DATABASE ROLE'}|{_quoted(member)}"


def _to_account_role(inputs: Inputs, _: Picture) -> str | None:
    return _privileges("accountRoleName", inputs)


def _to_database_role(inputs: Inputs, _: Picture) -> str | None:
    return _privileges("databaseRoleName", inputs)


def _privileges(grantee: str, inputs: Inputs) -> str | None:
    where = _where(inputs)
    privileges = inputs.get("privileges")
    if where is None or not isinstance(privileges, list):
        return None
    option = str(inputs.get("withGrantOption") is True).lower()
    listed = ",".join(str(privilege) for privilege in privileges)
    return "|".join([_quoted(inputs.get(grantee)), option, "false", listed, *where])


def _where(inputs: Inputs) -> list[str] | None:
    if inputs.get("onAccount") is True:
        return ["OnAccount"]
    if inputs.get("onDatabase"):
        return ["OnDatabase", _quoted(inputs["onDatabase"])]
    on_account_object, on_schema = _mapping(inputs.get("onAccountObject")), _mapping(inputs.get("onSchema"))
    if on_account_object:
        name = _quoted(on_account_object.get("objectName"))
        return ["OnAccountObject", str(on_account_object.get("objectType")), name]
    for field, words in (
        ("schemaName", "OnSchema"),
        ("allSchemasInDatabase", "OnAllSchemasInDatabase"),
        ("futureSchemasInDatabase", "OnFutureSchemasInDatabase"),
    ):
        if on_schema.get(field):
            return ["OnSchema", words, _quoted(on_schema[field])]
    return _inside(_mapping(inputs.get("onSchemaObject")))


def _inside(inputs: Inputs) -> list[str] | None:
    if inputs.get("objectName"):
        return ["OnSchemaObject", "OnObject", str(inputs.get("objectType")), _quoted(inputs["objectName"])]
    for field, words in (("all", "OnAll"), ("future", "OnFuture")):
        bulk = _mapping(inputs.get(field))
        for place, within in (("inDatabase", "InDatabase"), ("inSchema", "InSchema")):
            if bulk.get(place):
                kinds = str(bulk.get("objectTypePlural"))
                return ["OnSchemaObject", words, kinds, within, _quoted(bulk[place])]
    return None


def _network_attachment(inputs: Inputs, picture: Picture) -> str | None:
    policy = str(inputs.get("networkPolicyName", ""))
    there = any(
        entry.on == "ACCOUNT" and entry.policy_kind.value == "NETWORK" and entry.policy == (policy,)
        for entry in picture.attachments
    )
    return f"{policy}_attachment" if there else None


def _parameter(inputs: Inputs, picture: Picture) -> str | None:
    name = str(inputs.get("key", ""))
    return name if name in picture.parameters else None


def _monitor_of_account(inputs: Inputs, picture: Picture) -> str | None:
    """An Execute has any id; the one statement that is declared so is the account's monitor."""
    statement = str(inputs.get("execute", ""))
    there = any(
        thing.kind == "RESOURCE MONITOR"
        and getattr(thing, "on_account", False) is True
        and thing.name.quoted in statement
        for thing in picture.things
    )
    return str(uuid5(NAMESPACE_URL, statement)) if there else None


def _quoted(name: object) -> str:
    return statements.quoted(*statements.parts(str(name)))


def _mapping(value: object) -> Inputs:
    return value if isinstance(value, Mapping) else {}


_OTHERS = {
    "GrantAccountRole": _role,
    "GrantDatabaseRole": _database_role,
    "GrantPrivilegesToAccountRole": _to_account_role,
    "GrantPrivilegesToDatabaseRole": _to_database_role,
    "NetworkPolicyAttachment": _network_attachment,
    "AccountParameter": _parameter,
    "Execute": _monitor_of_account,
}
