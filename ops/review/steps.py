"""The steps of a plan as rows of a review: what changes, how far it reaches, who approved it."""

import json
from collections.abc import Iterable, Iterator, Mapping

from account.picture import Picture
from account.values import Unknown
from ops.review.model import RenameRow, StepRow
from policies.judge import Finding
from policies.plan import Plan, Step
from policies.risk import risk
from policies.rule import Verdict

LONGEST = 60
NOT_OURS = ("pulumi:", "platform:")
"""Types that are no object of an account: the stack, its providers and components."""
NAMING = ("name", "database", "schema")
APPROVED_BY = frozenset({"SNW-OPS-002", "SNW-OPS-003"})
_BESIDE = "make the new one beside it, move what uses the old one, then remove the old one in a later change"
_GRANTED = "a rename in place fails half-way: grants are revoked under a name that is gone by then"
WAYS: Mapping[str, str] = {
    **dict.fromkeys(("AccountRole", "DatabaseRole", "User", "ServiceUser", "Warehouse"), f"{_GRANTED}; {_BESIDE}"),
    **dict.fromkeys(("Database", "Schema"), f"{_GRANTED}; {_BESIDE}; CLONE fills the new one without copying data"),
}
"""How to rename by kind; provider 1.2.1 was seen to fail in the grants, whatever the kind of the renamed object."""


def rows(plan: Plan, before: Picture, after: Picture, findings: Iterable[Finding]) -> tuple[StepRow, ...]:
    """One row per step that changes an object of the account."""
    approved = {
        finding.address.urn: f"{finding.waiver.owner} ({finding.waiver.ticket})"
        for finding in findings
        if finding.waiver is not None and finding.rule in APPROVED_BY and finding.verdict is Verdict.FAIL
    }
    return tuple(
        _row(step, before, after, approved.get(step.urn, ""))
        for step in plan.steps
        if not step.type.startswith(NOT_OURS)
    )


def _row(step: Step, before: Picture, after: Picture, approval: str) -> StepRow:
    found = risk(step, before=before, after=after)
    return StepRow(
        operation=step.operation,
        kind=step.kind,
        name=step.name,
        object=object_name(step.new or step.old),
        changed=tuple(_changes(step)),
        risk=found.danger,
        reasons=found.reasons,
        weakening=found.weakening,
        approval=approval,
    )


def object_name(inputs: Mapping[str, object]) -> str:
    """The name an object has in the account, as far as its inputs tell; empty for grants and attachments."""
    parts = [inputs.get(part) for part in ("database", "schema", "name")]
    return ".".join(str(part) for part in parts if isinstance(part, str)) if isinstance(inputs.get("name"), str) else ""


def _changes(step: Step) -> Iterator[str]:
    if step.operation in ("update", "replace", "import"):
        for key in step.changed:
            yield f"{key}: {_text(step.old.get(key))} → {_text(step.new.get(key))}"


def _text(value: object) -> str:
    if isinstance(value, Unknown):
        return f"({value.unknown})"
    if value is None:
        return "(none)"
    text = value if isinstance(value, str) else json.dumps(_shown(value), ensure_ascii=False, sort_keys=True)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _shown(value: object) -> object:
    """What JSON can show; what is not known is named instead of shown."""
    if isinstance(value, Unknown):
        return f"({value.unknown})"
    if isinstance(value, Mapping):
        return {str(key): _shown(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(inner) for inner in value]
    return value


def renames(plan: Plan) -> tuple[RenameRow, ...]:
    """Objects that get another name, and what refers to the old one among the planned steps."""
    return tuple(_rename(step, plan) for step in plan.steps if _renamed(step))


def _renamed(step: Step) -> bool:
    both = object_name(step.old) and object_name(step.new)
    return bool(both) and step.operation in ("update", "replace") and any(key in step.changed for key in NAMING)


def _rename(step: Step, plan: Plan) -> RenameRow:
    old = str(step.old.get("name"))
    users = [other for other in plan.steps if other is not step and _refers(other.old, old)]
    number: dict[str, int] = {}
    for other in users:
        number[other.kind] = number.get(other.kind, 0) + 1
    breaks = tuple(f"{count} {kind} of the stack, which name it" for kind, count in sorted(number.items()))
    outside = "whatever names it outside this stack: code, dashboards, other stacks' grants"
    way = WAYS.get(step.kind, "rename it here and in everything that names it, in one change")
    return RenameRow(
        kind=step.kind, old=object_name(step.old), new=object_name(step.new), breaks=(*breaks, outside), way=way
    )


def _refers(value: object, name: str) -> bool:
    if isinstance(value, Mapping):
        return any(_refers(inner, name) for inner in value.values())
    if isinstance(value, list | tuple):
        return any(_refers(inner, name) for inner in value)
    return isinstance(value, str) and (value == name or f'"{name}"' in value)
