"""The table in docs/local-snowflake.md, made from docs/compat.json, which keeps what every case came to last."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.compat.environments import ROOT
from tests.compat.suite import Result

KEPT = ROOT / "docs" / "compat.json"
DOCUMENT = ROOT / "docs" / "local-snowflake.md"
BEGIN = "<!-- table of clients: written by `make compat` from docs/compat.json -->"
END = "<!-- end of the table of clients -->"
BAR = "\\|"
Kept = dict[str, dict[str, Any]]
"""What is published of the results, by name of the case."""


def publish(results: Mapping[str, Result]) -> list[str]:
    """Writes results and table; returns what fails now and did not before, one line each."""
    known = read()
    news = [
        f"new in {name}: {failure}"
        for name, result in results.items()
        for failure in result.failures
        if failure not in known.get(name, {}).get("failures", {})
    ]
    kept = {**known, **{name: result.published() for name, result in results.items()}}
    KEPT.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    DOCUMENT.write_text(placed(DOCUMENT.read_text(encoding="utf-8"), table(kept)), encoding="utf-8")
    return news


def read(path: Path = KEPT) -> Kept:
    """The results that were published last."""
    if not path.exists():
        return {}
    kept: Kept = json.loads(path.read_text(encoding="utf-8"))
    return kept


def table(kept: Kept) -> str:
    """The table as Markdown, with a closing line of counts."""
    lines = [
        "| program | version | what it did, twice | steps | statements | result |",
        "|---|---|---|---|---|---|",
        *(_line(result) for result in kept.values()),
    ]
    passed = sum(not result["failures"] for result in kept.values())
    steps = f"{sum(result['passed'] for result in kept.values())} of {sum(result['steps'] for result in kept.values())}"
    statements = sum(result["statements"] for result in kept.values())
    lines += ["", f"{passed} of {len(kept)} programs pass, {steps} steps, {statements} statements sent."]
    return "\n".join(lines)


def _line(result: Mapping[str, Any]) -> str:
    failures = [f"**{name}**: {reason}" for name, reason in result["failures"].items()]
    outcome = "; ".join(failures) or "pass"
    cells = [
        result["program"],
        result["version"],
        result["did"],
        f"{result['passed']} of {result['steps']}",
        str(result["statements"]),
        f"{outcome} ({result['note']})" if result["note"] else outcome,
    ]
    return f"| {' | '.join(cell.replace('|', BAR) for cell in cells)} |"


def placed(document: str, text: str) -> str:
    """The document with `text` between its markers. Raises ValueError where it has none."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{DOCUMENT.name} lacks the markers of the table of clients")
    return f"{before}{BEGIN}\n\n{text}\n\n{END}{after}"
