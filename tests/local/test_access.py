import pytest

from local.errors import SnowflakeError
from local.model import Kind, Obj
from tests.local.conftest import Account
from tests.local.grants import make, platform, role, roles


def _table(account: Account) -> Obj:
    found = account.catalogue.find(Kind.TABLE, ("DB", "S", "T"))
    assert found is not None
    return found


def _sees(account: Account, name: str) -> bool:
    return account.as_role(name).context.access.visible(_table(account))


def test_object_is_visible_only_with_a_right_on_every_container(account: Account) -> None:
    platform(account)
    owner = account.as_role("OWNER")
    owner.run("GRANT SELECT ON TABLE DB.S.T TO ROLE READER")
    assert not _sees(account, "READER")
    owner.run("GRANT USAGE ON SCHEMA DB.S TO ROLE READER")
    assert not _sees(account, "READER")
    owner.run("GRANT USAGE ON DATABASE DB TO ROLE READER")
    assert _sees(account, "READER")


def test_any_right_on_a_container_opens_it(account: Account) -> None:
    platform(account)
    owner = account.as_role("OWNER")
    owner.run("GRANT MONITOR ON DATABASE DB TO ROLE READER")
    owner.run("GRANT CREATE VIEW ON SCHEMA DB.S TO ROLE READER")
    owner.run("GRANT REFERENCES ON TABLE DB.S.T TO ROLE READER")
    assert _sees(account, "READER")


def test_container_alone_does_not_show_what_is_in_it(account: Account) -> None:
    platform(account)
    owner = account.as_role("OWNER")
    owner.run("GRANT ALL ON DATABASE DB TO ROLE READER")
    owner.run("GRANT ALL ON SCHEMA DB.S TO ROLE READER")
    assert not _sees(account, "READER")


def test_owner_of_the_schema_does_not_see_what_others_made_in_it(account: Account) -> None:
    platform(account)
    make(account, Kind.TABLE, "DB.S.FOREIGN", "WRITER")
    assert account.as_role("OWNER").fails("SHOW GRANTS ON TABLE DB.S.FOREIGN").code == "002003"


def test_hidden_object_and_missing_object_are_refused_alike(account: Account) -> None:
    platform(account)
    reader = account.as_role("READER")
    hidden, missing = (reader.fails(f"SHOW GRANTS ON TABLE DB.S.{name}") for name in ("T", "X"))
    assert hidden.message.replace("DB.S.T", "DB.S.X") == missing.message
    assert hidden.code == missing.code == "002003"


def test_visible_object_without_the_needed_right_is_003001(account: Account) -> None:
    platform(account)
    owner = account.as_role("OWNER")
    owner.run("GRANT USAGE ON DATABASE DB TO ROLE READER")
    owner.run("GRANT USAGE ON SCHEMA DB.S TO ROLE READER")
    owner.run("GRANT SELECT ON TABLE DB.S.T TO ROLE READER")
    access = account.as_role("READER").context.access
    access.require(_table(account), "SELECT")
    with pytest.raises(SnowflakeError) as caught:
        access.require(_table(account), "INSERT")
    assert (caught.value.code, caught.value.state) == ("003001", "42501")


def test_rights_are_inherited_through_the_role_hierarchy(account: Account) -> None:
    platform(account)
    roles(account, "MIDDLE", "TOP")
    account.admin.run("GRANT ROLE OWNER TO ROLE MIDDLE")
    account.admin.run("GRANT ROLE MIDDLE TO ROLE TOP")
    assert account.as_role("TOP").context.access.owns(_table(account))
    account.admin.run("REVOKE ROLE OWNER FROM ROLE MIDDLE")
    assert not account.as_role("TOP").context.access.owns(_table(account))


def test_manage_grants_sees_everything_but_may_not_use_it(account: Account) -> None:
    platform(account)
    assert _sees(account, "SECURITYADMIN")
    with pytest.raises(SnowflakeError) as caught:
        account.as_role("SECURITYADMIN").context.access.require(_table(account), "SELECT")
    assert caught.value.code == "003001"


def test_account_administrator_is_no_super_user(account: Account) -> None:
    platform(account)
    assert account.admin.context.access.privileges(_table(account)) == frozenset()


def _user_with_owner_as_second_role(account: Account) -> None:
    platform(account)
    account.admin.run("GRANT ROLE OWNER TO USER LOCAL_ADMIN")


def test_secondary_roles_count_for_everything_but_create(account: Account) -> None:
    _user_with_owner_as_second_role(account)
    access = account.client("LOCAL_ADMIN", "READER", secondary="ALL").context.access
    assert access.owns(_table(account))
    schema = account.catalogue.get(_table(account).parent)
    assert access.privileges_of_primary(schema) == frozenset()


def test_without_secondary_roles_only_the_primary_role_counts(account: Account) -> None:
    _user_with_owner_as_second_role(account)
    assert not account.client("LOCAL_ADMIN", "READER").context.access.owns(_table(account))


