"""Stack outputs in the forms that pipelines read: JSON, .env lines, a dbt profile, Airflow connections and variables.

All of them name users, roles, warehouses and databases; none holds a secret: keys are named by environment variable.
"""

import json
from collections.abc import Callable, Mapping

import yaml

from ops.errors import BadInput, OpsError

Values = Mapping[str, object]
KEY_PATH = "SNOWFLAKE_PRIVATE_KEY_PATH"
SECRET_MARK = "4dabf18193072939515e22adb298388d"  # noqa: S105 (how pulumi marks a secret, not one)


def of_state(state: Mapping[str, object]) -> dict[str, object]:
    """The outputs in an exported state; raises OpsError where one is secret (none may be)."""
    deployment = state.get("deployment")
    resources = deployment.get("resources") if isinstance(deployment, dict) else None
    for entry in resources or ():
        if isinstance(entry, dict) and entry.get("type") == "pulumi:pulumi:Stack":
            values = entry.get("outputs")
            if isinstance(values, dict):
                hidden = [name for name, value in values.items() if isinstance(value, dict) and SECRET_MARK in value]
                if hidden:
                    raise OpsError(f"outputs must not be secret: {', '.join(hidden)}", where="infra/outputs.py")
                return {str(name): values[name] for name in sorted(values)}
    return {}


def text(values: Values, form: str) -> str:
    """The outputs in one of FORMS; raises BadInput for another, OpsError where the stack was never applied."""
    if form not in FORMS:
        raise BadInput(f"there is no format {form!r}", where="--format", do=f"one of {', '.join(FORMS)}")
    if not values:
        raise OpsError("the stack has no outputs yet", do="bring it up first")
    return FORMS[form](values)


def _json(values: Values) -> str:
    return json.dumps(values, indent=2, sort_keys=True) + "\n"


def _env(values: Values) -> str:
    account = _table(values, "account")
    lines = {
        "PLATFORM_ENVIRONMENT": str(values.get("environment", "")),
        "PLATFORM_OUTPUTS_VERSION": str(values.get("schema_version", "")),
        "SNOWFLAKE_ACCOUNT": str(account.get("identifier", "")),
    }
    lines |= {
        f"SNOWFLAKE_{name.upper()}": str(account[name]) for name in ("host", "port", "protocol") if name in account
    }
    for group in ("databases", "warehouses", "roles", "users"):
        lines |= {f"{group[:-1].upper()}_{key.upper()}": _name(entry) for key, entry in _table(values, group).items()}
    head = "# Made by ops outputs; no secret in here. The key of the user comes from the environment.\n"
    return head + "".join(f"{name}={value}\n" for name, value in lines.items()) + f"# {KEY_PATH}=/path/to/key.p8\n"


def _dbt(values: Values) -> str:
    account, user = _table(values, "account"), _table(_table(values, "users"), "dbt")
    environment = str(values.get("environment", ""))
    target: dict[str, object] = {
        "type": "snowflake",
        "account": account.get("identifier"),
        "user": user.get("name"),
        "private_key_path": f"{{{{ env_var('{KEY_PATH}') }}}}",
        "role": user.get("role"),
        "warehouse": user.get("warehouse"),
        "database": _name(_table(values, "databases").get("analytics")),
        "schema": "MARTS",
        "threads": 4,
        "client_session_keep_alive": False,
    }
    target |= {name: account[name] for name in ("host", "port", "protocol") if name in account}
    profile = {"ecommerce": {"target": environment, "outputs": {environment: target}}}
    return "# Made by ops outputs; no secret in here.\n" + yaml.safe_dump(profile, sort_keys=False)


def _airflow(values: Values) -> str:
    account, users = _table(values, "account"), _table(values, "users")
    connections = {}
    for key, entry in users.items():
        user = entry if isinstance(entry, dict) else {}
        extra = {
            "account": account.get("identifier"),
            "warehouse": user.get("warehouse"),
            "role": user.get("role"),
            "private_key_file": f"${{{KEY_PATH}_{key.upper()}}}",
        }
        extra |= {name: account[name] for name in ("host", "port", "protocol") if name in account}
        connections[f"snowflake_{key}"] = {"conn_type": "snowflake", "login": user.get("name"), "extra": extra}
    variables = {f"snowflake_{name}": values[name] for name in ("environment", "databases", "warehouses", "roles")}
    return json.dumps({"connections": connections, "variables": variables}, indent=2, sort_keys=True) + "\n"


def _table(values: Mapping[str, object], name: str) -> dict[str, object]:
    entry = values.get(name)
    return {str(key): value for key, value in entry.items()} if isinstance(entry, dict) else {}


def _name(entry: object) -> str:
    return str(entry.get("name", "")) if isinstance(entry, dict) else str(entry)


FORMS: dict[str, Callable[[Values], str]] = {"json": _json, "env": _env, "dbt": _dbt, "airflow": _airflow}
