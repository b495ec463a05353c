"""`ops audit` and `ops drift` on an account with dev, qa and prod, at hand and far away."""

from tests.bench.process import LEAST_RUNS, Local, Run, local, say
from tests.bench.results import Measure

LATENCIES_MS = (0, 300)
STACKS = ("prod", "dev", "qa")
STEPS = (
    ("audit", ("audit", "--stack", "prod", "--format", "json")),
    ("audit --fresh", ("audit", "--stack", "prod", "--format", "json", "--fresh")),
    ("drift", ("drift", "--stack", "prod", "--json")),
)
GOALS = {("audit", 300): 10.0, ("drift", 300): 10.0}


def measure() -> list[Measure]:
    """Each command as a process of its own, several times per latency, on an account without findings."""
    with local() as account:
        for stack in STACKS:
            account.ops("up", "--stack", stack, "--no-proof", "--json")
        return [measure for latency in LATENCIES_MS for measure in _at(account, latency)]


def _at(account: Local, latency: int) -> list[Measure]:
    account.start(latency)
    return [_step(account, name, arguments, latency) for name, arguments in STEPS]


def _step(account: Local, name: str, arguments: tuple[str, ...], latency: int) -> Measure:
    runs: list[Run] = []
    for _ in range(LEAST_RUNS):
        before = account.statements()
        runs.append(account.ops(*arguments))
        statements = account.statements() - before
        say(f"  {name} at {latency} ms: {runs[-1].seconds:.1f} s, {statements} statements")
    return Measure(
        f"`ops {name}` of prod at {latency} ms per statement",
        "s",
        tuple(one.seconds for one in runs),
        GOALS.get((name, latency)),
        facts={
            "statements": statements,
            "processor seconds": sum(one.cpu for one in runs) / LEAST_RUNS,
            "largest process MiB": max(one.peak_mib for one in runs),
        },
    )
