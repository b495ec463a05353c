"""Stack outputs in the forms that pipelines read."""

import json

import pytest
import yaml

from ops import outputs
from ops.errors import BadInput, OpsError

VALUES: dict[str, object] = {
    "schema_version": 1,
    "environment": "dev",
    "account": {"identifier": "LOCAL-MAIN", "host": "127.0.0.1", "port": 8085, "protocol": "http"},
    "databases": {"raw": {"name": "DEV_ECOMMERCE_RAW"}, "analytics": {"name": "DEV_ECOMMERCE_ANALYTICS"}},
    "warehouses": {"loading": {"name": "DEV_LOADING_WH"}},
    "roles": {"loader": {"name": "DEV_ECOMMERCE_LOADER"}},
    "users": {
        "loader": {"name": "DEV_SVC_ECOMMERCE_LOADER", "role": "DEV_ECOMMERCE_LOADER", "warehouse": "DEV_LOADING_WH"},
        "dbt": {
            "name": "DEV_SVC_ECOMMERCE_DBT",
            "role": "DEV_ECOMMERCE_TRANSFORMER",
            "warehouse": "DEV_TRANSFORMING_WH",
        },
    },
}


def state(**values: object) -> dict[str, object]:
    """An exported state with these outputs."""
    return {"deployment": {"resources": [{"type": "pulumi:pulumi:Stack", "outputs": values}]}}


def test_outputs_are_those_of_the_stack_resource() -> None:
    assert outputs.of_state(state(environment="dev")) == {"environment": "dev"}
    assert outputs.of_state({"deployment": {}}) == {}


def test_a_secret_output_is_refused() -> None:
    with pytest.raises(OpsError) as caught:
        outputs.of_state(state(token={outputs.SECRET_MARK: "x", "ciphertext": "v1:abc"}))
    assert "token" in caught.value.what


def test_json_is_everything() -> None:
    assert json.loads(outputs.text(VALUES, "json")) == VALUES


def test_env_lines_name_objects_and_the_variable_of_the_key() -> None:
    lines = outputs.text(VALUES, "env").splitlines()
    assert "SNOWFLAKE_ACCOUNT=LOCAL-MAIN" in lines
    assert "DATABASE_RAW=DEV_ECOMMERCE_RAW" in lines
    assert "USER_LOADER=DEV_SVC_ECOMMERCE_LOADER" in lines
    assert all("=" in line or line.startswith("#") for line in lines)


def test_the_dbt_profile_logs_in_as_the_dbt_user_by_key() -> None:
    profile = yaml.safe_load(outputs.text(VALUES, "dbt"))["ecommerce"]
    target = profile["outputs"][profile["target"]]
    assert target["user"] == "DEV_SVC_ECOMMERCE_DBT"
    assert target["private_key_path"] == "{{ env_var('SNOWFLAKE_PRIVATE_KEY_PATH') }}"
    assert (target["database"], target["host"], target["port"]) == ("DEV_ECOMMERCE_ANALYTICS", "127.0.0.1", 8085)


def test_airflow_gets_a_connection_per_user() -> None:
    made = json.loads(outputs.text(VALUES, "airflow"))
    assert set(made["connections"]) == {"snowflake_loader", "snowflake_dbt"}
    assert made["connections"]["snowflake_loader"]["login"] == "DEV_SVC_ECOMMERCE_LOADER"
    assert made["variables"]["snowflake_databases"]["raw"]["name"] == "DEV_ECOMMERCE_RAW"


def test_an_unknown_format_is_bad_input() -> None:
    with pytest.raises(BadInput) as caught:
        outputs.text(VALUES, "xml")
    assert "airflow" in caught.value.do


def test_a_stack_that_was_never_applied_says_so() -> None:
    with pytest.raises(OpsError):
        outputs.text({}, "json")
