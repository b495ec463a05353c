"""A Pulumi program of the tests, run by plain pulumi in an account of its own."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.e2e.workspace import REPOSITORY, SECONDS, Workspace, said

STACK = "cycle"
PROJECT = """\
name: {name}
main: {main}
runtime:
  name: python
  options:
    virtualenv: {virtualenv}
"""
QUIET = ("--non-interactive", "--suppress-progress", "--suppress-outputs")
Step = tuple[str, str]


class Program:
    """A program below `tests/e2e/programs` with its stack; its project folder is outside the repository."""

    def __init__(self, workspace: Workspace, name: str, folder: Path) -> None:
        exported = json.loads(workspace.ops("local", "env", "--account", workspace.account, "--json").stdout)
        self._env = {**os.environ, **workspace.environment, **exported, "PYTHONPATH": str(REPOSITORY)}
        self._name, self._folder = name.replace("_", "-"), folder
        main = REPOSITORY / "tests" / "e2e" / "programs" / name
        project = PROJECT.format(name=self._name, main=main, virtualenv=REPOSITORY / ".venv")
        (folder / "Pulumi.yaml").write_text(project, encoding="utf-8")
        self._pulumi("stack", "init", STACK, "--non-interactive")
        keys = {f"keys[{number}]": public_key() for number in range(2)}
        for path, value in keys.items():
            self._pulumi("config", "set", "--path", path, value, "--stack", STACK)

    def configure(self, **values: str) -> None:
        """Set what the program is asked to declare."""
        for name, value in values.items():
            self._pulumi("config", "set", name, value, "--stack", STACK)

    def run(self, operation: str, *flags: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """An operation on the stack, which must end with `code`."""
        return self._pulumi(operation, *flags, *QUIET, "--parallel", "32", "--stack", STACK, code=code)

    def up(self, *flags: str) -> None:
        """Bring the account to what the program declares."""
        self.run("up", "--yes", "--skip-preview", *flags)

    def settle(self) -> None:
        """Neither the program nor the account differs from the state."""
        self.run("preview", "--expect-no-changes", "--diff")
        self.run("refresh", "--expect-no-changes", "--yes", "--skip-preview")

    def steps(self, operation: str, *flags: str) -> dict[str, str]:
        """What an operation would change: resource name → kind of change."""
        done = self._pulumi(operation, "--json", "--non-interactive", "--stack", STACK, *flags)
        steps = json.loads(done.stdout)["steps"]
        return {_name(step["urn"]): str(step["op"]) for step in steps if step["op"] not in ("same", "refresh")}

    def outputs(self) -> dict[str, object]:
        """The stack outputs."""
        found: dict[str, object] = json.loads(self._pulumi("stack", "output", "--json", "--stack", STACK).stdout)
        return found

    def export(self) -> str:
        """The state as it stands."""
        return self._pulumi("stack", "export", "--stack", STACK).stdout

    def restore(self, state: str) -> None:
        """Put an exported state back."""
        path = self._folder / "state.json"
        path.write_text(state, encoding="utf-8")
        self._pulumi("stack", "import", "--file", str(path), "--stack", STACK)

    def forget_and_import(self, folder: Path) -> list[Step]:
        """Forget every resource but plain SQL, then `pulumi import` each; types and names of what was imported."""
        state = json.loads(self.export())
        resources = state["deployment"]["resources"]
        kept = [one for one in resources if not _importable(one["type"])]
        gone = [one for one in resources if _importable(one["type"])]
        for one in kept:
            one["dependencies"] = []
            one.pop("propertyDependencies", None)
        provider = next(one for one in kept if one["type"].startswith("pulumi:providers:"))
        wanted = {
            "nameTable": {"account": provider["urn"]},
            "resources": [
                {
                    "type": one["type"],
                    "name": _name(one["urn"]),
                    "id": one["id"],
                    "provider": "account",
                    "version": self._env["PLATFORM_PLUGIN_VERSION"],
                }
                for one in gone
            ],
        }
        state["deployment"]["resources"] = kept
        self.restore(json.dumps(state))
        path = folder / "import.json"
        path.write_text(json.dumps(wanted), encoding="utf-8")
        self.run("import", "--file", str(path), "--yes", "--skip-preview", "--generate-code=false", "--protect=false")
        return [(one["type"].rpartition(":")[2], _name(one["urn"])) for one in gone]

    def _pulumi(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            ["pulumi", *arguments],
            cwd=self._folder,
            env=self._env,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == code, f"pulumi {' '.join(arguments)}: {done.returncode}\n{said(done)}"
        return done


def _importable(kind: str) -> bool:
    return kind.startswith("snowflake:") and not kind.endswith(":Execute")


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]


def public_key() -> str:
    """The public half of a new key pair, as Snowflake takes it; the private half is gone."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
