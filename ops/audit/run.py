"""One audit from beginning to end: one reading of the account, the rules, the two reports."""

from datetime import UTC, date, datetime
from pathlib import Path

from account.picture import Picture
from ops import gate, layout
from ops.audit import access, formats, services
from ops.audit.judge import judged, outcome
from ops.audit.model import Audit
from ops.drift import estate
from ops.drift import run as drift
from ops.drift.estate import Estate
from ops.layout import Account
from ops.reader import Reading
from ops.review.locate import Places, places
from ops.review.rows import waiver_rows
from policies.judge import Book
from policies.waivers import Waiver

FILES = {"md": "audit.md", "json": "audit.json", "sarif": "audit.sarif"}


def audit(stack: str, account: Account | None, *, fresh: bool = False, today: date | None = None) -> Audit:
    """Audits a local account, or (None) the real one, by the rules of a stack.

    Raises:
        OpsError: the account, the declaration or the rules cannot be read.
    """
    book, waivers = gate.book(stack), gate.waivers(stack)
    stacks = estate.load(stack, account)
    reading = drift.read(stacks, account, fresh=fresh)
    return of(stacks, reading, book, waivers, places(layout.repository()), today or datetime.now(UTC).date())


def of(stacks: Estate, reading: Reading, book: Book, waivers: tuple[Waiver, ...], found: Places, today: date) -> Audit:
    """The audit of what was read."""
    live = reading.picture
    rules = judged(stacks, live, book, waivers, found, today)
    verdict, reasons = outcome(rules.rows)
    return Audit(
        stack=stacks.stack,
        account=live.about.account,
        stacks=tuple(stacks.platforms),
        outcome=verdict,
        reasons=reasons,
        rows=rules.rows,
        waived=tuple(waiver_rows(rules.findings, today)),
        services=services.services(stacks, live),
        access=access.review(stacks, live),
        blind=_blind(stacks, live),
        judged=rules.judged,
        passed=rules.passed,
        elsewhere=rules.elsewhere,
        taken=live.about.taken,
        oldest=reading.oldest,
        statements=reading.statements,
        seconds=round(reading.seconds, 1),
    )


def _blind(stacks: Estate, live: Picture) -> tuple[str, ...]:
    unread = [
        f"what stack {name} declares, so its objects look like nobody's: {why}" for name, why in stacks.unread.items()
    ]
    return (*unread, *(f"{spot.what}: {spot.why}" for spot in live.blind_spots))


def write(audit: Audit, folder: Path) -> None:
    """Writes the audit in every format."""
    folder.mkdir(parents=True, exist_ok=True)
    for form, name in FILES.items():
        (folder / name).write_text(formats.FORMATS[form](audit), encoding="utf-8")