def test_chosen_secondary_roles_count_only_while_they_are_granted(account: Account) -> None:
    _user_with_owner_as_second_role(account)
    client = account.client("LOCAL_ADMIN", "READER")
    client.context.session.secondary = (role(account, "OWNER").id, role(account, "WRITER").id)
    assert client.context.access.owns(_table(account))
    assert role(account, "WRITER").id not in client.context.access.roles()
    account.admin.run("REVOKE ROLE OWNER FROM USER LOCAL_ADMIN")
    assert not client.context.access.owns(_table(account))


def test_secondary_role_may_grant(account: Account) -> None:
    _user_with_owner_as_second_role(account)
    account.client("LOCAL_ADMIN", "PUBLIC", secondary="ALL").run("GRANT SELECT ON TABLE DB.S.T TO ROLE READER")
    (row,) = [r for r in account.admin.rows("SHOW GRANTS ON TABLE DB.S.T") if r["grantee_name"] == "READER"]
    assert row["granted_by"] == "OWNER"


def test_rights_of_the_user_count_only_with_all_secondary_roles(account: Account) -> None:
    platform(account)
    account.as_role("OWNER").run("GRANT SELECT ON TABLE DB.S.T TO USER LOCAL_ADMIN")
    every = account.client("LOCAL_ADMIN", "READER", secondary="ALL").context.access
    none = account.client("LOCAL_ADMIN", "READER").context.access
    assert every.privileges(_table(account)) == {"SELECT"}
    assert none.privileges(_table(account)) == frozenset()


def test_public_is_part_of_every_role(account: Account) -> None:
    platform(account)
    owner = account.as_role("OWNER")
    owner.run("GRANT CREATE VIEW ON SCHEMA DB.S TO ROLE PUBLIC")
    schema = account.catalogue.get(_table(account).parent)
    access = account.as_role("READER").context.access
    assert access.privileges(schema) == access.privileges_of_primary(schema) == {"CREATE VIEW"}


def test_manage_warehouses_is_modify_monitor_and_operate_on_every_warehouse(account: Account) -> None:
    platform(account)
    warehouse = make(account, Kind.WAREHOUSE, "WH", "WRITER")
    account.admin.run("GRANT MANAGE WAREHOUSES ON ACCOUNT TO ROLE READER")
    assert account.as_role("READER").context.access.privileges(warehouse) == {"MODIFY", "MONITOR", "OPERATE"}


def test_answers_follow_a_grant_made_in_the_same_session(account: Account) -> None:
    platform(account)
    reader = account.as_role("READER")
    database = account.catalogue.find(Kind.DATABASE, ("DB",))
    assert database is not None
    assert not reader.context.access.visible(database)
    account.as_role("OWNER").run("GRANT USAGE ON DATABASE DB TO ROLE READER")
    assert reader.context.access.visible(database)


def test_answers_follow_a_change_of_the_role(account: Account) -> None:
    platform(account)
    client = account.as_role("READER")
    assert not client.context.access.owns(_table(account))
    client.context.session.role = role(account, "OWNER").id
    assert client.context.access.owns(_table(account))


def test_session_without_a_role_has_the_rights_of_public(account: Account) -> None:
    platform(account)
    client = account.client("LOCAL_ADMIN", None)
    assert client.context.access.roles() == {role(account, "PUBLIC").id}
    assert client.context.access.primary_roles() == frozenset()


def test_failed_statement_leaves_memberships_as_they_were(account: Account) -> None:
    roles(account, "A", "B")
    with pytest.raises(RuntimeError), account.catalogue.transaction():
        account.catalogue.drop(role(account, "A"))
        raise RuntimeError
    account.admin.run("GRANT ROLE A TO ROLE B")
    assert role(account, "A").id in account.as_role("B").context.access.roles()


def test_replaced_role_leaves_its_objects_to_the_role_that_replaced_it(account: Account) -> None:
    platform(account)
    account.as_role("USERADMIN").run("CREATE OR REPLACE ROLE OWNER")
    assert account.catalogue.get(_table(account).id).owner == role(account, "USERADMIN").id


def test_dropped_user_takes_what_it_granted_along(account: Account) -> None:
    platform(account)
    user = make(account, Kind.USER, "GIVER", "USERADMIN")
    owner = account.as_role("OWNER")
    for sql in ("USAGE ON DATABASE DB", "USAGE ON SCHEMA DB.S"):
        owner.run(f"GRANT {sql} TO USER GIVER")
    owner.run("GRANT SELECT ON TABLE DB.S.T TO USER GIVER WITH GRANT OPTION")
    account.client("GIVER", None, secondary="ALL").run("GRANT SELECT ON TABLE DB.S.T TO ROLE READER")
    with account.catalogue.transaction():
        account.catalogue.drop(user)
    assert {row["grantee_name"] for row in account.admin.rows("SHOW GRANTS ON TABLE DB.S.T")} == {"OWNER"}
