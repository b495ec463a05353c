"""`ops review` of a change, its base built once and kept."""

from tests.bench.process import LEAST_RUNS, Run, local, say
from tests.bench.results import Measure

BASE = "HEAD"
GOAL = 10.0


def measure() -> list[Measure]:
    """The first review of a commit brings its base up; those after it are what a further push to a branch costs."""
    with local() as account:
        arguments = ("review", "--stack", "prod", "--base", BASE, "--format", "json")
        first = account.ops(*arguments)
        say(f"  review with its base to build: {first.seconds:.1f} s")
        again = [account.ops(*arguments) for _ in range(LEAST_RUNS)]
        for run in again:
            say(f"  review with its base at hand: {run.seconds:.1f} s")
    return [
        Measure("`ops review` of prod, base kept", "s", tuple(run.seconds for run in again), GOAL, facts=_facts(again)),
        Measure("`ops review` of prod, base to be brought up", "s", (first.seconds,), None, facts=_facts([first])),
    ]


def _facts(runs: list[Run]) -> dict[str, float]:
    return {
        "processor seconds": sum(run.cpu for run in runs) / len(runs),
        "largest process MiB": max(run.peak_mib for run in runs),
    }
