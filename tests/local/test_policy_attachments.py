import pytest

from local.catalogue import Catalogue
from local.errors import SnowflakeError
from local.model import Kind, Obj
from local.reader import Reader
from local.results import Result
from local.statements.policy_attachments import alter_attachment, effective_policy
from local.statements.policy_references import try_policy_references
from tests.local.conftest import Account, Client


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin
    client.run("CREATE DATABASE D")
    client.run("CREATE SCHEMA D.S")
    client.run("CREATE AUTHENTICATION POLICY D.S.P")
    client.run("CREATE AUTHENTICATION POLICY D.S.Q")
    client.run("CREATE PASSWORD POLICY D.S.PWD")
    with client.context.catalogue.transaction():
        role = client.context.session.role
        client.context.catalogue.create(Kind.USER, "ANNA", 0, role, props={"TYPE": "PERSON"})
        client.context.catalogue.create(Kind.USER, "SVC", 0, role, props={"TYPE": "SERVICE"})
    return client


def user(client: Client, name: str = "ANNA") -> Obj:
    found = client.context.catalogue.find(Kind.USER, (name,))
    assert found is not None
    return found


REFERENCES = (
    "SELECT * FROM TABLE (SNOWFLAKE.INFORMATION_SCHEMA.POLICY_REFERENCES "
    "(REF_ENTITY_NAME => '{name}', REF_ENTITY_DOMAIN => '{domain}'))"
)


def attach(client: Client, obj: Obj, clause: str) -> Result:
    with client.context.catalogue.transaction():
        return alter_attachment(client.context, Reader(clause), obj)


def references(client: Client, name: str, domain: str) -> list[dict[str, str | None]]:
    return client.computing().rows(REFERENCES.format(name=name, domain=domain))


def held(catalogue: Catalogue, name: str) -> str | None:
    found = catalogue.find(Kind.USER, (name,))
    assert found is not None
    policy = effective_policy(catalogue, found, Kind.AUTHENTICATION_POLICY)
    return policy.name if policy else None


def test_attached_policy_is_found_by_the_references_of_its_user(admin: Client) -> None:
    attach(admin, user(admin), 'SET AUTHENTICATION POLICY "D"."S"."P"')
    attach(admin, user(admin), "SET PASSWORD POLICY D.S.PWD")
    found = references(admin, '\\"ANNA\\"', "USER")
    assert [(row["POLICY_DB"], row["POLICY_SCHEMA"], row["POLICY_NAME"], row["POLICY_KIND"]) for row in found] == [
        ("D", "S", "P", "AUTHENTICATION_POLICY"),
        ("D", "S", "PWD", "PASSWORD_POLICY"),
    ]
    assert {(row["REF_ENTITY_NAME"], row["REF_ENTITY_DOMAIN"]) for row in found} == {("ANNA", "USER")}


def test_references_by_policy_name_list_where_it_is_set(admin: Client) -> None:
    attach(admin, user(admin), "SET AUTHENTICATION POLICY D.S.P")
    attach(admin, admin.context.catalogue.account, "SET AUTHENTICATION POLICY D.S.P")
    sql = "SELECT * FROM TABLE(D.INFORMATION_SCHEMA.POLICY_REFERENCES(POLICY_NAME => 'D.S.P'))"
    found = admin.computing().rows(sql)
    assert {(row["REF_ENTITY_NAME"], row["REF_ENTITY_DOMAIN"]) for row in found} == {
        ("ANNA", "USER"),
        ("MAIN", "ACCOUNT"),
    }


def test_references_are_read_in_a_database_whose_name_is_quoted(admin: Client) -> None:
    attach(admin, user(admin), "SET AUTHENTICATION POLICY D.S.P")
    sql = 'SELECT * FROM TABLE("D".INFORMATION_SCHEMA.POLICY_REFERENCES(POLICY_NAME => \'"D"."S"."P"\'))'
    assert [row["REF_ENTITY_NAME"] for row in admin.computing().rows(sql)] == ["ANNA"]


