"""The statements that tell about an account, as data: what each tells, how old that may be, and what it needs.

By type, not by object: one statement for everything of a type, wherever Snowflake has one. Two ways are known for most
facts: a view of ACCOUNT_USAGE (one statement, up to some hours behind) and SHOW or DESCRIBE (no delay, often one
statement per object). The first serves a nightly audit, the second a check right after a deployment, and what the
first is refused. Sources: docs.snowflake.com, the pages of the commands and of the views of ACCOUNT_USAGE (latency,
database roles), and "Access control privileges" (RESOLVE ALL, MANAGE GRANTS).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from account.live import subjects
from account.live.subjects import Subjects


class When(StrEnum):
    """When a statement is asked: always; in bulk; fresh, which also stands in where the bulk one was refused."""

    ALWAYS = "always"
    BULK = "bulk"
    FRESH = "fresh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One source.

    Attributes:
        key: its name; rows are found by it.
        fact: what it tells; several statements may tell one fact, together or in place of each other.
        sql: `{name}` is the quoted name of what it is about, `{text}` the same as a string literal, `{kind}` its kind
            as a string literal.
        kinds: what is missing in the picture if it is refused; as in `BlindSpot.kinds`.
        minutes: how far behind the answer may be.
        needs: the privilege, or the SNOWFLAKE database role, without which it is refused or shows less.
        per: what it is asked about, one statement for each; the account by default.
        after: facts that must be told before.
    """

    key: str
    fact: str
    sql: str
    kinds: tuple[str, ...]
    needs: str
    minutes: int = 0
    when: When = When.ALWAYS
    per: Subjects = subjects.account
    after: tuple[str, ...] = ()


_ALL, _BULK, _FRESH = When.ALWAYS, When.BULK, When.FRESH
RESOLVE = "RESOLVE ALL on the account, else any privilege on each object"
SECURITY, GOVERNANCE, OBJECTS = (
    f"database role SNOWFLAKE.{name}" for name in ("SECURITY_VIEWER", "GOVERNANCE_VIEWER", "OBJECT_VIEWER")
)
GRANTS = "MANAGE GRANTS on the account, else the role itself"
POLICY = "OWNERSHIP of the policy, or APPLY of its kind on the account"


def _usage(
    key: str, fact: str, view: str, *kinds: str, needs: str, alive: str = "DELETED", minutes: int = 120
) -> Statement:
    living = f" WHERE {alive} IS NULL" if alive else ""
    sql = f"SELECT * FROM SNOWFLAKE.ACCOUNT_USAGE.{view}{living}"  # noqa: S608
    return Statement(key=key, fact=fact, sql=sql, kinds=kinds, needs=needs, minutes=minutes, when=_BULK)


def _show(
    key: str,
    fact: str,
    sql: str,
    *kinds: str,
    when: When = _ALL,
    needs: str = RESOLVE,
    per: Subjects = subjects.account,
    after: tuple[str, ...] = (),
) -> Statement:
    return Statement(key=key, fact=fact, sql=sql, kinds=kinds, needs=needs, when=when, per=per, after=after)


def _described(key: str, fact: str, words: str, kind: str, per: Subjects, when: When = _FRESH) -> tuple[Statement, ...]:
    """A listing of policies of one kind and DESCRIBE for each of them."""
    return (
        _show(f"show_{key}", fact, f"SHOW {words} IN ACCOUNT", kind, when=when),
        _show(f"describe_{key}", fact, f"DESCRIBE {kind} {{name}}", kind, when=when, needs=POLICY, per=per),
    )


def _listed(key: str, fact: str, words: str, kind: str, when: When) -> tuple[Statement, ...]:
    """A listing of which Snowflake sends 10,000 rows at most, with a narrower one wherever that cut it short."""
    after = ("databases",)
    databases, schemas = subjects.cut(f"show_{key}", 1), subjects.cut(f"show_{key}_of_database", 2)
    return (
        _show(f"show_{key}", fact, f"SHOW {words} IN ACCOUNT", kind, when=when),
        _show(f"show_{key}_of_database", fact, f"SHOW {words} IN DATABASE {{name}}", kind, when=when, per=databases,
              after=after),
        _show(f"show_{key}_of_schema", fact, f"SHOW {words} IN SCHEMA {{name}}", kind, when=when, per=schemas,
              after=after),
    )  # fmt: skip


