"""write_pandas by each of its options, in both lines of the connector."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.compat import environments, suite
from tests.compat.account import prepared
from tests.compat.case import HERE, Case, Run
from tests.e2e.workspace import Workspace

ROWS = ["(1, 'a')", "(2, None)", "(3, 'c')"]


@pytest.mark.e2e
@pytest.mark.long
@pytest.mark.parametrize("name", ["connector4", "connector5"])
def test_frames_are_written_as_asked(tmp_path: Path, name: str) -> None:
    python = environments.python(name) / "python"

    def use(run: Run) -> None:
        run.program(python, HERE / "programs" / "frames.py")

    version = partial(environments.pinned, name, "snowflake-connector-python")
    case = Case("frames", "snowflake-connector-python", version, "", use)
    workspace = Workspace(tmp_path / "local")
    workspace.start()
    try:
        result = suite.perform(case, prepared(workspace))
    finally:
        workspace.stop()
    assert result.failures == {}
    answers: dict[str, Any] = {
        name.removeprefix("run 1, "): answer for name, answer in result.answers.items() if name.startswith("run 1, ")
    }
    made, added, _, emptied, _, kinds = answers["tables are made appended to and replaced"]
    assert (made, added, emptied) == ([True, 1, 2], 2, 2)
    assert ["tz", "TIMESTAMP_LTZ(9)"] in kinds and ["at", "TIMESTAMP_NTZ(9)"] in kinds and ["list", "ARRAY"] in kinds
    assert answers["names without quotes"] == [True, 1, 3, ROWS]
    assert [answer[1:] for answer in answers["chunks"]] == [[2, 3, ROWS]] * 3
    assert answers["kinds of tables"][1] == ["TRANSIENT"]
    assert answers["another schema"] == [[3]]
    assert answers["an empty frame"][2:] == [0, []]
