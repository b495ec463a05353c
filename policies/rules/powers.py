"""Privileges that give power over the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from account.graph import graph
from account.graph import in_words as path_in_words
from account.principals import Grant, Principal, PrincipalKind, Scope
from account.privileges import ALL, plural
from account.things import Thing
from policies.identities import ADMIN_ROLES, DEPLOYMENT_ROLE, DEPLOYMENT_USER, as_thing, principal_of
from policies.identities import matches as like
from policies.index import grants_of, roles_of
from policies.rule import PICTURES, Case, Fault, Rule, Settings, Severity, cis, judging, levels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from account.graph import Path

_SHOWN = 3
"""How many users of a grant are named."""
_HELD = frozenset({"GRANT", "INHERITED GRANT", "MEMBERSHIP"})
MANAGE_GRANTS = "MANAGE GRANTS"
DANGEROUS = (
    "CREATE USER", "CREATE ROLE", "CREATE INTEGRATION", "CREATE API INTEGRATION", "CREATE SHARE", "IMPORT SHARE",
    "OVERRIDE SHARE RESTRICTIONS", "CREATE NETWORK POLICY", "ATTACH POLICY", "APPLY MASKING POLICY",
    "APPLY ROW ACCESS POLICY", "APPLY AUTHENTICATION POLICY", "APPLY PASSWORD POLICY", "APPLY SESSION POLICY",
    "APPLY PACKAGES POLICY", "APPLY AGGREGATION POLICY", "APPLY PROJECTION POLICY", "APPLY JOIN POLICY",
    "APPLY PRIVACY POLICY", "APPLY TAG", "MANAGE USER SUPPORT CASES", "MANAGE ACCOUNT SUPPORT CASES",
    "MANAGE WAREHOUSES", "EXECUTE MANAGED TASK", "MONITOR SECURITY", "PURCHASE DATA EXCHANGE LISTING",
    "CREATE DATA EXCHANGE LISTING", "CREATE EXTERNAL VOLUME", "CREATE REPLICATION GROUP", "CREATE FAILOVER GROUP",
    "CREATE ACCOUNT", "CREATE APPLICATION PACKAGE", "MANAGE ORGANIZATION SUPPORT CASES", "USE_ANY_ROLE",
)  # fmt: skip
"""Account privileges that open the account, hand out rights or switch protection off."""
_BOOTSTRAP = (
    "CREATE USER", "CREATE ROLE", "CREATE NETWORK POLICY", "ATTACH POLICY", "APPLY AUTHENTICATION POLICY",
    "APPLY PASSWORD POLICY", "APPLY MASKING POLICY", "APPLY SESSION POLICY",
)  # fmt: skip
"""What `bootstrap/account.sql` gives the deployment role."""


class Security(Settings):
    """Who may decide about grants.

    Attributes:
        roles: exact names of roles that may hold MANAGE GRANTS.
        users: exact names of users that may reach them without being an administrator.
    """

    roles: tuple[str, ...] = ("ACCOUNTADMIN", "SECURITYADMIN", DEPLOYMENT_ROLE)
    users: tuple[str, ...] = (DEPLOYMENT_USER,)


class Privileged(Settings):
    """Who may hold dangerous account privileges.

    Attributes:
        dangerous: these privileges. accepted: those of them that a custom role may hold, by its exact name.
        users: exact names of users that may reach such a role without being an administrator.
    """

    dangerous: tuple[str, ...] = DANGEROUS
    accepted: dict[str, tuple[str, ...]] = Field(default={DEPLOYMENT_ROLE: _BOOTSTRAP})
    users: tuple[str, ...] = (DEPLOYMENT_USER,)


class Shared(Settings):
    """Who may look at what Snowflake records about the account.

    Attributes:
        viewers: database roles of SNOWFLAKE that show what users did and which rights there are.
        auditors: patterns of roles that may have them.
    """

    viewers: tuple[str, ...] = (
        "SECURITY_VIEWER", "GOVERNANCE_VIEWER", "GOVERNANCE_ADMIN", "OBJECT_VIEWER", "USAGE_VIEWER",
        "TRUST_CENTER_ADMIN", "TRUST_CENTER_VIEWER", "ORGANIZATION_SECURITY_VIEWER",
        "ORGANIZATION_GOVERNANCE_VIEWER",
    )  # fmt: skip
    auditors: tuple[str, ...] = (DEPLOYMENT_ROLE, ".*_AUDITOR")


def _custom(case: Case) -> Iterator[Thing]:
    """Every user and role that has or holds something, without those of Snowflake's own that administer."""
    found = {*roles_of(case.picture), *grants_of(case.picture)}
    for principal in sorted(found):
        if principal.name.last not in ADMIN_ROLES or principal.kind is not PrincipalKind.ROLE:
            yield as_thing(case.picture, principal)


def in_words(path: Path, start: Principal, grant: Grant) -> str:
    """A grant with the path to it: `SVC_X -> ROLE -> CREATE USER on the account`."""
    where = f"{grant.kind} {grant.on}" if grant.on else "the account"
    if grant.scope is not Scope.OBJECT:
        where = f"{grant.scope.value} {plural(grant.kind)} in {grant.on if grant.on else 'the account'}"
    return f"{path_in_words(path) or start} -> {grant.privilege} on {where}"


def _manages(grant: Grant) -> bool:
    return grant.privilege == MANAGE_GRANTS or (grant.privilege in ALL and grant.kind == "ACCOUNT")


