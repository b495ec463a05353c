"""A client's session and the context in which a statement runs."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from local.catalogue import Catalogue

if TYPE_CHECKING:
    from local.access import Access
    from local.data.attach import Attachment
    from local.results import Result
    from local.variables import Variable


@dataclass(slots=True)
class Session:
    """State of one login. ``role``, ``database``, ``schema``, ``warehouse`` are object ids.

    ``secondary`` is ``"ALL"``, ``"NONE"`` or the ids of the chosen roles. ``parameters`` are set with ALTER SESSION.
    """

    REMEMBERED: ClassVar[int] = 100
    """Statements whose query ids are known to LAST_QUERY_ID."""

    id: int
    user: int
    role: int | None
    token: str
    master_token: str
    address: str = "127.0.0.1"
    secondary: str | tuple[int, ...] = "NONE"
    database: int | None = None
    schema: int | None = None
    warehouse: int | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    variables: dict[str, Variable] = field(default_factory=dict)
    """What SET has kept, by name in upper case."""
    created: float = field(default_factory=time.time)
    used: float = field(default_factory=time.time)
    query_ids: deque[str] = field(default_factory=lambda: deque(maxlen=Session.REMEMBERED))
    """Of its last statements, the oldest first."""
    statements: int = 0
    """How many there have been."""
    client: str = ""
    serverless: bool = False
    """Computes without a warehouse, as pipes and serverless alerts do."""
    by_token: bool = False
    """Opened with a programmatic access token."""
    bound: bool = False
    """Such a token is for the session's role alone, which then cannot be changed."""
    anywhere: bool = False
    """No network policy is asked about such a token."""

    def remember(self, query_id: str) -> None:
        """A statement has ended."""
        self.query_ids.append(query_id)
        self.statements += 1

    def query_id(self, number: int) -> str | None:
        """Of the statement -1 (the last one), -2, … or 1 (the first), 2, …; None where it is not known."""
        index = number + len(self.query_ids) if number < 0 else number - 1 - self.statements + len(self.query_ids)
        return self.query_ids[index] if number and 0 <= index < len(self.query_ids) else None


class Binding(NamedTuple):
    """A value bound to a ``?``: its type as the protocol names it (``TEXT``, ``FIXED`` …) and its text.

    A tuple of texts is one column of an array bind (executemany).
    """

    type: str
    value: str | tuple[str | None, ...] | None


@dataclass(frozen=True, slots=True)
class Settings:
    """What the account is: names as the protocol gives them, edition in upper case (STANDARD, ENTERPRISE, …).

    ``data_dir`` is the account's folder; None keeps everything in memory (tests).
    """

    organization: str
    account: str
    account_id: str
    edition: str
    region: str = "AWS_EU_CENTRAL_1"
    version: str = "9.40.0"
    data_dir: Path | None = None
    s3_endpoint: str | None = None
    """Where external S3 stages are read and written; None if nowhere."""


@dataclass
class Context:
    """What a statement handler gets: the catalogue, who asks, what the account is, and the values bound to ``?``.

    ``describe_only`` asks for a query's columns without its rows, ``arrow`` for the rows of a query in Arrow.
    """

    catalogue: Catalogue
    session: Session
    settings: Settings
    bindings: tuple[Binding, ...] = ()
    query_id: str = ""
    describe_only: bool = False
    arrow: bool = False
    attached: list[Attachment] = field(default_factory=list)
    """What the statement reads besides tables."""
    result_of: Callable[[str], Result | None] = lambda _: None
    """The result of an earlier statement of the same user, by query id, as long as it is kept."""

    @cached_property
    def access(self) -> Access:
        """Access control for this session."""
        from local.access import Access

        return Access(self.catalogue, self.session)
