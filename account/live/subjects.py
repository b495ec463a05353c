"""What a statement is asked about, one by one: databases, roles, policies … as far as the answers so far name them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from account.live import baseline
from account.live.answers import Answers, Row, Unreadable
from account.names import ACCOUNT, Name
from account.values import Unknown

CUT: Final = 10_000
"""Snowflake sends no more rows of a SHOW command (docs: SHOW TABLES, usage notes, and its like)."""
FEW: Final = 20
"""As many objects of a type are described one by one where nothing tells about all of them at once."""
INHERITED: Final = "FEATURE_RBAC_INHERITED_GRANTS"
_SERVICES: Final = frozenset({"SERVICE", "SERVICE_AGENT", "LEGACY_SERVICE"})
_BY_POLICY: Final = {
    "AUTHENTICATION_POLICY": ("show_authentication",),
    "PASSWORD_POLICY": ("passwords", "show_passwords"),
    "SESSION_POLICY": ("show_sessions",),
}
_BY_TAG_TOO: Final = {
    "MASKING_POLICY": ("masking", "show_masking"),
    "ROW_ACCESS_POLICY": ("row_access", "show_row_access"),
    "NETWORK_POLICY": ("network_policies", "show_network_policies"),
}
_DATABASE: Final = ("database_name", "database", "policy_catalog", "tag_database", "table_catalog", "catalog_name")
_SCHEMA: Final = ("schema_name", "schema", "policy_schema", "tag_schema", "table_schema")


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """One thing to ask about; `kind` only where the statement has it.

    `sql` is how the name is written where it is more than a name: a procedure with the types of its arguments.
    """

    name: Name
    kind: str = ""
    sql: str = ""


Subjects = Callable[[Answers], Iterable[Subject]]


def named_rows(answers: Answers, *keys: str) -> Iterator[tuple[Name, Row]]:
    """Rows with the full name of their object; rows without one, and Snowflake's own objects, are left out."""
    for row in answers.rows(*keys):
        try:
            name = name_of(row)
        except Unreadable:
            continue
        if not baseline.database(name[0]) or len(name) == 1:
            yield name, row


def name_of(row: Row) -> Name:
    """The full name that a row tells, in the columns of SHOW or of a view.

    Raises:
        Unreadable: a part of it is missing.
    """
    own = row.must("name", "policy_name", "tag_name", "table_name")
    return Name((*(row.must(*names) for names in (_DATABASE, _SCHEMA) if row.has(*names)), own))


def account(answers: Answers) -> list[Subject]:
    """The account itself."""
    del answers
    return [Subject(ACCOUNT)]


def databases(answers: Answers) -> list[Subject]:
    """Databases that are the account's own: not Snowflake's and not imported from a share."""
    found = []
    for row in answers.rows("databases"):
        name, kind, origin = row.text("name"), row.text("kind"), row.text("origin")
        if not isinstance(name, str) or isinstance(kind, Unknown) or origin or kind == "IMPORTED DATABASE":
            continue
        if not baseline.database(name, kind):
            found.append(Subject(Name.of(name)))
    return found


def schemas(answers: Answers) -> list[Subject]:
    """Schemas of these databases, without INFORMATION_SCHEMA."""
    own = {subject.name for subject in databases(answers)}
    return [
        Subject(name)
        for name, _ in named_rows(answers, "schemas")
        if name.database in own and name.last not in baseline.listed("schemas")
    ]


def cut(key: str, depth: int) -> Subjects:
    """The databases (depth 1) or schemas (2) of the listings that Snowflake cut short."""

    def inside(answers: Answers) -> list[Subject]:
        short = [answer.ask.on for answer in answers.of(key) if len(answer.rows) >= CUT]
        candidates = databases(answers) if depth == 1 else schemas(answers)
        return [subject for subject in candidates if any(subject.name.within(container) for container in short)]

    return inside


def named(*keys: str) -> Subjects:
    """Everything that these listings name."""
    return lambda answers: [Subject(name) for name, _ in named_rows(answers, *keys)]


def warehouses(answers: Answers) -> list[Subject]:
    """Warehouses that are not Snowflake's own."""
    return [Subject(name) for name, _ in named_rows(answers, "warehouses") if not baseline.warehouse(name.last)]


