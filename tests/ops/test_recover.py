"""Open creates of a killed `up`: what is asked, what becomes a resource, what is made again."""

import copy
from pathlib import Path

import pytest

from ops import logins, pending, query, recover
from ops.errors import OpsError
from ops.settle import MASKED, Recovery, left_open, settle, with_failed, without_lost

ROW = dict[str, object]
PROVIDER = "urn:pulumi:dev::p::pulumi:providers:snowflake::monitor-admin"


def resource(kind: str, key: str, **inputs: object) -> dict[str, object]:
    """A resource as the state holds it while its create is open."""
    lower = kind[0].lower() + kind[1:]
    return {
        "urn": f"urn:pulumi:dev::p::snowflake:index/{lower}:{kind}::{key}",
        "custom": True,
        "type": f"snowflake:index/{lower}:{kind}",
        "inputs": inputs,
        "provider": f"{PROVIDER}::1234",
    }


def state(*open_creates: dict[str, object], others: list[dict[str, object]] | None = None) -> dict[str, object]:
    """An exported state with a provider and open creates."""
    provider = {
        "urn": PROVIDER,
        "id": "1234",
        "type": "pulumi:providers:snowflake",
        "inputs": {"profile": "monitor_admin"},
    }
    operations = [{"type": "creating", "resource": entry} for entry in open_creates]
    return {"version": 3, "deployment": {"resources": [provider, *(others or [])], "pending_operations": operations}}


class Account:
    """An account that answers SHOW and remembers who asked what."""

    def __init__(self, *rows: ROW) -> None:
        self.rows = rows
        self.asked: list[tuple[str, str]] = []

    def __call__(self, profile: str) -> pending.Ask:
        def ask(statement: str) -> list[ROW]:
            if "CURRENT_ROLE" in statement:
                return [{"role": "DEPLOYER"}]
            self.asked.append((profile, statement))
            return [{"owner": "DEPLOYER", **row} for row in self.rows]

        return ask


def resources(changed: dict[str, object] | None) -> list[dict[str, object]]:
    """The resources of a state that was changed."""
    assert changed is not None
    deployment = changed["deployment"]
    assert isinstance(deployment, dict)
    assert "pending_operations" not in deployment
    return list(deployment["resources"])


def test_an_object_that_exists_becomes_a_resource() -> None:
    account, done = Account({"name": "DEV_LOADING_WH"}), Recovery()
    changed = settle(state(resource("Warehouse", "loading", name="DEV_LOADING_WH")), account, done)
    last = resources(changed)[-1]
    assert (last["id"], last["outputs"]) == ("DEV_LOADING_WH", {})
    assert account.asked == [("monitor_admin", "SHOW WAREHOUSES LIKE 'DEV_LOADING_WH'")]
    assert done.imported == ["loading"]


def test_an_object_that_does_not_exist_is_made_again() -> None:
    done = Recovery()
    changed = settle(state(resource("Warehouse", "loading", name="DEV_LOADING_WH")), Account(), done)
    assert len(resources(changed)) == 1
    assert done.cleared == ["loading"]


def test_a_name_that_only_fits_the_pattern_is_another_object() -> None:
    account = Account({"name": "DEVXLOADINGXWH"})
    changed = settle(state(resource("Warehouse", "loading", name="DEV_LOADING_WH")), account, Recovery())
    assert len(resources(changed)) == 1


def test_a_schema_of_the_same_name_in_another_database_is_another_object() -> None:
    account = Account({"name": "FILES", "database_name": "STAGING"})
    changed = settle(state(resource("Schema", "raw-files", name="FILES", database="RAW")), account, Recovery())
    assert account.asked[0][1] == "SHOW SCHEMAS LIKE 'FILES' IN DATABASE \"RAW\""
    assert len(resources(changed)) == 1


