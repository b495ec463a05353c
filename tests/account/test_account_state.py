"""Pictures of a stack's state, and resources in the form of states and preview steps."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from account.names import Name
from account.principals import role
from account.pulumi import Resource
from account.resources import from_resources, from_state, resource_of, resources_of_state
from account.things import Stage, User, Warehouse
from account.values import Unknown, is_known
from tests.account.capture import captured
from tests.account.made import ABOUT, PROVIDER_URN, urn

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:abc:def"}
PROVIDER: dict[str, object] = {
    "urn": PROVIDER_URN,
    "custom": True,
    "type": "pulumi:providers:snowflake",
    "inputs": {"__internal": {}, "role": "DEPLOYER", "version": "1.3.0"},
}


def state(kind: str, inputs: dict[str, object], **more: object) -> dict[str, object]:
    """One resource as `pulumi stack export` writes it."""
    return {
        "urn": urn(kind),
        "custom": True,
        "id": "X",
        "type": urn(kind).split("::")[2],
        "inputs": {"__defaults": [], **inputs},
        "provider": f"{PROVIDER_URN}::216a6075-22ad-47e3-ba1f-b9a0a726043f",
        "sourcePosition": "project:///infra/topic.py#35",
        **more,
    }


def export(*resources: dict[str, object], **more: object) -> dict[str, object]:
    return {"version": 3, "deployment": {"resources": [PROVIDER, *resources], **more}}


def test_a_state_makes_the_picture_of_its_inputs() -> None:
    picture = from_state(export(state("Warehouse", {"name": "X", "autoSuspend": 60})), ABOUT)
    assert list(picture.things) == [Warehouse(name=Name.of("X"), owner=role("DEPLOYER"), auto_suspend=60)]
    assert picture.blind_spots == ()


def test_options_and_the_line_of_the_program_come_along() -> None:
    (_, found) = resources_of_state(export(state("Warehouse", {"name": "X"}, protect=True, retainOnDelete=True)))
    assert (found.protect, found.retain_on_delete, found.kind, found.name) == (True, True, "Warehouse", "x")
    assert (found.file, found.line) == ("infra/topic.py", 35)


def test_a_column_after_the_line_does_no_harm() -> None:
    found = resource_of(state("Warehouse", {}, sourcePosition="project:///__main__.py#3,7"))
    assert (found.file, found.line) == ("__main__.py", 3)


def test_a_line_of_the_sdk_is_no_line_of_the_program() -> None:
    inside = "project:///.venv/lib/python3.11/site-packages/pulumi_snowflake/provider.py#1529"
    found = resource_of({**PROVIDER, "sourcePosition": inside, "stackTrace": [
        {"sourcePosition": inside}, {}, {"sourcePosition": "project:///infra/providers.py#83"}]})  # fmt: skip
    assert (found.file, found.line) == ("infra/providers.py", 83)


def test_the_role_of_the_provider_comes_along() -> None:
    picture = from_state(export(state("Warehouse", {"name": "X"})), ABOUT)
    assert {entry.kind: entry.provider_role for entry in picture.resources} == {
        "snowflake": "",
        "Warehouse": "DEPLOYER",
    }


@pytest.mark.parametrize("value", [SECRET, "[secret]", "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
                                   "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2"])  # fmt: skip
def test_encrypted_masked_and_computed_values_are_not_known(value: object) -> None:
    (found,) = from_state(export(state("User", {"name": "X", "email": value})), ABOUT).all(User)
    assert not is_known(found.email)


def test_an_encrypted_password_is_a_password() -> None:
    (found,) = from_state(export(state("User", {"name": "X", "password": SECRET})), ABOUT).all(User)
    assert found.has_password is True


def test_credentials_with_an_encrypted_part_are_credentials() -> None:
    inputs: dict[str, object] = {"name": "X", "database": "DB", "schema": "S", "credentials": {"awsSecretKey": SECRET}}
    (found,) = from_state(export(state("StageExternalS3", inputs)), ABOUT).all(Stage)
    assert found.has_credentials is True


def test_secret_inputs_are_marked_by_name() -> None:
    found = resource_of(state("User", {"name": "X", "password": SECRET, "comment": "[secret]"}))
    assert found.secrets == ("comment", "password")
    assert isinstance(found.inputs["password"], Unknown)


def test_an_encrypted_value_inside_a_list_is_not_known() -> None:
    inputs: dict[str, object] = {"name": "X", "database": "D", "schema": "S", "valueLists": ["1.0.0.1", SECRET]}
    (rule,) = from_state(export(state("NetworkRule", inputs)), ABOUT).things
    assert not is_known(getattr(rule, "values", ()))


def test_resources_that_wait_to_be_deleted_are_left_out() -> None:
    old = state("Warehouse", {"name": "OLD"}, delete=True)
    picture = from_state(export(old, state("Warehouse", {"name": "NEW"})), ABOUT)
    assert [thing.name for thing in picture.things] == [("NEW",)]


def test_an_operation_that_was_cut_off_is_told() -> None:
    pending = [{"type": "creating", "resource": state("Warehouse", {"name": "X"})}]
    (spot,) = from_state(export(pending_operations=pending), ABOUT).blind_spots
    assert (spot.what, spot.kinds) == (f"creating {urn('Warehouse')}", ("RESOURCE",))


@pytest.mark.parametrize(
    "wrong", [{}, {"deployment": None}, {"deployment": {"resources": "x"}}, {"deployment": {"resources": [1]}}]
)
def test_what_is_no_export_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no export of a stack"):
        from_state(wrong, ABOUT)


def test_an_empty_stack_is_an_empty_picture() -> None:
    assert from_state({"version": 3, "deployment": {}}, ABOUT).things == ()


def _as_state(resource: Resource) -> dict[str, object]:
    return {
        "urn": resource.urn,
        "type": resource.type,
        "inputs": dict(resource.inputs),
        "protect": resource.protect,
        "parent": resource.parent,
        "provider": resource.provider,
        "sourcePosition": f"project:///{resource.file}#{resource.line}",
    }


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_state_of_the_platform_makes_the_same_picture_as_its_program(environment: str) -> None:
    resources = captured(environment)
    stored = json.loads(json.dumps({"deployment": {"resources": [_as_state(entry) for entry in resources]}}))
    assert from_state(stored, ABOUT) == from_resources(resources, ABOUT)


def test_a_resource_of_a_preview_step_is_read_alike() -> None:
    step = {key: value for key, value in state("Warehouse", {"name": "X"}).items() if key != "type"}
    found = resource_of(step)
    assert found == replace(resource_of(state("Warehouse", {"name": "X"})), type=found.type)
    assert found.type == "snowflake:index/warehouse:Warehouse"
