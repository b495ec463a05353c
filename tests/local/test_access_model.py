"""Random roles, database roles, grants, future grants and owners: the engine decides as a model of a few lines does.

The model knows nothing of the engine's code: it keeps facts as tuples in sets and asks them by brute force.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.engine import execute
from local.errors import SnowflakeError
from tests.local.conftest import Account, Client, new_account

ACCOUNT_ROLES = ("R0", "R1", "R2", "R3")
DATABASE_ROLES = ("D.X0", "D.X1")
ROLES = (*ACCOUNT_ROLES, *DATABASE_ROLES)
SCHEMAS = ("D.S", "D.M")
MANAGED = "D.M"
PRIVILEGES = ("SELECT", "INSERT", "REFERENCES")
ADMIN = "ACCOUNTADMIN"

Fact = tuple[str, str, str]
Step = tuple[str, ...]


@dataclass
class Model:
    """What has been granted, in plain sets; ``does`` takes a step and says whether Snowflake would allow it."""

    members: set[tuple[str, str]] = field(default_factory=set)
    """(role, who holds it)"""
    grants: set[Fact] = field(default_factory=set)
    """(who, privilege, object)"""
    futures: set[Fact] = field(default_factory=set)
    """(who, privilege on tables, container)"""
    owners: dict[str, str] = field(default_factory=dict)

    def below(self, *roots: str) -> set[str]:
        """The roots and all that was granted to them, directly or not."""
        found = set(roots)
        while True:
            more = {role for role, holder in self.members if holder in found} - found
            if not more:
                return found
            found |= more

    def rights(self, active: set[str], obj: str) -> set[str]:
        held = {privilege for who, privilege, on in self.grants if who in active and on == obj}
        held |= {"OWNERSHIP"} if self.owners.get(obj) in active else set()
        return held | ({"USAGE"} if obj == "D" and active & set(DATABASE_ROLES) else set())

    def answer(self, active: set[str], obj: str, *wanted: str) -> str:
        """``ok``, 003001 (seen, but not allowed) or 002003 (not seen) for a use of the object."""
        parts = obj.split(".")
        way = [".".join(parts[:length]) for length in range(1, len(parts))]
        held = self.rights(active, obj)
        if not held or not all(self.rights(active, container) for container in way):
            return "002003"
        return "ok" if held & {"OWNERSHIP", *wanted} else "003001"

    def does(self, step: Step) -> bool:
        method: Callable[..., bool] = getattr(self, f"_{step[0]}")
        return method(*step[1:])

    def _member(self, role: str, holder: str) -> bool:
        if holder in self.below(role) or _impossible(role, holder):
            return False
        self.members.add((role, holder))
        return True

    def _leave(self, role: str, holder: str) -> bool:
        self.members.discard((role, holder))
        return not _impossible(role, holder)

    def _grant(self, who: str, privilege: str, obj: str) -> bool:
        self.grants.add((who, privilege, obj))
        return True

    def _revoke(self, who: str, privilege: str, obj: str) -> bool:
        self.grants.discard((who, privilege, obj))
        return True

    def _future(self, who: str, privilege: str, container: str) -> bool:
        if privilege == "OWNERSHIP":
            others = {w for w, p, c in self.futures if p == "OWNERSHIP" and c == container and w != who}
            if others or (container == MANAGED and who not in self.below(ADMIN)):
                return False
        self.futures.add((who, privilege, container))
        return True

    def _unfuture(self, who: str, privilege: str, container: str) -> bool:
        self.futures.discard((who, privilege, container))
        return True

    def _make(self, schema: str, name: str) -> bool:
        table = f"{schema}.{name}"
        if table in self.owners:
            return False
        self.owners[table] = ADMIN
        promised = [f for f in self.futures if f[2] == schema]
        promised = promised or [
            f for f in self.futures if f[2] == "D" and not (schema == MANAGED and f[1] == "OWNERSHIP")
        ]
        for who, privilege, _ in promised:
            if privilege == "OWNERSHIP":
                self.owners[table] = who
            else:
                self.grants.add((who, privilege, table))
        return True

    def _own(self, table: str, who: str, current: str) -> bool:
        if table not in self.owners or (table.startswith(MANAGED) and who not in self.below(ADMIN)):
            return False
        self.owners[table] = who
        if current == "REVOKE":
            self.grants = {fact for fact in self.grants if fact[2] != table}
        return True


def _impossible(role: str, holder: str) -> bool:
    """An account role is never granted to a database role."""
    return role in ACCOUNT_ROLES and holder in DATABASE_ROLES


def grantee(who: str) -> str:
    return f"DATABASE ROLE {who}" if who in DATABASE_ROLES else f"USER {who}" if who == "U" else f"ROLE {who}"


def object_of(obj: str) -> str:
    return ("DATABASE", "SCHEMA", "TABLE")[obj.count(".")] + f" {obj}"


def statement(step: Step) -> str:
    """The SQL of a step."""
    match step:
        case "member", role, holder:
            return f"GRANT {grantee(role)} TO {grantee(holder)}"
        case "leave", role, holder:
            return f"REVOKE {grantee(role)} FROM {grantee(holder)}"
        case "grant", who, privilege, obj:
            return f"GRANT {privilege} ON {object_of(obj)} TO {grantee(who)}"
        case "revoke", who, privilege, obj:
            return f"REVOKE {privilege} ON {object_of(obj)} FROM {grantee(who)}"
        case "future", who, "OWNERSHIP", container:
            return f"GRANT OWNERSHIP ON FUTURE TABLES IN {object_of(container)} TO {grantee(who)}"
        case "future", who, privilege, container:
            return f"GRANT {privilege} ON FUTURE TABLES IN {object_of(container)} TO {grantee(who)}"
        case "unfuture", who, privilege, container:
            return f"REVOKE {privilege} ON FUTURE TABLES IN {object_of(container)} FROM {grantee(who)}"
        case "make", schema, name:
            return f"CREATE TABLE {schema}.{name} (A INT)"
        case "own", table, who, current:
            return f"GRANT OWNERSHIP ON TABLE {table} TO {grantee(who)} {current} CURRENT GRANTS"
    raise AssertionError(step)


roles = st.sampled_from(ROLES)
tables = st.sampled_from([f"{schema}.{name}" for schema in SCHEMAS for name in ("T", "N")])
containers = st.sampled_from(["D", *SCHEMAS])
privileges = st.sampled_from(PRIVILEGES)
to_grant = st.one_of(
    st.tuples(roles, privileges, st.sampled_from(["D.S.T", "D.M.T"])),
    st.tuples(roles, st.sampled_from(["USAGE", "MONITOR"]), containers),
)
to_promise = st.tuples(roles, st.sampled_from(["SELECT", "INSERT", "OWNERSHIP"]), containers)
membership = st.tuples(roles, st.sampled_from([*ROLES, "U"]))
steps = st.one_of(
    membership.map(lambda pair: ("member", *pair)),
    membership.map(lambda pair: ("leave", *pair)),
    to_grant.map(lambda fact: ("grant", *fact)),
    to_grant.map(lambda fact: ("grant", *fact)),
    to_grant.map(lambda fact: ("revoke", *fact)),
    to_promise.map(lambda fact: ("future", *fact)),
    to_promise.map(lambda fact: ("unfuture", *fact)),
    st.tuples(st.sampled_from(SCHEMAS), st.just("N")).map(lambda made: ("make", *made)),
    st.tuples(tables, roles, st.sampled_from(["COPY", "REVOKE"])).map(lambda owned: ("own", *owned)),
)

START: tuple[Step, ...] = (
    ("make", "D.S", "T"),
    ("make", "D.M", "T"),
    *(("grant", role, "USAGE", container) for role in ("R0", "R1") for container in ("D", "D.S", "D.M")),
    ("member", "D.X0", "R2"),
    ("member", "R1", "U"),
    ("future", "R0", "SELECT", "D"),
    ("future", "R1", "INSERT", "D.S"),
)
"""Where every example begins: some ways down are open and some future grants made, so that steps come to something."""

USES = (
    ("SELECT * FROM {}", "SELECT"),
    ("INSERT INTO {} VALUES (1)", "INSERT"),
    ("ALTER TABLE {} SET COMMENT = 'c'", ""),
)


class _Over(Exception):
    """Takes an example's changes back."""