def test_ids_have_the_form_of_the_provider() -> None:
    rule = resource("NetworkRule", "people", name="PEOPLE", database="A", schema="GOVERNANCE")
    account = Account({"name": "PEOPLE", "database_name": "A", "schema_name": "GOVERNANCE"})
    assert resources(settle(state(rule), account, Recovery()))[-1]["id"] == "A|GOVERNANCE|PEOPLE"
    schema = resource("Schema", "files", name="FILES", database="RAW")
    account = Account({"name": "FILES", "database_name": "RAW"})
    assert resources(settle(state(schema), account, Recovery()))[-1]["id"] == '"RAW"."FILES"'


def test_a_function_is_the_one_whose_arguments_have_the_declared_types() -> None:
    arguments: object = [{"argName": "A", "argDataType": "INT"}, {"argName": "B", "argDataType": "VARCHAR(20)"}]
    function = resource("FunctionSql", "twice", name="F", database="D", schema="S", arguments=arguments)
    place: dict[str, object] = {"name": "F", "catalog_name": "D", "schema_name": "S"}
    other = {**place, "arguments": "F(VARCHAR) RETURN NUMBER"}
    account = Account(other, {**place, "arguments": "F(NUMBER, DEFAULT VARCHAR) RETURN NUMBER"})
    assert resources(settle(state(function), account, Recovery()))[-1]["id"] == '"D"."S"."F"(NUMBER, VARCHAR)'
    assert account.asked[0][1] == 'SHOW USER FUNCTIONS LIKE \'F\' IN SCHEMA "D"."S"'
    assert len(resources(settle(state(function), Account(other), Recovery()))) == 1


def test_the_form_of_a_siblings_id_wins() -> None:
    rule = resource("NetworkRule", "people", name="PEOPLE", database="A", schema="G")
    sibling = {**resource("NetworkRule", "services", name="SERVICES"), "id": '"A"."G"."SERVICES"'}
    account = Account({"name": "PEOPLE", "database_name": "A", "schema_name": "G"})
    assert resources(settle(state(rule, others=[sibling]), account, Recovery()))[-1]["id"] == '"A"."G"."PEOPLE"'


def test_a_grant_is_made_again_without_a_question() -> None:
    account, done = Account(), Recovery()
    settle(state(resource("GrantPrivilegesToDatabaseRole", "raw-r")), account, done)
    assert account.asked == []
    assert done.cleared == ["raw-r"]


def test_a_policy_that_is_set_on_a_user_becomes_a_resource() -> None:
    attachment = resource(
        "UserAuthenticationPolicyAttachment",
        "loader",
        userName='"SVC"',
        authenticationPolicyName='"A"."GOVERNANCE"."SERVICES"',
    )
    row: ROW = {"policy_db": "A", "policy_schema": "GOVERNANCE", "policy_name": "SERVICES"}
    account = Account({**row, "policy_kind": "AUTHENTICATION_POLICY"})
    assert resources(settle(state(attachment), account, Recovery()))[-1]["id"] == '"SVC"|"A"."GOVERNANCE"."SERVICES"'
    other = Account({**row, "policy_kind": "PASSWORD_POLICY"})
    assert len(resources(settle(state(attachment), other, Recovery()))) == 1


def test_an_attachment_that_the_account_lost_leaves_the_state_before_the_refresh() -> None:
    attachment = resource(
        "UserPasswordPolicyAttachment", "ada", userName='"ADA"', passwordPolicyName='"A"."GOVERNANCE"."PEOPLE"'
    )
    before = state(others=[attachment])
    row: ROW = {"policy_db": "A", "policy_schema": "GOVERNANCE", "policy_name": "PEOPLE"}
    assert without_lost(before, Account({**row, "policy_kind": "PASSWORD_POLICY"}), Recovery()) is None
    done = Recovery()
    left = without_lost(before, Account(), done)
    assert left is not None
    assert [entry["type"] for entry in resources({**left, "deployment": _settled(left)})] == [
        "pulumi:providers:snowflake"
    ]
    assert done.cleared == ["ada"]


def test_an_attachment_that_something_depends_on_stays() -> None:
    attachment = resource("UserPasswordPolicyAttachment", "ada", userName='"ADA"', passwordPolicyName='"A"."G"."P"')
    dependent = {**resource("AccountRole", "r"), "dependencies": [attachment["urn"]]}
    assert without_lost(state(others=[attachment, dependent]), Account(), Recovery()) is None


