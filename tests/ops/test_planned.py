"""A preview's events as the account before and after, and a plan."""

from account.values import Unknown
from ops.planned import SIGNATURE, UNKNOWN_MARK, planned

URN = "urn:pulumi:prod::p::snowflake:index/warehouse:Warehouse::loading"


def state(**inputs: object) -> dict[str, object]:
    return {
        "urn": URN,
        "type": "snowflake:index/warehouse:Warehouse",
        "protect": True,
        "provider": "urn:pulumi:prod::p::pulumi:providers:snowflake::deployer::0b1c",
        "inputs": {"__defaults": [], "name": "LOADING_WH", **inputs},
    }


def sealed() -> dict[str, str]:
    return {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "[secret]"}


def event(operation: str, old: object = None, new: object = None, **more: object) -> dict[str, object]:
    metadata = {"op": operation, "urn": URN, "type": "snowflake:index/warehouse:Warehouse", "old": old, "new": new}
    return {"resourcePreEvent": {"metadata": {**metadata, **more}, "planning": True}}


def test_what_stays_is_before_and_after_and_no_step() -> None:
    found = planned([event("same", state(), state())])
    assert (list(found.before), list(found.after), found.plan.steps) == ([URN], [URN], ())
    assert found.after[URN].provider == "urn:pulumi:prod::p::pulumi:providers:snowflake::deployer"
    assert "__defaults" not in found.after[URN].inputs


def test_a_change_names_the_inputs_that_differ() -> None:
    [step] = planned([event("update", state(size="SMALL"), state(size="LARGE"), diffs=["size", "outputs"])]).plan.steps
    assert (step.operation, step.changed, step.protected) == ("update", ("size",), True)
    assert (step.old["size"], step.new["size"]) == ("SMALL", "LARGE")


def test_a_difference_that_only_the_account_has_is_named_by_the_engine() -> None:
    [step] = planned([event("update", state(), state(), diffs=["autoSuspend"])]).plan.steps
    assert step.changed == ("autoSuspend",)


def test_the_parts_of_a_replacement_are_one_step() -> None:
    parts = [
        event("create-replacement", state(name="A"), state(name="B"), keys=["name"]),
        event("replace", state(name="A"), state(name="B"), keys=["name"]),
        event("delete-replaced", state(name="A")),
    ]
    found = planned(parts)
    [step] = found.plan.steps
    assert (step.operation, step.replaced_for) == ("replace", ("name",))
    assert found.before[URN].inputs["name"] == "A"
    assert found.after[URN].inputs["name"] == "B"


def test_what_is_deleted_is_not_after_and_what_is_created_not_before() -> None:
    assert planned([event("delete", state())]).after == {}
    assert planned([event("create", None, state())]).before == {}


def test_what_is_computed_and_what_is_secret_is_not_known() -> None:
    marks = {"comment": UNKNOWN_MARK, "tags": [{"value": "[secret]"}], "role": sealed()}
    resource = planned([event("create", None, state(**marks))]).after[URN]
    assert isinstance(resource.inputs["comment"], Unknown)
    assert isinstance(resource.inputs["role"], Unknown)
    tags = resource.inputs["tags"]
    assert isinstance(tags, list)
    assert isinstance(tags[0]["value"], Unknown)


def test_of_an_address_it_is_enough_to_know_that_it_is_set() -> None:
    resource = planned([event("create", None, state(email=sealed()))]).after[URN]
    assert resource.inputs["email"] == "[secret]"


def test_a_value_that_becomes_unknown_is_a_change() -> None:
    [step] = planned([event("update", state(comment="a"), state(comment=UNKNOWN_MARK))]).plan.steps
    assert step.changed == ("comment",)