def outcome(client: Client, sql: str) -> str:
    """``ok`` or the code of the refusal; a query is planned, not run."""
    try:
        execute(client.context, sql)
    except SnowflakeError as error:
        return {"002043": "002003"}.get(error.code, error.code)
    return "ok"


def world() -> tuple[Account, Client, Model]:
    account, model = new_account(), Model()
    admin = account.admin
    for sql in (
        "CREATE WAREHOUSE WH",
        "GRANT USAGE ON WAREHOUSE WH TO ROLE PUBLIC",
        "CREATE DATABASE D",
        "CREATE SCHEMA D.S",
        "CREATE SCHEMA D.M WITH MANAGED ACCESS",
        "CREATE USER U",
        *(f"CREATE ROLE {role}" for role in ACCOUNT_ROLES),
        *(f"CREATE DATABASE ROLE {role}" for role in DATABASE_ROLES),
    ):
        admin.run(sql)
    for step in START:
        assert model.does(step)
        admin.run(statement(step))
    return account, admin, model


ACCOUNT, BOSS, BEGINNING = world()
SESSIONS: tuple[tuple[Client, tuple[str, ...]], ...] = (
    *((ACCOUNT.as_role(role), (role,)) for role in ACCOUNT_ROLES),
    (ACCOUNT.client("U", "R3", secondary="ALL"), ("R3", "U")),
)
for _client, _ in SESSIONS:
    _client.context.session.warehouse = BOSS.context.session.warehouse


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(steps, max_size=14))
def test_engine_decides_as_the_model_does(wanted: list[Step]) -> None:
    model = Model(set(BEGINNING.members), set(BEGINNING.grants), set(BEGINNING.futures), dict(BEGINNING.owners))
    try:
        with ACCOUNT.catalogue.transaction():
            for step in wanted:
                allowed = model.does(step)
                assert (outcome(BOSS, statement(step)) == "ok") is allowed, statement(step)
            for client, roots in SESSIONS:
                _compare(model, client, model.below(*roots))
            raise _Over
    except _Over:
        pass


def _compare(model: Model, client: Client, active: set[str]) -> None:
    for table in model.owners:
        for form, privilege in USES:
            sql = form.format(table)
            assert outcome(client, sql) == model.answer(active, table, privilege), (sql, sorted(active))
    shown = {f"D.{row['schema_name']}.{row['name']}" for row in client.rows("SHOW TABLES IN ACCOUNT")}
    assert shown == {table for table in model.owners if model.answer(active, table) != "002003"}
    for schema in SCHEMAS:
        assert outcome(client, f"USE SCHEMA {schema}") == model.answer(active, schema, "USAGE"), (
            schema,
            sorted(active),
        )
