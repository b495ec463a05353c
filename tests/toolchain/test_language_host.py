"""The language host under the real Pulumi CLI: programs that work, fail, hang, and policy packs."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

REPOSITORY = Path(__file__).parents[2]
STACK = "try"


@pytest.fixture(scope="session")
def toolchain() -> dict[str, str]:
    """The variables to run Pulumi with."""
    command = [sys.executable, "-m", "toolchain", "ensure", "--json"]
    answer = json.loads(subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, check=True).stdout)
    return {**os.environ, **answer["env"], "PATH": f"{answer['bin']}{os.pathsep}{os.environ['PATH']}"}


class Project:
    """A Pulumi project with a local state, whose program is one text."""

    def __init__(self, folder: Path, toolchain: dict[str, str]) -> None:
        self.folder = folder
        (folder / "state").mkdir()
        (folder / ".venv").symlink_to(sys.prefix)
        (folder / "Pulumi.yaml").write_text(
            "name: tried\nruntime:\n  name: python\n  options:\n    virtualenv: .venv\n"
        )
        self.environment = {
            **toolchain,
            "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "for tests",
        }
        self.environment.pop("PLATFORM_PYTHON", None)

    def start(self, program: str, *arguments: str) -> subprocess.Popen[str]:
        """Start Pulumi with `program` as the user's; standard error goes where standard output goes."""
        (self.folder / "__main__.py").write_text(program)
        return subprocess.Popen(
            ["pulumi", *arguments, "--stack", STACK, "--non-interactive", "--color", "never"],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, program: str, *arguments: str) -> tuple[int, str]:
        """Run Pulumi to its end; exit code and output."""
        process = self.start(program, *arguments)
        output, _ = process.communicate(timeout=100)
        return process.returncode, output


@pytest.fixture
def project(tmp_path: Path, toolchain: dict[str, str]) -> Project:
    made = Project(tmp_path, toolchain)
    subprocess.run(
        ["pulumi", "stack", "init", STACK, "--non-interactive"], cwd=tmp_path, env=made.environment, check=True
    )
    return made


def processes_of(project: Project) -> list[str]:
    """Command lines of living processes that mention the project or run in it."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if (folder / "cwd").resolve().is_relative_to(project.folder):
                found.append((folder / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_program_gets_its_config_and_gives_its_outputs(project: Project) -> None:
    program = "import pulumi\npulumi.export('answer', pulumi.Config().require('question'))\n"
    code, output = project.run(program, "preview", "--config", "question=six times nine")
    assert code == 0
    assert 'answer: "six times nine"' in output
    assert "warning" not in output.lower()


def test_debug_messages_of_the_sdk_are_sent_only_on_demand(project: Project) -> None:
    program = "import pulumi\npulumi.log.debug('a word to debuggers')"
    _, silent = project.run(program, "preview", "--debug")
    assert "a word to debuggers" not in silent
    project.environment["PULUMI_PYTHON_DEBUG_MESSAGES"] = "1"
    _, told = project.run(program, "preview", "--debug")
    assert "a word to debuggers" in told


def test_program_imports_what_lies_beside_it(project: Project) -> None:
    (project.folder / "beside.py").write_text("value = 'found'\n")
    program = (
        "import pulumi\npulumi.export('x', pulumi.Output.from_input(1).apply(lambda _: __import__('beside').value))\n"
    )
    code, output = project.run(program, "preview")
    assert (code, 'x: "found"' in output) == (0, True)


def test_failing_program_shows_its_own_error_once(project: Project) -> None:
    program = "def deep():\n    raise ValueError('the error of the user')\n\ndeep()\n"
    code, output = project.run(program, "preview")
    assert code != 0
    assert output.count("ValueError: the error of the user") == 1
    assert output.count("Traceback (most recent call last)") == 1
    assert "in deep\n" in output
    assert "site-packages" not in output
    assert "pulumi_language" not in output
    assert "KeyboardInterrupt" not in output


def test_refusal_of_a_program_is_shown_without_a_traceback(project: Project) -> None:
    code, output = project.run("import pulumi\nraise pulumi.RunError('field x is wrong')\n", "preview")
    assert code != 0
    assert "error: field x is wrong" in output
    assert "Traceback" not in output


def test_error_in_an_apply_is_shown_once(project: Project) -> None:
    program = "import pulumi\npulumi.export('x', pulumi.Output.from_input(0).apply(lambda zero: 1 / zero))\n"
    code, output = project.run(program, "preview")
    assert code != 0
    assert output.count("ZeroDivisionError: division by zero") == 1


def test_program_that_exits_is_a_failure_with_its_code(project: Project) -> None:
    code, output = project.run("raise SystemExit(3)\n", "preview")
    assert code != 0
    assert "exit code 3" in output


def test_project_without_a_program_is_told_so(project: Project) -> None:
    (project.folder / "sub").mkdir()
    with (project.folder / "Pulumi.yaml").open("a") as file:
        file.write("main: sub\n")
    code, output = project.run("", "preview")
    assert code != 0
    assert "has no __main__.py" in output


FAILING_RESOURCES = """
import pulumi
import pulumi_snowflake as snowflake
provider = snowflake.Provider("p", organization_name="L", account_name="M", user="u", password="p", host="127.0.0.1",
    port=1, protocol="http", login_timeout=2, max_retry_count=1, opts=pulumi.ResourceOptions(version=VERSION))
