"""The toolchain as a process: pulumi, its language host and the plugin, found or built by `python -m toolchain`."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ops.errors import OpsError
from ops.layout import repository


@dataclass(frozen=True)
class Toolchain:
    """Where the tools are, the variables they need, and what is known about them."""

    bin: Path
    pulumi_home: Path
    environment: Mapping[str, str]
    unset: tuple[str, ...]
    report: Mapping[str, object]


def ensure() -> Toolchain:
    """Finds the toolchain or builds it (minutes, progress on standard error); raises OpsError where neither works."""
    answer = _run("ensure")
    folder, home, environment = answer.get("bin"), answer.get("pulumi_home"), answer.get("env")
    if not isinstance(folder, str) or not isinstance(home, str) or not isinstance(environment, dict):
        raise OpsError("the toolchain gave an answer that cannot be understood", do="make toolchain shows more")
    variables = {str(name): str(value) for name, value in environment.items()}
    unset = answer.get("unset")
    names = tuple(str(name) for name in unset) if isinstance(unset, list) else ()
    return Toolchain(Path(folder), Path(home), variables, names, answer)


def status() -> dict[str, object]:
    """What is known about the toolchain, without building anything."""
    return _run("status")


def _run(command: str) -> dict[str, object]:
    python = repository() / ".venv" / "bin" / "python"
    done = subprocess.run(
        [str(python), "-m", "toolchain", command, "--json"],
        cwd=repository(), stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise OpsError("the toolchain is not complete; the reason is above", do="make toolchain tries again")
    try:
        answer: object = json.loads(done.stdout)
    except ValueError as error:
        raise OpsError("the toolchain gave no JSON", why=done.stdout[:200]) from error
    return answer if isinstance(answer, dict) else {}
