"""dbt: seeds, views, tables, incremental models, a contract, a snapshot, tests, documentation."""

import json
import shutil
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.compat import environments
from tests.compat.case import HERE, Case, Run

PROJECT = HERE / "programs" / "dbt"


def _profiles(run: Run) -> str:
    told = run.account.environment(run.database)
    output = {
        "type": "snowflake",
        "account": told["COMPAT_ACCOUNT"],
        "user": told["COMPAT_USER"],
        "private_key_path": told["COMPAT_KEY_FILE"],
        "role": told["COMPAT_ROLE"],
        "warehouse": told["COMPAT_WAREHOUSE"],
        "database": run.database,
        "schema": "ANALYTICS",
        "threads": 4,
        "host": told["COMPAT_HOST"],
        "port": int(told["COMPAT_PORT"]),
        "protocol": told["COMPAT_PROTOCOL"],
        "query_tag": "compat",
        "client_session_keep_alive": False,
    }
    return json.dumps({"compat": {"target": "scratch", "outputs": {"scratch": output}}})


def _results(run: Run) -> Callable[[str], object]:
    """Status and rows of every node of the last command."""

    def read(_: str) -> object:
        text = (run.work / "target" / "run_results.json").read_text(encoding="utf-8")
        found: dict[str, Any] = json.loads(text)
        return {
            result["unique_id"]: [result["status"], result["adapter_response"].get("rows_affected")]
            for result in sorted(found["results"], key=lambda result: str(result["unique_id"]))
        }

    return read


def _catalogue(run: Run) -> Callable[[str], object]:
    """Columns and types of every node in the documentation."""

    def read(_: str) -> object:
        text = (run.work / "target" / "catalog.json").read_text(encoding="utf-8")
        found: dict[str, Any] = json.loads(text)
        if not found["nodes"]:
            raise ValueError("the catalogue is empty")
        return {
            name: [node["metadata"]["type"], node["metadata"]["comment"]]
            + [[column["name"], column["type"], column["comment"]] for column in node["columns"].values()]
            for name, node in sorted(found["nodes"].items())
        }

    return read


def _run(run: Run) -> None:
    shutil.copytree(PROJECT, run.work, dirs_exist_ok=True)
    (run.work / "profiles.yml").write_text(_profiles(run), encoding="utf-8")
    program = environments.python("dbt") / "dbt"
    flags = ("--no-use-colors", "--no-version-check", "--no-partial-parse")
    run.step("debug", [program, *flags, "debug"])
    for command in ("seed", "run", "snapshot", "test"):
        run.step(command, [program, *flags, command], _results(run))
    run.step("docs generate", [program, *flags, "docs", "generate"], _catalogue(run))
    build = ("build", "--full-refresh", "--exclude", "resource_type:snapshot")
    run.step("build", [program, *flags, *build], _results(run))


CASES = (
    Case(
        "dbt",
        "dbt-snowflake",
        partial(environments.pinned, "dbt", "dbt-snowflake"),
        "debug, seed, run (view, table, two incremental models, a contract), snapshot, test, docs generate, "
        "build --full-refresh",
        _run,
        volatile=frozenset({"DBT_UPDATED_AT", "DBT_VALID_FROM", "DBT_SCD_ID"}),
        note=f"dbt-core {environments.pinned('dbt', 'dbt-core')}",
    ),
)