def _settled(changed: dict[str, object]) -> dict[str, object]:
    deployment = changed["deployment"]
    assert isinstance(deployment, dict)
    return {name: value for name, value in deployment.items() if name != "pending_operations"}


def test_the_old_half_of_a_replacement_is_marked_for_deletion() -> None:
    new = resource("Tag", "pii", name="PII", database="A", schema="G")
    old = {**resource("Tag", "pii", name="OLD", database="A", schema="G"), "id": '"A"."G"."OLD"'}
    account = Account({"name": "PII", "database_name": "A", "schema_name": "G"})
    _, before, after = resources(settle(state(new, others=[old]), account, Recovery()))
    assert before["delete"] is True
    assert after["id"] == '"A"."G"."PII"'


def test_other_open_operations_are_left_to_the_refresh() -> None:
    open_state = state()
    deployment = open_state["deployment"]
    assert isinstance(deployment, dict)
    deployment["pending_operations"] = [{"type": "deleting", "resource": resource("Warehouse", "loading")}]
    assert len(resources(settle(open_state, Account(), Recovery()))) == 1


def test_a_healthy_state_is_not_touched() -> None:
    healthy = {"version": 3, "deployment": {"resources": []}}
    assert settle(copy.deepcopy(healthy), Account(), Recovery()) is None


TOPIC: ROW = {"urn": "urn:topic", "type": "platform:topic:Warehouses"}


def test_a_failed_create_that_happened_becomes_a_resource() -> None:
    failed = {**resource("Warehouse", "loading", name="WH", comment=MASKED), "parent": "urn:topic", "id": ""}
    after = with_failed(state(others=[dict(TOPIC)]), [failed])
    last = resources(settle(after, Account({"name": "WH"}), Recovery()))[-1]
    assert (last["id"], last["inputs"], last["parent"]) == ("WH", {"name": "WH"}, "urn:topic")


def test_a_failed_create_whose_parent_or_provider_is_unknown_stays_out_of_the_state() -> None:
    before = state()
    orphan = {**resource("Warehouse", "loading", name="WH"), "parent": "urn:topic"}
    stranger = {**resource("Warehouse", "loading", name="WH"), "provider": "urn:other::1"}
    assert with_failed(before, [orphan, stranger]) is before


def test_a_failed_grant_is_not_asked_about() -> None:
    before = state()
    assert with_failed(before, [resource("GrantPrivilegesToDatabaseRole", "raw-r")]) is before


def test_a_create_that_is_open_and_failed_is_settled_once() -> None:
    warehouse = resource("Warehouse", "loading", name="WH")
    after = with_failed(state(warehouse), [warehouse])
    assert len(resources(settle(after, Account({"name": "WH"}), Recovery()))) == 2


def test_a_failed_replacement_is_settled_beside_the_old_half() -> None:
    old = {**resource("Tag", "pii", name="OLD", database="A", schema="G"), "id": '"A"."G"."OLD"'}
    new = {**resource("Tag", "pii", name="PII", database="A", schema="G"), "operation": "create-replacement"}
    account = Account({"name": "PII", "database_name": "A", "schema_name": "G"})
    _, before, after = resources(settle(with_failed(state(others=[old]), [new]), account, Recovery()))
    assert (before["delete"], after["id"]) == (True, '"A"."G"."PII"')
    assert "operation" not in after


def test_an_object_that_the_state_has_already_is_not_taken_twice() -> None:
    there = {**resource("Schema", "files", name="FILES", database="RAW"), "id": '"RAW"."FILES"'}
    again = resource("Schema", "files", name="FILES", database="RAW")
    account = Account({"name": "FILES", "database_name": "RAW"})
    (_, only) = resources(settle(state(again, others=[there]), account, Recovery()))
    assert "delete" not in only


def test_an_object_of_another_role_is_not_taken_over() -> None:
    done = Recovery()
    account = Account({"name": "DEV_LOADING_WH", "owner": "SYSADMIN"})
    changed = settle(state(resource("Warehouse", "loading", name="DEV_LOADING_WH")), account, done)
    assert len(resources(changed)) == 1
    assert done.foreign == ["loading, it belongs to SYSADMIN, not to DEPLOYER"]
    assert done.imported == done.cleared == []