roles = [snowflake.AccountRole(f"r{i}", name=f"R{i}", opts=pulumi.ResourceOptions(provider=provider)) for i in range(8)]
pulumi.export("names", [role.name for role in roles])
"""


WAITING = "import asyncio\npulumi.export('late', pulumi.Output.from_input(asyncio.sleep(60)))\n"


@pytest.mark.parametrize("rest", ["", WAITING], ids=["finished", "still running"])
def test_failing_resource_shows_only_its_own_error(project: Project, rest: str) -> None:
    version = repr(project.environment.get("PLATFORM_PLUGIN_VERSION"))
    start = time.monotonic()
    code, output = project.run(FAILING_RESOURCES.replace("VERSION", version) + rest, "up", "--yes", "--skip-preview")
    assert time.monotonic() - start < 30
    assert code != 0
    assert "connection refused" in output
    assert "KeyboardInterrupt" not in output
    assert "Traceback" not in output
    assert "warning" not in output.lower()


SLOW = "import pathlib, time\npathlib.Path('running').touch()\ntime.sleep(90)\n"


def test_interrupt_is_quiet_and_ends_everything(project: Project) -> None:
    process = project.start(SLOW, "preview")
    wait_until((project.folder / "running").exists)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=30)
    assert "cancel" in output
    assert "Traceback" not in output
    assert "KeyboardInterrupt" not in output
    wait_until(lambda: not processes_of(project))


def test_nothing_outlives_a_killed_engine(project: Project) -> None:
    process = project.start(SLOW, "preview")
    wait_until((project.folder / "running").exists)
    assert processes_of(project)
    process.kill()
    process.communicate(timeout=30)
    wait_until(lambda: not processes_of(project))


PACK = """
from pulumi_policy import EnforcementLevel, PolicyPack, StackValidationPolicy
def judge(stack, report):
    report(f"seen {len(stack.resources)} resources")
PolicyPack("tried", enforcement_level=EnforcementLevel.LEVEL,
    policies=[StackValidationPolicy(name="sees-resources", description="It sees resources.", validate=judge)])
"""


@pytest.fixture
def pack(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    def write(text: str) -> Path:
        folder = tmp_path / "pack"
        folder.mkdir()
        (folder / "PulumiPolicy.yaml").write_text(
            "runtime:\n  name: python\n  options:\n    virtualenv: ../.venv\nversion: 0.0.1\n"
        )
        (folder / "__main__.py").write_text(text)
        return folder

    yield write


@pytest.mark.parametrize(("level", "succeeds"), [("ADVISORY", True), ("MANDATORY", False)])
def test_policy_pack_judges_the_program(
    project: Project, pack: Callable[[str], Path], level: str, succeeds: bool
) -> None:
    folder = pack(PACK.replace("LEVEL", level))
    code, output = project.run("import pulumi\n", "preview", "--policy-pack", str(folder))
    assert (code == 0) is succeeds
    assert "seen 1 resources" in output
    wait_until(lambda: not processes_of(project))


def test_broken_policy_pack_shows_its_own_error(project: Project, pack: Callable[[str], Path]) -> None:
    folder = pack("raise ValueError('the pack is broken')\n")
    code, output = project.run("import pulumi\n", "preview", "--policy-pack", str(folder))
    assert code != 0
    assert "ValueError: the pack is broken" in output


def test_interpreter_that_is_missing_is_explained(project: Project) -> None:
    project.environment["PLATFORM_PYTHON"] = "/no/such/python"
    code, output = project.run("import pulumi\n", "preview")
    assert code != 0
    assert "no Python at '/no/such/python'" in output
