"""Personal data: which columns hold it, and whether something masks them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from account.names import Name
from account.picture import PolicyKind
from account.principals import PrincipalKind
from account.things import MaskingPolicy, Table, Tag, User
from account.values import Undecided, known
from policies.baseline import ours
from policies.masks import Branch, branches
from policies.rule import PICTURES, Case, Evidence, Fault, Rule, Settings, Severity, cis, judging, levels, trust_center
from policies.rules.network import SERVICES
from policies.sql import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from account.things import Column

PERSONAL: Final = (
    r"(?:.*_)?E_?MAIL(?:_?ADDR(?:ESS)?)?(?:_?\d)?",
    r"(?:.*_)?(?:TELE)?PHONE(?:_?(?:NUMBER|NO|NR))?(?:_?\d)?",
    r"(?:.*_)?(?:MOBILE|CELL|FAX)(?:_?(?:PHONE|NUMBER|NO|NR))?(?:_?\d)?",
    r"(?:.*_)?(?:ADDRESS|ADDR)(?:_?(?:LINE|STREET))?(?:_?\d)?",
    r"(?:.*_)?STREET(?:_?(?:NAME|ADDRESS))?(?:_?\d)?",
    r"(?:.*_)?(?:SSN|IBAN|PASSPORT_?(?:NUMBER|NO)?|DATE_OF_BIRTH|BIRTH_?DATE|DOB)",
)
"""Names of columns that hold personal data, as regular expressions of the whole name in upper case."""
_VIEWS: Final = ("VIEW",)


class PersonalData(Settings):
    """What counts as personal data.

    Attributes:
        columns: names of columns, as regular expressions. tags: names of tags, likewise.
        not_personal: qualified names of columns that only sound like it: DATABASE.SCHEMA.TABLE.COLUMN.
    """

    columns: tuple[str, ...] = PERSONAL
    tags: tuple[str, ...] = (r"PII(?:_.*)?",)
    not_personal: tuple[str, ...] = ()


class Rows(Settings):
    """Attributes: tags: names of tags on tables whose rows not everybody may see, as regular expressions."""

    tags: tuple[str, ...] = (r"ROW_SENSITIVE", r"ROW_ACCESS")


def _tables(case: Case) -> Iterator[Table]:
    return ours(case.picture, Table)


def _like(name: str, patterns: tuple[str, ...]) -> bool:
    return any(re.fullmatch(pattern, name.upper()) for pattern in patterns)


def _unmasked(table: Table, case: Case, settings: PersonalData) -> Iterator[Fault]:
    if table.columns is None:
        raise Undecided(f"the columns of {table.name} were not read")
    for column in table.columns:
        tags = _tags_of(case, table, column.name)
        tagged = sorted(str(tag.last) for tag in tags if _like(tag.last, settings.tags))
        by_name = table.type.upper() not in _VIEWS and _like(column.name, settings.columns)
        if not tagged and not by_name:
            continue
        if f"{table.name}.{column.name}" in settings.not_personal or _is_masked(case, table, column, tags):
            continue
        why = f"tagged {', '.join(tagged)}" if tagged else "by its name"
        yield Fault(
            f"column {column.name} holds personal data ({why}), and nothing masks it",
            "put the tag for its kind of data on the column; the masking policy comes with it",
        )


def _tags_of(case: Case, table: Table, column: str) -> frozenset[Name]:
    """Tags of a column: its own, and those it has from table, schema and database."""
    found = set()
    for use in case.picture.tag_uses:
        own = use.on == "COLUMN" and use.target == table.name and use.column.upper() == column.upper()
        above = use.on != "COLUMN" and bool(use.target) and table.name.within(use.target)
        if own or above:
            found.add(use.tag)
    return frozenset(found)


def _is_masked(case: Case, table: Table, column: Column, tags: frozenset[Name]) -> bool:
    if known(column.masking_policy) is not None:
        return True
    for tag in tags:
        declared = case.picture.find(Tag, tag)
        if declared is not None and known(declared.masking_policies):
            return True
    for attachment in case.picture.attachments:
        if attachment.policy_kind is not PolicyKind.MASKING:
            continue
        target = known(attachment.target)
        on_column = attachment.on == "COLUMN" and target == table.name
        if (on_column and attachment.column.upper() == column.name.upper()) or (
            attachment.on == "TAG" and target in tags
        ):
            return True
    return False


def _policies(case: Case) -> Iterator[MaskingPolicy]:
    return ours(case.picture, MaskingPolicy)


def _pass_through(policy: MaskingPolicy, case: Case, settings: Settings) -> Iterator[Fault]:
    del settings
    try:
        found = branches(known(policy.body))
    except Unreadable as error:
        raise Undecided(f"the body of {policy.name} cannot be read: {error}") from None
    for branch in found:
        if branch.shows:
            yield from _shown(branch, case)


def _shown(branch: Branch, case: Case) -> Iterator[Fault]:
    programs = _program_roles(case)
    if not branch.condition:
        yield Fault("shows the value by default", "mask in the ELSE branch, and show the value under a condition")
    elif not branch.asks:
        yield Fault("shows the value under a condition that asks for no role", "ask IS_ROLE_IN_SESSION")
    elif branch.denies:
        yield Fault("shows the value to everybody who is not named", "name the roles that see it, not the others")
    elif not branch.follows_hierarchy and "CURRENT_ROLE" in branch.asks:
        yield Fault("asks for the current role only, so secondary and higher roles are judged wrongly",
                    "ask IS_ROLE_IN_SESSION")  # fmt: skip
    for name in branch.roles if branch.condition else ():
        if name.upper() == "PUBLIC":
            yield Fault("shows the value to PUBLIC, which is everybody", "name the roles that see it")
        elif name in programs:
            yield Fault(f"shows the value to {name}, the role of a program", "name roles of people only")


def _program_roles(case: Case) -> frozenset[str]:
    """Roles that programs hold themselves."""
    programs = set()
    for user in case.picture.all(User):
        if known(user.type) in SERVICES:
            programs.add(user.name)
    return frozenset(
        entry.role.name.last
        for entry in case.picture.memberships
        if entry.member.kind is PrincipalKind.USER and entry.member.name in programs
    )


def _row_tables(case: Case) -> Iterator[Table]:
    return ours(case.picture, Table)


def _rows(table: Table, case: Case, settings: Rows) -> Iterator[Fault]:
    used = [use for use in case.picture.tag_uses if use.on != "COLUMN" and use.target and table.name.within(use.target)]
    tags = sorted({use.tag.last for use in used if _like(use.tag.last, settings.tags)})
    if not tags:
        return
    for attachment in case.picture.attachments:
        if attachment.policy_kind is PolicyKind.ROW_ACCESS and known(attachment.target) == table.name:
            return
    yield Fault(f"is tagged {', '.join(tags)}, and no row access policy is in force", "attach a row access policy")


_NO_TABLES = "a declaration has no tables; migrations and dbt build them"
RULES: tuple[Rule, ...] = (
    Rule(
        id="SNW-DATA-005",
        title="Columns with personal data are masked",
        severity=Severity.CRITICAL,
        levels=levels("A", "M", "M"),
        controls=(*cis("4.10"), *trust_center("CIS_BENCHMARKS_CIS4_10")),
        rationale="A policy that exists somewhere protects nothing; it must be in force on the column.",
        remediation="Tag the column, or set a masking policy on it.",
        evidence=PICTURES - {Evidence.DECLARATION},
        sees=frozenset({"TABLE", "COLUMN", "TAG", "TAG USE", "ATTACHMENT", "MASKING POLICY"}),
        settings=PersonalData,
        impossible={Evidence.DECLARATION: _NO_TABLES},
        evaluate=judging(_tables, _unmasked, PersonalData),
    ),
    Rule(
        id="SNW-DATA-006",
        title="Masking policies mask",
        severity=Severity.HIGH,
        levels=levels("A", "M", "M"),
        controls=cis("4.10"),
        rationale="A policy that returns the value to everybody satisfies every check that only looks for one.",
        remediation="Show the value under IS_ROLE_IN_SESSION, and mask in the ELSE branch.",
        evidence=PICTURES - {Evidence.DECLARATION},
        sees=frozenset({"MASKING POLICY"}),
        impossible={Evidence.DECLARATION: "a declaration holds no SQL, so it has no bodies of policies"},
        evaluate=judging(_policies, _pass_through, Settings),
    ),
    Rule(
        id="SNW-DATA-007",
        title="Tables tagged as row-sensitive have a row access policy",
        severity=Severity.MEDIUM,
        levels=levels("-", "A", "A"),
        controls=(*cis("4.11"), *trust_center("CIS_BENCHMARKS_CIS4_11")),
        rationale="A policy that exists somewhere filters nothing; it must be in force on the table.",
        remediation="Attach a row access policy to the table.",
        evidence=frozenset({Evidence.LIVE}),
        sees=frozenset({"TABLE", "TAG USE", "ATTACHMENT"}),
        settings=Rows,
        impossible={
            Evidence.DECLARATION: _NO_TABLES,
            Evidence.PULUMI: "the provider's Table cannot carry a row access policy; a migration attaches it",
        },
        evaluate=judging(_row_tables, _rows, Rows),
    ),
)
