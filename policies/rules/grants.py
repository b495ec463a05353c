"""Ways of granting that reach further than anybody sees: to PUBLIC, to users, on whole accounts, to be passed on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from account.live.baseline import listed
from account.names import ACCOUNT
from account.principals import BUILT_IN_ROLES, PUBLIC, Grant, PrincipalKind, Scope
from account.privileges import plural
from account.things import Thing
from account.values import known
from policies.baseline import DATABASES, INTEGRATIONS, WAREHOUSES
from policies.identities import Prefixed, as_thing, plain, principal_of
from policies.identities import matches as like
from policies.index import grants_of, owned_by, roles_of
from policies.rule import PICTURES, Case, Evidence, Fault, Rule, Settings, Severity, judging, levels
from policies.rules.powers import in_words

if TYPE_CHECKING:
    from collections.abc import Iterator


_GRANTS = frozenset({"GRANT", "INHERITED GRANT", "FUTURE GRANT"})


class Direct(Settings):
    """Attributes: switched_off: DISABLE_USER_PRIVILEGE_GRANTS must be set on the account."""

    switched_off: bool = False


class Inherited(Prefixed):
    """Who may have inherited grants over a whole database of raw data.

    Attributes:
        raw: patterns of such databases, without prefix. raw_roles: patterns of roles that may.
    """

    raw: tuple[str, ...] = ("ECOMMERCE_RAW",)
    raw_roles: tuple[str, ...] = ()


def _all_holders(case: Case) -> Iterator[Thing]:
    """Every principal that holds a privilege."""
    yield from (as_thing(case.picture, principal) for principal in sorted(grants_of(case.picture)))


def _grant_option(holder: Thing, case: Case, settings: Settings) -> Iterator[Fault]:
    del settings
    me = principal_of(holder)
    if me.kind is PrincipalKind.ROLE and me.name.last in BUILT_IN_ROLES and me != PUBLIC:
        return
    for grant in grants_of(case.picture).get(me, ()):
        if grant.grant_option:
            yield Fault(
                f"may pass {grant.privilege} on {f'{grant.kind} {grant.on}' if grant.on else 'the account'} to others",
                "take withGrantOption away",
                in_words((), me, grant),
            )


def _is_snowflakes(grant: Grant, case: Case) -> bool:
    if Evidence.LIVE not in case.evidence:
        return False
    if grant.on == ACCOUNT:
        return grant.privilege in listed("public_privileges", "account") and grant.scope is Scope.OBJECT
    return grant.on[0] in (*DATABASES, *WAREHOUSES, *INTEGRATIONS) or grant.on[0].startswith("USER$")


def _public(case: Case) -> Iterator[Thing]:
    yield as_thing(case.picture, PUBLIC)


def _to_public(_: Thing, case: Case, settings: Settings) -> Iterator[Fault]:
    del settings
    for grant in grants_of(case.picture).get(PUBLIC, ()):
        if not _is_snowflakes(grant, case):
            yield Fault(
                f"holds {grant.privilege} on {grant.kind} {grant.on}",
                "grant it to a functional role",
                in_words((), PUBLIC, grant),
            )
    for entry in roles_of(case.picture).get(PUBLIC, ()):
        if entry.role.name[0] not in DATABASES or Evidence.LIVE not in case.evidence:
            yield Fault(f"has role {entry.role}", "grant it to a functional role", f"PUBLIC -> {entry.role}")
    for thing in owned_by(case.picture).get(PUBLIC, ()):
        yield Fault(f"owns {thing.name}, so everybody may drop it", "transfer it to a functional role")


def _direct(holder: Thing, case: Case, settings: Direct) -> Iterator[Fault]:
    me = principal_of(holder)
    if me == PUBLIC and settings.switched_off:
        value = known(case.picture.parameters.get("DISABLE_USER_PRIVILEGE_GRANTS"))
        if (value or "").lower() != "true":
            yield Fault("privileges may be granted to users", "set DISABLE_USER_PRIVILEGE_GRANTS on the account")
    if me.kind is not PrincipalKind.USER:
        return
    for grant in grants_of(case.picture).get(me, ()):
        yield Fault(
            f"holds {grant.privilege} on {grant.kind} {grant.on} itself, not through a role",
            "grant it to a functional role",
            in_words((), me, grant),
        )


def _holders_and_public(case: Case) -> Iterator[Thing]:
    yield from (as_thing(case.picture, principal) for principal in sorted({PUBLIC, *grants_of(case.picture)}))


def _inherited(holder: Thing, case: Case, settings: Inherited) -> Iterator[Fault]:
    me = principal_of(holder)
    accepted = like(plain(me.name.last, case, settings), settings.raw_roles)
    for grant in grants_of(case.picture).get(me, ()):
        if grant.scope is not Scope.INHERITED or len(grant.on) > 1:
            continue
        if not grant.on:
            yield Fault(
                f"has {grant.privilege} on every {grant.kind} of the account, those that come later too",
                "grant it on a schema or database",
                in_words((), me, grant),
            )
        elif like(plain(grant.on[0], case, settings), settings.raw) and not accepted:
            yield Fault(
                f"has {grant.privilege} on every {grant.kind} of the raw database {grant.on}",
                "grant it on the schemas that are meant",
                in_words((), me, grant),
            )


def _half(holder: Thing, case: Case, settings: Settings) -> Iterator[Fault]:
    del settings
    me = principal_of(holder)
    scopes: dict[tuple[object, ...], set[Scope]] = {}
    for grant in grants_of(case.picture).get(me, ()):
        if grant.scope is not Scope.OBJECT:
            scopes.setdefault((grant.privilege, grant.kind, grant.on), set()).add(grant.scope)
    for (privilege, kind, on), found in sorted(scopes.items(), key=repr):
        if Scope.INHERITED not in found and len(found) == 1:
            has, lacks = ("all present", "future") if Scope.ALL in found else ("future", "present")
            yield Fault(
                f"has {privilege} on {has} {plural(str(kind))} in {on} and not on {lacks} ones",
                f"grant it on {lacks} ones too",
            )


RULES: tuple[Rule, ...] = (
    Rule(
        id="SNW-RBAC-007",
        title="No privilege may be passed on",
        severity=Severity.MEDIUM,
        levels=levels("A", "M", "M"),
        controls=(),
        rationale="Whoever may pass a privilege on decides about access beside this declaration.",
        remediation="Take withGrantOption away.",
        evidence=PICTURES,
        per_resource=True,
        sees=_GRANTS,
        evaluate=judging(_all_holders, _grant_option, Settings),
    ),
    Rule(
        id="SNW-RBAC-008",
        title="Nothing is granted to PUBLIC",
        severity=Severity.HIGH,
        levels=levels("M", "M", "M"),
        controls=(),
        rationale="Every user of the account has PUBLIC, those that come later too.",
        remediation="Revoke it from PUBLIC and grant it to a functional role.",
        evidence=PICTURES,
        per_resource=True,
        sees=_GRANTS | {"MEMBERSHIP"},
        evaluate=judging(_public, _to_public, Settings),
    ),
    Rule(
        id="SNW-RBAC-009",
        title="Users hold privileges through roles only",
        severity=Severity.MEDIUM,
        levels=levels("A", "M", "M"),
        controls=(),
        rationale="What a user holds itself is in no role, so no review of roles shows it.",
        remediation="Grant the privilege to a functional role.",
        evidence=frozenset({Evidence.LIVE}),
        sees=_GRANTS,
        settings=Direct,
        impossible={
            Evidence.DECLARATION: "the declaration has no way to grant a privilege to a user",
            Evidence.PULUMI: "no resource grants a privilege to a user; SQL that does is a matter of SNW-RBAC-020",
        },
        evaluate=judging(_holders_and_public, _direct, Direct),
    ),
    Rule(
        id="SNW-RBAC-016",
        title="No inherited grant spans the account or a raw database",
        severity=Severity.HIGH,
        levels=levels("M", "M", "M"),
        controls=(),
        rationale="An inherited grant holds for everything that is made later, and no revoke on one object ends it.",
        remediation="Grant it on the schemas that are meant.",
        evidence=PICTURES,
        per_resource=True,
        sees=_GRANTS,
        settings=Inherited,
        evaluate=judging(_all_holders, _inherited, Inherited),
    ),
    Rule(
        id="SNW-RBAC-017",
        title="What is granted on all objects is granted on future ones too, and the reverse",
        severity=Severity.LOW,
        levels=levels("A", "A", "A"),
        controls=(),
        rationale="Half of such a pair works today and not tomorrow, or the other way round.",
        remediation="Declare both, or one inherited grant.",
        evidence=PICTURES - {Evidence.LIVE},
        sees=_GRANTS,
        impossible={Evidence.LIVE: "an account keeps a grant on all objects as one grant per object"},
        evaluate=judging(_all_holders, _half, Settings),
    ),
)
