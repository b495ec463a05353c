"""Access control: which roles are active, what they hold, and how a missing right is refused.

Rules and their source (docs.snowflake.com: Overview of Access Control; Access control privileges):
an object on which the active roles hold nothing, or on one of whose containers they hold nothing, "does not exist or
not authorized" (002003); one that they may see but not use that way is 003001; ownership counts as every privilege on
the object; a database role gives USAGE on its database; an inherited grant counts on every object that it covers;
MANAGE GRANTS sees everything (on a container, everything in it); what is granted to a user counts only while all
secondary roles are active.
"""

from __future__ import annotations

from collections.abc import Iterable
from weakref import WeakKeyDictionary

from local.catalogue import Catalogue
from local.errors import compilation_error, insufficient_privileges, not_found
from local.inherited import CONTAINERS, MANAGE_GRANTS, enabled, inherited_on
from local.model import ACCOUNT_ID, Kind, Obj, Scope
from local.names import Path, dotted
from local.session import Session
from local.shared import ORIGIN, holds_imported

_WAREHOUSE_MANAGER = frozenset({"MODIFY", "MONITOR", "OPERATE"})
"""What MANAGE WAREHOUSES means on every warehouse."""

TEMPORARY = (Kind.TABLE, Kind.VIEW, Kind.STAGE, Kind.FILE_FORMAT)
"""Kinds of which a session may have objects of its own (``props["session"]``, signature ``@<session>``)."""

_closures: WeakKeyDictionary[Catalogue, tuple[int, dict[frozenset[int], frozenset[int]]]] = WeakKeyDictionary()
"""Role closures by their roots, for the version of the grants at which they were computed."""


def role_closure(catalogue: Catalogue, roots: Iterable[int]) -> frozenset[int]:
    """The given roles and every role or database role granted to them, directly or not.

    Memberships held by a user may be asked for too: the user's id is a root like any other, and is in the answer.
    """
    wanted = frozenset(roots)
    version, known = _closures.get(catalogue, (-1, {}))
    if version != catalogue.grants.version:
        known = {}
        _closures[catalogue] = (catalogue.grants.version, known)
    if wanted not in known:
        seen: set[int] = set()
        queue = list(wanted)
        while queue:
            role = queue.pop()
            if role not in seen:
                seen.add(role)
                queue += [grant.target for grant in catalogue.grants.by("member", role)]
        known[wanted] = frozenset(seen)
    return known[wanted]


def roles_of_user(catalogue: Catalogue, user: int) -> frozenset[int]:
    """Account roles granted to the user directly."""
    return frozenset(
        grant.target for grant in catalogue.grants.by("member", user) if catalogue.get(grant.target).kind is Kind.ROLE
    )


def available_roles(catalogue: Catalogue, user: int) -> frozenset[int]:
    """Roles that the user may activate: those granted to it, all below them, and PUBLIC."""
    public = catalogue.find(Kind.ROLE, ("PUBLIC",))
    return role_closure(catalogue, roles_of_user(catalogue, user) | ({public.id} if public else set()))


def is_managed(schema: Obj) -> bool:
    """Whether the schema was made WITH MANAGED ACCESS."""
    return schema.kind is Kind.SCHEMA and bool(schema.props.get("MANAGED_ACCESS"))


