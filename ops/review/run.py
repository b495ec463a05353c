"""One review from beginning to end: the base, the gated preview on a copy of it, both pictures, the rules."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from account import codec
from account.declaration import from_platform
from account.picture import Picture
from ops import console, declaration, deploy, engine, gate, layout, overlay, target
from ops.engine import Outcome
from ops.events import Message
from ops.planned import Planned, planned
from ops.progress import Phases, Progress
from ops.review import access, rows, steps
from ops.review import base as bases
from ops.review.base import Base
from ops.review.locate import places
from ops.review.model import Outcome as Verdict
from ops.review.model import Review
from ops.server import Settings
from policies import files
from policies.evidence import PackRun
from policies.judge import Book, Finding, Report, judge
from policies.rule import Case, Evidence, Level
from policies.rule import Verdict as Judged
from policies.waivers import Waiver
from stacks import Platform

REAL = "the account's state"
PROTECTED = "cannot be deleted"
"""How the engine refuses to delete a protected resource; the plan then shows the step all the same."""


@dataclass(frozen=True)
class Ran:
    """A preview on the account before the change, with what it found.

    Attributes:
        base: what it was compared with. empty: that was an account in which nothing stands.
        rules_changed: files of the rule book that the change touches; who may change the rules may change a verdict.
    """

    base: str
    outcome: Outcome
    planned: Planned
    platform: Platform
    empty: bool
    rules_changed: tuple[str, ...]

    @property
    def real(self) -> bool:
        """Whether it ran against the real account."""
        return self.base == REAL


def review(stack: str, ref: str | None = None, *, real: bool = False, today: date | None = None) -> Review:
    """Reviews the working tree against its base.

    Args:
        ref: the commit to compare with; the merge base with the main branch by default. `none`: an empty account.
        real: compare with the real account's state instead.
        today: the day that decides on waivers; today in UTC by default.

    Raises:
        OpsError: there is no base, it cannot be brought up, or declaration and rules cannot be read (exit code 2).
    """
    day = today or datetime.now(UTC).date()
    book, waived = gate.book(stack), gate.waivers(stack)
    base = None if real else bases.ensure(bases.resolve(ref), stack)
    declared = _declared(stack, base)
    with ThreadPoolExecutor(max_workers=1) as pool:  # reading every file for secrets takes as long as half a preview
        on_files = pool.submit(_on_files, book, waived, declared, day)
        with _preview_on(stack, base) as ran:
            before, after = gate.sides(ran.planned, ran.platform)
            judged = _judged(book, waived, ran, before, after, declared, day, on_files.result())
            return _review(stack, ran, before, after, judged, declared, day)


@dataclass(frozen=True)
class Declared:
    """What is declared for the real account, now and at the base.

    Attributes:
        new, known: mistakes that the change brings, and those that the base has already (a stack file that is not
            filled in yet, say).
    """

    platform: Platform
    before: Picture | None
    new: tuple[str, ...] = ()
    known: tuple[str, ...] = ()


def _declared(stack: str, base: Base | None) -> Declared:
    """Raises Mistakes where the real account is to be reviewed and its stack file is not acceptable."""
    if base is None:
        return Declared(declaration.load(stack, overlay.stack_file(stack)), None)
    told = base.mistakes
    new: list[str] = []
    known: list[str] = []
    for problem in declaration.check([stack]):
        text = f"{problem.what}: {problem.file}: {problem.field} = {problem.value} ({problem.why})"
        place = new if base.folder and (problem.file, problem.field, problem.what) not in told else known
        place.append(text)
    before = codec.load(base.declared, f"base {base.name}") if base.declared else None
    return Declared(declaration.outline(stack), before, tuple(new), tuple(known))


@dataclass(frozen=True)
class Judgements:
    """What the rules say about the change, and what they said about the account before it."""

    book: Book
    now: tuple[Report, ...]
    before: Report
    findings: tuple[Finding, ...]


@contextmanager
def _preview_on(stack: str, base: Base | None) -> Iterator[Ran]:
    """The preview of the working tree, against the real account's state or on a copy of the base."""
    if base is None:
        platform = declaration.load(stack, overlay.stack_file(stack))
        yield _previewed(target.real_target(stack), REAL, platform, base)
        return
    with bases.copy(base) as account:
        run = deploy.prepare(account, stack, Settings(), Phases(), os.getpid())
        yield _previewed(run.target, f"base {base.name}", run.platform, base)


