"""Setting password, authentication and session policies on users and on the account.

Source: docs.snowflake.com: ALTER USER, ALTER ACCOUNT (SET … POLICY); error texts and 003549: the provider's tests.
"""

from __future__ import annotations

from local.catalogue import Catalogue
from local.errors import SnowflakeError, compilation_error, insufficient_privileges, not_found
from local.model import ACCOUNT_ID, Kind, Obj, Reference
from local.names import Path, dotted
from local.reader import Reader
from local.results import Column, Result, status
from local.session import Context
from local.statements.changes import POLICY_COLUMNS, label, policy_row

ATTACHABLE = (Kind.AUTHENTICATION_POLICY, Kind.PASSWORD_POLICY, Kind.SESSION_POLICY)

_GROUP = {"PERSON": " FOR ALL PERSON USERS", "SERVICE": " FOR ALL SERVICE USERS"}
"""Ending of the use's role for a policy that the account sets for one kind of users."""


def effective_policy(catalogue: Catalogue, user: Obj, kind: Kind) -> Obj | None:
    """The policy that holds for the user: its own, else the account's for its kind of users, else the account's."""
    person = str(user.props.get("TYPE") or "PERSON") == "PERSON"
    uses = (
        *catalogue.references.by("use", (user.id, kind.value)),
        *catalogue.references.by("use", (ACCOUNT_ID, kind.value + _GROUP["PERSON" if person else "SERVICE"])),
        *catalogue.references.by("use", (ACCOUNT_ID, kind.value)),
    )
    return catalogue.get(uses[0].source) if uses else None


def at_attachment(reader: Reader) -> bool:
    """Whether ``SET`` or ``UNSET`` of a policy comes next."""
    return any(reader.at(word, *kind.value.split()) for word in ("SET", "UNSET") for kind in ATTACHABLE)


def alter_attachment(context: Context, reader: Reader, obj: Obj) -> Result:
    """``SET kind POLICY name [FOR ALL PERSON|SERVICE USERS] [FORCE]`` or ``UNSET kind POLICY [FOR ALL …]``.

    ``obj`` is a user or the account; the reader stands at SET or UNSET.
    """
    unset = reader.accept("UNSET")
    if not unset:
        reader.expect("SET")
    kind = _read_kind(reader)
    path = () if unset else reader.path()
    group, force = _read_tail(reader, kind, obj, unset=unset)
    reader.end()
    if unset:
        return _unset(context, obj, kind, group)
    return _set(context, obj, _find_policy(context, kind, path), group, force=force)


def _read_kind(reader: Reader) -> Kind:
    for kind in ATTACHABLE:
        if reader.accept(*kind.value.split()):
            return kind
    raise reader.unexpected()


def _read_tail(reader: Reader, kind: Kind, obj: Obj, *, unset: bool) -> tuple[str, bool]:
    """The group of users that is meant (empty for all) and whether FORCE is written."""
    force = not unset and reader.accept("FORCE")
    group = ""
    if obj.kind is Kind.ACCOUNT and kind is Kind.AUTHENTICATION_POLICY and reader.accept("FOR", "ALL"):
        group = reader.accept_one("PERSON", "SERVICE") or ""
        if not group:
            raise reader.unexpected()
        reader.expect("USERS")
    force = force or (not unset and reader.accept("FORCE"))
    return _GROUP.get(group, ""), force


def _find_policy(context: Context, kind: Kind, path: Path) -> Obj:
    """The policy; the account-level APPLY privilege shows every policy whose containers are open."""
    access, catalogue = context.access, context.catalogue
    found = catalogue.find(kind, access.complete(kind, path))
    if found is not None and access.holds_global(f"APPLY {kind.value}") and access.reachable(found):
        return found
    if found is None or not access.visible(found):
        raise not_found(kind.value, dotted(path))
    return found


def _require_apply(context: Context, obj: Obj, kind: Kind, policy: Obj | None) -> None:
    """APPLY … POLICY on the account or the user, or APPLY on the policy together with ownership of the user."""
    access, privilege = context.access, f"APPLY {kind.value}"
    if access.holds_global(privilege):
        return
    if obj.kind is Kind.USER:
        if privilege in access.privileges(obj):
            return
        if access.owns(obj) and (policy is None or access.holds(policy, "APPLY")):
            return
    raise insufficient_privileges(obj.kind.value, obj.name)


def _set(context: Context, obj: Obj, policy: Obj, group: str, *, force: bool) -> Result:
    catalogue, role = context.catalogue, policy.kind.value + group
    _require_apply(context, obj, policy.kind, policy)
    before = catalogue.references.by("use", (obj.id, role))
    if before and not force:
        raise SnowflakeError(
            "003549",
            "23505",
            f"Object {obj.name} already has a {label(policy.kind)}. "
            f"Only one {label(policy.kind)} is allowed at a time.",
        )
    for use in before:
        _require_apply(context, obj, policy.kind, catalogue.get(use.source))
        catalogue.references.delete(use)
    catalogue.references.put(Reference(policy.id, obj.id, role))
    return status("Statement executed successfully.")


def _unset(context: Context, obj: Obj, kind: Kind, group: str) -> Result:
    catalogue = context.catalogue
    before = catalogue.references.by("use", (obj.id, kind.value + group))
    _require_apply(context, obj, kind, catalogue.get(before[0].source) if before else None)
    if not before:
        where = "ACCOUNT" if obj.kind is Kind.ACCOUNT else f"USER {obj.name}"
        raise compilation_error(f"Any policy of kind {label(kind)} is not attached to {where}.")
    for use in before:
        catalogue.references.delete(use)
    return status("Statement executed successfully.")


def show_attached(context: Context, reader: Reader, kind: Kind) -> Result:
    """SHOW … POLICIES ON ACCOUNT or ON USER name: what is set there, ``set_on`` says where it comes from."""
    catalogue = context.catalogue
    if reader.accept("ACCOUNT"):
        targets = [catalogue.account]
    else:
        reader.expect("USER")
        targets = [context.access.resolve(Kind.USER, reader.path()), catalogue.account]
    reader.end()
    rows = []
    for target in targets:
        for group in ("", *_GROUP.values()):
            for use in catalogue.references.by("use", (target.id, kind.value + group)):
                where = target.kind.value + group
                rows.append((*policy_row(context, catalogue.get(use.source)), where))
        if rows:
            break
    return Result((*POLICY_COLUMNS, Column("set_on")), rows)
