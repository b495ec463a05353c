"""schemachange: three versioned scripts and a repeatable one, deployed to an empty database and again."""

import json
import re
import shutil
from functools import partial

from tests.compat import environments
from tests.compat.case import HERE, Case, Run

PROJECT = HERE / "programs" / "schemachange"


def _configure(run: Run) -> None:
    """The configuration that its documentation shows; connector parameters stand in the section `snowflake`."""
    told = run.account.environment(run.database)
    shutil.copytree(PROJECT, run.work, dirs_exist_ok=True)
    config = {
        "config-version": 2,
        "schemachange": {
            "root-folder": str(run.work / "root"),
            "change-history-table": f"{run.database}.META.CHANGE_HISTORY",
            "create-change-history-table": True,
            "raise-exception-on-ignored-versioned-script": True,
            "query-tag": "compat",
            "vars": {"database": run.database, "environment": "scratch"},
        },
        "snowflake": {
            "account": told["COMPAT_ACCOUNT"],
            "user": told["COMPAT_USER"],
            "authenticator": "snowflake_jwt",
            "private-key-file": told["COMPAT_KEY_FILE"],
            "host": told["COMPAT_HOST"],
            "port": int(told["COMPAT_PORT"]),
            "protocol": told["COMPAT_PROTOCOL"],
            "role": told["COMPAT_ROLE"],
            "warehouse": told["COMPAT_WAREHOUSE"],
            "database": run.database,
            "schema": "PUBLIC",
        },
    }
    (run.work / "schemachange-config.yml").write_text(json.dumps(config, indent=2), encoding="utf-8")


def _counts(output: str) -> object:
    """How many scripts were applied and skipped."""
    found = re.findall(r"scripts_(applied|skipped)\S*?=\D*?(\d+)", _without_colours(output))
    return dict(found)


def _without_colours(output: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", output)


def _run(run: Run) -> None:
    _configure(run)
    program = environments.python("schemachange") / "schemachange"
    run.step("verify", [program, "verify"])
    run.step("render", [program, "render", run.work / "root" / "V1.1.0__order_lines.sql"])
    run.step("dry run", [program, "deploy", "--schemachange-dry-run"], _counts)
    run.step("deploy", [program, "deploy"], _counts)


CASES = (
    Case(
        "schemachange",
        "schemachange",
        partial(environments.pinned, "schemachange", "schemachange"),
        "verify, render, dry run, deploy of versioned and repeatable scripts with its history table",
        _run,
        volatile=frozenset({"INSTALLED_ON", "EXECUTION_TIME", "INSTALLED_BY", "CHECKSUM"}),
    ),
)