def _previewed(on: engine.Target, name: str, platform: Platform, base: Base | None) -> Ran:
    console.say(f"preview of stack {on.stack} against {name}")
    with Progress("preview", lines=False) as progress:
        outcome = engine.operate(on, "preview", gate.flags(), progress)
    changed = bases.changed_since(base.commit, "policies") if base and base.folder else ()
    empty = base is not None and base.folder is None
    return Ran(name, outcome, planned(outcome.events), platform, empty, changed)


def _on_files(book: Book, waivers: tuple[Waiver, ...], declared: Declared, day: date) -> Report:
    """The rules over the repository's files, which need no preview."""
    texts = files.read(layout.repository())
    case = Case(picture=from_platform(declared.platform), files=texts)
    return judge(gate.only(book, Evidence.FILES), case, waivers, day)


def _judged(
    book: Book,
    waivers: tuple[Waiver, ...],
    ran: Ran,
    before: Picture,
    after: Picture,
    declared: Declared,
    day: date,
    on_files: Report,
) -> Judgements:
    """The rules over the plan with both pictures, over the files, and over what the real account is to be."""
    now = [judge(book, Case(picture=after, base=before, plan=ran.planned.plan), waivers, day), on_files]
    if not declared.new and not declared.known:
        on_real = Case(picture=from_platform(declared.platform))
        now.append(judge(gate.only(book, Evidence.DECLARATION), on_real, waivers, day))
    was = judge(gate.only(book, Evidence.PULUMI), Case(picture=before), waivers, day)
    return Judgements(book, tuple(now), was, rows.merged(now))


def _review(
    stack: str,
    ran: Ran,
    before: Picture,
    after: Picture,
    judged: Judgements,
    declared: Declared,
    day: date,
) -> Review:
    environment, known = judged.book.environment, rows.known(judged.before)
    found = places(layout.repository())
    open_findings = [finding for finding in judged.findings if finding.waiver is None]
    failed = [finding for finding in open_findings if finding.verdict is Judged.FAIL]
    undecided = [finding for finding in open_findings if finding.verdict is not Judged.FAIL]
    pack = gate.pack_run(ran.outcome)
    outcome, reasons = _verdict(ran, judged, declared)
    on_real = None if ran.real else from_platform(declared.platform)
    priced = (declared.before, on_real) if declared.before and on_real else (before, after)
    compared = access.compare(before, after, declared.before, on_real)
    return Review(
        stack=stack,
        base=ran.base,
        outcome=outcome,
        reasons=reasons,
        pack=_pack(pack),
        counts={name: number for name, number in ran.outcome.changes.items() if name != "same"},
        steps=steps.rows(ran.planned.plan, before, after, judged.findings),
        access=compared.access,
        exposure=compared.exposure,
        cost=rows.costs(*priced, declared.platform),
        renames=steps.renames(ran.planned.plan),
        new=tuple(rows.finding_row(one, environment, found) for one in failed if not rows.was_there(one, known)),
        existing=tuple(rows.finding_row(one, environment, found) for one in failed if rows.was_there(one, known)),
        undecided=tuple(rows.finding_row(one, environment, found) for one in undecided),
        waived=tuple(rows.waiver_rows(judged.findings, day)),
        passed=len(_passed(judged)),
        judged=len({rule for report in judged.now for rule in report.rules}),
        rules_changed=ran.rules_changed,
        lockout=declared.new,
        blind=(
            *(f"{spot.what}: {spot.why}" for spot in after.blind_spots),
            *compared.undecided,
            *(
                f"what the real account's own values would bring; its stack file is not complete: {text}"
                for text in declared.known
            ),
        ),
    )


