"""`make up` as a newcomer runs it: from an empty account, again, and cold."""

import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.process import LEAST_RUNS, ROOT, local, run, say
from tests.bench.results import Measure

GOAL_EMPTY, GOAL_AGAIN, GOAL_COLD = 25.0, 8.0, 900.0
PHASES = re.compile(r"Time: (.*); together")


def measure() -> list[Measure]:
    """Warm `make up` from an empty local account, and once more without changes."""
    empty, again = [], []
    phases: dict[str, list[float]] = {}
    for _ in range(LEAST_RUNS):
        with local() as account:
            first = run("make", "-s", "up", env=account.env)
            empty.append(first.seconds)
            for name, seconds in _phases(first.output):
                phases.setdefault(name, []).append(seconds)
            again += [run("make", "-s", "up", env=account.env).seconds for _ in range(2)]
        say(f"  make up {empty[-1]:.1f} s, again {again[-1]:.1f} s")
    return [
        Measure("`make up` from an empty local account", "s", tuple(empty), GOAL_EMPTY),
        *(Measure(f"of which {name}", "s", tuple(values)) for name, values in phases.items()),
        Measure("`make up` again, without changes", "s", tuple(again), GOAL_AGAIN),
    ]


def cold() -> list[Measure]:
    """A fresh clone with empty caches: Python environments, Go, toolchain, account. One run, minutes."""
    with tempfile.TemporaryDirectory(prefix="bench-cold-") as name:
        folder = Path(name).resolve()
        clone = folder / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        with local() as account:
            caches = {"XDG_CACHE_HOME": "cache", "GOCACHE": "go-build", "GOMODCACHE": "go-mod", "PIP_CACHE_DIR": "pip"}
            env = {
                **account.env,
                **{variable: str(folder / path) for variable, path in caches.items()},
                "PLATFORM_TOOLCHAIN": "build",
                "GOFLAGS": "-modcacherw",
            }
            done = run("make", "-s", "up", env=env, cwd=clone)
    facts = dict(_phases(done.output))
    return [Measure("`make up` from a fresh clone with empty caches", "s", (done.seconds,), GOAL_COLD, facts=facts)]


def _phases(output: str) -> Iterator[tuple[str, float]]:
    """The time of each phase as `ops up` prints it."""
    found = PHASES.search(" ".join(output.split()))
    for part in found.group(1).split(", ") if found else ():
        name, seconds, _ = part.rsplit(" ", 2)
        yield name, float(seconds)
