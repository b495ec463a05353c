"""The gates between a change and an account. All of them are the rule book; they differ in what they look at, and when.

1. The declaration, before the engine starts: an unsafe one goes no further.
2. The preview, which runs with the policy pack; a preview without the pack's own events counts as refused, because
   anybody can leave `--policy-pack` out.
3. The plan: what holds data is not deleted or replaced, and nothing weakened, without an approval in the repository.
4. The update itself, again with the pack: what can be judged on one resource is, before that resource is changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ops import layout
from ops.errors import BAD_INPUT, OpsError

if TYPE_CHECKING:
    from account.picture import Picture
    from ops.engine import Outcome
    from ops.planned import Planned
    from policies.evidence import PackRun
    from policies.judge import Book, Finding, Report
    from policies.rule import Evidence
    from policies.waivers import Waiver
    from stacks import Platform

PACK = "policies"
SHOWN = 20


class RuleBookMistakes(OpsError):
    """Levels, values or waivers are not acceptable, so nothing may be judged."""

    exit_code = BAD_INPUT

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__("the rule book cannot be applied as its files say")

    def lines(self) -> list[str]:
        """Every mistake with its file, field, value and what is allowed."""
        return [self.what, *self.text.splitlines()]


@dataclass
class Refused(OpsError):
    """A change that the rules do not let pass. Nothing was changed by whoever raises this."""

    findings: "tuple[Finding, ...]" = ()
    texts: tuple[str, ...] = field(default=())

    def lines(self) -> list[str]:
        """What was refused, every finding with its reason and remedy, then where and what to do."""
        told = [line for finding in self.findings for line in finding.lines()]
        told += [line for text in self.texts for line in text.splitlines()]
        first, *rest = super().lines()
        return [first, *(f"  {line}" for line in told), *rest]


def flags() -> list[str]:
    """Flags by which pulumi runs the policy pack."""
    return ["--policy-pack", str(layout.repository() / PACK)]


def book(stack: str) -> "Book":
    """The rules with the levels and values of a stack; raises RuleBookMistakes."""
    from policies import configuration
    from policies.errors import RuleBookError

    try:
        return configuration.load(stack)
    except RuleBookError as error:
        raise RuleBookMistakes(str(error)) from error


def waivers(stack: str) -> "tuple[Waiver, ...]":
    """The waivers of a stack; raises RuleBookMistakes."""
    from policies import waivers as accepted
    from policies.errors import RuleBookError

    try:
        return tuple(waiver for waiver in accepted.load() if waiver.stack == stack)
    except RuleBookError as error:
        raise RuleBookMistakes(str(error)) from error


def only(rules: "Book", wanted: "Evidence") -> "Book":
    """The rules that look at one kind of evidence."""
    chosen = {id: rule for id, rule in rules.rules.items() if wanted in rule.evidence}
    return replace(rules, rules=chosen)


def declaration(stack: str, platform: "Platform") -> "Report":
    """What the rules say about the declaration alone."""
    from account.declaration import from_platform
    from policies.judge import judge
    from policies.rule import Case

    return judge(book(stack), Case(picture=from_platform(platform)), waivers(stack))


def plan(stack: str, before: "Picture", after: "Picture", planned: "Planned") -> "Report":
    """What the rules say about the steps of a plan.

    An approval that has nothing left to approve is for the review to refuse, not for an update: one that was
    interrupted after the approved step must be able to go on.
    """
    from policies.judge import WAIVERS, judge
    from policies.rule import Case, Evidence

    case = Case(picture=after, base=before, plan=planned.plan)
    found = judge(only(book(stack), Evidence.PLAN), case, waivers(stack))
    return replace(found, findings=tuple(finding for finding in found.findings if finding.rule != WAIVERS))


def sides(planned: "Planned", platform: "Platform") -> "tuple[Picture, Picture]":
    """The account before and after a plan."""
    from account.about import about
    from account.picture import Source
    from account.resources import from_resources

    shown = about(platform, Source.PULUMI)
    return from_resources(planned.before.values(), shown), from_resources(planned.after.values(), shown)


def require(report: "Report", what: str) -> None:
    """Raises Refused where the report blocks."""
    if report.blocking:
        raise refusal(what, findings=report.blocking)


def refusal(what: str, findings: "Iterable[Finding]" = (), texts: Iterable[str] = ()) -> Refused:
    """The error for findings, or for the messages of the pack; the first ones in full, the others counted."""
    shown, told = tuple(findings), tuple(texts)
    more = max(0, len(shown) - SHOWN) + max(0, len(told) - SHOWN)
    error = Refused(what, do="change the declaration; or accept a finding for a while in policies/waivers.yaml")
    error.why = f"and {more} more findings" if more else ""
    error.findings, error.texts = shown[:SHOWN], told[:SHOWN]
    return error


def pack_run(outcome: "Outcome") -> "PackRun":
    """What the events of an operation tell about the policy pack."""
    from policies import evidence

    return evidence.executed(outcome.events)


def pack_refused(outcome: "Outcome", operation: str, stack: str) -> Refused | None:
    """The refusal by the pack in an operation that failed; None where it failed for another reason."""
    refused = pack_run(outcome).refused
    if not refused:
        return None
    what = f"the rules refuse this {operation} of stack {stack}: {_findings(len(refused))}"
    return refusal(what, texts=(violation.message for violation in refused))


def require_pack(stack: str, outcome: "Outcome") -> None:
    """Raises OpsError unless this pack, with every rule that is mandatory for the stack, judged the preview."""
    from policies.rule import Evidence, Level

    run, rules = pack_run(outcome), book(stack)
    needed = [
        id
        for id, rule in rules.rules.items()
        if Evidence.PULUMI in rule.evidence and rules.chosen[id].level is Level.MANDATORY
    ]
    missing = run.missing(needed)
    if missing:
        raise OpsError(
            f"the preview of stack {stack} was not judged by the policy pack",
            why=f"not judged: {', '.join(missing[:SHOWN])}",
            do="run it through ops or make, which pass --policy-pack policies",
        )


def passed(stack: str, platform: "Platform", outcome: "Outcome") -> "Report":
    """Lets a preview through that pack and plan rules let through; returns what the plan rules said.

    Raises:
        OpsError: the pack did not run. Refused: the plan is not acceptable.
    """
    from ops.planned import planned

    require_pack(stack, outcome)
    found = planned(outcome.events)
    report = plan(stack, *sides(found, platform), found)
    require(report, f"the plan of stack {stack} is refused: {_findings(len(report.blocking))}")
    return report


def _findings(number: int) -> str:
    return "one finding" if number == 1 else f"{number} findings"