def _pack(run: PackRun) -> str:
    if run.ran:
        return f"policy pack snowflake-platform {run.version}"
    if run.version:
        return f"policy pack snowflake-platform {run.version} (the preview stopped before it had seen the whole stack)"
    return ""


def _passed(judged: Judgements) -> set[str]:
    rules = {rule for report in judged.now for rule in report.rules}
    return rules - {finding.rule for finding in judged.findings}


def _verdict(ran: Ran, judged: Judgements, declared: Declared) -> tuple[Verdict, tuple[str, ...]]:
    """Could not judge wins over blocked: what nobody has seen is no reason to be sure of anything."""
    refused = [message.partition("\n")[0] for message in (one.message for one in gate.pack_run(ran.outcome).refused)]
    failures = [] if ran.outcome.ok or refused else _failures(ran.outcome)
    if not failures and (missing := _not_judged(judged, ran)):
        failures = [f"the policy pack did not judge {missing}"]
    if failures:
        return Verdict.UNDECIDED, tuple(failures)
    blocking = [finding for finding in judged.findings if finding.blocks(judged.book.environment)]
    reasons = [*declared.new, *_by_rule(blocking)]
    reasons += [_protected(message) for message in ran.outcome.messages if PROTECTED in message.text]
    seen = {finding.rule for finding in blocking}
    reasons += [text for text in refused if text.split(" ", 1)[0] not in seen]
    return (Verdict.BLOCKED, tuple(reasons)) if reasons else (Verdict.CLEAN, ())


def _by_rule(findings: list[Finding]) -> Iterator[str]:
    """One line per rule: its title and how often it is broken."""
    for rule in sorted({finding.rule for finding in findings}):
        broken = [finding for finding in findings if finding.rule == rule]
        subjects = ", ".join(dict.fromkeys(str(finding.address) for finding in broken[:3]))
        more = f" and {len(broken) - 3} more" if len(broken) > 3 else ""
        yield f"{rule} {broken[0].title}: {subjects}{more}"


def _failures(outcome: Outcome) -> list[str]:
    """Why the preview itself failed; a protected resource that is to be deleted is a verdict and no failure."""
    other = [text for text in outcome.errors if PROTECTED not in text and text.strip() != "preview failed"]
    if other or not outcome.errors:
        return [_first(text) for text in other] or ["the preview failed"]
    return []


def _first(text: str) -> str:
    """A message on one line; of an exception in the program what it says, without where it came from."""
    if "Traceback" in text:
        lines = [line for line in text.strip().splitlines() if line.strip()]
        return f"{lines[0].strip()} {lines[-1].strip()}"
    return " ".join(text.split())


def _protected(message: Message) -> str:
    kind, _, name = message.urn.rpartition("::")
    return f"{kind.rpartition(':')[2]} {name} is protected and cannot be deleted"


def _not_judged(judged: Judgements, ran: Ran) -> str:
    needed = [
        id
        for id, rule in judged.book.rules.items()
        if Evidence.PULUMI in rule.evidence and judged.book.chosen[id].level is Level.MANDATORY
    ]
    run = gate.pack_run(ran.outcome)
    if not ran.outcome.ok and not run.refused:
        return ""
    return ", ".join(run.missing(needed))


def write(review: Review, folder: Path) -> None:
    """Writes the review in every format."""
    from ops.review.formats import FORMATS

    names = {"md": "comment.md", "json": "review.json", "sarif": "review.sarif", "junit": "junit.xml"}
    folder.mkdir(parents=True, exist_ok=True)
    for form, name in names.items():
        (folder / name).write_text(FORMATS[form](review), encoding="utf-8")
