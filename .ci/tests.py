"""Runs the tests of both environments and ends with one closing line for all of them.

The unit tests of the two run side by side (their output comes one after the other), each on half of the processors;
everything else in turn.

Usage: tests.py [unit|all|long] [pytest arguments]. Exit code 0 if every part passed, else 1.
"""

import os
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRODUCT, LOCAL = ".venv/bin/python", ".venv-local/bin/python"
NOTHING_COLLECTED = 5
PROCESSORS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2
SIDE_BY_SIDE = ["-n", str(max(2, PROCESSORS - 1)), "--dist", "loadgroup"]
HALF = ["-n", str(PROCESSORS // 2), "--dist", "worksteal"] if PROCESSORS >= 4 else []
"""A worker has to import and collect everything, so one alone is none."""
UNIT = [
    (PRODUCT, ["--ignore=tests/local", "-m", "not e2e and not long", *HALF]),
    (LOCAL, ["tests/local", "-m", "not e2e and not long", *HALF]),
]
GROUPS = {
    "unit": [UNIT],
    "all": [
        UNIT,
        [(LOCAL, ["tests/local", "-m", "e2e and not long"])],
        [(PRODUCT, ["--ignore=tests/local", "-m", "e2e and not long", *SIDE_BY_SIDE])],
    ],
    "long": [
        UNIT,
        [(LOCAL, ["tests/local", "-m", "e2e and not long"])],
        [(LOCAL, ["tests/local", "-m", "long", *SIDE_BY_SIDE])],
        [(PRODUCT, ["--ignore=tests/local", "-m", "e2e or long", *SIDE_BY_SIDE])],
    ],
}
"""Sets of tests; the parts of one group run at the same time."""
OUTCOME = re.compile(r"(\d+) (passed|failed|errors?|skipped|deselected|xfailed|xpassed|warnings?)")


def start(python: str, arguments: list[str]) -> tuple[list[str], subprocess.Popen[bytes]]:
    """Begins one pytest run; what it prints waits in a pipe until somebody follows it."""
    command = [python, "-m", "pytest", "--color=no", *arguments]
    # Compiled modules are kept, whatever is set: each worker, server and command would compile all of them again.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return command, subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def follow(command: list[str], running: subprocess.Popen[bytes]) -> tuple[int, str]:
    """Streams one pytest run to its end; returns its exit code and its closing line."""
    print(f"$ {' '.join(command)}", flush=True)
    output = bytearray()
    with running as process:
        assert process.stdout is not None  # noqa: S101  (PIPE above)
        while chunk := os.read(process.stdout.fileno(), 65536):
            sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.flush()
            output += chunk
    lines = output.decode(errors="replace").splitlines()
    closing = next((line for line in reversed(lines) if OUTCOME.search(line) and " in " in line), "")
    return process.returncode, closing


def main() -> int:
    """Runs the parts of the chosen set, all of them even if one fails."""
    chosen = sys.argv[1] if len(sys.argv) > 1 else "all"
    if chosen not in GROUPS:
        print(f"unknown set of tests {chosen!r}; known: {', '.join(GROUPS)}", file=sys.stderr)
        return 2
    started, totals, failed = time.monotonic(), Counter[str](), False
    for group in GROUPS[chosen]:
        for command, process in [start(python, [*arguments, *sys.argv[2:]]) for python, arguments in group]:
            code, closing = follow(command, process)
            failed |= code not in (0, NOTHING_COLLECTED)
            for number, outcome in OUTCOME.findall(closing):
                totals["errors" if outcome == "error" else outcome] += int(number)
    del totals["deselected"]
    summary = ", ".join(f"{totals[name]} {name}" for name in ("failed", "passed", "skipped", "errors") if totals[name])
    print(f"{summary or 'no tests ran'} in {time.monotonic() - started:.2f}s", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
