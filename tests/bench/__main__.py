"""`python -m tests.bench [SECTION …] [--cold]`: measures and writes docs/benchmarks.md and docs/benchmarks.json."""

import argparse
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from tests.bench import (
    account,
    audit,
    commands,
    empty_preview,
    endurance,
    growth,
    latency,
    live,
    machine,
    policies,
    report,
    results,
    review,
    server,
)
from tests.bench.process import ROOT, say
from tests.bench.results import Measure, Section

SECTIONS: Mapping[str, Callable[[], list[Measure]]] = {
    "server": server.measure,
    "endurance": endurance.measure,
    "commands": commands.measure,
    "latency": latency.measure,
    "preview": empty_preview.measure,
    "growth": growth.measure,
    "live": live.measure,
    "policies": policies.measure,
    "account": account.measure,
    "audit": audit.measure,
    "review": review.measure,
    "cold": commands.cold,
}
KEPT = ROOT / "docs" / "benchmarks.json"
DOCUMENT = ROOT / "docs" / "benchmarks.md"


def main() -> None:
    """Measures the sections asked for, all but the cold one by default; the others stay as they were measured last."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=main.__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"{', '.join(SECTIONS)}; default all but cold")
    parser.add_argument("--cold", action="store_true", help="also a fresh clone with empty caches (many minutes)")
    arguments = parser.parse_args()
    unknown = set(arguments.sections) - set(SECTIONS)
    if unknown:
        parser.error(f"there is no section {', '.join(sorted(unknown))}; known: {', '.join(SECTIONS)}")
    wanted = arguments.sections or [name for name in SECTIONS if name != "cold"]
    known = results.read(KEPT)
    for name in [*wanted, *(["cold"] if arguments.cold and "cold" not in wanted else [])]:
        load = machine.load()
        say(f"{name} (load {load:.1f})")
        date = datetime.now(UTC).date().isoformat()
        known[name] = Section(name, date, machine.describe(), load, tuple(SECTIONS[name]()))
        results.write(KEPT, known.values())
    DOCUMENT.write_text(report.render(known, latency.resources()), encoding="utf-8")
    say(f"written: {DOCUMENT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
