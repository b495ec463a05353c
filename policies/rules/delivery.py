"""How deployments are run: no flag that goes round a gate, and no plan that hides or deletes half the platform."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policies.rule import Address, Case, Evidence, Fault, Rule, Settings, Severity, judging, levels

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORKFLOW: Final = re.compile(
    r"\.github/workflows/[^/]+\.ya?ml|\.ci/.+|(?:.*/)?[^/]+\.sh|(?:.*/)?(?:Makefile|[^/]+\.mk)"
)
_PULUMI: Final = re.compile(r"\bpulumi\b(?P<arguments>[^|;&\n#]*)")
_FLAGS: Final = {
    "--ignore-protect": "deletes what is protected",
    "--target": "hides the other resources from rules and review",
    "--target-dependents": "hides the other resources from rules and review",
    "--exclude": "hides resources from rules and review",
    "--replace": "replaces resources that nobody changed",
    "--target-replace": "replaces resources that nobody changed",
}
_RUNS: Final = ("up", "update", "preview", "destroy", "watch")
_SKIPS: Final = re.compile(r"\bPULUMI_(?:SKIP_\w+|DISABLE_PROTECT\w*)\s*[:=]\s*['\"]?(?P<value>[^\s'\"]+)")
_OFF: Final = ("", "0", "false", "no")
_ACTION: Final = re.compile(r"uses:\s*pulumi/actions@")


class Flags(Settings):
    """What a deployment may do.

    Attributes:
        max_gone: resources that one plan may delete or replace before it needs an approval as a whole.
    """

    max_gone: int = 20


def _files_and_plan(case: Case) -> Iterator[Address]:
    if case.plan is not None:
        yield Address("PLAN", "")
    for path in sorted(case.files.texts if case.files is not None else ()):
        if _WORKFLOW.fullmatch(path):
            yield Address("FILE", path, file=path, line=1)


def _delivered(subject: Address, case: Case, settings: Flags) -> Iterator[Fault]:
    if subject.kind == "PLAN":
        yield from _plan(case, settings)
    elif case.files is not None:
        yield from _script(case.files.texts[subject.name])


def _plan(case: Case, settings: Flags) -> Iterator[Fault]:
    if case.plan is None:
        return
    for flag in case.plan.flags:
        name = flag.partition("=")[0].split()[0] if flag.split() else ""
        if _FLAGS.get(name):
            yield Fault(f"was made with {name}, which {_FLAGS[name]}", f"plan without {name}")
    gone = [step for step in case.plan.steps if step.deletes or step.replaces]
    if len(gone) > settings.max_gone:
        yield Fault(
            f"deletes or replaces {len(gone)} resources, more than anybody looks at one by one ({settings.max_gone})",
            "split the change, or approve the plan as a whole with a waiver",
        )


def _script(text: str) -> Iterator[Fault]:
    for number, line in _lines(text):
        for found in _SKIPS.finditer(line):
            if found["value"].lower() not in _OFF:
                yield Fault(f"line {number} sets {found.group().split('=')[0].split(':')[0].strip()}", "take it out")
        for found in _PULUMI.finditer(line):
            yield from _command(number, found["arguments"])
        if _ACTION.search(line):
            yield Fault(
                f"line {number} runs Pulumi by an action, which passes no policy pack by itself",
                "run `ops up`, or `pulumi … --policy-pack policies`",
            )


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their numbers, those that end in a backslash joined with the next, comments left out."""
    start, held = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        start = start if held else number
        held += line.rstrip().removesuffix("\\") + " "
        if not line.rstrip().endswith("\\"):
            if not held.lstrip().startswith(("#", "- #")):
                yield start, held
            held = ""
    if held:
        yield start, held


def _command(number: int, arguments: str) -> Iterator[Fault]:
    words = arguments.split()
    if not any(word in _RUNS for word in words):
        return
    names = {word.partition("=")[0] for word in words}
    for name in sorted(names & {flag for flag, why in _FLAGS.items() if why}):
        yield Fault(f"line {number} runs pulumi with {name}, which {_FLAGS[name]}", f"run it without {name}")
    if "--policy-pack" not in names and not {"destroy"} & set(words):
        yield Fault(f"line {number} runs pulumi without the policy pack", "add --policy-pack policies, or run `ops`")
    if names & {"--skip-preview", "-f"}:
        yield Fault(f"line {number} changes the account without a preview", "preview first, and apply that plan")


RULES: tuple[Rule, ...] = (
    Rule(
        id="SNW-OPS-004",
        title="No deployment goes round the gates",
        severity=Severity.HIGH,
        levels=levels("-", "M", "M"),
        controls=(),
        rationale="A gate that a flag switches off protects from mistakes only as long as nobody is in a hurry.",
        remediation="Run deployments through `ops`, which plans everything with the policy pack.",
        evidence=frozenset({Evidence.FILES, Evidence.PLAN}),
        settings=Flags,
        evaluate=judging(_files_and_plan, _delivered, Flags),
    ),
)
