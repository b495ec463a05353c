"""Every privilege on data objects: what it lets, that its absence refuses, and every way in which it is granted.

Source: docs.snowflake.com, Access control privileges; GRANT <privileges> … TO ROLE; GRANT OWNERSHIP.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.local.conftest import Account, Client
from tests.local.grants import roles
from tests.local.test_data_store import ready


@dataclass(frozen=True)
class Right:
    """A privilege on an object of a type; ``lets`` needs it, ``create`` makes the object ``X``."""

    kind: str
    plural: str
    privilege: str
    create: str
    lets: str
    name: str = "X"

    def __str__(self) -> str:
        return f"{self.privilege} ON {self.kind}"


CREATE = {
    "SEQUENCE": "CREATE SEQUENCE {}",
    "FILE FORMAT": "CREATE FILE FORMAT {} TYPE = CSV",
    "FUNCTION": "CREATE FUNCTION {}() RETURNS NUMBER AS '1'",
    "SECRET": "CREATE SECRET {} TYPE = GENERIC_STRING SECRET_STRING = 'hidden'",
    "PIPE": "CREATE PIPE {} AS COPY INTO D.S.T FROM @D.S.FILES",
    "ALERT": "CREATE ALERT {} WAREHOUSE = WH SCHEDULE = '5 MINUTE' IF (EXISTS (SELECT 1)) THEN SELECT 2",
    "DYNAMIC TABLE": "CREATE DYNAMIC TABLE {} TARGET_LAG = '1 hour' WAREHOUSE = WH AS SELECT ID FROM D.S.T",
    "STAGE": "CREATE STAGE {}",
    "STREAM": "CREATE STREAM {} ON TABLE D.S.T",
    "TASK": "CREATE TASK {} WAREHOUSE = WH SCHEDULE = '5 MINUTE' AS SELECT 1",
}
PLURALS = {kind: f"{kind}S" for kind in CREATE}
USES = (
    ("SEQUENCE", "USAGE", "SELECT D.S.X.NEXTVAL"),
    ("FILE FORMAT", "USAGE", "DESCRIBE FILE FORMAT D.S.X"),
    ("FUNCTION", "USAGE", "SELECT D.S.X()"),
    ("SECRET", "USAGE", "DESCRIBE SECRET D.S.X"),
    ("PIPE", "MONITOR", "DESCRIBE PIPE D.S.X"),
    ("PIPE", "OPERATE", "ALTER PIPE D.S.X SET PIPE_EXECUTION_PAUSED = TRUE"),
    ("ALERT", "MONITOR", "DESCRIBE ALERT D.S.X"),
    ("ALERT", "OPERATE", "ALTER ALERT D.S.X SUSPEND"),
    ("DYNAMIC TABLE", "SELECT", "SELECT * FROM D.S.X"),
    ("DYNAMIC TABLE", "OPERATE", "ALTER DYNAMIC TABLE D.S.X SUSPEND"),
    ("STAGE", "READ", "LIST @D.S.X"),
    ("STAGE", "WRITE", "REMOVE @D.S.X"),
    ("STREAM", "SELECT", "DESCRIBE STREAM D.S.X"),
    ("TASK", "OPERATE", "ALTER TASK D.S.X SUSPEND"),
)
RIGHTS = [
    Right(kind, PLURALS[kind], privilege, CREATE[kind].format("D.S.X"), lets, "X()" if kind == "FUNCTION" else "X")
    for kind, privilege, lets in USES
]
EACH = pytest.mark.parametrize("right", RIGHTS, ids=str)


@pytest.fixture
def admin(account: Account) -> Client:
    client = ready(account)
    roles(account, "R", "OWNER")
    for sql in (
        "CREATE SCHEMA D.S",
        "CREATE TABLE T (ID INT)",
        "CREATE STAGE FILES",
        *(f"GRANT USAGE ON {on} TO ROLE {role}" for role in ("R", "OWNER")
          for on in ("DATABASE D", "SCHEMA D.S", "WAREHOUSE WH")),
    ):  # fmt: skip
        client.run(sql)
    return client


def role(account: Account, name: str = "R") -> Client:
    client = account.as_role(name)
    client.run("USE WAREHOUSE WH")
    return client


def pause(client: Client, kind: str) -> None:
    """A pipe keeps its owner while it runs."""
    if kind == "PIPE":
        client.run("ALTER PIPE D.S.X SET PIPE_EXECUTION_PAUSED = TRUE")


def refused(client: Client, sql: str) -> bool:
    return client.fails(sql).code in ("002003", "003001", "002140", "002141")


@EACH
def test_it_lets_and_its_absence_refuses(account: Account, admin: Client, right: Right) -> None:
    admin.run(right.create)
    holder = role(account)
    assert refused(holder, right.lets)
    if right.privilege == "WRITE":  # cannot be granted alone
        admin.run("GRANT READ ON STAGE D.S.X TO ROLE R")
        assert refused(holder, right.lets)
    others = {r.privilege for r in RIGHTS if r.kind == right.kind} - {right.privilege, "READ", "WRITE", "OPERATE"}
    for other in others:
        admin.run(f"GRANT {other} ON {right.kind} D.S.{right.name} TO ROLE R")
        assert holder.fails(right.lets).code == "003001"
    admin.run(f"GRANT {right.privilege} ON {right.kind} D.S.{right.name} TO ROLE R")
    holder.run(right.lets)
    admin.run(f"REVOKE {right.privilege} ON {right.kind} D.S.{right.name} FROM ROLE R")
    assert refused(holder, right.lets)


@EACH
@pytest.mark.parametrize("place", ["SCHEMA D.S", "DATABASE D"])
def test_it_is_granted_on_all_and_on_future_ones(account: Account, admin: Client, right: Right, place: str) -> None:
    holder = role(account)
    admin.run(right.create)
    on_all = f"{right.privilege} ON ALL {right.plural} IN {place}"
    if right.privilege == "WRITE":
        admin.run(f"GRANT READ ON ALL STAGES IN {place} TO ROLE R")
    if right.kind == "PIPE":  # docs: no bulk grants on pipes
        assert admin.fails(f"GRANT {on_all} TO ROLE R").code == "000002"
    else:
        admin.run(f"GRANT {on_all} TO ROLE R")
        holder.run(right.lets)
        admin.run(f"REVOKE {on_all} FROM ROLE R")
    assert refused(holder, right.lets)
    if right.privilege == "WRITE":
        admin.run(f"GRANT READ ON FUTURE {right.plural} IN {place} TO ROLE R")
    admin.run(f"GRANT {right.privilege} ON FUTURE {right.plural} IN {place} TO ROLE R")
    assert refused(holder, right.lets)
    admin.run(right.create.replace("CREATE", "CREATE OR REPLACE", 1))
    holder.run(right.lets)
    admin.run(f"REVOKE {right.privilege} ON FUTURE {right.plural} IN {place} FROM ROLE R")
    admin.run(right.create.replace("CREATE", "CREATE OR REPLACE", 1))
    assert refused(holder, right.lets)


@EACH
def test_owner_may_and_grants_it_until_the_schema_is_managed(account: Account, admin: Client, right: Right) -> None:
    admin.run(right.create)
    pause(admin, right.kind)
    admin.run(f"GRANT OWNERSHIP ON {right.kind} D.S.{right.name} TO ROLE OWNER")
    owner, holder = role(account, "OWNER"), role(account)
    owner.run(right.lets)
    grant = f"{right.privilege} ON {right.kind} D.S.{right.name}"
    if right.privilege == "WRITE":
        owner.run(f"GRANT READ ON {right.kind} D.S.{right.name} TO ROLE R")
    owner.run(f"GRANT {grant} TO ROLE R")
    holder.run(right.lets)
    owner.run(f"REVOKE {grant} FROM ROLE R")
    admin.run("ALTER SCHEMA D.S ENABLE MANAGED ACCESS")
    assert owner.fails(f"GRANT {grant} TO ROLE R").code == "003001"
    assert refused(holder, right.lets)
    admin.run(f"GRANT {grant} TO ROLE R")
    holder.run(right.lets)


@pytest.mark.parametrize("kind", CREATE)
def test_making_one_needs_the_privilege_on_the_schema(account: Account, admin: Client, kind: str) -> None:
    for grant in ("SELECT, INSERT ON TABLE D.S.T", "READ ON STAGE D.S.FILES", "EXECUTE ALERT ON ACCOUNT"):
        admin.run(f"GRANT {grant} TO ROLE R")
    admin.run("ALTER TABLE D.S.T SET CHANGE_TRACKING = TRUE")
    holder = role(account)
    create = CREATE[kind].format("D.S.X")
    assert holder.fails(create).code == "003001"
    admin.run(f"GRANT CREATE {kind} ON SCHEMA D.S TO ROLE R")
    holder.run(create)
    name = "D.S.X()" if kind == "FUNCTION" else "D.S.X"
    holder.run(f"DROP {kind} {name}")


@pytest.mark.parametrize("kind", CREATE)
def test_only_the_owner_replaces_and_drops_it(account: Account, admin: Client, kind: str) -> None:
    create, name = CREATE[kind].format("D.S.X"), "D.S.X()" if kind == "FUNCTION" else "D.S.X"
    for grant in (f"CREATE {kind} ON SCHEMA D.S", "SELECT, INSERT ON TABLE D.S.T", "READ ON STAGE D.S.FILES",
                  "EXECUTE ALERT ON ACCOUNT"):  # fmt: skip
        admin.run(f"GRANT {grant} TO ROLE R")
    admin.run("ALTER TABLE D.S.T SET CHANGE_TRACKING = TRUE")
    admin.run(create)
    admin.run(f"GRANT ALL ON {kind} {name} TO ROLE R")
    holder = role(account)
    assert holder.fails(create.replace("CREATE", "CREATE OR REPLACE", 1)).code == "003001"
    assert holder.fails(f"DROP {kind} {name}").code == "003001"
    assert [row["name"] for row in holder.rows(f"SHOW {_shown(kind)} LIKE 'X' IN SCHEMA D.S")] == ["X"]
    admin.run(f"REVOKE ALL ON {kind} {name} FROM ROLE R")
    assert holder.rows(f"SHOW {_shown(kind)} LIKE 'X' IN SCHEMA D.S") == []
    pause(admin, kind)
    admin.run(f"GRANT OWNERSHIP ON {kind} {name} TO ROLE R")
    holder.run(f"DROP {kind} {name}")


def _shown(kind: str) -> str:
    return "USER FUNCTIONS" if kind == "FUNCTION" else PLURALS[kind]


STORAGE = (
    "CREATE STORAGE INTEGRATION I TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = S3 ENABLED = TRUE "
    "STORAGE_AWS_ROLE_ARN = 'arn:aws:iam::001234567890:role/r' STORAGE_ALLOWED_LOCATIONS = ('s3://b/')"
)


@pytest.mark.parametrize(
    "sql", [STORAGE, "CREATE NOTIFICATION INTEGRATION I TYPE = EMAIL ENABLED = TRUE"], ids=["storage", "email"]
)
def test_integrations_are_made_with_the_privilege_on_the_account(account: Account, admin: Client, sql: str) -> None:
    holder = role(account)
    assert holder.fails(sql).code == "003001"
    admin.run("GRANT CREATE INTEGRATION ON ACCOUNT TO ROLE R")
    holder.run(sql)
    assert role(account, "OWNER").fails("DROP INTEGRATION I").code == "002003"
    admin.run("GRANT USAGE ON INTEGRATION I TO ROLE OWNER")
    assert role(account, "OWNER").fails("DROP INTEGRATION I").code == "003001"
    admin.run("GRANT OWNERSHIP ON INTEGRATION I TO ROLE OWNER COPY CURRENT GRANTS")
    role(account, "OWNER").run("DROP INTEGRATION I")


def test_alert_without_warehouse_needs_the_managed_privilege(account: Account, admin: Client) -> None:
    sql = CREATE["ALERT"].format("D.S.X").replace("WAREHOUSE = WH ", "")
    for grant in ("CREATE ALERT ON SCHEMA D.S", "EXECUTE ALERT ON ACCOUNT"):
        admin.run(f"GRANT {grant} TO ROLE R")
    assert role(account).fails(sql).code == "003001"
    admin.run("GRANT EXECUTE MANAGED ALERT ON ACCOUNT TO ROLE R")
    role(account).run(sql)


def test_privileges_of_other_types_are_refused(admin: Client) -> None:
    for kind, create in CREATE.items():
        admin.run(create.format("D.S.X"))
        name = "D.S.X()" if kind == "FUNCTION" else "D.S.X"
        for wrong in ("TRUNCATE", "IMPERSONATE"):
            assert admin.fails(f"GRANT {wrong} ON {kind} {name} TO ROLE R").code == "001008"
        admin.run(f"DROP {kind} {name}")
