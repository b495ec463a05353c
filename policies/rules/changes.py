"""Changes: nothing is destroyed or weakened without a decision, and what holds data is protected."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from account.picture import Source
from account.pulumi import Resource
from account.values import known
from policies.plan import Step
from policies.risk import destructive_words, risk
from policies.rule import Address, Case, Evidence, Fault, Rule, Settings, Severity, cis, judging, levels
from policies.weakening import QUOTA_RISE, weakenings

if TYPE_CHECKING:
    from collections.abc import Iterator

STATEFUL = (
    r"Database", r"Schema", r"Table", r"HybridTable", r"IcebergTable\w*", r"DynamicTable", r"Stage\w*", r"Share",
    r"StorageIntegration\w*", r"MaskingPolicy", r"NetworkPolicy", r"SecretWith\w+",
)  # fmt: skip
"""Resource types that hold what a declaration cannot make anew, as regular expressions of their last part."""
_APPROVE = "undo it, or approve it with a waiver of this rule for exactly this resource"
_NO_OPTIONS = {
    Evidence.DECLARATION: "resource options are Pulumi's, a declaration has none",
    Evidence.LIVE: "resource options are Pulumi's, an account has none",
}


class Stateful(Settings):
    """Attributes: types: resource types that count as stateful, as regular expressions of their last part."""

    types: tuple[str, ...] = STATEFUL


class Weaker(Settings):
    """Attributes: quota_rise: how much more a monitor may allow than before, as a share of the old quota."""

    quota_rise: float = QUOTA_RISE


def is_stateful(resource: Resource, types: tuple[str, ...] = STATEFUL) -> bool:
    """Whether a resource holds what a declaration cannot make anew."""
    ours = resource.type.startswith("snowflake:")
    return ours and any(re.fullmatch(pattern, resource.kind) for pattern in types)


def resources(case: Case) -> Iterator[Resource]:
    """Every Pulumi resource of the picture."""
    yield from case.picture.resources


def _protected(resource: Resource, case: Case, settings: Stateful) -> Iterator[Fault]:
    del case
    if is_stateful(resource, settings.types) and not resource.protect:
        yield Fault("holds data or guards it, and is not protected", "set protect=True in its options")


def _tricks(resource: Resource, case: Case, settings: Stateful) -> Iterator[Fault]:
    del case
    if not is_stateful(resource, settings.types):
        return
    if resource.delete_before_replace:
        yield Fault("would be deleted before its replacement exists", "take delete_before_replace out of its options")
    if resource.retain_on_delete:
        yield Fault(
            "would stay in the account unmanaged when it is taken out here",
            "take retain_on_delete out of its options",
        )


def _executes(case: Case) -> Iterator[Resource]:
    return (resource for resource in case.picture.resources if resource.kind == "Execute")


def _sql(resource: Resource, case: Case, settings: Settings) -> Iterator[Fault]:
    del case, settings
    for name in ("execute", "revert"):
        found = destructive_words(str(known(resource.inputs.get(name, ""))))
        if found:
            yield Fault(
                f"{name} runs {', '.join(found)}",
                "declare the object as a resource, or write a migration, so that a plan shows what goes",
            )


def _steps(case: Case) -> Iterator[Address]:
    for step in case.plan.steps if case.plan is not None else ():
        yield Address(step.kind, step.name, step.urn)


def _step(subject: Address, case: Case) -> Step:
    if case.plan is None:
        raise KeyError(subject.urn)
    return case.plan.by_urn[subject.urn]


def _destroyed(subject: Address, case: Case, settings: Settings) -> Iterator[Fault]:
    del settings
    step = _step(subject, case)
    found = risk(step, before=case.base, after=case.picture)
    if found.destroys:
        way = "replaced" if step.replaces else "deleted" if step.deletes else "changed"
        yield Fault(f"would be {way}, which is {found.danger}: {'; '.join(found.reasons)}", _APPROVE)


def _changed_or_unprotected(case: Case) -> Iterator[Address]:
    yield from _steps(case)
    before = {entry.urn for entry in (case.base.resources if case.base is not None else ()) if entry.protect}
    for resource in case.picture.resources if case.picture.about.source is Source.PULUMI else ():
        if resource.urn in before and not resource.protect:
            yield Address("PROTECTION", f"{resource.kind} {resource.name}", resource.urn, resource.file, resource.line)


def _weaker(subject: Address, case: Case, settings: Weaker) -> Iterator[Fault]:
    if subject.kind == "PROTECTION":
        yield Fault("is no longer protected against deletion", _APPROVE)
        return
    step = _step(subject, case)
    for sentence in weakenings(step, case.base, case.picture, quota_rise=settings.quota_rise):
        yield Fault(sentence, _APPROVE)


RULES: tuple[Rule, ...] = (
    Rule(
        id="SNW-OPS-001",
        title="What holds data is protected in production",
        severity=Severity.HIGH,
        levels=levels("-", "A", "M"),
        controls=cis("4.3"),
        rationale="A renamed key or a removed line would delete it in the next deployment.",
        remediation="Set protect=True in the resource's options.",
        evidence=frozenset({Evidence.PULUMI}),
        per_resource=True,
        settings=Stateful,
        defaults={"dev": {"types": ()}, "qa": {"types": ()}},
        impossible=_NO_OPTIONS,
        evaluate=judging(resources, _protected, Stateful),
    ),
    Rule(
        id="SNW-OPS-002",
        title="Nothing is deleted or replaced that does not come back, unless approved",
        severity=Severity.CRITICAL,
        levels=levels("A", "M", "M"),
        controls=cis("4.3"),
        rationale="Data, keys and the grants of others go with the object; an undo is slow or does not exist.",
        remediation="Rename in two steps, keep the object, or approve its end by name.",
        evidence=frozenset({Evidence.PLAN}),
        evaluate=judging(_steps, _destroyed, Settings),
    ),
    Rule(
        id="SNW-OPS-003",
        title="Nothing gets less safe, unless approved",
        severity=Severity.HIGH,
        levels=levels("A", "M", "M"),
        controls=cis("2.6"),
        rationale="A looser value passes every rule on its own; only the difference shows that a guard went down.",
        remediation="Keep the old value, or approve the new one by name.",
        evidence=frozenset({Evidence.PLAN}),
        settings=Weaker,
        evaluate=judging(_changed_or_unprotected, _weaker, Weaker),
    ),
    Rule(
        id="SNW-OPS-005",
        title="What holds data is neither deleted first nor left behind",
        severity=Severity.MEDIUM,
        levels=levels("A", "A", "M"),
        controls=(),
        rationale="Deleted first, there is nothing to go back to; left behind, nobody manages or audits it.",
        remediation="Take these options out.",
        evidence=frozenset({Evidence.PULUMI}),
        per_resource=True,
        settings=Stateful,
        impossible=_NO_OPTIONS,
        evaluate=judging(resources, _tricks, Stateful),
    ),
    Rule(
        id="SNW-OPS-006",
        title="No destructive SQL is run by a resource",
        severity=Severity.CRITICAL,
        levels=levels("A", "M", "M"),
        controls=(),
        rationale="A preview shows the text of a statement and not what it destroys.",
        remediation="Declare the object, or write a migration.",
        evidence=frozenset({Evidence.PULUMI}),
        per_resource=True,
        impossible={
            Evidence.DECLARATION: "a declaration holds no SQL",
            Evidence.LIVE: "an account keeps no trace of it beside the history of queries, which is not read",
        },
        evaluate=judging(_executes, _sql, Settings),
    ),
)