class Access:
    """Questions about the rights of one session; answers are kept while grants and objects stay the same."""

    def __init__(self, catalogue: Catalogue, session: Session) -> None:
        self._catalogue = catalogue
        self._session = session
        self._state: tuple[object, ...] = ()
        self._roots: frozenset[int] = frozenset()
        self._held: dict[int, frozenset[str]] = {}

    def _refresh(self) -> None:
        catalogue, session = self._catalogue, self._session
        versions = (catalogue.grants.version, catalogue.inherited.version, catalogue.objects.version)
        state = (*versions, session.role, session.secondary)
        if state == self._state:
            return
        public = catalogue.find(Kind.ROLE, ("PUBLIC",))
        roots = {role for role in (session.role, public.id if public else None) if role is not None}
        if session.secondary == "ALL":
            # A database role granted to the user is a right of the user itself, like a privilege.
            roots.add(session.user)
        elif isinstance(session.secondary, tuple):
            roots |= roles_of_user(catalogue, session.user) & set(session.secondary)
        self._roots = frozenset(roots)
        self._held = {}
        self._state = state

    def roles(self) -> frozenset[int]:
        """Ids of all grantees whose rights count: primary role, PUBLIC and secondary roles with all granted to them.

        With all secondary roles active the user itself is among them, for what it holds directly.
        """
        self._refresh()
        return role_closure(self._catalogue, self._roots)

    @property
    def role(self) -> int | None:
        """The primary role whose rights these are."""
        return self._session.role

    def primary_roles(self) -> frozenset[int]:
        """Ids of the primary role, PUBLIC and everything granted to them; empty without a primary role."""
        if self._session.role is None:
            return frozenset()
        public = self._catalogue.find(Kind.ROLE, ("PUBLIC",))
        return role_closure(self._catalogue, {self._session.role, *((public.id,) if public else ())})

    def owns(self, obj: Obj) -> bool:
        """Whether an active role owns the object."""
        return obj.owner is not None and obj.owner in self.roles()

    def privileges(self, obj: Obj) -> frozenset[str]:
        """Privileges that the active roles (or the user itself) hold on the object; ownership as ``OWNERSHIP``."""
        self._refresh()
        held = self._held.get(obj.id)
        if held is None:
            held = self._held[obj.id] = self._privileges_of(obj, self.roles())
        return held

    def privileges_of_primary(self, obj: Obj) -> frozenset[str]:
        """Privileges on the object through the primary role alone; CREATE statements are authorised by it only."""
        return self._privileges_of(obj, self.primary_roles())

    def _privileges_of(self, obj: Obj, holders: frozenset[int]) -> frozenset[str]:
        found = {grant.privilege for grant in self._catalogue.grants.by("target", obj.id) if grant.grantee in holders}
        found |= {grant.privilege for grant in inherited_on(self._catalogue, obj) if grant.grantee in holders}
        if obj.owner in holders:
            found.add("OWNERSHIP")
        if obj.kind is Kind.DATABASE and "USAGE" not in found:
            roles = self._catalogue.objects.by("children", (obj.id, Kind.DATABASE_ROLE))
            if any(role.id in holders for role in roles):
                found.add("USAGE")
        if obj.kind is Kind.SCHEMA and "USAGE" not in found:
            database = self._catalogue.get(obj.parent)
            if ORIGIN in database.props and holds_imported(self._catalogue, database, holders):
                found.add("USAGE")
        if obj.kind is Kind.WAREHOUSE and "MANAGE WAREHOUSES" in self._privileges_of(self._catalogue.account, holders):
            found |= _WAREHOUSE_MANAGER
        return frozenset(found)

    def holds(self, obj: Obj, *wanted: str) -> bool:
        """Whether the session holds one of ``wanted`` (or owns the object)."""
        held = self.privileges(obj)
        return "OWNERSHIP" in held or not held.isdisjoint(wanted)

    def holds_global(self, *wanted: str) -> bool:
        """Whether the session holds one of the account-level privileges."""
        return not self.privileges(self._catalogue.account).isdisjoint(wanted)

    def require_global(self, privilege: str) -> None:
        """003001 unless the session holds the account-level privilege."""
        if not self.holds_global(privilege):
            raise insufficient_privileges("account", self._catalogue.account.name)

    def managed_by(self, obj: Obj) -> Obj | None:
        """The managed-access schema that the object is in, None if it is in none."""
        if obj.kind.info.scope is not Scope.SCHEMA:
            return None
        schema = self._catalogue.schema_of(obj)
        return schema if is_managed(schema) else None

    def manages_grants(self, obj: Obj) -> bool:
        """Whether the session holds MANAGE GRANTS on the account, on the object or on a container around it."""
        if self.holds_global(MANAGE_GRANTS):
            return True
        if not enabled(self._catalogue):
            return False
        around = (found for found in self._catalogue.chain(obj) if found.kind in CONTAINERS)
        return any(MANAGE_GRANTS in self.privileges(found) for found in around)

    def decides_grants(self, obj: Obj) -> bool:
        """Whether the session may grant and revoke on the object as if it were its owner.

        MANAGE GRANTS gives that everywhere or in its container, ownership of a managed-access schema in that.
        """
        if self.manages_grants(obj):
            return True
        schema = self.managed_by(obj)
        return schema is not None and self.owns(schema)

    def visible(self, obj: Obj) -> bool:
        """Whether the session may know that the object exists: any privilege on it, or MANAGE GRANTS.

        Roles and the SNOWFLAKE database are listed to everybody, as in Snowflake. Database roles and schema objects
        also need the way down.
        Temporary objects of other sessions are there for nobody.
        """
        if obj.id == ACCOUNT_ID or obj.kind is Kind.ROLE or obj.id == self._session.user:
            return True
        if obj.kind is Kind.DATABASE and ORIGIN in obj.props:
            return True
        if obj.kind in TEMPORARY and obj.props.get("session", self._session.id) != self._session.id:
            return False
        if self.holds_global("RESOLVE ALL") or self.manages_grants(obj):
            return True
        if obj.kind is Kind.DATABASE_ROLE and obj.id in self.roles():
            return True
        return (bool(self.privileges(obj)) or self.decides_grants(obj)) and self.reachable(obj)

    def reachable(self, obj: Obj) -> bool:
        """Whether the session has USAGE (or ownership, or any other right) on every container of the object."""
        while obj.kind.info.scope is not Scope.ACCOUNT:
            obj = self._catalogue.get(obj.parent)
            if not self.privileges(obj):
                return False
        return True

    def complete(self, kind: Kind, path: Path) -> Path:
        """A path with the session's current database and schema put before it where parts are missing.

        Raises 090105/090106 if the session has none.
        """
        wanted = {Scope.ACCOUNT: 1, Scope.DATABASE: 2, Scope.SCHEMA: 3}[kind.info.scope]
        if len(path) > wanted:
            raise not_found(kind.value, dotted(path))
        if len(path) == wanted:
            return path
        database = self._catalogue.lookup(self._session.database)
        if wanted == 3 and len(path) == 1:
            schema = self._catalogue.lookup(self._session.schema)
            if schema is None:
                what = "database" if database is None else "schema"
                raise compilation_error(
                    f"Cannot perform operation. This session does not have a current {what}. "
                    f"Call 'USE {what.upper()}', or use a qualified name.",
                    "090105" if database is None else "090106",
                    "22000",
                )
            return (*self._catalogue.path(schema), *path)
        if database is None:
            raise compilation_error(
                "Cannot perform operation. This session does not have a current database. "
                "Call 'USE DATABASE', or use a qualified name.",
                "090105",
                "22000",
            )
        return (database.name, *path)

    def resolve(self, kind: Kind, path: Path, signature: str = "") -> Obj:
        """The visible object that the path names; 002003 if it is missing or hidden."""
        full = self.complete(kind, path)
        found = self._catalogue.find(kind, full, signature)
        if kind in TEMPORARY and not signature:
            # A temporary object of the session hides a permanent one of the same name.
            found = self._catalogue.find(kind, full, f"@{self._session.id}") or found
        if found is None or not self.visible(found):
            raise not_found(kind.value, dotted(path))
        return found

    def resolve_container(self, kind: Kind, path: Path) -> tuple[Obj, str]:
        """The container and last name for an object about to be made; 002003 if the container is missing or hidden."""
        full = self.complete(kind, path)
        if len(full) == 1:
            return self._catalogue.account, full[0]
        container = Kind.DATABASE if len(full) == 2 else Kind.SCHEMA
        return self.resolve(container, full[:-1]), full[-1]

    def require(self, obj: Obj, *wanted: str) -> None:
        """002003 if the object is hidden, 003001 if none of ``wanted`` (or ownership) is held."""
        if self.holds(obj, *wanted) and self.reachable(obj):
            return
        if not self.visible(obj):
            raise not_found(obj.kind.value, self._catalogue.full_name(obj))
        raise insufficient_privileges(obj.kind.value, obj.name)

    def require_ownership(self, obj: Obj) -> None:
        """003001 unless an active role owns the object."""
        self.require(obj, "OWNERSHIP")
