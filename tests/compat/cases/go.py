"""The Go driver through database/sql."""

from functools import partial

from tests.compat import environments
from tests.compat.case import Case, Run


def _run(run: Run) -> None:
    run.program(environments.go_program())


CASES = (
    Case(
        "go",
        "gosnowflake",
        partial(environments.pinned_module, "github.com/snowflakedb/gosnowflake/v2"),
        "rows and types in Arrow and JSON, bindings and arrays, transactions, several statements, PUT/GET and streams, "
        "errors, cancel",
        _run,
    ),
)