def test_second_policy_needs_force(admin: Client) -> None:
    attach(admin, user(admin), "SET AUTHENTICATION POLICY D.S.P")
    with pytest.raises(SnowflakeError) as caught:
        attach(admin, user(admin), "SET AUTHENTICATION POLICY D.S.Q")
    assert (caught.value.code, caught.value.state) == ("003549", "23505")
    assert caught.value.message == (
        "Object ANNA already has a AUTHENTICATION_POLICY. Only one AUTHENTICATION_POLICY is allowed at a time."
    )
    attach(admin, user(admin), "SET AUTHENTICATION POLICY D.S.Q FORCE")
    assert held(admin.context.catalogue, "ANNA") == "Q"


def test_unset_needs_a_policy_to_take_away(admin: Client) -> None:
    with pytest.raises(SnowflakeError, match="Any policy of kind AUTHENTICATION_POLICY is not attached to ACCOUNT"):
        attach(admin, admin.context.catalogue.account, "UNSET AUTHENTICATION POLICY")
    attach(admin, user(admin), "SET PASSWORD POLICY D.S.PWD")
    attach(admin, user(admin), "UNSET PASSWORD POLICY")
    assert references(admin, "ANNA", "USER") == []


def test_attached_policy_is_neither_dropped_nor_replaced(admin: Client) -> None:
    attach(admin, user(admin), "SET AUTHENTICATION POLICY D.S.P")
    text = "Policy P cannot be dropped/replaced as it is associated with one or more entities."
    assert text in admin.fails("DROP AUTHENTICATION POLICY D.S.P").message
    assert text in admin.fails("CREATE OR REPLACE AUTHENTICATION POLICY D.S.P").message
    admin.run("ALTER AUTHENTICATION POLICY D.S.P RENAME TO D.S.R")
    assert held(admin.context.catalogue, "ANNA") == "R"


def test_policy_of_the_user_comes_before_that_of_its_kind_and_of_the_account(admin: Client) -> None:
    catalogue = admin.context.catalogue
    admin.run("CREATE AUTHENTICATION POLICY D.S.SERVICES")
    attach(admin, catalogue.account, "SET AUTHENTICATION POLICY D.S.P")
    attach(admin, catalogue.account, "SET AUTHENTICATION POLICY D.S.SERVICES FOR ALL SERVICE USERS")
    assert (held(catalogue, "ANNA"), held(catalogue, "SVC")) == ("P", "SERVICES")
    attach(admin, user(admin, "SVC"), "SET AUTHENTICATION POLICY D.S.Q")
    assert held(catalogue, "SVC") == "Q"
    shown = {(row["name"], row["set_on"]) for row in admin.rows("SHOW AUTHENTICATION POLICIES ON ACCOUNT")}
    assert shown == {("P", "ACCOUNT"), ("SERVICES", "ACCOUNT FOR ALL SERVICE USERS")}
    (row,) = admin.rows("SHOW AUTHENTICATION POLICIES ON USER SVC")
    assert (row["name"], row["set_on"]) == ("Q", "USER")


def test_role_without_apply_is_refused(account: Account, admin: Client) -> None:
    admin.run("CREATE ROLE R")
    for privilege, target in (("USAGE", "DATABASE D"), ("USAGE", "SCHEMA D.S")):
        admin.run(f"GRANT {privilege} ON {target} TO ROLE R")
    with pytest.raises(SnowflakeError) as caught:
        attach(account.as_role("R"), user(admin), "SET AUTHENTICATION POLICY D.S.P")
    assert caught.value.code == "002003"
    admin.run("GRANT APPLY AUTHENTICATION POLICY ON ACCOUNT TO ROLE R")
    attach(account.as_role("R"), user(admin), "SET AUTHENTICATION POLICY D.S.P")


def test_other_queries_are_left_alone(admin: Client) -> None:
    reader = Reader("* FROM TABLE(D.S.POLICY_REFERENCES('x'))")
    assert try_policy_references(admin.context, reader) is None
    assert reader.at("*")
    with pytest.raises(SnowflakeError, match="Unsupported feature"):
        sql = "* FROM TABLE(INFORMATION_SCHEMA.POLICY_REFERENCES(POLICY_NAME => 'D.S.P')) LIMIT 1"
        try_policy_references(admin.context, Reader(sql))