def network_policies(answers: Answers) -> list[Subject]:
    """Network policies, in fresh answers."""
    return [Subject(name) for name, _ in named_rows(answers, "show_network_policies")]


def integrations(answers: Answers) -> list[Subject]:
    """Integrations."""
    return [Subject(name) for name, _ in named_rows(answers, "integrations")]


def shares(answers: Answers) -> list[Subject]:
    """Shares that go out of the account."""
    return [Subject(Name.of(row.must("name"))) for row in answers.rows("shares") if row.text("kind") == "OUTBOUND"]


def few_procedures(answers: Answers) -> list[Subject]:
    """Procedures, unless they are too many."""
    found = list(procedure_rows(answers))
    return [
        Subject(name, sql=name.container.quoted + "." + Name.of(plain).quoted + name.last[len(plain) :])
        for name, plain, _ in found
        if len(found) <= FEW
    ]


def procedure_rows(answers: Answers) -> Iterator[tuple[Name, str, Row]]:
    """Procedures with argument types in their name, their plain name and their row; the built-in ones are left out."""
    for row in narrowest(answers, "procedures"):
        if row.has("is_builtin") and row.flag("is_builtin") is True:
            continue
        told = [row.text(column) for column in ("catalog_name", "schema_name", "name", "arguments")]
        if not all(isinstance(part, str) for part in told) or baseline.database(str(told[0])):
            continue
        database, schema, plain, arguments = (str(part) for part in told)
        types = arguments[len(plain) :].partition(" RETURN")[0].strip()
        yield Name.of(database, schema, f"{plain}{types}"), plain, row


def narrowest(answers: Answers, key: str) -> Iterator[Row]:
    """The rows of a listing; of a database or schema for which it was asked again, only of the narrower answers."""
    narrower = {answer.ask.on for level in ("of_database", "of_schema") for answer in answers.of(f"show_{key}_{level}")}
    for name in (f"show_{key}", f"show_{key}_of_database", f"show_{key}_of_schema"):
        for answer in answers.of(name):
            for cells in answer.rows:
                row = Row(cells, answer.ask, answers.missing)
                depth = len(answer.ask.on) + 1
                if depth > 2 or not narrower or _container(row, depth) not in narrower:
                    yield row


def _container(row: Row, depth: int) -> Name:
    parts = [row.text(*names) for names in (_DATABASE, _SCHEMA)[:depth]]
    return Name(part for part in parts if isinstance(part, str))


def users(answers: Answers) -> list[Subject]:
    """Users that are not Snowflake's own."""
    return [Subject(Name.of(name)) for name, _ in user_rows(answers)]


def user_rows(answers: Answers) -> Iterator[tuple[str, Row]]:
    """Users that are not Snowflake's own, with their rows; of those that SHOW USERS hides, with those of the view."""
    viewed = {row.text("name"): row for row in answers.rows("usage_users")}
    shown = list(answers.rows("users"))
    for row in [*shown] if shown else viewed.values():
        name = row.text("name")
        better = viewed.get(name, row) if hidden(row) else row
        type_ = better.text("type")
        if isinstance(name, str) and not baseline.user(name, type_ if isinstance(type_, str) else None):
            yield name, better


def hidden(row: Row) -> bool:
    """Whether the details of a user are NULL because the role may not see them; this column is never NULL otherwise."""
    return row.flag("disabled") is None


def if_users_are_hidden(answers: Answers) -> list[Subject]:
    """The account, where SHOW USERS was refused or hides somebody's details."""
    asked = answers.of("users")
    return [Subject(ACCOUNT)] if asked and (answers.failed("users") or any(map(hidden, answers.rows("users")))) else []


def service_users(answers: Answers) -> list[Subject]:
    """Users of programs, and those whose type was not told; people too where there are few users."""
    found = list(user_rows(answers))
    return [
        Subject(Name.of(name))
        for name, row in found
        if len(found) <= FEW or isinstance(kind := row.text("type"), Unknown) or kind in _SERVICES
    ]


def users_with(column: str) -> Subjects:
    """Users for which the list of users says yes in a column."""
    return lambda answers: [
        Subject(Name.of(name)) for name, row in user_rows(answers) if row.has(column) and row.flag(column) is True
    ]


