"""The same operations on a made-up platform of growing size."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.bench.process import LEAST_RUNS, LONG_SECONDS, ROOT, Local, Run, local, run, say
from tests.bench.results import Measure

SIZES = (100, 300, 1000)
PER_GROUP = 5
PROJECT = """\
name: bench
runtime:
  name: python
  options:
    virtualenv: {virtualenv}
config:
  bench:groups: {groups}
"""
OPERATIONS = ("up", "preview", "refresh", "destroy")


def measure() -> list[Measure]:
    """Up, preview, refresh and destroy of each size at 0 ms; long ones run once."""
    measures = []
    for size in SIZES:
        with local() as account:
            account.start(0)
            measures += _of(account, size)
    return measures


def _of(account: Local, size: int) -> list[Measure]:
    env, project = _project(account, size)
    runs: dict[str, list[Run]] = {operation: [] for operation in OPERATIONS}
    statements: dict[str, int] = {}
    again = True
    while again:
        for operation in OPERATIONS:
            yes = () if operation == "preview" else ("--yes", "--skip-preview")
            before = account.statements()
            runs[operation].append(
                run("pulumi", operation, *yes, "--stack", "n", "--parallel", "64", "--non-interactive",
                    "--suppress-progress", env=env, cwd=project)
            )  # fmt: skip
            statements[operation] = account.statements() - before
            say(f"  {operation} of {size}: {runs[operation][-1].seconds:.1f} s, {statements[operation]} statements")
        again = len(runs["up"]) < LEAST_RUNS and runs["up"][-1].seconds < LONG_SECONDS
    return [
        Measure(
            f"{operation} of {size} resources",
            "s",
            tuple(one.seconds for one in runs[operation]),
            facts={
                "size": size,
                "statements": statements[operation],
                "processor seconds": sum(one.cpu for one in runs[operation]) / len(runs[operation]),
                "largest process MiB": max(one.peak_mib for one in runs[operation]),
            },
        )
        for operation in OPERATIONS
    ]


def _project(account: Local, size: int) -> tuple[Mapping[str, str], Path]:
    """A project folder outside the repository (pulumi writes into it) with an empty stack."""
    env = account.pulumi_env()
    project = account.folder / "growth"
    shutil.copytree(ROOT / "tests" / "bench" / "program", project)
    # Database, top role and provider are there once; the last resource is the stack itself.
    groups = round((size - 4) / PER_GROUP)
    text = PROJECT.format(virtualenv=ROOT / ".venv", groups=groups)
    (project / "Pulumi.yaml").write_text(text, encoding="utf-8")
    run("pulumi", "stack", "init", "n", "--non-interactive", env=env, cwd=project)
    return env, project
