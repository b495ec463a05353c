"""Who deploys, and what a deployment may do besides declaring objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from account.pulumi import Resource
from account.values import Undecided, known
from policies.identities import ADMIN_ROLES, Prefixed, is_admin_role, matches, plain
from policies.rule import Case, Evidence, Fault, Rule, Severity, judging, levels
from policies.sql import Kind, Statement, Token, Unreadable, names_alike, statements, words

if TYPE_CHECKING:
    from collections.abc import Iterator

PROVIDER: Final = "pulumi:providers:snowflake"
_PULUMI_ONLY: Final = "only Pulumi's resources say who registers them and what SQL they run"
_IMPOSSIBLE: Final = {Evidence.DECLARATION: _PULUMI_ONLY, Evidence.LIVE: _PULUMI_ONLY}
_HARMLESS: Final = frozenset({"SELECT", "WITH", "SHOW", "DESC", "DESCRIBE", "LIST", "LS", "EXPLAIN", "COMMENT"})
"""First words of statements that change nothing, or only a comment."""
_DATA: Final = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "COPY", "PUT", "GET", "REMOVE", "UNDROP"})
_PLAIN_KINDS: Final = frozenset(
    {"TABLE", "VIEW", "SEQUENCE", "STAGE", "STREAM", "FORMAT", "SCHEMA", "WAREHOUSE", "TAG", "PIPE"}
)
"""Kinds whose creation or change moves no right by itself."""
_MODIFIERS: Final = frozenset(
    {"OR", "REPLACE", "ALTER", "IF", "NOT", "EXISTS", "TRANSIENT", "TEMPORARY", "TEMP", "LOCAL", "GLOBAL", "VOLATILE",
     "SECURE", "RECURSIVE", "FILE", "EXTERNAL", "DYNAMIC", "HYBRID", "ICEBERG", "MATERIALIZED", "EVENT"}
)  # fmt: skip
_POWER: Final = frozenset(
    {"POLICY", "POLICIES", "OWNER", "OWNERSHIP", "GRANT", "GRANTS", "REVOKE", "ROLE", "PASSWORD", "ACCESS", "SWAP"}
)
"""Words by which a statement on a plain object changes rights all the same."""


class Providers(Prefixed):
    """Who may register what.

    Attributes:
        admin_roles: roles that no provider may have.
        monitor_administrator: profile of the one provider that may have `monitor_role`.
        administered: kinds that it may register. on_warehouses: kinds that it may register for warehouses only.
        of_people: kinds that it may register for emergency administrators (`break_glass`) only.
    """

    admin_roles: tuple[str, ...] = ADMIN_ROLES
    monitor_administrator: str = "monitor_admin"
    monitor_role: str = "ACCOUNTADMIN"
    administered: tuple[str, ...] = ("ResourceMonitor", "Warehouse", "AccountParameter", "Execute")
    on_warehouses: tuple[str, ...] = ("GrantPrivilegesToAccountRole",)
    of_people: tuple[str, ...] = (
        "User", "GrantAccountRole", "UserAuthenticationPolicyAttachment", "UserPasswordPolicyAttachment",
    )  # fmt: skip
    break_glass: tuple[str, ...] = ("BREAK_GLASS_.*",)


class Sql(Prefixed):
    """Attributes: allowed: statements that may be run word by word; names in them count without prefix."""

    allowed: tuple[str, ...] = (
        'ALTER ACCOUNT SET RESOURCE_MONITOR = "ECOMMERCE_ACCOUNT_RM"',
        "ALTER ACCOUNT UNSET RESOURCE_MONITOR",
    )


def _snowflake(case: Case) -> Iterator[Resource]:
    """Resources of the Snowflake provider, and its providers."""
    for resource in case.picture.resources:
        if resource.type == PROVIDER or resource.type.startswith("snowflake:"):
            yield resource


def _provider(resource: Resource, case: Case, settings: Providers) -> Iterator[Fault]:
    if resource.type == PROVIDER:
        yield from _is_provider(resource, settings)
        return
    if not resource.provider:
        yield Fault(
            "is registered by a default provider, of which nobody sees who it is",
            "pass one of the two explicit providers (`Topic.deployed`, `Topic.administered`)",
        )
        return
    acting = resource.provider_role
    if not acting:
        raise Undecided("the role of its provider is not known")
    if is_admin_role(acting, settings.admin_roles):
        allowed = acting.upper() == settings.monitor_role and _administered(resource, case, settings)
        if not allowed:
            yield Fault(
                f"is registered as {acting}, which then owns it",
                "register it through the deployment role (`Topic.deployed`)",
            )


def _is_provider(resource: Resource, settings: Providers) -> Iterator[Fault]:
    acting = str(known(resource.inputs.get("role")) or "")
    if not acting:
        yield Fault("names no role, so it acts with its user's default role", "set its role")
    elif is_admin_role(acting, settings.admin_roles):
        profile = str(known(resource.inputs.get("profile")) or "")
        if acting.upper() != settings.monitor_role or profile != settings.monitor_administrator:
            yield Fault(
                f"acts as {acting}",
                f"use the deployment role; only {settings.monitor_administrator} is {settings.monitor_role}",
            )


def _administered(resource: Resource, case: Case, settings: Providers) -> bool:
    """Whether the monitor administrator may register it."""
    if resource.kind in settings.administered:
        return True
    if resource.kind in settings.on_warehouses:
        target = known(resource.inputs.get("onAccountObject"))
        return isinstance(target, dict) and str(known(target.get("objectType"))).upper() == "WAREHOUSE"
    if resource.kind in settings.of_people:
        inputs = resource.inputs
        name = known(inputs.get("name") if resource.kind == "User" else inputs.get("userName"))
        return matches(plain(str(name or "").strip('"'), case, settings), settings.break_glass)
    return False


def _executes(case: Case) -> Iterator[Resource]:
    return (resource for resource in case.picture.resources if resource.kind in ("Execute", "UnsafeExecute"))


def _sql(resource: Resource, case: Case, settings: Sql) -> Iterator[Fault]:
    allowed = [statement for text in settings.allowed for statement in statements(text)]
    for field in ("execute", "revert", "query"):
        text = known(resource.inputs.get(field))
        try:
            found = statements(str(text or ""))
        except Unreadable as error:
            yield Fault(f"`{field}` cannot be read: {error}", "write plain SQL")
            continue
        for statement in found:
            if any(_same(statement, other, case, settings) for other in allowed):
                continue
            if field == "query" and words(statement)[:1] and words(statement)[0] not in _HARMLESS:
                yield Fault("`query` does more than look", "query with SHOW, DESCRIBE or SELECT")
            elif wrong := changes_rights(statement):
                yield Fault(
                    f"`{field}` {wrong}: nobody sees in the role graph what it does",
                    "declare it as a resource, or name the exact statement in `allowed` after a decision",
                )


def _same(statement: Statement, allowed: Statement, case: Case, settings: Prefixed) -> bool:
    """Whether a statement is one that is allowed, names with or without quotes and prefix."""
    names = (Kind.WORD, Kind.QUOTED)
    return len(statement) == len(allowed) and all(
        names_alike(Token(mine.kind, plain(mine.text, case, settings)), other) if mine.kind in names else mine == other
        for mine, other in zip(statement, allowed, strict=True)
    )


def changes_rights(statement: Statement) -> str:
    """Why a statement may change rights, in words; empty where it does not. What is not understood may."""
    said = words(statement)
    first = said[0] if statement and statement[0].kind is Kind.WORD else ""
    if any(word.startswith("SYSTEM$") for word in said):
        return "calls a system function"
    if first in _HARMLESS:
        return ""
    if first in _DATA:
        return ""
    if first in ("CREATE", "ALTER"):
        return _on_object(first, said)
    if first in ("GRANT", "REVOKE", "DROP"):
        return f"runs {first}"
    if first == "USE" and said[1:2] in (("ROLE",), ("SECONDARY",)):
        return "changes the role it acts with"
    if first in ("EXECUTE", "CALL", "BEGIN", "DECLARE"):
        return f"runs {first}, and so statements that are not seen here"
    return f"runs {first or 'something'}, which is not understood here"


def _on_object(verb: str, said: tuple[str, ...]) -> str:
    kind = next((word for word in said[1:] if word not in _MODIFIERS), "")
    if kind not in _PLAIN_KINDS:
        return f"runs {verb} {kind or 'something'}"
    word = next((word for word in said if word in _POWER), "")
    return f"runs {verb} {kind} … {word}" if word else ""


RULES: tuple[Rule, ...] = (
    Rule(
        id="SNW-RBAC-019",
        title="Nothing is deployed as an administrator, except what Snowflake allows to nobody else",
        severity=Severity.HIGH,
        levels=levels("A", "M", "M"),
        controls=(),
        rationale="What an administrator's role creates it owns, and a mistake in the program has no limits then.",
        remediation="Register it through the deployment role; monitors and warehouses as the monitor administrator.",
        evidence=frozenset({Evidence.PULUMI}),
        per_resource=True,
        settings=Providers,
        impossible=_IMPOSSIBLE,
        evaluate=judging(_snowflake, _provider, Providers),
    ),
    Rule(
        id="SNW-RBAC-020",
        title="No SQL beside the declaration changes rights",
        severity=Severity.CRITICAL,
        levels=levels("A", "M", "M"),
        controls=(),
        rationale="A grant inside a statement is in no role graph, so no other rule can judge it.",
        remediation="Declare grants, users and policies as resources.",
        evidence=frozenset({Evidence.PULUMI}),
        per_resource=True,
        settings=Sql,
        impossible=_IMPOSSIBLE,
        evaluate=judging(_executes, _sql, Sql),
    ),
)
