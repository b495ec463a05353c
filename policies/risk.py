"""How far a planned step reaches: what it destroys and whether that comes back, what it costs, what it weakens.

UNDROP brings back databases, schemas, tables, tags, notebooks and a few others within their Time Travel retention
(docs.snowflake.com/en/sql-reference/sql/undrop). Nothing brings back a role, a user, a stage with its files, a share,
an integration or a policy: what the declaration says of them can be made anew, what others attached to them is gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from account.names import Name
from account.registered.values import flag, items, number, text
from account.things import Database, Schema
from account.values import Undecided, known
from policies.sql import Kind, Unreadable, statements, words
from policies.weakening import weakenings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from account.picture import Picture
    from policies.plan import Step


class Danger(StrEnum):
    """How far a step reaches, from best to worst."""

    SAFE = "safe"
    COSTLY = "costly"
    DESTRUCTIVE = "destructive"
    UNRECOVERABLE = "unrecoverable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """What is known about a step.

    Attributes:
        danger: the worst of all reasons.
        reasons: why, in words; without secrets.
        weakening: ways in which the account gets less safe, in words; also what could not be compared.
    """

    danger: Danger
    reasons: tuple[str, ...] = ()
    weakening: tuple[str, ...] = ()

    @property
    def destroys(self) -> bool:
        """Whether something is lost."""
        return self.danger in (Danger.DESTRUCTIVE, Danger.UNRECOVERABLE)


Reason = tuple[Danger, str]

_TIME_TRAVEL: Final = frozenset(
    {"Database", "Schema", "Table", "HybridTable", "DynamicTable", "IcebergTable", "IcebergTableFromAwsGlue",
     "IcebergTableFromDeltaFiles", "IcebergTableFromFiles", "IcebergTableFromRest"}
)  # fmt: skip
_UNDROP: Final = {"Tag": "tag", "Notebook": "notebook", "Streamlit": "app", "ExternalVolume": "external volume"}
_LOST: Final = {
    "AccountRole": "every grant to it from outside this declaration goes with it, and there is no UNDROP for roles",
    "DatabaseRole": "every grant to it from outside this declaration goes with it, and there is no UNDROP for roles",
    "User": "its second factor, tokens and grants go with it, and there is no UNDROP for users",
    "ServiceUser": "its keys, tokens and grants go with it, and there is no UNDROP for users",
    "LegacyServiceUser": "its password, keys and grants go with it, and there is no UNDROP for users",
    "UserProgrammaticAccessToken": "whoever uses the token is locked out, and no token comes back",
    "Stage": "the files in it are deleted, and there is no UNDROP for stages",
    "StageInternal": "the files in it are deleted, and there is no UNDROP for stages",
    "Share": "consumers lose the data at once, and there is no UNDROP for shares",
    "NetworkPolicy": "there is no UNDROP for network policies, and whoever it protected elsewhere has none",
    "MaskingPolicy": "there is no UNDROP for masking policies, and columns outside this declaration lose theirs",
    "RowAccessPolicy": "there is no UNDROP for row access policies, and tables outside this declaration lose theirs",
    "StreamOnTable": "its position is lost, so changes that were not yet read are missed",
    "StreamOnView": "its position is lost, so changes that were not yet read are missed",
    "StreamOnExternalTable": "its position is lost, so changes that were not yet read are missed",
    "StreamOnDirectoryTable": "its position is lost, so changes that were not yet read are missed",
    "Pipe": "its load history is lost, so files may be missed or loaded twice",
    "Sequence": "its current value is lost, so numbers repeat",
    "PostgresInstance": "the instance and its data are deleted",
    "ManagedAccount": "the reader account with everything in it is deleted",
}
_LOST_PREFIXES: Final = {
    "SecretWith": "the stored secret is deleted, and nobody can read it back",
    "StorageIntegration": "a new one has another external id, which the cloud provider must be told to trust",
}
_STATELESS: Final = frozenset(
    {"Warehouse", "WarehouseAdaptive", "WarehouseInteractive", "ResourceMonitor", "NetworkRule", "View",
     "MaterializedView", "SemanticView", "AuthenticationPolicy", "PasswordPolicy", "SessionPolicy", "AccountParameter",
     "ObjectParameter", "CurrentAccount", "StageExternalS3", "StageExternalS3Compatible", "StageExternalGcs",
     "StageExternalAzure", "Task", "Alert", "TagAssociation", "TableColumnMaskingPolicyApplication", "TableConstraint",
     "UserPublicKeys", "SharedDatabase", "ExternalTable", "ExternalFunction"}
)  # fmt: skip
_STATELESS_PREFIXES: Final = ("Grant", "FileFormat", "Function", "Procedure")
_STATELESS_SUFFIXES: Final = ("Attachment",)
_DESTRUCTIVE_WORDS: Final = ("DROP", "TRUNCATE", "DELETE", "UNDROP")
_RENAMED_BY: Final = frozenset({"name", "database", "schema"})
_SIZES: Final = ("XSMALL", "SMALL", "MEDIUM", "LARGE", "XLARGE", "XXLARGE", "XXXLARGE", "X4LARGE", "X5LARGE", "X6LARGE")
_SPELLINGS: Final = {"X-SMALL": "XSMALL", "X-LARGE": "XLARGE", "2X-LARGE": "XXLARGE", "3X-LARGE": "XXXLARGE"} | {
    f"{times}X-LARGE": f"X{times}LARGE" for times in (4, 5, 6)
}
_WAREHOUSES: Final = ("Warehouse", "WarehouseAdaptive", "WarehouseInteractive")


def risk(step: Step, *, before: Picture | None = None, after: Picture | None = None) -> Risk:
    """What a step risks.

    Args:
        before, after: the account before and after the plan, where there is one: they tell what a step alone does not,
            e.g. the values of a network rule, and the retention of the database a schema is in.
    """
    reasons = [*_destruction(step, before), *_sql(step), *_cost(step), *_notes(step)]
    order = list(Danger)
    danger = max((found for found, _ in reasons), key=order.index, default=Danger.SAFE)
    weaker: list[str] = []
    try:
        weaker.extend(weakenings(step, before, after))
    except Undecided as why:
        weaker.append(f"cannot be compared: {why}")
    return Risk(danger=danger, reasons=tuple(dict.fromkeys(why for _, why in reasons)), weakening=tuple(weaker))


def _destruction(step: Step, before: Picture | None) -> Iterator[Reason]:
    if not step.type.startswith("snowflake:"):
        return
    if step.deletes or step.replaces:
        yield from _replaced(step)
        yield _loss(step, before)
    elif step.kind == "Table" and step.compares:
        gone = sorted(_columns(step.old) - _columns(step.new))
        if gone:
            yield Danger.DESTRUCTIVE, f"columns {', '.join(gone)} go with their data"


def _replaced(step: Step) -> Iterator[Reason]:
    if not step.replaces:
        return
    causes = {path.partition(".")[0].partition("[")[0] for path in step.replaced_for}
    if causes & _RENAMED_BY:
        yield Danger.SAFE, "is made anew under another name, without what is in the old one"
    elif causes:
        yield Danger.SAFE, f"is made anew because {', '.join(sorted(causes))} cannot be changed"


def _loss(step: Step, before: Picture | None) -> Reason:
    kind = step.kind
    if kind in _TIME_TRAVEL:
        return _undrop_with_data(step, before)
    if kind in _UNDROP:
        return Danger.DESTRUCTIVE, f"UNDROP brings the {_UNDROP[kind]} back for a while"
    lost = _LOST.get(kind) or next((why for start, why in _LOST_PREFIXES.items() if kind.startswith(start)), None)
    if lost is not None:
        return Danger.UNRECOVERABLE, lost
    harmless = kind in _STATELESS or kind.startswith(_STATELESS_PREFIXES) or kind.endswith(_STATELESS_SUFFIXES)
    if "Integration" in kind:
        return Danger.UNRECOVERABLE, "what other systems agreed with it must be agreed anew; there is no UNDROP for it"
    if harmless:
        return Danger.SAFE, "holds no data; the declaration can make it anew"
    if kind == "Execute":
        return Danger.SAFE, "runs its revert statement"
    return Danger.UNRECOVERABLE, f"nobody has looked at what is lost with a {kind}"


def _undrop_with_data(step: Step, before: Picture | None) -> Reason:
    try:
        days = _retention(step, before)
    except Undecided:
        return Danger.UNRECOVERABLE, "its Time Travel retention is not known, so UNDROP may not bring it back"
    if days == 0:
        return Danger.UNRECOVERABLE, "it keeps no Time Travel, so UNDROP cannot bring it back"
    if days is None:
        return Danger.DESTRUCTIVE, "UNDROP brings it back within the default Time Travel of 1 day"
    return Danger.DESTRUCTIVE, f"UNDROP brings it back within {days} day{'s' if days > 1 else ''}"


def _retention(step: Step, before: Picture | None) -> int | None:
    own = known(number(step.old.get("dataRetentionTimeInDays")))
    if own is not None or before is None:
        return own
    parts = [known(text(step.old.get(key))) for key in ("database", "schema")]
    path = Name.of(*(part for part in parts if part))
    schema = before.find(Schema, path) if len(path) > 1 else None
    if schema is not None and known(schema.retention_days) is not None:
        return known(schema.retention_days)
    database = before.find(Database, path.database) if path else None
    return known(database.retention_days) if database is not None else None


def _columns(inputs: object) -> set[str]:
    found = items(inputs.get("columns")) if hasattr(inputs, "get") else ()
    if not isinstance(found, tuple):
        return set()
    return {str(entry["name"]).upper() for entry in found if isinstance(entry, dict) and "name" in entry}


def _sql(step: Step) -> Iterator[Reason]:
    """What the statement of an Execute destroys: what it runs now, and what it reverts when it goes."""
    if step.kind != "Execute":
        return
    now = () if step.deletes else (step.new.get("execute"),)
    undone = (step.old.get("revert"),) if step.deletes or step.replaces else ()
    for value in (*now, *undone):
        if isinstance(value, str) and destructive_words(value):
            yield Danger.UNRECOVERABLE, f"runs {', '.join(destructive_words(value))}"


def destructive_words(sql_text: str) -> tuple[str, ...]:
    """What SQL destroys: DROP, TRUNCATE, DELETE, CREATE OR REPLACE, UNDROP, also inside EXECUTE IMMEDIATE."""
    try:
        parsed = statements(sql_text)
    except Unreadable:
        return ("what cannot be read",)
    found: dict[str, None] = {}
    for statement in parsed:
        said = words(statement)
        if said[:1] in (("GRANT",), ("REVOKE",)):
            continue
        found.update(dict.fromkeys(word for word in said if word in _DESTRUCTIVE_WORDS))
        if any(said[at : at + 2] == ("OR", "REPLACE") for at in range(len(said))):
            found["CREATE OR REPLACE"] = None
        if "IMMEDIATE" in said:
            inner = (token.text for token in statement if token.kind is Kind.STRING)
            found.update(dict.fromkeys(word for text_ in inner for word in destructive_words(text_)))
    return tuple(found)


def _cost(step: Step) -> Iterator[Reason]:
    if not step.compares:
        return
    if step.kind in _WAREHOUSES:
        yield from _dearer_warehouse(step)
    elif step.kind == "ResourceMonitor":
        old, new = (_number(side, "creditQuota") for side in (step.old, step.new))
        if old is not None and (new is None or new > old):
            yield Danger.COSTLY, f"the quota goes from {old} to {_or_none(new)} credits"


def _dearer_warehouse(step: Step) -> Iterator[Reason]:
    if step.differs("warehouseSize"):
        old, new = (_size(side.get("warehouseSize")) for side in (step.old, step.new))
        if new is None or (old is not None and new > old):
            yield Danger.COSTLY, "the warehouse gets bigger, and each size costs twice the one before it"
    for key, what in (("maxClusterCount", "clusters at most"), ("minClusterCount", "clusters at least")):
        old, new = (_number(side, key) or 1 for side in (step.old, step.new))
        if step.differs(key) and new > old:
            yield Danger.COSTLY, f"{new} {what} instead of {old}"
    if step.differs("autoSuspend"):
        old_seconds, new_seconds = (_number(side, "autoSuspend") for side in (step.old, step.new))
        if (new_seconds or _NEVER) > (old_seconds or _NEVER):
            yield Danger.COSTLY, f"suspends after {_or_none(new_seconds)} s of idleness instead of {old_seconds} s"
    if step.differs("enableQueryAcceleration") and flag(step.new.get("enableQueryAcceleration")) is not False:
        yield Danger.COSTLY, "query acceleration is switched on"


_NEVER: Final = 10**9


def _number(side: object, key: str) -> int | None:
    value = number(side.get(key)) if hasattr(side, "get") else None
    return value if isinstance(value, int) else None


def _or_none(value: int | None) -> str:
    return "no limit of" if value is None else str(value)


def _size(value: object) -> int | None:
    """The place of a size in the order of prices; None where it is not known. A warehouse without size is XSMALL."""
    if value is None:
        return 0
    said = _SPELLINGS.get(str(value).upper(), str(value).upper()) if isinstance(value, str) else ""
    return _SIZES.index(said) if said in _SIZES else None


def _notes(step: Step) -> Iterator[Reason]:
    old, new = step.old.get("name"), step.new.get("name")
    if step.operation == "update" and isinstance(old, str) and isinstance(new, str) and old != new:
        yield Danger.SAFE, f"is renamed from {old} to {new} in place; whoever uses the old name fails"
