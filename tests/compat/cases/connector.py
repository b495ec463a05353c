"""The Python connector, 4.x and 5.x, with pandas."""

from functools import partial
from pathlib import Path

from tests.compat import environments
from tests.compat.case import HERE, Case, Run

ARROW_ONLY = 4
"""This line of the connector makes frames of Arrow results only; the next makes them of JSON rows itself."""
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
        "rows and types, bindings, scripts, transactions, MERGE, PUT/GET/LIST/REMOVE, COPY, errors, pandas both ways",
        partial(_installed, name=name),
        note="fetch_pandas_all needs Arrow, which is not served: the frame is made of rows"
        if major == ARROW_ONLY
        else "",
    )


CASES = (_case(4), _case(5))
