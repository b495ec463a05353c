"""The Snowflake Python APIs (snowflake.core): objects through the REST API."""

from functools import partial

from tests.compat import environments
from tests.compat.case import HERE, Case, Run

PROGRAM = HERE / "programs" / "rest_objects.py"


def _run(run: Run) -> None:
    run.program(environments.python("core") / "python", PROGRAM)


CASES = (
    Case(
        "core",
        "snowflake.core",
        partial(environments.pinned, "core", "snowflake-core"),
        "databases, schemas, tables, views, stages, grants, warehouses and roles: create, iterate, fetch, drop, undrop",
        _run,
    ),
)
