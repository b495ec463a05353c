"""Grants, memberships and what is set on the account, as entries; what cannot be one is a remark."""

from collections.abc import Iterable

from account.live import baseline
from account.names import Name
from account.picture import Picture, PolicyKind
from account.principals import PUBLIC, Grant, Membership, Principal, PrincipalKind, Scope
from account.values import Undecided, known
from ops.adopt.coverage import Coverage, by_holder, plain
from ops.adopt.model import Estate, Reason, Remark
from ops.adopt.names import Keys, identifier, identity, path
from ops.drift import statements
from ops.drift.grants import in_words
from stacks.adopted import AdoptedAccount, AdoptedGrant, AdoptedRoleGrant, Manager
from stacks.adopted_parameters import OF_ACCOUNT

_ON_ACCOUNT_OBJECTS = frozenset(
    {"COMPUTE POOL", "DATABASE", "EXTERNAL VOLUME", "FAILOVER GROUP", "INTEGRATION", "REPLICATION GROUP"}
    | {"RESOURCE MONITOR", "USER", "WAREHOUSE"}
)
_FUTURE = frozenset(
    {
        "ALERT", "AUTHENTICATION POLICY", "CORTEX SEARCH SERVICE", "DATASET", "DYNAMIC TABLE", "EVENT TABLE",
        "EXTERNAL TABLE", "FILE FORMAT", "FUNCTION", "GIT REPOSITORY", "ICEBERG TABLE", "MATERIALIZED VIEW", "MODEL",
        "NETWORK RULE", "NOTEBOOK", "PASSWORD POLICY", "PIPE", "PROCEDURE", "SCHEMA", "SECRET", "SEQUENCE", "SERVICE",
        "SNAPSHOT", "STAGE", "STREAM", "STREAMLIT", "TABLE", "TASK", "VIEW",
    }
)  # fmt: skip
"""Kinds of which the provider grants on future objects (1.2.1, its list for plural kinds)."""
_ROLES = frozenset({PrincipalKind.ROLE, PrincipalKind.DATABASE_ROLE})
Group = tuple[Principal, str, Name, Scope, bool]


