"""GRANTS_TO_ROLES and GRANTS_TO_USERS."""

from __future__ import annotations

from collections.abc import Iterator

from local.data.columns import ColumnDef
from local.data.rows import Cell, Row
from local.history import GRANT, Gone
from local.inherited import enabled
from local.model import ACCOUNT_ID, Grant, InheritedGrant, Kind, Obj
from local.session import Context
from local.shared import is_shared
from local.statements.securables import WITH_ARGUMENTS
from local.usage.view import SECURITY, Viewer, columns, usage_view

_ROLES = "CREATED_ON:T MODIFIED_ON:T PRIVILEGE GRANTED_ON NAME TABLE_CATALOG TABLE_SCHEMA GRANTED_TO GRANTEE_NAME "
_ROLES += "GRANT_OPTION:B GRANTED_BY DELETED_ON:T GRANTED_BY_ROLE_TYPE OBJECT_INSTANCE"
_INHERITED = columns("IS_INHERITED:B INHERITED_FROM INHERITED_FROM_DATABASE INHERITED_FROM_SCHEMA", 15)
_DIRECT: Row = (False, None, None, None)
_LABELS = {kind: kind.value.replace(" ", "_") for kind in Kind}


def _inherited_columns(context: Context) -> tuple[ColumnDef, ...]:
    return _INHERITED if enabled(context.catalogue) else ()


class Names:
    """Names of securables and grantees, each looked up once."""

    def __init__(self, viewer: Viewer) -> None:
        self._catalogue = viewer.catalogue
        self._account = viewer.context.settings.account_id
        self._targets: dict[int, tuple[Cell, Cell, Cell, Cell]] = {}

    def target(self, obj: Obj) -> tuple[Cell, Cell, Cell, Cell]:
        """GRANTED_ON, NAME, TABLE_CATALOG and TABLE_SCHEMA."""
        found = self._targets.get(obj.id)
        if found is None:
            found = self._targets[obj.id] = (_LABELS[obj.kind], *self._name(obj))
        return found

    def _name(self, obj: Obj) -> tuple[Cell, Cell, Cell]:
        if obj.id == ACCOUNT_ID:
            return self._account, None, None
        path = self._catalogue.path(obj)
        if obj.kind is Kind.DATABASE:
            return obj.name, obj.name, None
        if len(path) < 3:
            return obj.name, path[0] if len(path) == 2 else None, obj.name if obj.kind is Kind.SCHEMA else None
        name = f"{obj.name}{obj.signature}" if obj.kind in WITH_ARGUMENTS else obj.name
        return name, path[0], path[1]

    def role(self, number: int | None) -> tuple[Cell, Cell]:
        """Name and type of a grantee or grantor; empty and None for the system."""
        found = self._catalogue.lookup(number)
        return (found.name, _LABELS[found.kind]) if found is not None else ("", None)


