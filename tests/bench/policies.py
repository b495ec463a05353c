"""What the policy pack costs: all rules on a large stack, and what a preview of the platform takes longer with it."""

import time
from dataclasses import replace

from account.pulumi import Resource
from policies.rules import RULES
from tests.bench.process import LEAST_RUNS, local, run
from tests.bench.results import Measure
from tests.policies.engine import Engine

RESOURCES = 2000
RUNS = 7


def measure() -> list[Measure]:
    """The rules in this process, then previews with and without the pack in turn."""
    return [*_rules(), *_previews()]


def _rules() -> list[Measure]:
    platform = len(Engine("prod").resources)
    return [
        _judged(f"{len(RULES)} rules on the platform ({platform} resources)", Engine("prod"), None),
        _judged(f"{len(RULES)} rules on {RESOURCES} resources", _large(), 4.0),
    ]


def _judged(name: str, engine: Engine, goal: float | None) -> Measure:
    """Seconds until the pack has seen every resource and judged the stack."""
    engine.begin()
    found: list[float] = []
    for _ in range(LEAST_RUNS + 2):
        began = time.perf_counter()
        for urn in engine.resources:
            engine.analyze(urn)
        engine.analyze_stack()
        found.append(time.perf_counter() - began)
    return Measure(name, "s", tuple(found), goal)


def _large() -> Engine:
    """The platform with made-up teams beside it: a warehouse, a role with grants, a schema and a user each."""
    engine = Engine("prod")
    likes = {
        (kind, name): engine.resources[engine.urn(kind, name)]
        for kind, name in (
            ("Warehouse", "loading"),
            ("AccountRole", "analyst"),
            ("Schema", "analytics-marts"),
            ("ServiceUser", "loader"),
            ("GrantPrivilegesToDatabaseRole", "raw-postgres-r"),
            ("GrantDatabaseRole", "loader-raw-rw"),
        )
    }
    number = 0
    while len(engine.resources) < RESOURCES:
        number += 1
        for like in likes.values():
            copy = _copy(like, number)
            engine.resources[copy.urn] = copy
    return engine


def _copy(like: Resource, number: int) -> Resource:
    inputs = dict(like.inputs)
    for key in ("name", "parentRoleName"):
        if isinstance(inputs.get(key), str):
            inputs[key] = str(inputs[key]).replace("ECOMMERCE", f"TEAM{number}").replace("MARTS", f"MARTS{number}")
    if "rsaPublicKey" in inputs:
        inputs["rsaPublicKey"] = f"{inputs['rsaPublicKey']}"[:-9] + f"{number:09d}"
    if like.kind == "Warehouse":
        inputs["name"] = f"TEAM{number}_WH"
    return replace(like, name=f"{like.name}-{number}", urn=f"{like.urn}-{number}", inputs=inputs)


def _previews() -> list[Measure]:
    without: list[float] = []
    with_pack: list[float] = []
    with local() as account:
        account.start(0)
        pulumi = account.pulumi_env()
        options = (
            "--stack",
            "dev",
            "--config-file",
            pulumi["PLATFORM_CONFIG"],
            "--parallel",
            "64",
            "--non-interactive",
        )
        run("pulumi", "up", "--yes", "--skip-preview", *options, "--suppress-progress", env=pulumi)
        for _ in range(RUNS):
            without.append(run("pulumi", "preview", *options, env=pulumi).seconds)
            with_pack.append(run("pulumi", "preview", *options, "--policy-pack", "policies", env=pulumi).seconds)
    more = tuple(longer - shorter for longer, shorter in zip(with_pack, without, strict=True))
    return [
        Measure("preview without the pack", "s", tuple(without)),
        Measure("preview with the pack", "s", tuple(with_pack)),
        Measure("what the pack adds", "s", more, 1.0),
    ]
