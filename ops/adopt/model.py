"""What an import finds, as plain data."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from account.names import Name
    from account.picture import Picture
    from account.principals import Grant, Membership, Principal
    from stacks.adoption import Adoption


class Reason(StrEnum):
    """Why something is not managed after the import, or is but wants tidying."""

    STRAY_GRANT = "stray grant"
    OWNERSHIP = "ownership"
    NAME = "name"
    USER_GRANT = "grant to a user"
    CONTENT = "content of schemas"
    UNMANAGED = "no resource for it"
    DEPENDS = "depends on something left out"
    BOOTSTRAP = "made by the bootstrap"
    OTHER_STACK = "belongs to another stack"
    NOT_TOLD = "not told"
    PUBLIC = "granted to everybody"


MEANING = {
    Reason.STRAY_GRANT: "A grant on a table goes when the table is made anew, so Pulumi could not keep it.",
    Reason.OWNERSHIP: "Objects that another role owns are changed by ACCOUNTADMIN until the deployment role owns them.",
    Reason.NAME: "The provider cannot refer to names with a quote, a dot or a bar in them.",
    Reason.USER_GRANT: "Privileges granted to users directly have no resource; roles carry them.",
    Reason.CONTENT: "Tables, views and programs are made by migrations and dbt, not by Pulumi.",
    Reason.UNMANAGED: "The provider, or this platform, has no resource for it.",
    Reason.DEPENDS: "It cannot be taken over before what it depends on.",
    Reason.BOOTSTRAP: "The SQL files in bootstrap/ make it; Pulumi leaves it alone.",
    Reason.OTHER_STACK: "Another stack of this account owns it.",
    Reason.NOT_TOLD: "The account did not tell enough of it to the role that reads.",
    Reason.PUBLIC: "It is taken over; everybody has it. Take its entry out of the file and `ops up` revokes it.",
}
KEPT = frozenset({Reason.OWNERSHIP, Reason.PUBLIC})
"""Reasons of things that were taken over all the same."""


@dataclass(frozen=True, order=True)
class Remark:
    """One thing that the declaration does not say, or says and should not have to.

    Attributes:
        kind, name: what it is, e.g. TABLE, DB.SCHEMA.
        why: the reason in particular, where it is more than that of its kind; may be empty.
        sql: the statement that tidies it up; empty where there is nothing to do or a person must decide.
    """

    reason: Reason
    kind: str
    name: str
    why: str = ""
    sql: str = ""


@dataclass(frozen=True)
class Estate:
    """What belongs to this stack, and what does not.

    Attributes:
        deployer: the deployment role.
        prefix: of account-level names of this stack; others: those of the other stacks of a shared account.
        owns_account: whether what the account has only once is this stack's.
        apart: things that are nobody's to adopt, by kind and name, with the reason.
        grants, memberships: who has what by the bootstrap; more than that is adopted like any other.
        reader: the user that reads, on a local account; whatever it has is left alone.
    """

    deployer: "Principal"
    prefix: str = ""
    others: tuple[str, ...] = ()
    owns_account: bool = True
    apart: "dict[tuple[str, Name], Reason]" = field(default_factory=dict)
    grants: "frozenset[Grant]" = frozenset()
    memberships: "frozenset[Membership]" = frozenset()
    reader: "Name | None" = None

    def mine(self, name: str) -> bool:
        """Whether an account-level name is one of this stack."""
        return name.startswith(self.prefix) and not any(name.startswith(other) for other in self.others)


@dataclass(frozen=True)
class Found:
    """The result of an import.

    Attributes:
        adoption: what the file says.
        values: keys of the stack file with what the account has, without namespace.
        remarks: what is not in the file, or should be tidied up.
        notes: how the platform's model fits, in sentences.
        blind: what could not be seen.
    """

    stack: str
    account: str
    adoption: "Adoption"
    values: dict[str, object]
    remarks: tuple[Remark, ...]
    notes: tuple[str, ...]
    blind: tuple[str, ...]
    picture: "Picture"
    statements: int
    seconds: float