def _users_of(case: Case, holder: Principal) -> list[tuple[Principal, Path]]:
    """Users that have a role other than through an administrator's, with their paths; the nearest first."""
    roles = graph(case.picture)
    found = []
    for member in roles.members(holder):
        if member.kind is PrincipalKind.USER:
            path = roles.closure(member)[holder]
            if not any(edge.role.kind is PrincipalKind.ROLE and edge.role.name.last in ADMIN_ROLES for edge in path):
                found.append((member, path))
    return sorted(found, key=lambda entry: (len(entry[1]), entry[0]))


def _fault(case: Case, grant: Grant, what: str) -> Fault:
    """A grant that somebody holds, with the users that have it by that and the shortest path of one of them."""
    users = _users_of(case, grant.grantee)
    names = [str(user) for user, _ in users[:_SHOWN]]
    more = f" and {len(users) - _SHOWN} more" if len(users) > _SHOWN else ""
    start, path = users[0] if users else (grant.grantee, ())
    return Fault(
        f"{what}; it reaches {', '.join(names)}{more}" if names else what,
        f"revoke {grant.privilege} from {grant.grantee}",
        in_words(path, start, grant),
    )


def _manage_grants(holder: Thing, case: Case, settings: Security) -> Iterator[Fault]:
    me = principal_of(holder)
    if len(me.name) == 1 and me.name.last in (settings.users if me.kind is PrincipalKind.USER else settings.roles):
        return
    grants = grants_of(case.picture)
    for grant in filter(_manages, grants.get(me, ())):
        where = str(grant.on) if grant.on else "the account"
        yield _fault(case, grant, f"has {grant.privilege} on {where}, and so can give itself everything there")
        return
    for entry in roles_of(case.picture).get(me, ()):
        accepted = entry.role.kind is PrincipalKind.ROLE and entry.role.name.last in settings.roles
        held = [grant for grant in grants.get(entry.role, ()) if _manages(grant)]
        if accepted and held and entry.role.name.last not in ADMIN_ROLES:
            yield Fault(
                f"has {entry.role}, which manages grants",
                f"revoke {entry.role} from {me}",
                f"{me} -> {in_words((), entry.role, held[0])}",
            )


def _dangerous(holder: Thing, case: Case, settings: Privileged) -> Iterator[Fault]:
    me = principal_of(holder)
    is_role = me.kind is PrincipalKind.ROLE
    if not is_role and me.name.last in settings.users:
        return
    accepted = settings.accepted.get(me.name.last, ()) if is_role else ()
    wanted = {*settings.dangerous, *ALL}.difference(accepted)
    for grant in grants_of(case.picture).get(me, ()):
        if grant.kind == "ACCOUNT" and grant.privilege in wanted:
            yield _fault(case, grant, f"has {grant.privilege} on the account")
    for entry in roles_of(case.picture).get(me, ()):
        if entry.role.kind is PrincipalKind.ROLE and entry.role.name.last in settings.accepted:
            yield Fault(
                f"has {entry.role}, which may do what administrators do",
                f"revoke {entry.role} from {me}; it belongs to SYSADMIN and its user only",
                f"{me} -> {entry.role}",
            )


def _snowflake(holder: Thing, case: Case, settings: Shared) -> Iterator[Fault]:
    me = principal_of(holder)
    if me.kind is PrincipalKind.ROLE and me.name.last in ADMIN_ROLES:
        return
    for grant in grants_of(case.picture).get(me, ()):
        if grant.on == ("SNOWFLAKE",) and grant.privilege in ("IMPORTED PRIVILEGES", *ALL):
            yield Fault(
                "reads everything that Snowflake records about the account",
                "grant one of the database roles of SNOWFLAKE to an auditor's role instead",
                in_words((), me, grant),
            )
    if like(me.name.last, settings.auditors) and me.kind is PrincipalKind.ROLE:
        return
    for entry in roles_of(case.picture).get(me, ()):
        if entry.role.name[0] == "SNOWFLAKE" and entry.role.name.last in settings.viewers:
            yield Fault(
                f"has {entry.role}, which shows what users did and which rights there are",
                "grant it to an auditor's role only (`auditors`)",
                f"{me} -> {entry.role}",
            )


RULES: tuple[Rule, ...] = (
    Rule(
        id="SNW-RBAC-004",
        title="Only security administrators and the deployment role manage grants",
        severity=Severity.CRITICAL,
        levels=levels("M", "M", "M"),
        controls=cis("2.2"),
        rationale="MANAGE GRANTS on the account or a container is everything in it: its holder can take it all.",
        remediation="Revoke it; owning a managed-access schema is enough to grant on what is inside.",
        evidence=PICTURES,
        per_resource=True,
        sees=_HELD,
        settings=Security,
        evaluate=judging(_custom, _manage_grants, Security),
    ),
    Rule(
        id="SNW-RBAC-006",
        title="Dangerous account privileges stay with the deployment role",
        severity=Severity.HIGH,
        levels=levels("A", "M", "M"),
        controls=cis("2.2"),
        rationale="They open the account, hand out rights or switch protection off.",
        remediation="Revoke it, or name role and privilege in `accepted` after a decision.",
        evidence=PICTURES,
        per_resource=True,
        sees=_HELD,
        settings=Privileged,
        evaluate=judging(_custom, _dangerous, Privileged),
    ),
    Rule(
        id="SNW-RBAC-021",
        title="Only auditors read what Snowflake records about the account",
        severity=Severity.MEDIUM,
        levels=levels("A", "M", "M"),
        controls=(),
        rationale="Query texts, logins and grants of everybody are in it.",
        remediation="Grant a database role of SNOWFLAKE to an auditor's role, never IMPORTED PRIVILEGES.",
        evidence=PICTURES,
        per_resource=True,
        sees=_HELD,
        settings=Shared,
        evaluate=judging(_custom, _snowflake, Shared),
    ),
)
