"""Waivers: a finding that somebody has accepted for a while, by name and with a reason."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from policies.judge import Finding

MAX_DAYS: Final = 90


class Waiver(BaseModel):
    """One accepted finding.

    Attributes:
        rule: id of the rule.
        resource: the subject as findings name it (`WAREHOUSE LOADING_WH`), exactly; no pattern can match everything.
        stack: the stack it holds for.
        owner: who answers for it. ticket: where it is dealt with.
        since, expires: days; at most 90 between them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: Annotated[str, Field(pattern=r"^SNW-[A-Z]+-\d{3}$")]
    resource: Annotated[str, Field(min_length=3, pattern=r"^[^*?]+$")]
    stack: Annotated[str, Field(min_length=1)]
    owner: Annotated[str, Field(min_length=3)]
    reason: Annotated[str, Field(min_length=10)]
    ticket: Annotated[str, Field(min_length=2)]
    since: date
    expires: date

    def covers(self, finding: Finding, today: date | None) -> bool:
        """Whether it holds for that finding on that day (today in UTC if None)."""
        day = today or datetime.now(UTC).date()
        return self.rule == finding.rule and self.resource == str(finding.address) and self.since <= day <= self.expires
