"""Rows about containers, warehouses, monitors and what lies in schemas."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from account import things
from account.live import baseline, subjects
from account.live.answers import Answers, Row, items, number
from account.live.common import each, in_order, levels, origin, owner, properties, sure
from account.names import Name
from account.values import Maybe, Unknown

if TYPE_CHECKING:
    from account.builder import Builder

_SIZES: Final = {
    "X-Small": "XSMALL", "Small": "SMALL", "Medium": "MEDIUM", "Large": "LARGE", "X-Large": "XLARGE",
    "2X-Large": "XXLARGE", "3X-Large": "XXXLARGE", "4X-Large": "X4LARGE", "5X-Large": "X5LARGE", "6X-Large": "X6LARGE",
}  # fmt: skip
"""How SHOW WAREHOUSES prints a size, and how it is declared."""
_NO_COMMENT: Final = "user-defined procedure"
"""What SHOW PROCEDURES prints where there is no comment."""
_NONE: Final = frozenset({"null", "none"})


def containers(answers: Answers, out: Builder) -> None:
    """Databases and schemas, with the retention that holds in each, set there or not: SHOW does not tell which."""
    has_public = {name.database for name, _ in subjects.named_rows(answers, "schemas") if name.last == "PUBLIC"}
    told = answers.told("schemas")
    own: set[Name] = set()

    def database(row: Row) -> things.Database | None:
        name, kind = Name.of(row.must("name")), row.text("kind")
        kind = kind if isinstance(kind, str) else "STANDARD"
        if baseline.database(name.last, kind):
            return None
        own.add(name)
        return things.Database(
            name=name,
            owner=owner(row, name),
            comment=row.text("comment"),
            origin=origin(row),
            type=kind,
            retention_days=row.number("retention_time"),
            transient=_option(row, "TRANSIENT"),
            drops_public_schema=name not in has_public if told else Unknown("the schemas were not told"),
        )

    def schema(row: Row) -> things.Schema | None:
        name = subjects.name_of(row)
        if name.last in baseline.listed("schemas") or name.database not in own:
            return None
        transient = _option(row, "TRANSIENT")
        return things.Schema(
            name=name,
            owner=owner(row, name),
            comment=row.text("comment"),
            origin=origin(row),
            managed_access=_option(row, "MANAGED ACCESS"),
            retention_days=row.number("retention_time"),
            transient=transient if isinstance(transient, Unknown) else transient or None,
        )

    each(out, "DATABASE", answers.rows("databases"), database)
    each(out, "SCHEMA", answers.rows("schemas"), schema)


def _option(row: Row, word: str) -> Maybe[bool]:
    options = row.text("options")
    return options if isinstance(options, Unknown) else word in (options or "")


def warehouses(answers: Answers, out: Builder) -> None:
    """Warehouses with their time limits."""
    limits = levels(answers, "warehouse_parameters", "WAREHOUSE")

    def warehouse(row: Row) -> things.Warehouse | None:
        name = Name.of(row.must("name"))
        if baseline.warehouse(name.last):
            return None
        monitor, faster = row.text("resource_monitor"), row.flag("enable_query_acceleration")
        set_here = limits.get(name)

        def limit(key: str) -> Maybe[int | None]:
            return (
                Unknown(f"the parameters of {name} were not told")
                if set_here is None
                else number(set_here.get(key), key)
            )

        return things.Warehouse(
            name=name,
            owner=owner(row, name),
            comment=row.text("comment"),
            origin=origin(row),
            type=sure(row.text("type"), "STANDARD"),
            size=_size(row.text("size")),
            generation=row.text("generation"),
            min_clusters=sure(row.number("min_cluster_count"), 1),
            max_clusters=sure(row.number("max_cluster_count"), 1),
            auto_suspend=row.number("auto_suspend"),
            auto_resume=row.flag("auto_resume"),
            monitor=Name.of(monitor) if isinstance(monitor, str) and monitor not in _NONE else _no(monitor),
            statement_timeout=limit("STATEMENT_TIMEOUT_IN_SECONDS"),
            queued_timeout=limit("STATEMENT_QUEUED_TIMEOUT_IN_SECONDS"),
            query_acceleration=faster,
            query_acceleration_factor=None if faster is False else row.number("query_acceleration_max_scale_factor"),
        )

    each(out, "WAREHOUSE", answers.rows("warehouses"), warehouse)


def _no(value: object) -> Unknown | None:
    return value if isinstance(value, Unknown) else None


def _size(shown: Maybe[str | None]) -> Maybe[str | None]:
    if not isinstance(shown, str):
        return shown
    known = _SIZES.get(shown) or (shown.upper() if shown.upper() in _SIZES.values() else None)
    return known or Unknown(f"the size {shown!r} is not known here")


def monitors(answers: Answers, out: Builder) -> None:
    """Resource monitors."""

    def monitor(row: Row) -> things.Monitor:
        name, notify = Name.of(row.must("name")), row.items("notify_at")
        users = row.items("notify_users")
        level = row.text("level")
        return things.Monitor(
            name=name,
            owner=owner(row, name),
            comment=row.text("comment"),
            origin=origin(row),
            quota=row.number("credit_quota"),
            frequency=row.text("frequency"),
            start=row.text("start_time"),
            notify_at=_percent(notify),
            suspend_at=row.number("suspend_at"),
            suspend_immediately_at=row.number("suspend_immediately_at"),
            notify_users=in_order(users),
            on_account=level if isinstance(level, Unknown) else level == "ACCOUNT",
        )

    each(out, "RESOURCE MONITOR", answers.rows("monitors"), monitor)


def _percent(shown: Maybe[tuple[str, ...] | None]) -> Maybe[tuple[int, ...]]:
    if isinstance(shown, Unknown):
        return shown
    found = [number(entry, "notify_at") for entry in shown or ()]
    wrong = next((entry for entry in found if isinstance(entry, Unknown)), None)
    return wrong if wrong is not None else tuple(sorted(entry for entry in found if isinstance(entry, int)))


def stages(answers: Answers, out: Builder) -> None:
    """Named stages."""

    def stage(row: Row) -> things.Stage:
        name = subjects.name_of(row)
        return things.Stage(
            name=name,
            owner=owner(row, name),
            comment=row.text("comment"),
            origin=origin(row),
            url=row.text("url"),
            integration=row.text("storage_integration"),
            has_credentials=sure(row.flag("has_credentials"), False),
        )

    each(out, "STAGE", subjects.narrowest(answers, "stages"), stage)


def programs(answers: Answers, out: Builder) -> None:
    """Tasks and stored procedures, with whose rights they run."""
    rights = properties(answers, "describe_procedure")
    not_told = Unknown("procedures were not described one by one")

    def task(row: Row) -> things.Task:
        name = subjects.name_of(row)
        runs_as = row.text("execute_as_user", "execute_as") if row.has("execute_as_user", "execute_as") else not_shown
        return things.Task(
            name=name, owner=owner(row, name), comment=row.text("comment"), origin=origin(row), runs_as=runs_as
        )

    not_shown = Unknown("SHOW TASKS does not tell whether a task runs as a user")
    each(out, "TASK", subjects.narrowest(answers, "tasks"), task)
    for name, _, row in subjects.procedure_rows(answers):
        told = rights.get(name)
        execute_as = told.get("EXECUTE AS", "OWNER") if told is not None else not_told
        out.add(things.Procedure(name=name, comment=row.text("description"), origin=origin(row), execute_as=execute_as))


def integrations(answers: Answers, out: Builder) -> None:
    """Integrations, with what DESCRIBE tells about locations, network policy and the role they run as."""
    described = properties(answers, "describe_integration")

    def integration(row: Row) -> things.Integration:
        name = Name.of(row.must("name"))
        told = described.get(name)
        plain = things.Integration(
            name=name,
            owner=owner(row, name),
            comment=row.text("comment"),
            origin=origin(row),
            category=sure(row.text("category"), ""),
            type=sure(row.text("type"), ""),
            enabled=sure(row.flag("enabled"), True),
        )
        if told is None:
            unknown = Unknown(f"integration {name} was not described")
            return replace(plain, allowed_locations=unknown, network_policy=unknown, run_as_role=unknown)
        policy = told.get("NETWORK_POLICY")
        return replace(
            plain,
            allowed_locations=in_order(items(told.get("STORAGE_ALLOWED_LOCATIONS"))),
            network_policy=Name.loose(policy) if policy else None,
            run_as_role=told.get("RUN_AS_ROLE"),
        )

    each(out, "INTEGRATION", answers.rows("integrations"), integration)


def shares(answers: Answers, out: Builder) -> None:
    """Outbound shares."""

    def share(row: Row) -> things.Share | None:
        if row.text("kind") != "OUTBOUND":
            return None
        name = Name.of(row.must("name"))
        return things.Share(
            name=name,
            owner=owner(row, name),
            comment=row.text("comment"),
            origin=origin(row),
            accounts=in_order(row.items("to")),
        )

    each(out, "SHARE", answers.rows("shares"), share)
