from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from local.errors import SnowflakeError
from local.faults import CloseConnection, Faults, FaultsInvalid, KillRule, ShapeRule, load, shape_of


def _before(faults: Faults, sql: str) -> str:
    try:
        asyncio.run(faults.before(sql))
        faults.after(sql)
    except SnowflakeError as error:
        return error.code
    except CloseConnection:
        return "closed"
    return "ok"


def test_every_shape_fails_once_in_turn() -> None:
    faults = Faults(shapes=[ShapeRule(("error", "close", "close-after"), 0.0)])
    seen = [
        _before(faults, sql) for sql in ("SHOW ROLES", "SHOW ROLES", "SHOW USERS", "SHOW DATABASES", "SHOW DATABASES")
    ]
    assert seen == ["000603", "ok", "closed", "closed", "ok"]


def test_statement_may_run_and_fail_all_the_same() -> None:
    faults = Faults(shapes=[ShapeRule(("error-after",), 0.0)])
    asyncio.run(faults.before("CREATE ROLE A"))
    with pytest.raises(SnowflakeError):
        faults.after("CREATE ROLE A")
    assert _before(faults, "CREATE ROLE A") == "ok"


def test_rule_may_be_for_some_statements_only(tmp_path: Path) -> None:
    path = tmp_path / "faults.json"
    path.write_text(json.dumps([{"mode": "first-seen-shape", "cycle": ["error"], "only": "CREATE (ROLE|USER)"}]))
    faults = load(path)
    assert [_before(faults, sql) for sql in ("SHOW ROLES", "CREATE USER A", "CREATE USER A")] == ["ok", "000603", "ok"]


def test_shape_leaves_out_names_and_values() -> None:
    one = shape_of("CREATE ROLE \"A\" COMMENT = 'x'")
    assert one == shape_of("CREATE ROLE \"B\"   comment = 'yy'")
    assert one != shape_of('CREATE ROLE "A"')


def test_delay_lets_the_statement_through() -> None:
    assert _before(Faults(shapes=[ShapeRule(("delay",), 0.0)]), "SHOW ROLES") == "ok"


@pytest.mark.parametrize(("after", "killed_at"), [(False, "before"), (True, "after")])
def test_server_is_killed_at_the_nth_statement(after: bool, killed_at: str) -> None:
    killed: list[str] = []
    phase = "before"
    rule = KillRule(2, after, kill=lambda: killed.append(phase))
    faults = Faults(kills=[rule])
    asyncio.run(faults.before("A"))
    faults.after("A")
    assert killed == []
    asyncio.run(faults.before("B"))
    phase = "after"
    faults.after("B")
    assert killed == [killed_at]


def test_rules_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "faults.json"
    path.write_text(
        json.dumps(
            [
                {"mode": "first-seen-shape", "cycle": ["error", "delay"], "delay": 0.5},
                {"mode": "kill-after", "statements": 3, "when": "before"},
            ]
        )
    )
    faults = load(path)
    assert faults.shapes[0].delay == 0.5
    assert (faults.kills[0].statements, faults.kills[0].after) == (3, False)


WRONG = (
    "{",
    "{}",
    '[{"mode": "other"}]',
    '[{"mode": "first-seen-shape", "cycle": ["x"]}]',
    '[{"mode": "first-seen-shape", "cycle": ["error"], "only": "("}]',
)


@pytest.mark.parametrize("text", WRONG)
def test_wrong_rules_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "faults.json"
    path.write_text(text)
    with pytest.raises(FaultsInvalid, match=r"faults\.json"):
        load(path)