class Access:
    """Who has what in one account, without what a declaration says already."""

    def __init__(
        self, picture: Picture, estate: Estate, covered: Coverage, made: set[tuple[str, Name]], keys: Keys
    ) -> None:
        self._picture, self._estate, self._covered = picture, estate, covered
        self._made, self._keys = made, keys
        self._owners = {(thing.kind, thing.name): thing.owner for thing in picture.things}
        self._wide = by_holder(grant for grant in picture.grants if grant.scope is Scope.FUTURE)
        self.remarks: list[Remark] = []

    def role_grants(self) -> tuple[AdoptedRoleGrant, ...]:
        """Roles granted to roles and users."""
        made = (self._role_grant(entry) for entry in self._picture.memberships if self._wanted(entry))
        return tuple(entry for entry in made if entry is not None)

    def _wanted(self, entry: Membership) -> bool:
        known = self._covered.memberships | self._estate.memberships
        if entry in known or entry.member.name == self._estate.reader:
            return False
        ends = (entry.member.name.database.last, entry.role.name.database.last)
        return all(baseline.role(end) or baseline.database(end) or self._estate.mine(end) for end in ends)

    def _role_grant(self, entry: Membership) -> AdoptedRoleGrant | None:
        sql = statements.remove_member(entry)
        if entry.role.kind not in _ROLES or entry.member.kind not in _ROLES | {PrincipalKind.USER}:
            self._remark(Reason.UNMANAGED, "ROLE", f"{entry.role} granted to {entry.member}", sql=sql)
            return None
        if entry.role.kind is PrincipalKind.DATABASE_ROLE and entry.member.kind is PrincipalKind.USER:
            self._remark(Reason.USER_GRANT, "DATABASE ROLE", f"{entry.role} granted to {entry.member}", sql=sql)
            return None
        try:
            to_user = identifier(entry.member.name.last) if entry.member.kind is PrincipalKind.USER else None
            made = AdoptedRoleGrant(
                key="x",
                by=self._by(("ROLE", entry.role.name)),
                role=path(entry.role.name),
                to_role=None if to_user else path(entry.member.name),
                to_user=to_user,
            )
        except ValueError:
            self._remark(Reason.DEPENDS, "ROLE", f"{entry.role} granted to {entry.member}", "a name is in the way")
            return None
        words = (*entry.member.name, "has", *entry.role.name)
        return made.model_copy(update={"key": self._keys.key("role_grants", identity(made), *words)})

    def grants(self) -> tuple[AdoptedGrant, ...]:
        """Privileges, one entry for all that a role has on one thing."""
        groups: dict[Group, list[Grant]] = {}
        for grant in self._picture.grants:
            if self._adoptable(grant):
                key = (grant.grantee, grant.kind, grant.on, grant.scope, grant.grant_option)
                groups.setdefault(key, []).append(grant)
        made = (self._grant(entries) for entries in groups.values())
        return tuple(entry for entry in made if entry is not None)

    def _adoptable(self, grant: Grant) -> bool:
        """Whether a grant becomes an entry; remarks on it where it does not and should be seen."""
        if self._covered.holds(grant) or self._elsewhere(grant):
            return False
        sql, words = statements.revoke(grant), in_words(grant)
        if grant.grantee.kind is PrincipalKind.USER:
            return self._remark(Reason.USER_GRANT, grant.kind, words, sql=sql)
        if grant.grantee.kind not in _ROLES:
            return self._remark(Reason.UNMANAGED, grant.kind, words, f"it is granted to a {grant.grantee.kind.value}")
        if grant.scope is Scope.INHERITED:
            return self._remark(Reason.UNMANAGED, grant.kind, words, "inherited grants need plugin 2.x", sql)
        if grant.on and baseline.database(grant.on[0]):
            return self._remark(Reason.UNMANAGED, grant.kind, words, "it is on a database that Snowflake shares")
        if grant.scope is Scope.FUTURE:
            known_kind = grant.kind in _FUTURE
            return known_kind or self._remark(Reason.UNMANAGED, grant.kind, words, "future grants on this kind", sql)
        if grant.kind == "ACCOUNT" or grant.kind in _ON_ACCOUNT_OBJECTS or grant.kind == "SCHEMA":
            return True
        if (grant.kind, grant.on) in self._made:
            return True
        if not self._follows(grant):
            self._remark(Reason.STRAY_GRANT, grant.kind, words, sql=sql)
        return False

    def _follows(self, grant: Grant) -> bool:
        """Whether a grant on one object is there because of one on future objects, which is an entry."""
        return Coverage(wide=self._wide).follows(grant)

    def _elsewhere(self, grant: Grant) -> bool:
        """Whether the bootstrap or another stack made it."""
        if plain(grant) in self._estate.grants:
            return True
        ends = [grant.grantee.name.database.last, *grant.on[:1]]
        if (
            grant.on[:1]
            and grant.kind not in _ON_ACCOUNT_OBJECTS
            and len(grant.on) == 1
            and grant.scope is Scope.OBJECT
        ):
            ends.pop()
        return not all(baseline.role(end) or baseline.database(end) or self._estate.mine(end) for end in ends)

    def _grant(self, grants: list[Grant]) -> AdoptedGrant | None:
        first = grants[0]
        try:
            made = AdoptedGrant(
                key="x",
                by=self._by_of(first),
                to=path(first.grantee.name),
                privileges=tuple(sorted(grant.privilege for grant in grants)),
                kind=first.kind,
                target=path(first.on) if first.on else None,
                future=first.scope is Scope.FUTURE,
                grant_option=first.grant_option,
            )
        except ValueError:
            for grant in grants:
                self._remark(Reason.DEPENDS, grant.kind, in_words(grant), "a name is in the way")
            return None
        if first.grantee == PUBLIC:
            for grant in grants:
                self._remark(Reason.PUBLIC, grant.kind, in_words(grant))
        return made.model_copy(update={"key": self._keys.key("grants", identity(made), *_words(first))})

    def _by_of(self, grant: Grant) -> Manager:
        if grant.kind in ("ACCOUNT", "WAREHOUSE") or grant.scope is not Scope.OBJECT:
            return Manager.ADMINISTRATOR
        return self._by((grant.kind, grant.on))

    def _by(self, on: tuple[str, Name]) -> Manager:
        mine = self._owners.get(on) == self._estate.deployer if on in self._owners else False
        return Manager.DEPLOYER if mine else Manager.ADMINISTRATOR

    def account(self) -> AdoptedAccount:
        """Policies and parameters of the account itself; nothing in a stack that does not own it."""
        found: dict[PolicyKind, Name] = {}
        for entry in self._picture.attachments:
            if (
                entry.on not in ("ACCOUNT", "COLUMN", "TABLE", "VIEW", "INTEGRATION")
                or entry in self._covered.attachments
            ):
                continue
            where = (
                f"{entry.policy_kind.value} POLICY {_shown(entry.policy)} on {entry.on} {_shown(entry.target)}".strip()
            )
            try:
                policy = known(entry.policy)
            except Undecided as error:
                self._remark(Reason.NOT_TOLD, "POLICY", where, str(error))
                continue
            if entry.on != "ACCOUNT":
                self._remark(Reason.CONTENT if entry.on != "INTEGRATION" else Reason.UNMANAGED, "POLICY", where)
            elif not self._estate.owns_account:
                self._remark(Reason.OTHER_STACK, "POLICY", where)
            elif entry.audience or entry.policy_kind in (PolicyKind.SESSION, PolicyKind.MASKING):
                self._remark(Reason.UNMANAGED, "POLICY", where, "it needs plugin 2.x")
            else:
                found[entry.policy_kind] = policy
        for use in self._picture.tag_uses:
            column = f", column {use.column}" if use.column else ""
            self._remark(Reason.CONTENT, "TAG", f"{use.tag} on {use.on} {use.target}{column}")
        network, login, password = (
            found.get(kind) for kind in (PolicyKind.NETWORK, PolicyKind.AUTHENTICATION, PolicyKind.PASSWORD)
        )
        return AdoptedAccount(
            network_policy=identifier(network.last) if network else None,
            authentication_policy=path(login) if login else None,
            password_policy=path(password) if password else None,
            parameters=dict(self._parameters()),
        )

    def _parameters(self) -> Iterable[tuple[str, str]]:
        for name, value in self._picture.parameters.items():
            if name in self._covered.parameters or name == "NETWORK_POLICY":
                continue
            if not self._estate.owns_account:
                self._remark(Reason.OTHER_STACK, "PARAMETER", name)
            elif name not in OF_ACCOUNT:
                self._remark(Reason.UNMANAGED, "PARAMETER", name)
            else:
                yield name, known(value)

    def _remark(self, reason: Reason, kind: str, name: str, why: str = "", sql: str = "") -> bool:
        self.remarks.append(Remark(reason, kind, name, why, sql))
        return False


def _shown(value: object) -> str:
    return str(value) if isinstance(value, Name) else "?"


def _words(grant: Grant) -> tuple[str, ...]:
    option = ("with-grant-option",) if grant.grant_option else ()
    if grant.kind == "ACCOUNT":
        return (*grant.grantee.name, "on-account", *option)
    future = ("future",) if grant.scope is Scope.FUTURE else ()
    return (*grant.grantee.name, "on", *future, grant.kind, *grant.on, *option)