@usage_view(
    "GRANTS_TO_ROLES",
    _ROLES,
    SECURITY,
    notes="GRANTED_TO is ROLE for account roles, as SHOW GRANTS and published queries have it (the page says ACCOUNT "
    "ROLE); MODIFIED_ON is CREATED_ON; a former owner leaves no row; inherited grants and their four columns with "
    "FEATURE_RBAC_INHERITED_GRANTS = ENABLED, without the revoked ones",
    added=_inherited_columns,
)
def grants_to_roles(viewer: Viewer) -> Iterator[Row]:
    """Privileges of roles and database roles, and those of users that are not membership of an account role.

    OWNERSHIP comes from the objects. What the roles of the SNOWFLAKE database hold is left out, as documented.
    """
    catalogue, names = viewer.catalogue, Names(viewer)
    tail = _DIRECT if enabled(catalogue) else ()
    system = {role.id for role in catalogue.of_kind(Kind.DATABASE_ROLE) if is_shared(catalogue, role)}
    users = {user.id for user in catalogue.objects.by("kind", Kind.USER)}
    shares = {share.id for share in catalogue.objects.by("kind", Kind.SHARE)}
    for grant in catalogue.grants:
        target = catalogue.get(grant.target)
        if grant.grantee in system or grant.grantee in shares or (grant.grantee in users and target.kind is Kind.ROLE):
            continue
        yield (*_grant(names, grant, target), *tail)
    for obj in catalogue.objects:
        if obj.owner is not None:
            owner, kind = names.role(obj.owner)
            head = (obj.created, obj.created, "OWNERSHIP", *names.target(obj), kind, owner, True, owner)
            yield (*head, None, kind, None, *tail)
    if tail:
        yield from (_container_grant(viewer, names, grant) for grant in catalogue.inherited)
    for gone in catalogue.history:
        if gone.kind == GRANT and not _of_user(gone) and gone.fields["grantee_kind"] != Kind.SHARE.value:
            # Grants on objects that were dropped since are not in the view (docs: usage notes).
            found = catalogue.lookup(int(str(gone.fields["target"])))
            if found is not None:
                yield (*_revoked(names, gone, found), *tail)


def _grant(names: Names, grant: Grant, target: Obj) -> Row:
    grantee, to = names.role(grant.grantee)
    by, by_kind = names.role(grant.grantor)
    return (grant.created, grant.created, grant.privilege, *names.target(target), to, grantee, grant.grant_option, by,
            None, by_kind, None)  # fmt: skip


def _container_grant(viewer: Viewer, names: Names, grant: InheritedGrant) -> Row:
    catalogue = viewer.catalogue
    container = catalogue.get(grant.container)
    path: tuple[Cell, ...] = () if container.id == ACCOUNT_ID else catalogue.path(container)
    database, schema = (*path, None, None)[:2]
    grantee, to = names.role(grant.grantee)
    by, by_kind = names.role(grant.grantor)
    return (grant.created, grant.created, grant.privilege, _LABELS[grant.kind], None, None, None, to, grantee, False,
            by, None, by_kind, None, True, container.kind.value, database, schema)  # fmt: skip


def _of_user(gone: Gone) -> bool:
    """Whether a revoked grant was membership of an account role in a user's hands."""
    return gone.fields["grantee_kind"] == Kind.USER.value and gone.fields["target_kind"] == Kind.ROLE.value


def _revoked(names: Names, gone: Gone, target: Obj) -> Row:
    fields = gone.fields
    by_kind = str(fields["grantor_kind"]).replace(" ", "_") or None
    return (
        seconds(gone), gone.deleted, str(fields["privilege"]), *names.target(target),
        str(fields["grantee_kind"]).replace(" ", "_"), str(fields["grantee"]), bool(fields["option"]),
        str(fields["grantor"]), gone.deleted, by_kind, None,
    )  # fmt: skip


def seconds(gone: Gone) -> float:
    """When what is gone was made."""
    created = gone.fields["created"]
    return float(created) if isinstance(created, int | float) else 0.0


@usage_view("GRANTS_TO_USERS", "CREATED_ON:T DELETED_ON:T ROLE GRANTED_TO GRANTEE_NAME GRANTED_BY", SECURITY)
def grants_to_users(viewer: Viewer) -> Iterator[Row]:
    """Account roles granted to users; a role that was revoked and granted again has two rows."""
    catalogue, names = viewer.catalogue, Names(viewer)
    for user in catalogue.of_kind(Kind.USER):
        for grant in catalogue.grants.by("member", user.id):
            role = catalogue.get(grant.target)
            if role.kind is Kind.ROLE:
                yield (grant.created, None, role.name, "USER", user.name, names.role(grant.grantor)[0])
    for gone in catalogue.history:
        if gone.kind == GRANT and _of_user(gone):
            fields = gone.fields
            yield (seconds(gone), gone.deleted, str(fields["target_name"]), "USER", str(fields["grantee"]),
                   str(fields["grantor"]))  # fmt: skip
