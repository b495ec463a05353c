"""Access control: which roles are active, what they hold, and how a missing right is refused.

Rules and their source (docs.snowflake.com: Overview of Access Control; Access control privileges):
an object whose containers lack USAGE, or on which the active roles hold nothing, "does not exist or not authorized"
(002003); one that they may see but not use that way is 003001; ownership counts as every privilege on the object;
granting a database role implies USAGE on its database.
"""

from __future__ import annotations

from collections.abc import Iterable

from local.catalogue import Catalogue
from local.errors import compilation_error, insufficient_privileges, not_found
from local.model import ACCOUNT_ID, Kind, Obj, Scope
from local.names import Path, dotted
from local.session import Session

ROLE_KINDS = (Kind.ROLE, Kind.DATABASE_ROLE)


def role_closure(catalogue: Catalogue, roots: Iterable[int]) -> frozenset[int]:
    """The given roles and every role or database role granted to them, directly or not."""
    seen: set[int] = set()
    queue = list(roots)
    while queue:
        role = queue.pop()
        if role in seen:
            continue
        seen.add(role)
        for grant in catalogue.grants.by("grantee", role):
            if grant.privilege == "USAGE" and catalogue.get(grant.target).kind in ROLE_KINDS:
                queue.append(grant.target)
    return frozenset(seen)


def roles_of_user(catalogue: Catalogue, user: int) -> frozenset[int]:
    """Roles granted to the user directly."""
    return frozenset(
        grant.target
        for grant in catalogue.grants.by("grantee", user)
        if grant.privilege == "USAGE" and catalogue.get(grant.target).kind is Kind.ROLE
    )


class Access:
    """Questions about the rights of one session; answers are cached while grants and objects stay the same."""

    def __init__(self, catalogue: Catalogue, session: Session) -> None:
        self._catalogue = catalogue
        self._session = session
        self._cached_at = (-1, -1)
        self._roles: frozenset[int] = frozenset()

    def roles(self) -> frozenset[int]:
        """Ids of all active roles: primary, secondary and PUBLIC, with everything that is granted to them."""
        state = (self._catalogue.grants.version, self._catalogue.objects.version)
        if state != self._cached_at:
            public = self._catalogue.find(Kind.ROLE, ("PUBLIC",))
            roots = {role for role in (self._session.role, public.id if public else None) if role is not None}
            granted = roles_of_user(self._catalogue, self._session.user)
            if self._session.secondary == "ALL":
                roots |= granted
            elif isinstance(self._session.secondary, tuple):
                roots |= granted & set(self._session.secondary)
            self._roles = role_closure(self._catalogue, roots)
            self._cached_at = state
        return self._roles

    def owns(self, obj: Obj) -> bool:
        """Whether an active role owns the object."""
        return obj.owner is not None and obj.owner in self.roles()

    def privileges(self, obj: Obj) -> frozenset[str]:
        """Privileges that the active roles (or the user itself) hold on the object; ownership as ``OWNERSHIP``."""
        holders = self.roles()
        found = {
            grant.privilege
            for grant in self._catalogue.grants.by("target", obj.id)
            if grant.grantee in holders or grant.grantee == self._session.user
        }
        if self.owns(obj):
            found.add("OWNERSHIP")
        if obj.kind is Kind.DATABASE and any(
            role.id in holders for role in self._catalogue.children(obj.id, Kind.DATABASE_ROLE)
        ):
            found.add("USAGE")
        return frozenset(found)

    def privileges_of_primary(self, obj: Obj) -> frozenset[str]:
        """Privileges on the object through the primary role alone; CREATE statements are authorised by it only."""
        if self._session.role is None:
            return frozenset()
        holders = role_closure(self._catalogue, (self._session.role,))
        found = {grant.privilege for grant in self._catalogue.grants.by("target", obj.id) if grant.grantee in holders}
        return frozenset(found | ({"OWNERSHIP"} if obj.owner in holders else set()))

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

    def visible(self, obj: Obj) -> bool:
        """Whether the session may know that the object exists: any privilege on it, or MANAGE GRANTS.

        Roles are listed to everybody, as in Snowflake. Database roles and schema objects also need the way down.
        """
        if obj.id == ACCOUNT_ID or obj.kind is Kind.ROLE:
            return True
        if self.holds_global("MANAGE GRANTS"):
            return True
        if obj.kind is Kind.DATABASE_ROLE and obj.id in self.roles():
            return True
        return bool(self.privileges(obj)) and self.reachable(obj)

    def reachable(self, obj: Obj) -> bool:
        """Whether the session has USAGE (or ownership, or any other right) on every container of the object."""
        scope = obj.kind.info.scope
        if scope is Scope.ACCOUNT:
            return True
        parent = self._catalogue.get(obj.parent)
        return bool(self.privileges(parent) & {"USAGE", "OWNERSHIP"}) and self.reachable(parent)

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
