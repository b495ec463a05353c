"""The Python connector, 4.x and 5.x, with pandas."""

from functools import partial
from pathlib import Path

from tests.compat import environments
from tests.compat.case import HERE, Case, Run

PROGRAM = HERE / "programs" / "connector.py"


def use(run: Run, python: Path, *flags: str) -> None:
    """Run the program in an interpreter that has the connector."""
    run.program(python, PROGRAM, *flags)


def _installed(run: Run, name: str) -> None:
    use(run, environments.python(name) / "python", "--pandas")


def _case(major: int) -> Case:
    name = f"connector{major}"
    return Case(
        name,
        "snowflake-connector-python",
        partial(environments.pinned, name, "snowflake-connector-python"),
        "rows and types in Arrow and JSON, bindings, scripts, transactions, MERGE, PUT/GET/LIST/REMOVE, COPY, errors, "
        "pandas both ways, Arrow tables and batches",
        partial(_installed, name=name),
    )


CASES = (_case(4), _case(5))