def users_with_other_keys(answers: Answers) -> list[Subject]:
    """Users with a key whose fingerprint the list of credentials does not tell."""
    told = set()
    for row in answers.rows("credentials"):
        details = row.details("additional_details")
        if row.text("type") == "KEYPAIR" and not isinstance(details, Unknown) and fingerprint(details):
            told.add(row.text("user_name"))
    return [subject for subject in users_with("has_rsa_public_key")(answers) if subject.name.last not in told]


def fingerprint(details: object) -> str:
    """The fingerprint in the details of a key pair; empty where they do not tell."""
    found = details if isinstance(details, dict) else {}
    for key in ("PUBLIC_KEY_FP", "RSA_PUBLIC_KEY_FP", "FINGERPRINT", "PUBLIC_KEY_FINGERPRINT"):
        if isinstance(value := found.get(key), str) and value:
            return value
    return ""


def account_roles(answers: Answers) -> list[Subject]:
    """Account roles, those of the system too."""
    return [Subject(name) for name, _ in role_rows(answers) if len(name) == 1]


def database_roles(answers: Answers) -> list[Subject]:
    """Database roles of the account's own databases."""
    own = {subject.name for subject in databases(answers)}
    return [Subject(name) for name, _ in role_rows(answers) if len(name) == 2 and name.database in own]


def role_rows(answers: Answers) -> Iterator[tuple[Name, Row]]:
    """Roles and database roles; those of applications and of instances are left out."""
    for row in answers.rows("roles"):
        name, kind = row.text("name"), row.text("role_type")
        if isinstance(name, str) and kind == "ROLE":
            yield Name.of(name), row
        elif isinstance(name, str) and kind == "DATABASE_ROLE":
            database = row.text("role_database_name")
            if isinstance(database, str) and not baseline.database(database):
                yield Name.of(database, name), row
    for row in answers.rows("show_roles"):
        if isinstance(name := row.text("name"), str):
            yield Name.of(name), row
    for row in answers.rows("show_database_roles"):
        if isinstance(name := row.text("name"), str):
            yield Name((*row.ask.on, name)), row


def _fewer_containers(answers: Answers) -> bool:
    containers = len(databases(answers)) + len(schemas(answers))
    return containers <= len(account_roles(answers)) + len(database_roles(answers))


def by_container(listed: Subjects) -> Subjects:
    """These where asking about containers takes fewer statements than asking about roles."""
    return lambda answers: listed(answers) if _fewer_containers(answers) else []


def by_role(listed: Subjects) -> Subjects:
    """These where asking about roles takes fewer statements than asking about containers."""
    return lambda answers: [] if _fewer_containers(answers) else listed(answers)


def inherited_possible(answers: Answers) -> bool:
    """Whether the account has opted in to inherited grants; also where its parameters were not told."""
    if not answers.told("parameters"):
        return True
    return any(row.text("key") == INHERITED and row.text("value") == "ENABLED" for row in answers.rows("parameters"))


def if_inherited(listed: Subjects) -> Subjects:
    """These where inherited grants can exist and the lists of grants do not tell them."""

    def wanted(answers: Answers) -> Iterable[Subject]:
        told = any(answers.has_column(key, "is_inherited") for key in ("grants_to_roles", "grants_to_role"))
        return listed(answers) if inherited_possible(answers) and not told else []

    return wanted


def policies_not_told(answers: Answers) -> list[Subject]:
    """Policies of which the list of all references, if it was told at all, says nothing.

    The page of that view names masking, row access and network policies; other kinds may be missing in it.
    """
    kinds = dict(_BY_POLICY)
    seen: set[tuple[str, Name]] = set()
    if answers.told("policy_uses"):
        for name, row in named_policies(answers, "policy_uses"):
            seen.add((str(row.text("policy_kind")), name))
    else:
        kinds |= _BY_TAG_TOO
    return [
        Subject(name, kind)
        for kind, keys in kinds.items()
        for name, _ in named_rows(answers, *keys)
        if (kind, name) not in seen
    ]


def named_policies(answers: Answers, *keys: str) -> Iterator[tuple[Name, Row]]:
    """Rows about references, with the full name of the policy."""
    for row in answers.rows(*keys):
        parts = [row.text(column) for column in ("policy_db", "policy_schema", "policy_name")]
        if not any(isinstance(part, Unknown) for part in parts) and parts[2]:
            yield Name(str(part) for part in parts if part), row
