import pytest

from tests.local.conftest import Account, Client


@pytest.fixture
def ann(account: Account) -> Client:
    """A user with the roles A (below it: B) and nothing else, no secondary roles."""
    admin = account.admin
    admin.run("CREATE USER ANN")
    for role in ("A", "B", "C"):
        admin.run(f"CREATE ROLE {role}")
    admin.run("GRANT ROLE A TO USER ANN")
    admin.run("GRANT ROLE B TO ROLE A")
    return account.client("ANN", "PUBLIC")


def test_only_roles_granted_to_the_user_can_be_used(ann: Client) -> None:
    for role in ("A", "B", "PUBLIC"):
        ann.run(f"USE ROLE {role}")
    error = ann.fails("USE ROLE C")
    assert (error.code, error.state) == ("003013", "42501")
    assert (
        "Requested role 'C' is not assigned to the executing user. Specify another role to activate." in error.message
    )
    assert ann.fails("USE ROLE NOPE").code == "002043"


def test_secondary_roles_add_rights_but_do_not_create(account: Account, ann: Client) -> None:
    admin = account.admin
    admin.run("CREATE DATABASE D")
    admin.run("GRANT USAGE, CREATE SCHEMA ON DATABASE D TO ROLE A")
    assert ann.rows("SHOW DATABASES LIKE 'D'") == []
    ann.run("USE SECONDARY ROLES ALL")
    assert len(ann.rows("SHOW DATABASES LIKE 'D'")) == 1
    assert ann.fails("CREATE SCHEMA D.S").code == "003001"
    ann.run("USE SECONDARY ROLES NONE")
    assert ann.rows("SHOW DATABASES LIKE 'D'") == []
    ann.run("USE SECONDARY ROLES A")
    assert len(ann.rows("SHOW DATABASES LIKE 'D'")) == 1
    assert ann.fails("USE SECONDARY ROLES C").code == "003013"


def test_database_is_used_with_its_public_schema_if_that_is_visible(account: Account, ann: Client) -> None:
    admin = account.admin
    admin.run("CREATE DATABASE D")
    ann.run("USE ROLE A")
    assert ann.fails("USE DATABASE D").code == "002043"
    admin.run("GRANT USAGE ON DATABASE D TO ROLE A")
    ann.run("USE DATABASE D")
    assert (ann.context.session.database is not None, ann.context.session.schema) == (True, None)
    admin.run("GRANT USAGE ON SCHEMA D.PUBLIC TO ROLE A")
    ann.run("USE D")
    assert ann.context.session.schema is not None


def test_schema_is_used_with_or_without_its_database(account: Account) -> None:
    admin = account.admin
    admin.run("CREATE DATABASE D")
    admin.run("CREATE SCHEMA D.S")
    admin.run("CREATE DATABASE E")
    admin.run("USE D.S")
    assert account.catalogue.get(admin.context.session.schema or 0).name == "S"
    admin.run("USE SCHEMA PUBLIC")
    assert account.catalogue.path(account.catalogue.get(admin.context.session.schema or 0)) == ("D", "PUBLIC")
    assert admin.fails("USE SCHEMA E.NOPE").code == "002043"


def test_warehouse_needs_any_right(account: Account, ann: Client) -> None:
    account.admin.run("CREATE WAREHOUSE W")
    ann.run("USE ROLE A")
    assert ann.fails("USE WAREHOUSE W").code == "002043"
    account.admin.run("GRANT MONITOR ON WAREHOUSE W TO ROLE A")
    ann.run("USE WAREHOUSE W")
    assert ann.context.session.warehouse is not None


def test_names_may_stand_in_strings(ann: Client) -> None:
    ann.run("USE ROLE IDENTIFIER('A')")
    ann.run("USE ROLE 'B'")
