"""The table of clients in docs/local-snowflake.md is what `make compat` found last, with what is pinned now."""

from __future__ import annotations

import pytest

from ops.errors import BadInput
from tests.compat import report
from tests.compat.__main__ import CASES, main
from tests.compat.account import real_login
from tests.compat.state import differences


def test_table_is_made_of_the_kept_results() -> None:
    document = report.DOCUMENT.read_text(encoding="utf-8")
    assert report.placed(document, report.table(report.read())) == document


def test_table_has_every_program_at_its_pinned_version() -> None:
    kept = {name: result["version"] for name, result in report.read().items()}
    assert kept == {name: case.version() for name, case in CASES.items()}


def test_document_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="markers"):
        report.placed("# nothing", "table")


def test_difference_tells_what_went_and_what_came() -> None:
    (line,) = differences({"rows T": [["1"], ["2"]], "same": 1}, {"rows T": [["1"], ["3"]], "same": 1})
    assert 'without [["2"]]; with [["3"]]' in line


def test_topics_on_one_side_are_differences() -> None:
    assert differences({"a": 1}, {"b": 1}) == ["a: gone", "b: new"]


def test_real_account_is_refused_without_credentials(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SNOWFLAKE_CONFIG_PATH", raising=False)
    monkeypatch.setattr("sys.argv", ["compat", "--target", "real"])
    assert main() == 2
    assert "SNOWFLAKE_CONFIG_PATH" in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["role", "warehouse", "private_key"])
def test_real_account_needs_a_complete_profile(tmp_path_factory: pytest.TempPathFactory, missing: str) -> None:
    fields = ("organization_name", "account_name", "user", "private_key", "role", "warehouse")
    profile = tmp_path_factory.mktemp("profiles") / "profiles.toml"
    lines = [f'{field} = "X"' for field in fields if field != missing]
    profile.write_text("[compat]\n" + "\n".join(lines), encoding="utf-8")
    with pytest.raises(BadInput, match=missing):
        real_login({"SNOWFLAKE_CONFIG_PATH": str(profile)})
