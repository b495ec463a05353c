"""The Snowflake CLI: connection, SQL from the command line, files and templates, objects, stages."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.compat import environments
from tests.compat.case import HERE, Case, Run

SCRIPT = HERE / "programs" / "snow" / "script.sql"


def _configure(run: Run) -> None:
    told = run.account.environment(run.database)
    connection = {
        "account": told["COMPAT_ACCOUNT"],
        "user": told["COMPAT_USER"],
        "authenticator": "SNOWFLAKE_JWT",
        "private_key_file": told["COMPAT_KEY_FILE"],
        "role": told["COMPAT_ROLE"],
        "warehouse": told["COMPAT_WAREHOUSE"],
        "database": run.database,
        "schema": "PUBLIC",
        "host": told["COMPAT_HOST"],
        "protocol": told["COMPAT_PROTOCOL"],
    }
    lines = ['default_connection_name = "compat"', "[connections.compat]"]
    lines += [f"{name} = {json.dumps(value)}" for name, value in connection.items()]
    lines += [f"port = {told['COMPAT_PORT']}", "[cli]", "ignore_new_version_warning = true"]
    lines += ["[cli.logs]", "save_logs = false"]
    config = run.work / "snow.toml"
    config.touch(mode=0o600)
    config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (run.work / "numbers.csv").write_text("1,one\n2,two\n", encoding="utf-8")
    (run.work / "got").mkdir()


def _columns(*names: str) -> Callable[[str], object]:
    """Some columns of a JSON answer, sorted."""

    def read(output: str) -> object:
        rows: list[dict[str, Any]] = json.loads(output)
        return sorted([row[name] for name in names] for row in rows)

    return read


def _run(run: Run) -> None:
    _configure(run)
    program = [str(environments.python("snow") / "snow"), "--config-file", str(run.work / "snow.toml")]

    def snow(name: str, *words: str, read: Callable[[str], object] = json.loads) -> None:
        run.step(name, [*program, *words, "--format", "json"], read)

    snow("connection test", "connection", "test", read=lambda output: json.loads(output)["Status"])
    snow("sql -q", "sql", "-q", "SELECT 1 AS one, 'a' AS letter; SELECT NULL AS nothing")
    snow("sql -f with variables", "sql", "-f", str(SCRIPT), "-D", "rows=3", "-D", "who=ada")
    single = "INSERT INTO scripted VALUES (9, 'rolled back'); SELECT * FROM nowhere"
    done = run.start(*program, "sql", "--single-transaction", "-q", single)
    run.note("a failing single transaction leaves nothing", done.returncode != 0, "the statement did not fail")
    if run.number == 1:
        snow("object create", "object", "create", "schema", "name=MADE", "comment=by snow")
    snow("object list", "object", "list", "schema", "--in", "database", run.database, read=_columns("name"))
    snow("object describe", "object", "describe", "table", "scripted", read=_columns("name", "type"))
    snow("stage create", "stage", "create", "inbox", read=lambda output: len(json.loads(output)))
    snow("stage copy up", "stage", "copy", "numbers.csv", "@inbox/in/", "--overwrite", read=_columns("status"))
    snow("stage list-files", "stage", "list-files", "@inbox", read=_columns("name", "size"))
    snow("stage copy down", "stage", "copy", "@inbox/in/", str(run.work / "got"), read=_columns("file", "status"))
    snow("load it", "sql", "-q", "CREATE OR REPLACE TABLE numbers (n INT, name VARCHAR); "
         "COPY INTO numbers FROM @inbox/in/ FORCE = TRUE; SELECT * FROM numbers ORDER BY n",
         read=lambda output: json.loads(output)[-1])  # fmt: skip
    snow("stage copy a script", "stage", "copy", str(SCRIPT), "@inbox/scripts/", "--overwrite", read=_columns("status"))
    snow("stage remove", "stage", "remove", "@inbox", "scripts/", read=lambda output: len(json.loads(output)))


CASES = (
    Case(
        "snow",
        "snowflake-cli",
        partial(environments.pinned, "snow", "snowflake-cli"),
        "connection test, sql from text, file and template, transaction, objects (REST), stages up and down, COPY",
        _run,
    ),
)