_CONTAINERS: Final = (
    _show("databases", "databases", "SHOW DATABASES", "DATABASE"),
    _show("schemas", "databases", "SHOW SCHEMAS IN ACCOUNT", "SCHEMA"),
    _usage("relations", "relations", "TABLES", "TABLE", needs=OBJECTS, minutes=90),
    *_listed("tables", "relations", "TABLES", "TABLE", _FRESH),
    *_listed("views", "relations", "VIEWS", "TABLE", _FRESH),
    Statement(
        key="columns", fact="columns", kinds=("COLUMN",), needs=OBJECTS, minutes=90, when=_BULK,
        sql="SELECT TABLE_CATALOG, TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, DATA_TYPE "
        "FROM SNOWFLAKE.ACCOUNT_USAGE.COLUMNS WHERE DELETED IS NULL",
    ),
    *_listed("columns", "columns", "COLUMNS", "COLUMN", _FRESH),
    *_listed("stages", "stages", "STAGES", "STAGE", _ALL),
    *_listed("tasks", "tasks", "TASKS", "TASK", _ALL),
    *_listed("procedures", "procedures", "PROCEDURES", "PROCEDURE", _ALL),
    _show("describe_procedure", "procedure rights", "DESCRIBE PROCEDURE {name}", per=subjects.few_procedures,
          after=("procedures",), needs="USAGE on the procedure"),
)  # fmt: skip

_ACCOUNT: Final = (
    _show("parameters", "parameters", "SHOW PARAMETERS IN ACCOUNT", "PARAMETER", needs="any role"),
    _show("warehouses", "warehouses", "SHOW WAREHOUSES", "WAREHOUSE"),
    _show("warehouse_parameters", "timeouts of warehouses", "SHOW PARAMETERS IN WAREHOUSE {name}",
          per=subjects.warehouses, after=("warehouses",)),
    _show("monitors", "monitors", "SHOW RESOURCE MONITORS", "RESOURCE MONITOR", needs="MONITOR on each monitor"),
    _show("integrations", "integrations", "SHOW INTEGRATIONS", "INTEGRATION"),
    _show("describe_integration", "integrations", "DESCRIBE INTEGRATION {name}", "INTEGRATION",
          per=subjects.integrations, needs="USAGE on the integration"),
    _show("shares", "shares", "SHOW SHARES", "SHARE"),
    _show("grants_to_share", "shares", "SHOW GRANTS TO SHARE {name}", "GRANT", per=subjects.shares,
          needs="OWNERSHIP of the share"),
)  # fmt: skip

_PRINCIPALS: Final = (
    _show("users", "users", "SHOW USERS", "USER", needs="MANAGE GRANTS on the account, else OWNERSHIP of each user"),
    Statement(
        key="usage_users", fact="users", kinds=("USER",), needs=SECURITY, minutes=120, per=subjects.if_users_are_hidden,
        sql="SELECT * FROM SNOWFLAKE.ACCOUNT_USAGE.USERS WHERE DELETED_ON IS NULL",
    ),
    _usage("credentials", "credentials", "CREDENTIALS", "TOKEN", needs=SECURITY, alive=""),
    _show("describe_user", "keys", "DESCRIBE USER {name}", per=subjects.users_with_other_keys,
          after=("users", "credentials"), needs="OWNERSHIP of the user"),
    _show("tokens", "credentials", "SHOW USER PROGRAMMATIC ACCESS TOKENS FOR USER {name}", "TOKEN", when=_FRESH,
          per=subjects.users_with("has_pat"), after=("users",), needs="OWNERSHIP of the user"),
    _show("identities", "credentials", "SHOW USER WORKLOAD IDENTITY AUTHENTICATION METHODS FOR USER {name}",
          when=_FRESH, per=subjects.users_with("has_workload_identity"), after=("users",),
          needs="OWNERSHIP of the user"),
    _show("user_parameters", "timeouts of users", "SHOW PARAMETERS FOR USER {name}", per=subjects.service_users,
          after=("users",), needs="OWNERSHIP of the user, else MANAGE GRANTS on the account"),
    _usage("roles", "roles", "ROLES", "ROLE", needs=SECURITY, alive="DELETED_ON"),
    _show("show_roles", "roles", "SHOW ROLES", "ROLE", when=_FRESH, needs=GRANTS),
    _show("show_database_roles", "roles", "SHOW DATABASE ROLES IN DATABASE {name}", "ROLE", when=_FRESH,
          per=subjects.databases, after=("databases",)),
)  # fmt: skip

