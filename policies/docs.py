"""docs/policies.md, written from the rules: what each is about, where it applies and how it is configured."""

from __future__ import annotations

import argparse
import json
import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

from policies import frameworks
from policies.configuration import defaults
from policies.rule import ENVIRONMENTS, Evidence, Rule
from policies.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DOCUMENT: Final = Path(__file__).resolve().parents[1] / "docs" / "policies.md"
AREAS: Final = {
    "IAM": "Identities and logins",
    "RBAC": "Roles and privileges",
    "NET": "Network",
    "WH": "Warehouses and cost",
    "DATA": "Data protection",
    "SEC": "Secrets",
    "GOV": "Names and resource types",
    "OPS": "Changes",
    "MON": "The rule book itself",
}
_EVIDENCE: Final = {
    Evidence.DECLARATION: "declaration",
    Evidence.PULUMI: "resources",
    Evidence.LIVE: "live account",
    Evidence.FILES: "files",
    Evidence.PLAN: "plan",
}
_INTRODUCTION: Final = """\
# Rules

Written by `python -m policies docs`; a test fails when it is not current.

{count} rules judge the same account wherever it is seen: in the **declaration** (`stacks/`), in the **resources** of a
preview or a state (the policy pack), in the **live account** (`ops audit`), in the repository's **files**, and in the
**plan** of a change (`ops review`). Each rule says of every subject one of four things: it passes, it fails, it cannot
be decided (with the reason), or the rule broke. Only the first is a pass. What a *mandatory* rule does not pass stops
a deployment; what it cannot decide stops one in prod. *Advisory* findings are shown and stop nothing.

    pulumi preview --policy-pack policies

runs them on every preview and update of plain Pulumi; `make preview` and `make up` always do. The pack takes no
configuration from the command line, and `--policy-pack-config` is refused: levels and values are set per stack in
`policies/config/STACK.yaml`, checked key by key (`SNW-WH-003: {{level: mandatory, max_seconds: 120}}`). Rules listed in
`policies/config/floor.yaml` stay mandatory in prod.

A finding is accepted for a while by a waiver in `policies/waivers.yaml`: rule, subject exactly as the finding names it,
stack, owner, reason, ticket, `since` and `expires` (at most 90 days); `evidence: live` (or another) where only that
shows the finding. Expired, longer and unused waivers fail SNW-MON-003. Nobody can waive that a rule broke or that the
account would not show something.

Controls: `CIS` is the CIS Snowflake Foundations Benchmark 1.0.0, `TC` a scanner of Snowflake's Trust Center.
Levels: **M** mandatory, A advisory, - off, for dev / qa / prod.
"""


def render() -> str:
    """The whole document."""
    rules = sorted(RULES.values(), key=lambda rule: (list(AREAS).index(rule.area), rule.id))
    parts = [_INTRODUCTION.format(count=len(rules))]
    for area, group in groupby(rules, key=lambda rule: rule.area):
        parts.extend(_area(area, tuple(group)))
    return "\n".join(parts).rstrip() + "\n"


def main(arguments: Sequence[str]) -> int:
    """`docs` writes the document; `docs --check` only says whether it is current. Returns: exit code."""
    parser = argparse.ArgumentParser(prog="python -m policies docs", description=main.__doc__)
    parser.add_argument("--check", action="store_true", help="exit with 1 if docs/policies.md is not current")
    if not parser.parse_args(arguments).check:
        DOCUMENT.write_text(render(), encoding="utf-8")
        return 0
    if DOCUMENT.is_file() and DOCUMENT.read_text(encoding="utf-8") == render():
        return 0
    print("docs/policies.md is not current; run python -m policies docs", file=sys.stderr)
    return 1


def _area(area: str, rules: Sequence[Rule]) -> Iterator[str]:
    yield f"## {AREAS[area]}\n"
    yield f"| Rule | What holds | Severity | dev / qa / prod | Controls | Seen in |\n{'| --- ' * 6}|"
    for rule in rules:
        where = ", ".join(name for evidence, name in _EVIDENCE.items() if evidence in rule.evidence)
        yield (
            f"| [{rule.id}](#{rule.id.lower()}) | {rule.title} | {rule.severity} | {_levels(rule)} "
            f"| {_controls(rule)} | {where} |"
        )
    yield ""
    for rule in rules:
        yield from _rule(rule)


def _rule(rule: Rule) -> Iterator[str]:
    yield f"### {rule.id}\n\n{rule.title}.\n"
    yield f"{rule.rationale} **Do:** {rule.remediation}\n"
    when = "before each change and on the whole stack" if rule.per_resource else "on the whole stack"
    if Evidence.PULUMI in rule.evidence:
        yield f"The policy pack judges it {when}.\n"
    for control in rule.controls:
        if text := frameworks.title(control):
            yield f"- CIS {control.id}: {text}"
    settings = list(_settings(rule))
    if settings:
        yield "\n| Setting | dev | qa | prod |\n| --- | --- | --- | --- |"
        yield from settings
    for evidence, reason in sorted(rule.impossible.items()):
        yield f"\nNot judged on {_EVIDENCE[evidence]}: {reason}"
    yield ""


def _settings(rule: Rule) -> Iterator[str]:
    values = [defaults(rule, environment).model_dump(mode="json") for environment in ENVIRONMENTS]
    for name in rule.settings.model_fields:
        shown = [f"`{json.dumps(entry[name])}`".replace("|", "\\|") for entry in values]
        yield f"| `{name}` | {' | '.join(shown)} |"


def _levels(rule: Rule) -> str:
    letters = {"mandatory": "**M**", "advisory": "A", "disabled": "-"}
    return " / ".join(letters[rule.level(environment)] for environment in ENVIRONMENTS)


def _controls(rule: Rule) -> str:
    names = {"cis-snowflake": "CIS", "trust-center": "TC"}
    return ", ".join(f"{names[control.framework]} {control.id}" for control in rule.controls)
