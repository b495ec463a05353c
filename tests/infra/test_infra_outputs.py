"""Stack outputs and their documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

from infra.outputs import SCHEMA_VERSION, StackOutputs, json_schema, outputs
from tests import samples

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.infra.conftest import Recorded

    Registered = Callable[..., Recorded]

DOCS = Path(__file__).parents[2] / "docs"


def test_the_committed_schema_is_current() -> None:
    committed = json.loads((DOCS / "outputs.schema.json").read_text(encoding="utf-8"))
    assert committed == json_schema(), "run: python -m infra.outputs > docs/outputs.schema.json"


@pytest.mark.parametrize("environment", ["dev", "qa", "prod"])
def test_outputs_follow_the_schema(registered: Registered, environment: str) -> None:
    jsonschema.validate(registered(environment).outputs, json_schema())


def test_every_output_is_documented() -> None:
    text = (DOCS / "outputs.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in text for name in StackOutputs.model_fields)
    assert f"`schema_version` is {SCHEMA_VERSION}" in text


def test_outputs_name_what_a_pipeline_needs(registered: Registered) -> None:
    found = outputs(samples.platform("dev"))
    assert found.databases["raw"].schemas["_loader"].qualified == "DEV_ECOMMERCE_RAW._LOADER"
    assert found.databases["raw"].access_roles.read == "DEV_ECOMMERCE_RAW.DEV_ECOMMERCE_RAW_R"
    assert found.users["dbt"].role == "DEV_ECOMMERCE_TRANSFORMER"
    assert found.warehouses["loading"].monitor == "DEV_LOADING_RM"
    assert found.account.identifier == "LOCAL-MAIN"


def test_outputs_hold_no_key_and_no_address_of_a_person(registered: Registered) -> None:
    text = json.dumps(registered("prod").outputs)
    assert "MII" not in text
    assert "@" not in text
    assert "127.0.0" not in text


def test_a_local_account_tells_where_it_answers() -> None:
    found = outputs(samples.platform("dev", host="127.0.0.1", port=8085, protocol="http")).account
    assert (found.host, found.port, found.protocol) == ("127.0.0.1", 8085, "http")
