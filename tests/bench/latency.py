"""Pulumi's operations on stack dev, with the account at hand and far away."""

from tests.bench.process import LEAST_RUNS, Local, Run, local, run, say
from tests.bench.results import Measure

LATENCIES_MS = (0, 300)
STEPS = (
    ("up from nothing", ("up", "--yes", "--skip-preview")),
    ("preview without changes", ("preview",)),
    ("refresh", ("refresh", "--yes", "--skip-preview")),
    ("preview --refresh", ("preview", "--refresh")),
    ("destroy", ("destroy", "--yes", "--skip-preview")),
)
GOALS = {
    ("preview without changes", 0): 5.0,
    ("preview without changes", 300): 6.0,
    ("up from nothing", 300): 12.0,
    ("refresh", 300): 5.0,
}


def measure() -> list[Measure]:
    """Each operation as a process of its own, in turn, from nothing to nothing, several times per latency."""
    with local() as account:
        return [measure for latency in LATENCIES_MS for measure in _at(account, latency)]


def resources() -> int:
    """Number of resources of stack dev in a new local account."""
    with local() as account:
        env = account.pulumi_env()
        answer = run("pulumi", "preview", "--stack", "dev", "--config-file", env["PLATFORM_CONFIG"], "--json", env=env)
    return answer.output.count('"op": "create"')


def _at(account: Local, latency: int) -> list[Measure]:
    account.start(latency)
    env = account.pulumi_env()
    runs: dict[str, list[Run]] = {name: [] for name, _ in STEPS}
    statements: dict[str, int] = {}
    for _ in range(LEAST_RUNS):
        for name, arguments in STEPS:
            before = account.statements()
            options = ("--stack", "dev", "--config-file", env["PLATFORM_CONFIG"], "--parallel", "64")
            runs[name].append(run("pulumi", *arguments, *options, "--non-interactive", "--suppress-progress", env=env))
            statements[name] = account.statements() - before
            say(f"  {name} at {latency} ms: {runs[name][-1].seconds:.1f} s, {statements[name]} statements")
    return [
        Measure(
            f"{name} at {latency} ms per statement",
            "s",
            tuple(one.seconds for one in runs[name]),
            GOALS.get((name, latency)),
            facts={
                "statements": statements[name],
                "processor seconds": sum(one.cpu for one in runs[name]) / LEAST_RUNS,
                "largest process MiB": max(one.peak_mib for one in runs[name]),
            },
        )
        for name, _ in STEPS
    ]
