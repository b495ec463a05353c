"""What the pack tells the engine: its policies, one per rule, and the findings about resources."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pulumi.runtime.proto import analyzer_pb2 as proto

from policies.evidence import PACK, version
from policies.judge import WAIVERS
from policies.rule import Evidence, Level, Rule, Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policies.judge import Book, Finding, Report

_LEVELS: Final = {Level.MANDATORY: proto.MANDATORY, Level.ADVISORY: proto.ADVISORY, Level.DISABLED: proto.DISABLED}
_SEVERITIES: Final = {
    Severity.LOW: proto.POLICY_SEVERITY_LOW,
    Severity.MEDIUM: proto.POLICY_SEVERITY_MEDIUM,
    Severity.HIGH: proto.POLICY_SEVERITY_HIGH,
    Severity.CRITICAL: proto.POLICY_SEVERITY_CRITICAL,
}


def in_pack(rule: Rule) -> bool:
    """Whether the pack judges a rule: one that resources decide, and the one about waivers."""
    return Evidence.PULUMI in rule.evidence or rule.id == WAIVERS


def info(book: Book) -> proto.AnalyzerInfo:
    """The pack with its policies, for the engine.

    It takes no configuration from the command line: levels and values come from the repository, so that no flag can
    switch a rule off. The engine refuses --policy-pack-config for such a pack.
    """
    return proto.AnalyzerInfo(
        name=PACK,
        displayName="Snowflake platform",
        version=version(),
        supportsConfig=False,
        policies=[_policy(rule, book.chosen[id].level) for id, rule in sorted(book.rules.items()) if in_pack(rule)],
        provider="snowflake",
    )


def _policy(rule: Rule, level: Level) -> proto.PolicyInfo:
    policy = proto.PolicyInfo(
        name=rule.id,
        displayName=rule.title,
        description=f"{rule.title}. {rule.rationale}",
        enforcementLevel=_LEVELS[level],
        policy_type=proto.POLICY_TYPE_STACK,
        severity=_SEVERITIES[rule.severity],
        remediation_steps=rule.remediation,
        tags=[rule.area.lower(), *(str(control) for control in rule.controls)],
    )
    if rule.controls:
        control = rule.controls[0]
        policy.framework.CopyFrom(
            proto.PolicyComplianceFramework(name=control.framework, version=control.version, reference=control.id)
        )
    return policy


def diagnostics(report: Report, book: Book, hidden: Iterable[str]) -> Iterator[proto.AnalyzeDiagnostic]:
    """Everything in a report that is no pass: what blocks as mandatory, the rest as advice.

    Args:
        hidden: texts that must not be shown.
    """
    shown = Veil(hidden)
    for finding in report.of(Verdict.FAIL, Verdict.UNKNOWN, Verdict.ERROR):
        level = Level.MANDATORY if finding.blocks(report.environment) else Level.ADVISORY
        yield proto.AnalyzeDiagnostic(
            policyName=finding.rule,
            policyPackName=PACK,
            policyPackVersion=version(),
            description=book.rules[finding.rule].title,
            message=shown("\n".join(lines(finding))),
            enforcementLevel=_LEVELS[level],
            urn=finding.address.urn,
            severity=_SEVERITIES[finding.severity],
        )


def lines(finding: Finding) -> list[str]:
    """A finding's message; of a waived one with who accepted it and until when."""
    said = finding.lines()
    waiver = finding.waiver
    if waiver is not None:
        said.append(f"  waived: until {waiver.expires} by {waiver.owner}, {waiver.ticket}")
    return said


class Veil:
    """Replaces texts that must not be shown."""

    def __init__(self, hidden: Iterable[str]) -> None:
        found = sorted(set(hidden), key=lambda text: (-len(text), text))
        self._pattern = re.compile("|".join(map(re.escape, found))) if found else None

    def __call__(self, text: str) -> str:
        return text if self._pattern is None else self._pattern.sub("[secret]", text)