_GRANTS: Final = (
    _usage("grants_to_roles", "grants", "GRANTS_TO_ROLES", "GRANT", "MEMBERSHIP", needs=SECURITY, alive="DELETED_ON"),
    _usage("grants_to_users", "grants", "GRANTS_TO_USERS", "MEMBERSHIP", needs=SECURITY, alive="DELETED_ON"),
    _show("grants_to_role", "grants", "SHOW GRANTS TO ROLE {name}", "GRANT", "MEMBERSHIP", when=_FRESH, needs=GRANTS,
          per=subjects.account_roles, after=("roles",)),
    _show("grants_to_database_role", "grants", "SHOW GRANTS TO DATABASE ROLE {name}", "GRANT", "MEMBERSHIP",
          when=_FRESH, needs=GRANTS, per=subjects.database_roles, after=("roles",)),
    _show("grants_to_user", "grants", "SHOW GRANTS TO USER {name}", "GRANT", "MEMBERSHIP", when=_FRESH, needs=GRANTS,
          per=subjects.users, after=("users",)),
    *(
        _show(f"future_in_{word}", "future grants", f"SHOW FUTURE GRANTS IN {word.upper()} {{name}}", "FUTURE GRANT",
              needs=GRANTS, per=subjects.by_container(listed), after=("databases", "roles"))
        for word, listed in (("database", subjects.databases), ("schema", subjects.schemas))
    ),
    *(
        _show(f"future_to_{word}", "future grants", f"SHOW FUTURE GRANTS TO {word.replace('_', ' ').upper()} {{name}}",
              "FUTURE GRANT", needs=GRANTS, per=subjects.by_role(listed), after=("databases", "roles"))
        for word, listed in (("role", subjects.account_roles), ("database_role", subjects.database_roles))
    ),
    *(
        _show(f"inherited_in_{word}", "inherited grants", f"SHOW INHERITED GRANTS IN {word.upper()}{name}",
              "INHERITED GRANT", needs=GRANTS, per=subjects.if_inherited(listed), after=("parameters", "grants"))
        for word, name, listed in (
            ("account", "", subjects.account), ("database", " {name}", subjects.databases),
            ("schema", " {name}", subjects.schemas),
        )
    ),
)  # fmt: skip

_POLICIES: Final = (
    *_described("authentication", "authentication policies", "AUTHENTICATION POLICIES", "AUTHENTICATION POLICY",
                subjects.named("show_authentication"), _ALL),
    _usage("passwords", "password policies", "PASSWORD_POLICIES", "PASSWORD POLICY", needs=SECURITY),
    *_described("passwords", "password policies", "PASSWORD POLICIES", "PASSWORD POLICY",
                subjects.named("show_passwords")),
    # The view of session policies does not tell which secondary roles they allow.
    *_described("sessions", "session policies", "SESSION POLICIES", "SESSION POLICY",
                subjects.named("show_sessions"), _ALL),
    _usage("masking", "masking policies", "MASKING_POLICIES", "MASKING POLICY", needs=GOVERNANCE),
    *_described("masking", "masking policies", "MASKING POLICIES", "MASKING POLICY", subjects.named("show_masking")),
    _usage("row_access", "row access policies", "ROW_ACCESS_POLICIES", "ROW ACCESS POLICY", needs=GOVERNANCE),
    *_described("row_access", "row access policies", "ROW ACCESS POLICIES", "ROW ACCESS POLICY",
                subjects.named("show_row_access")),
    _usage("network_policies", "network policies", "NETWORK_POLICIES", "NETWORK POLICY", needs=SECURITY),
    _usage("rule_uses", "network policies", "NETWORK_RULE_REFERENCES", "NETWORK POLICY", needs=SECURITY, alive=""),
    _show("show_network_policies", "network policies", "SHOW NETWORK POLICIES", "NETWORK POLICY", when=_FRESH),
    _show("describe_network_policies", "network policies", "DESCRIBE NETWORK POLICY {name}", "NETWORK POLICY",
          when=_FRESH, per=subjects.network_policies, needs=POLICY),
    _usage("network_rules", "network rules", "NETWORK_RULES", "NETWORK RULE", needs=SECURITY),
    *_described("network_rules", "network rules", "NETWORK RULES", "NETWORK RULE",
                subjects.named("show_network_rules")),
    *_listed("tags", "tags", "TAGS", "TAG", _ALL),
    _usage("policy_uses", "attachments", "POLICY_REFERENCES", "ATTACHMENT", needs=GOVERNANCE, alive=""),
    Statement(
        key="uses_of_policy", fact="attachments of each policy", kinds=("ATTACHMENT",), needs=POLICY,
        sql="SELECT * FROM TABLE(SNOWFLAKE.INFORMATION_SCHEMA.POLICY_REFERENCES(POLICY_NAME => {text}, "
        "POLICY_KIND => {kind}))",
        per=subjects.policies_not_told, after=(
            "attachments", "authentication policies", "password policies", "session policies",
            "masking policies", "row access policies", "network policies",
        ),
    ),
    Statement(
        key="tag_uses", fact="tag uses", kinds=("TAG USE",), needs=GOVERNANCE, minutes=120,
        sql="SELECT * FROM SNOWFLAKE.ACCOUNT_USAGE.TAG_REFERENCES WHERE OBJECT_DELETED IS NULL",
    ),
)  # fmt: skip

STATEMENTS: Final = (*_CONTAINERS, *_ACCOUNT, *_PRINCIPALS, *_GRANTS, *_POLICIES)
"""Every source, in the order in which they are asked."""
BY_KEY: Final = {statement.key: statement for statement in STATEMENTS}
