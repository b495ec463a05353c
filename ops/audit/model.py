"""What an audit of a live account found, as plain data; every format is made from this and nothing else."""

from dataclasses import dataclass, field
from enum import StrEnum

from ops.review.model import FindingRow, WaiverRow

NOT_JUDGED = "-"


class Kind(StrEnum):
    """How a finding in the account relates to what is declared.

    DRIFT: declared well, found ill. UNMANAGED: no stack declares the object. AS_DECLARED: the declaration has the same
    fault. ONLY_LIVE: the object is declared, but only the account shows this. FIXED: declared ill, found well.
    """

    DRIFT = "drift"
    UNMANAGED = "unmanaged"
    AS_DECLARED = "as declared"
    ONLY_LIVE = "only live"
    FIXED = "fixed elsewhere"


class Outcome(StrEnum):
    """What an audit says as a whole."""

    CLEAN = "clean"
    BLOCKED = "findings that block"
    UNDECIDED = "could not judge"


@dataclass(frozen=True, kw_only=True)
class AuditRow:
    """One finding. `declared`, `live`: both verdicts; `owner`: whose the subject is, empty for nobody's."""

    finding: FindingRow
    kind: Kind
    declared: str
    live: str
    owner: str


@dataclass(frozen=True, kw_only=True)
class Power:
    """Something that only administrators should have, and the shortest way to it. `direct`: without another role."""

    what: str
    path: str
    direct: bool


@dataclass(frozen=True, kw_only=True)
class ServiceRow:
    """One program's account.

    Attributes:
        owner: the stack that declares it. keys: one text per public key. tokens: number of access tokens.
        roles: granted directly. powers: administrators' roles and privileges on the account, however they come.
        network, authentication: the policies in force, with where they are attached.
        doubts: what could not be told.
    """

    user: str
    owner: str
    type: str
    disabled: str
    keys: tuple[str, ...]
    password: str
    tokens: int
    default_role: str
    secondary_roles: str
    roles: tuple[str, ...]
    powers: tuple[Power, ...]
    network: str
    authentication: str
    last_login: str
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What one user or role reaches: by database in words, and the warehouses it uses."""

    who: str
    kind: str
    owner: str
    databases: tuple[tuple[str, str], ...]
    warehouses: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class AccessReview:
    """Who can reach what.

    Attributes:
        privileged: users with an administrator's role, with the shortest path to each.
        public: what everybody has beyond what Snowflake grants. to_users: privileges granted to users directly.
        options: grants that may be passed on. unmanaged: objects of the account that no stack declares.
        idle: users without a role and roles without a member.
    """

    reach: tuple[Reach, ...] = ()
    privileged: tuple[tuple[str, tuple[Power, ...]], ...] = ()
    public: tuple[str, ...] = ()
    to_users: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    unmanaged: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Audit:
    """The whole audit of one stack.

    Attributes:
        stacks: all that stand in the account; findings about another one's objects are left to its own audit.
        elsewhere: number of findings that were left to those audits.
        blind: everything that could not be seen. judged: number of rules, passed: of those without a finding.
    """

    stack: str
    account: str
    stacks: tuple[str, ...]
    outcome: Outcome
    reasons: tuple[str, ...] = ()
    rows: tuple[AuditRow, ...] = ()
    waived: tuple[WaiverRow, ...] = ()
    services: tuple[ServiceRow, ...] = ()
    access: AccessReview = field(default_factory=AccessReview)
    blind: tuple[str, ...] = ()
    judged: int = 0
    passed: int = 0
    elsewhere: int = 0
    taken: str = ""
    oldest: str = ""
    statements: int = 0
    seconds: float = 0.0

    def of(self, *kinds: Kind) -> tuple[AuditRow, ...]:
        """Findings of some kinds."""
        return tuple(row for row in self.rows if row.kind in kinds)
