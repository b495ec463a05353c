"""The command line from outside: help, exit codes, messages without stack traces."""

import json
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ops import __main__ as entry
from ops import bootstrap, keypairs, target
from ops.errors import BadInput
from tests.ops.conftest import Ended

Ops = Callable[..., Ended]
COMMANDS = [
    ("up",), ("preview",), ("refresh",), ("destroy",), ("recover",), ("outputs",), ("sql",), ("check",), ("diagram",),
    ("import",),
    ("local", "start"), ("local", "stop"), ("local", "status"), ("local", "reset"), ("local", "env"), ("local", "log"),
    ("keys", "new"), ("keys", "rotate"), ("bootstrap", "render"), ("bootstrap", "render-auditor"),
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help(ops: Ops, command: tuple[str, ...]) -> None:
    ended = ops(*command, "--help")
    assert ended.code == 0
    assert f"Usage: ops {' '.join(command)}" in ended.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("up", "--stack", "test"), "one of dev, qa, prod"),
        (("up", "--account", "a b"), "--account"),
        (("outputs", "--format", "xml"), "one of json, env, dbt, airflow"),
        (("local", "reset"), "--yes"),
        (("import", "--apply", "--output", "x"), "--apply imports what is in effect"),
        (("sql", "-q", "SELECT 1", "-f", "x.sql"), "either --query or --file"),
        (("bootstrap", "render"), "--deployer-key"),
        (("keys", "new", "NOBODY", "--real", "--stack", "dev"), "SVC_ECOMMERCE_LOADER"),
        (("nonsense",), "No such command"),
    ],
)
def test_bad_input_is_two_and_says_what_is_allowed(ops: Ops, arguments: tuple[str, ...], said: str) -> None:
    ended = ops(*arguments)
    assert ended.code == 2
    assert said in ended.err
    assert "Traceback" not in ended.err


def test_status_of_an_account_that_does_not_run_is_one(ops: Ops) -> None:
    ended = ops("local", "status", "--json")
    assert ended.code == 1
    assert json.loads(ended.out)["server"] is None


def test_stop_and_reset_of_nothing_are_no_error(ops: Ops) -> None:
    assert ops("local", "stop").code == 0
    assert ops("local", "reset", "--yes").code == 0


def test_reset_removes_one_account_and_leaves_the_others(ops: Ops, local_folder: Path) -> None:
    for name in (
        "keys/a.p8",
        "keys/other/a.p8",
        "accounts/MAIN/x",
        "accounts/OTHER/x",
        "state/MAIN/x",
        "config/OTHER/x",
    ):
        path = local_folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    assert ops("local", "reset", "--yes").code == 0
    left = {str(path.relative_to(local_folder)) for path in local_folder.rglob("*") if path.is_file()}
    assert left == {"keys/other/a.p8", "accounts/OTHER/x", "config/OTHER/x"}


def test_an_unexpected_error_is_a_short_message_and_a_private_log(
    local_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(**ignored: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("ops.cli.app", broken)
    with pytest.raises(SystemExit) as caught:
        entry.main()
    assert caught.value.code == 2
    said = capsys.readouterr().err
    assert "Traceback" not in said
    log = next((local_folder / "logs").glob("*.log"))
    assert str(log) in said.replace("\n", "")
    assert "ZeroDivisionError" in log.read_text(encoding="utf-8")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_help_does_not_load_what_it_does_not_need() -> None:
    import subprocess

    heavy = ["pulumi", "snowflake.connector", "cryptography", "pydantic", "stacks"]
    source = f"import ops.cli, sys; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_bootstrap_is_filled_in_with_keys_and_networks(tmp_path: Path) -> None:
    keys = [keypairs.generate(keypairs.pair(tmp_path, name)).public_body() for name in ("A", "B")]
    text = bootstrap.render(keys[0], keys[1], ["203.0.113.7/32", "198.51.100.0/24"])
    statements = [line for line in text.splitlines() if not line.startswith("--")]
    assert not [line for line in statements if "{{" in line]
    assert "'203.0.113.7/32', '198.51.100.0/24'" in text
    assert keys[0] in text
    assert keys[1] in text


@pytest.mark.parametrize("cidr", ["1.2.3.4'; DROP USER X; --", "0.0.0.0/33", "10.0.0.1/8"])
def test_what_is_no_network_does_not_get_into_the_bootstrap(tmp_path: Path, cidr: str) -> None:
    key = keypairs.generate(keypairs.pair(tmp_path, "A")).public_body()
    with pytest.raises(BadInput):
        bootstrap.render(key, key, [cidr])


def test_what_is_no_public_key_does_not_get_into_the_bootstrap(tmp_path: Path) -> None:
    private = keypairs.generate(keypairs.pair(tmp_path, "A")).private.read_text(encoding="utf-8")
    for key in (private, "x'; DROP USER Y; --", ""):
        with pytest.raises(BadInput):
            bootstrap.render(key, key, ["203.0.113.7/32"])


def test_exports_are_safe_for_a_shell() -> None:
    assert target.exports({"A": "x y", "B": "it's"}) == "export A='x y'\nexport B='it'\"'\"'s'\n"
