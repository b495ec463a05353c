"""The small set of `make test`: the connector that the product itself has does its job against the local Snowflake."""

from __future__ import annotations

import sys
from functools import partial
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.compat import suite
from tests.compat.account import prepared
from tests.compat.case import Case, Run
from tests.compat.cases.connector import use
from tests.e2e.workspace import Workspace


@pytest.mark.e2e
def test_connector_of_the_product_does_its_job_twice_and_the_second_time_changes_nothing(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "local")
    workspace.start()
    case = Case("own", "snowflake-connector-python", partial(version, "snowflake-connector-python"), "", _use)
    try:
        result = suite.perform(case, prepared(workspace))
    finally:
        workspace.stop()
    assert result.failures == {}
    assert result.steps >= 15
    assert result.state["rows PUBLIC.LOADED"] == [["1", "n1"], ["11", "NULL"], ["12", "NULL"], ["2", "n2"]]


def _use(run: Run) -> None:
    use(run, Path(sys.executable))