def test_owner_of_a_kind_whose_show_does_not_tell_it_is_asked_for() -> None:
    policy = resource("NetworkPolicy", "people", name="PEOPLE")
    account = Account({"name": "PEOPLE", "owner": None, "privilege": "OWNERSHIP", "grantee_name": "DEPLOYER"})
    done = Recovery()
    assert resources(settle(state(policy), account, done))[-1]["id"] == "PEOPLE"
    assert account.asked[1][1] == 'SHOW GRANTS ON NETWORK POLICY "PEOPLE"'


def test_what_the_program_leaves_open_stays_open_in_what_was_taken_over() -> None:
    schema = {**resource("Schema", "files", name="FILES"), "outputs": {"isTransient": "false", "comment": "read"}}
    inputs: ROW = {"isTransient": "default", "comment": "declared"}
    assert left_open(state(others=[schema]), {}) is None
    changed = left_open(state(others=[schema]), {str(schema["urn"]): inputs})
    assert changed is not None
    deployment = changed["deployment"]
    assert isinstance(deployment, dict)
    assert deployment["resources"][-1]["outputs"] == {"isTransient": "default", "comment": "read"}


def test_values_that_an_event_does_not_tell_stay_out_of_the_state() -> None:
    unknown = ["04da6b54-80e4-46f7-96ec-b56ff0331ba9"]
    planned = resource("Tag", "pii", name="PII", database="A", schema="G", maskingPolicies=unknown, comment=MASKED)
    account = Account({"name": "PII", "database_name": "A", "schema_name": "G"})
    last = resources(settle(with_failed(state(), [planned]), account, Recovery()))[-1]
    assert last["inputs"] == {"name": "PII", "database": "A", "schema": "G"}


def test_public_schema_of_a_database_whose_create_was_killed_goes_too() -> None:
    database = resource("Database", "raw", name="RAW", dropPublicSchemaOnCreation=True)
    account = Account({"name": "RAW"})
    settle(state(database), account, Recovery())
    assert account.asked[-1] == ("monitor_admin", 'DROP SCHEMA IF EXISTS "RAW"."PUBLIC"')
    found = Account({"name": "RAW"})
    settle(state(database), found, Recovery(), finish=False)
    assert not any("DROP" in statement for _, statement in found.asked)


def test_long_lists_are_cut() -> None:
    done = Recovery(imported=[f"schema-{number}" for number in range(20)])
    (line,) = done.lines
    assert line.endswith("schema-5 and 14 more")


def test_a_failed_create_that_is_in_the_state_is_not_asked_about() -> None:
    there = {**resource("Warehouse", "loading", name="WH"), "id": "WH"}
    account = Account({"name": "WH"})
    settle(with_failed(state(others=[there]), [there]), account, Recovery())
    assert account.asked == []


def test_an_unknown_type_stops_with_its_name() -> None:
    with pytest.raises(OpsError) as caught:
        settle(state(resource("Streamlit", "app", name="APP")), Account(), Recovery())
    assert "Streamlit" in caught.value.what


def test_a_question_is_asked_again_where_the_answer_is_an_error_that_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[OpsError | list[ROW]] = [OpsError("000603: aborted"), [{"name": "A"}]]

    def rows(*ignored: object, **also_ignored: object) -> list[ROW]:
        answer = answers.pop(0)
        if isinstance(answer, OpsError):
            raise answer
        return answer

    monkeypatch.setattr(query, "rows", rows)
    monkeypatch.setattr(logins, "connect", lambda login: Closed())
    monkeypatch.setattr(logins, "read_profile", lambda path, name: None)
    monkeypatch.setattr(recover, "PAUSE_SECONDS", 0.0)
    with recover.asking(Path("snowflake.toml")) as asker:
        assert asker("deployer")("SHOW ROLES") == [{"name": "A"}]


class Closed:
    """A connection that does nothing."""

    def close(self) -> None:
        """Nothing is open."""
