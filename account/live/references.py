"""Rows about where policies are in force and tags are set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from account.live import baseline, subjects
from account.live.answers import Answers, Row
from account.live.common import origin
from account.names import ACCOUNT, Name
from account.picture import PolicyKind, TagUse

if TYPE_CHECKING:
    from account.builder import Builder

_KINDS: Final = {
    "NETWORK_POLICY": PolicyKind.NETWORK,
    "AUTHENTICATION_POLICY": PolicyKind.AUTHENTICATION,
    "PASSWORD_POLICY": PolicyKind.PASSWORD,
    "SESSION_POLICY": PolicyKind.SESSION,
    "MASKING_POLICY": PolicyKind.MASKING,
    "ROW_ACCESS_POLICY": PolicyKind.ROW_ACCESS,
}


def tag_uses(answers: Answers, out: Builder) -> None:
    """Tags on objects and columns."""
    for row in answers.rows("tag_uses"):
        tag = [row.text(f"tag_{part}") for part in ("database", "schema", "name")]
        target = [row.text(f"object_{part}") for part in ("database", "schema", "name")]
        if not all(isinstance(part, str) for part in tag) or not isinstance(target[2], str):
            continue
        if baseline.database(str(tag[0])):
            continue
        name = Name(str(part) for part in target if isinstance(part, str))
        on, column, value = str(row.text("domain") or ""), row.text("column_name"), row.text("tag_value")
        out.tag_uses.append(
            TagUse(
                tag=Name(str(part) for part in tag),
                on=on.replace("_", " "),
                target=ACCOUNT if on == "ACCOUNT" else name,
                column=column if isinstance(column, str) else "",
                value=value if isinstance(value, str) else "",
                origin=origin(row),
            )
        )


class References:
    """Where policies are in force, from the view of all references and from asking about single policies.

    Attributes:
        network_told: whether everything that a network policy is set on was told.
        masking_told: the same for masking policies.
    """

    def __init__(self, answers: Answers) -> None:
        listed = answers.told("policy_uses")
        single = listed or not answers.failed("uses_of_policy")
        self.network_told = listed or (single and answers.told("show_network_policies"))
        self.masking_told = listed or (single and answers.told("show_masking"))
        self.users: dict[str, Name] = {}
        self.tags: dict[Name, tuple[Name, ...]] = {}
        self.columns: dict[tuple[Name, str], Name] = {}
        self._rows = list(subjects.named_policies(answers, "policy_uses", "uses_of_policy"))
        for policy, row in self._rows:
            self._note(policy, row)

    def _note(self, policy: Name, row: Row) -> None:
        kind, on = row.text("policy_kind"), row.text("ref_entity_domain")
        name, column = _target(row), row.text("ref_column_name")
        if kind == "NETWORK_POLICY" and on == "USER":
            self.users[name.last] = policy
        if kind == "MASKING_POLICY" and on == "TAG":
            self.tags[name] = tuple(sorted({*self.tags.get(name, ()), policy}))
        elif kind == "MASKING_POLICY" and isinstance(column, str) and row.text("tag_name") is None:
            self.columns[name, column] = policy

    def attach(self, out: Builder) -> None:
        """Every policy in force; a masking policy that comes by a tag is attached to the tag alone."""
        for policy, row in self._rows:
            kind = _KINDS.get(str(row.text("policy_kind")))
            on, column = str(row.text("ref_entity_domain") or ""), row.text("ref_column_name")
            if kind is None or (on != "TAG" and row.text("tag_name") is not None):
                continue
            on = "COLUMN" if isinstance(column, str) and kind is PolicyKind.MASKING else on.replace("_", " ")
            target = ACCOUNT if on == "ACCOUNT" else _target(row)
            at = column if isinstance(column, str) and on == "COLUMN" else ""
            out.attach(kind, policy, on, target, origin(row), column=at)


def _target(row: Row) -> Name:
    parts = [row.text(column) for column in ("ref_database_name", "ref_schema_name", "ref_entity_name")]
    return Name(part for part in parts if isinstance(part, str))
