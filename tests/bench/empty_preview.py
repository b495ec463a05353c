"""Where the time of a preview without changes goes."""

import json
import subprocess
import time
from collections.abc import Mapping

from tests.bench.process import LEAST_RUNS, ROOT, local, run
from tests.bench.results import Measure

PYTHON = str(ROOT / ".venv" / "bin" / "python")
IMPORTS = (
    ("import pulumi", "import pulumi"),
    ("import pulumi_snowflake", "import pulumi_snowflake"),
    ("import pulumi_snowflake, without garbage collection", "import gc; gc.disable(); import pulumi_snowflake"),
    ("import infra.program, without garbage collection", "import gc; gc.disable(); import infra.program"),
)
MOMENTS = ("first resource registered", "last resource done", "end of the command")


def measure() -> list[Measure]:
    """Imports by themselves, then the moments of a preview at 0 ms, counted from the start of the command."""
    with local() as account:
        env = account.env
        imports = [
            Measure(name, "s", tuple(run(PYTHON, "-c", code, env=env).seconds for _ in range(LEAST_RUNS + 2)))
            for name, code in IMPORTS
        ]
        account.start(0)
        pulumi = {**account.pulumi_env(), "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"}
        options = ("--stack", "dev", "--config-file", pulumi["PLATFORM_CONFIG"], "--parallel", "64")
        run("pulumi", "up", "--yes", "--skip-preview", *options, "--suppress-progress", env=pulumi)
        seen = [_moments(("pulumi", "preview", "--json", *options), pulumi) for _ in range(LEAST_RUNS + 2)]
    return [*imports, *(Measure(name, "s", tuple(one[name] for one in seen)) for name in MOMENTS)]


def _moments(command: tuple[str, ...], env: Mapping[str, str]) -> dict[str, float]:
    began = time.monotonic()
    moments: dict[str, float] = {}
    with subprocess.Popen(
        command, cwd=ROOT, env=dict(env), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        for line in child.stdout or ():
            event = json.loads(line)
            if "resourcePreEvent" in event:
                moments.setdefault("first resource registered", time.monotonic() - began)
            if "resOutputsEvent" in event:
                moments["last resource done"] = time.monotonic() - began
    moments["end of the command"] = time.monotonic() - began
    return moments
