"""Runs the tests of both environments one after the other and ends with one closing line for all of them.

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
WORKERS = max(2, (os.cpu_count() or 2) - 1)
SIDE_BY_SIDE = ["-n", str(WORKERS), "--dist", "loadgroup"]
UNIT = [
    (PRODUCT, ["--ignore=tests/local", "-m", "not e2e and not long"]),
    (LOCAL, ["tests/local", "-m", "not e2e and not long"]),
]
PARTS = {
    "unit": UNIT,
    "all": [
        *UNIT,
        (LOCAL, ["tests/local", "-m", "e2e and not long"]),
        (PRODUCT, ["--ignore=tests/local", "-m", "e2e and not long", *SIDE_BY_SIDE]),
    ],
    "long": [
        *UNIT,
        (LOCAL, ["tests/local", "-m", "e2e or long"]),
        (PRODUCT, ["--ignore=tests/local", "-m", "e2e or long", *SIDE_BY_SIDE]),
    ],
}
OUTCOME = re.compile(r"(\d+) (passed|failed|errors?|skipped|deselected|xfailed|xpassed|warnings?)")


def run_part(python: str, arguments: list[str]) -> tuple[int, str]:
    """Streams one pytest run; returns its exit code and its closing line."""
    command = [python, "-m", "pytest", "--color=no", *arguments]
    print(f"$ {' '.join(command)}", flush=True)
    output = bytearray()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
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
    if chosen not in PARTS:
        print(f"unknown set of tests {chosen!r}; known: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    started, totals, failed = time.monotonic(), Counter[str](), False
    for python, arguments in PARTS[chosen]:
        code, closing = run_part(python, [*arguments, *sys.argv[2:]])
        failed |= code not in (0, NOTHING_COLLECTED)
        for number, outcome in OUTCOME.findall(closing):
            totals["errors" if outcome == "error" else outcome] += int(number)
    del totals["deselected"]
    summary = ", ".join(f"{totals[name]} {name}" for name in ("failed", "passed", "skipped", "errors") if totals[name])
    print(f"{summary or 'no tests ran'} in {time.monotonic() - started:.2f}s", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
