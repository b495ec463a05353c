"""Costs, findings and waivers as rows of a review."""

from collections.abc import Iterable, Iterator
from datetime import date

from account import cost
from account.names import Name
from account.picture import Picture
from ops.review.locate import Places
from ops.review.model import Cost, CostRow, FindingRow, WaiverRow
from policies.judge import WAIVERS, Finding, Report
from policies.rule import Verdict
from stacks import Platform

Amount = tuple[float, float, float]


def costs(before: Picture, after: Picture, platform: Platform) -> Cost:
    """What the warehouses of both sides may cost a month, at the prices of the stack's region and edition."""
    edition, region = (platform.edition.value, platform.region) if platform.region else ("", "")
    old, new = (cost.exposure(side, edition=edition, region=region or "") for side in (before, after))
    names = sorted({one.name for report in (old, new) for one in report.warehouses})
    by_name = [{one.name: one for one in report.warehouses} for report in (old, new)]
    rows = [_cost(name, by_name[0].get(name), by_name[1].get(name)) for name in names]
    dollars = None
    if old.usd or new.usd:
        dollars = CostRow(name=f"all, USD ({region})", before=_amount(old.usd), after=_amount(new.usd))
    return Cost(
        rows=tuple(rows),
        total=CostRow(name="all warehouses", before=_amount(old.month), after=_amount(new.month)),
        dollars=dollars,
        not_priced=tuple(f"{one.name}: {one.why}" for one in new.not_priced),
        rates="; ".join(new.basis),
    )


def _cost(name: Name, old: cost.WarehouseCost | None, new: cost.WarehouseCost | None) -> CostRow:
    bound = f" (stopped by {new.monitor})" if new and new.monitor else ""
    return CostRow(
        name=f"{name}{bound}",
        hourly=(old.hourly if old else None, new.hourly if new else None),
        before=_amount(old.month if old else None),
        after=_amount(new.month if new else None),
    )


def _amount(amount: cost.Range | None) -> Amount | None:
    return None if amount is None else (round(amount.floor, 2), round(amount.expected, 2), round(amount.ceiling, 2))


def merged(reports: Iterable[Report]) -> tuple[Finding, ...]:
    """Findings of several reports on one change; the same one is listed once.

    A waiver that one report has no use for is in order where another has.
    """
    everything = [finding for report in reports for finding in report.findings]
    used = {finding.waiver.address for finding in everything if finding.waiver is not None}
    found: dict[tuple[str, str, str, str], Finding] = {}
    for finding in everything:
        if finding.verdict is not Verdict.PASS and not (finding.rule == WAIVERS and finding.address in used):
            found.setdefault(_identity(finding), finding)
    return tuple(found[key] for key in sorted(found))


def _identity(finding: Finding) -> tuple[str, str, str, str]:
    return finding.rule, str(finding.address), finding.what, finding.verdict.value


def known(report: Report) -> frozenset[tuple[str, str, str, str]]:
    """What tells a finding that was there before from a new one."""
    return frozenset(_identity(finding) for finding in report.findings)


def was_there(finding: Finding, before: frozenset[tuple[str, str, str, str]]) -> bool:
    """Whether the account had this finding already."""
    return _identity(finding) in before


def finding_row(finding: Finding, environment: str, places: Places) -> FindingRow:
    """One finding with the line that mends it."""
    address = finding.address
    file, line = (address.file, address.line) if address.file else places.of(address.name, address.urn.split("::")[-1])
    return FindingRow(
        rule=finding.rule,
        title=finding.title,
        verdict=finding.verdict.value,
        level=finding.level.value,
        severity=finding.severity.value,
        subject=str(address),
        what=finding.what or finding.reason,
        why=finding.why,
        path=finding.path,
        do=finding.do,
        blocks=finding.blocks(environment),
        file=file,
        line=line,
        urn=address.urn,
    )


def waiver_rows(findings: Iterable[Finding], today: date) -> Iterator[WaiverRow]:
    """The waivers that cover something, soonest end first."""
    waived = [(finding.waiver, finding) for finding in findings if finding.waiver is not None]
    for waiver, finding in sorted(waived, key=lambda pair: (pair[0].expires, pair[1].rule, str(pair[1].address))):
        yield WaiverRow(
            rule=finding.rule,
            subject=str(finding.address),
            owner=waiver.owner,
            ticket=waiver.ticket,
            expires=waiver.expires.isoformat(),
            days=(waiver.expires - today).days,
        )
