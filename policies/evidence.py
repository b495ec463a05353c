"""Proof that a preview was judged by this policy pack, read from the events of the engine.

Whoever runs `pulumi` may leave out `--policy-pack`, and the engine then says nothing. So a deployment looks at the
event stream (`pulumi … --json`, one event per line) for the pack's name and version, and for the list of rules that
the engine says were judged on the whole stack.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from policies.rule import Level

PACK: Final = "snowflake-platform"
FOLDER: Final = Path(__file__).parent
_OURS: Final = frozenset({"policyEvent", "policyAnalyzeSummaryEvent", "policyAnalyzeStackSummaryEvent"})
_LEVELS: Final = {"advisory": Level.ADVISORY, "warning": Level.ADVISORY}
"""Of the engine's words; any other stops the operation, or is taken as if it did."""


@dataclass(frozen=True, slots=True)
class Violation:
    """What the pack reported about one resource, or about the stack.

    Attributes:
        rule: its id. level: what the engine made of it; MANDATORY fails the operation.
        message: rule, subject and what; then lines that begin with why, path and do.
    """

    rule: str
    urn: str
    message: str
    level: Level


@dataclass(frozen=True, slots=True)
class PackRun:
    """What the events of one operation tell about this pack.

    Attributes:
        ran: this pack, at the version of this repository, judged the whole stack.
        version: that the engine names; empty if the pack was not loaded.
        rules: ids of the rules that were judged on the whole stack, whatever came out.
        resources: URNs that were shown to the pack one by one.
        violations: in the order in which they were reported.
    """

    ran: bool
    version: str
    rules: frozenset[str]
    resources: frozenset[str]
    violations: tuple[Violation, ...]

    def missing(self, rules: Iterable[str]) -> tuple[str, ...]:
        """Those of these rules that were not judged, by id; all of them if the pack did not run."""
        return tuple(sorted(set(rules) - (self.rules if self.ran else frozenset())))

    @property
    def refused(self) -> tuple[Violation, ...]:
        """The violations that stop the operation."""
        return tuple(violation for violation in self.violations if violation.level is Level.MANDATORY)


@cache
def version() -> str:
    """The version of the pack in this repository."""
    for line in (FOLDER / "PulumiPolicy.yaml").read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(":")
        if key == "version":
            return value.strip()
    raise ValueError("PulumiPolicy.yaml has no version")


def executed(events: Iterable[Mapping[str, object]]) -> PackRun:
    """What the events of a preview or an update tell about this pack.

    Args:
        events: the engine's events in order, each as parsed from its line of JSON.
    """
    found = ""
    rules: set[str] = set()
    resources: set[str] = set()
    violations: list[Violation] = []
    for event in events:
        for kind, content in event.items():
            if kind == "summaryEvent":
                found = _loaded(_mapping(content).get("PolicyPacks")) or found
            elif kind in _OURS and _mapping(content).get("policyPackName") == PACK:
                told = _mapping(content)
                if kind == "policyEvent":
                    violations.append(_violation(told))
                elif kind == "policyAnalyzeSummaryEvent":
                    resources.add(str(told.get("resourceUrn", "")))
                elif told.get("policyPackVersion") == version():
                    rules |= {*_names(told.get("passed")), *_names(told.get("failed"))}
    return PackRun(
        ran=found == version() and bool(rules),
        version=found,
        rules=frozenset(rules),
        resources=frozenset(resources),
        violations=tuple(violations),
    )


def _loaded(packs: object) -> str:
    """The version of this pack in the summary, whose keys are a name, or name, source and path with bars between."""
    return next((str(found) for name, found in _mapping(packs).items() if name.split("|")[0] == PACK), "")


def _violation(told: Mapping[str, object]) -> Violation:
    text = str(told.get("message", ""))
    rule = str(told.get("policyName", ""))
    level = _LEVELS.get(str(told.get("enforcementLevel", "")), Level.MANDATORY)
    return Violation(rule, str(told.get("resourceUrn", "")), text.strip(), level)


def _mapping(value: object) -> Mapping[str, object]:
    return {str(key): inner for key, inner in value.items()} if isinstance(value, Mapping) else {}


def _names(value: object) -> list[str]:
    return [str(name) for name in value] if isinstance(value, list) else []
