from tests.local.conftest import Account


def test_created_role_is_listed_with_its_owner(account: Account) -> None:
    account.admin.run("CREATE ROLE LOADER COMMENT = 'loads'")
    (row,) = account.admin.rows("SHOW ROLES LIKE 'LOADER'")
    assert (row["name"], row["owner"], row["comment"]) == ("LOADER", "ACCOUNTADMIN", "loads")


def test_role_without_create_role_is_refused(account: Account) -> None:
    account.admin.run("CREATE ROLE LOADER")
    error = account.as_role("LOADER").fails("CREATE ROLE OTHER")
    assert (error.code, error.message) == (
        "003001",
        "SQL access control error:\nInsufficient privileges to operate on account 'MAIN'",
    )


def test_dropped_role_leaves_its_objects_to_the_role_that_dropped_it(account: Account) -> None:
    account.admin.run("CREATE ROLE CREATOR")
    account.admin.run("GRANT CREATE ROLE ON ACCOUNT TO ROLE CREATOR")
    account.as_role("CREATOR").run("CREATE ROLE CHILD")
    account.admin.run("DROP ROLE CREATOR")
    (row,) = account.admin.rows("SHOW ROLES LIKE 'CHILD'")
    assert row["owner"] == "ACCOUNTADMIN"


def test_system_role_cannot_be_dropped(account: Account) -> None:
    assert account.admin.fails("DROP ROLE SYSADMIN").state == "42501"
