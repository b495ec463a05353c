"""Finds the platform's model in an account: which database is which layer, what each schema, warehouse and role is for.

A guess that is checked: `ops.adopt.fit` compares what the declaration would make with what the account has.
"""

import re
from collections.abc import Iterable, Mapping

from account import things
from account.names import Name
from account.picture import Picture
from account.principals import Grant, Principal, PrincipalKind, Scope, database_role, role
from account.values import is_known, known
from ops.adopt.details import Details, NotTold
from ops.adopt.model import Estate
from ops.adopt.names import identifier, slug
from stacks.databases import GOVERNANCE, BuiltBy, Database, Layer, Schema
from stacks.monitors import Monitor
from stacks.roles import AccessLevel, DatabaseAccess, Role, SystemRole
from stacks.warehouses import Warehouse, WarehouseSize

_WORDS: Mapping[str, frozenset[str]] = {
    "raw": frozenset({"RAW", "BRONZE", "LANDING", "SOURCE", "SOURCES", "INGEST"}),
    "staging": frozenset({"STAGING", "STG", "SILVER", "CLEAN", "CORE"}),
    "analytics": frozenset({"ANALYTICS", "GOLD", "MART", "MARTS", "DWH", "REPORTING"}),
    "loading": frozenset({"LOADING", "LOAD", "LOADER", "INGEST", "ETL", "ELT"}),
    "transforming": frozenset({"TRANSFORMING", "TRANSFORM", "TRANSFORMER", "DBT"}),
    "reporting": frozenset({"REPORTING", "REPORT", "BI", "DASHBOARD", "ANALYST"}),
    "loader": frozenset({"LOADER", "LOAD", "INGEST"}),
    "transformer": frozenset({"TRANSFORMER", "TRANSFORM", "DBT"}),
    "analyst": frozenset({"ANALYST", "ANALYSTS", "READER", "REPORTER"}),
    "admin": frozenset({"ADMIN", "ADMINISTRATOR"}),
    "dbt": frozenset({"DBT", "TRANSFORMER"}),
    "dashboard": frozenset({"DASHBOARD", "REPORT"}),
    "bi": frozenset({"BI", "TABLEAU", "LOOKER"}),
    "services": frozenset({"SERVICES", "SERVICE", "PROGRAMS"}),
    "people": frozenset({"PEOPLE", "PERSON", "HUMANS", "HUMAN", "USERS"}),
    "email": frozenset({"EMAIL", "MAIL"}),
    "phone": frozenset({"PHONE"}),
    "address": frozenset({"ADDRESS"}),
}
"""Words in names that tell what something is for, by key."""
RETENTION, TIMEOUT = "DATA_RETENTION_TIME_IN_DAYS", "STATEMENT_TIMEOUT_IN_SECONDS"
QUEUED = "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS"
_CREATE = {"CREATE VIEW": BuiltBy.DBT, "CREATE STAGE": BuiltBy.LOADER}


class NoFit(Exception):
    """The account does not have what the platform's model needs; the text says what."""


def keyed(names: Iterable[Name], wanted: Iterable[str]) -> dict[Name, str]:
    """A key for each name: one of the wanted where a word of the name says so, and no other name has it; else its own.

    Keys decide what a thing is called in Pulumi and config, so they are the platform's wherever that is clear.
    """
    ordered, found, taken = sorted(names), dict[Name, str](), set[str]()
    for key in wanted:
        matching = [name for name in ordered if name not in found and _words(name) & _WORDS.get(key, frozenset())]
        if len(matching) == 1:
            found[matching[0]] = key
            taken.add(key)
    for name in ordered:
        if name not in found:
            made = slug(name.last)
            while made in taken:
                made = f"{made}-x"
            found[name] = made
            taken.add(made)
    return found


def _words(name: Name) -> frozenset[str]:
    return frozenset(re.split(r"[^A-Z0-9]+", name.last.upper()))


class Shape:
    """What an account has, asked for as the platform's model needs it. `without`: things that are not to be part."""

    def __init__(
        self, picture: Picture, details: Details, estate: Estate, without: frozenset[tuple[str, Name]]
    ) -> None:
        self.picture, self.details, self.estate, self.without = picture, details, estate, without
        self._on: dict[tuple[Principal, str, Name], set[str]] = {}
        for grant in picture.grants:
            if grant.scope is Scope.OBJECT:
                self._on.setdefault((grant.grantee, grant.kind, grant.on), set()).add(grant.privilege)
        self._future: set[Grant] = {grant for grant in picture.grants if grant.scope is Scope.FUTURE}
        self.layers = self._layers()
        self.warehouse_keys = self._warehouse_keys()
        self.role_keys = self._role_keys()

    def part(self, thing: things.AnyThing, *, administered: bool = False) -> bool:
        """Whether a thing can be part of the platform: this stack's, owned as the platform would."""
        owner = role("ACCOUNTADMIN") if administered else self.estate.deployer
        return (
            (thing.kind, thing.name) not in self.without
            and (thing.kind, thing.name) not in self.estate.apart
            and self.estate.mine(thing.name.database.last)
            and is_known(thing.owner)
            and thing.owner == owner
        )

    def plain(self, kind: str, name: Name, *parameters: str) -> bool:
        """Whether nothing is set on a thing but those parameters, which are all that a declaration says."""
        try:
            return set(self.details.set_on(kind, name)) <= set(parameters)
        except NotTold:
            return False

    def stripped(self, name: Name) -> str:
        """An account-level name as the declaration has it: without the prefix of its environment."""
        return name.last.removeprefix(self.estate.prefix)

    def _layers(self) -> dict[Layer, things.Database]:
        candidates = [
            database
            for database in self.picture.all(things.Database)
            if self.part(database)
            and self.plain("DATABASE", database.name, RETENTION)
            and all(self.picture.find(things.Role, self.access(database.name, level).name) for level in AccessLevel)
        ]
        keys = keyed((database.name for database in candidates), (layer.value for layer in Layer))
        governed = [
            database
            for database in candidates
            if self.picture.find(things.Schema, (*database.name, GOVERNANCE)) is not None
        ]
        if len(governed) == 1:
            keys = {name: key for name, key in keys.items() if key != Layer.ANALYTICS.value}
            keys[governed[0].name] = Layer.ANALYTICS.value
        found = {
            Layer(keys[database.name]): database
            for database in candidates
            if keys.get(database.name) in {layer.value for layer in Layer}
        }
        for layer in Layer:
            if layer not in found:
                raise NoFit(
                    f"no database of layer {layer.value} was found: one that {self.estate.deployer} owns, with "
                    "database roles NAME_R, NAME_RW and NAME_OWN, and a name that tells its layer"
                )
        return found

    def access(self, database: Name, level: AccessLevel) -> Principal:
        """The database role that would carry an access."""
        return database_role(database.last, f"{database.last}_{level.value}")

    def databases(self) -> tuple[Database, ...]:
        """The databases with their schemas."""
        return tuple(
            Database(
                key=layer.value,
                name=identifier(self.stripped(database.name)),
                layer=layer,
                comment=known(database.comment) or "",
                retention_days=_number(known(database.retention_days)),
                schemas=tuple(self._schemas(database)),
            )
            for layer, database in sorted(self.layers.items(), key=lambda item: list(Layer).index(item[0]))
        )

    def _schemas(self, database: things.Database) -> Iterable[Schema]:
        read, write, own = (self.access(database.name, level) for level in AccessLevel)
        for schema in self.picture.all(things.Schema):
            usual = schema.managed_access is True and self.plain("SCHEMA", schema.name, RETENTION)
            if schema.name.database != database.name or not self.part(schema) or not usual:
                continue
            created = self._on.get((own, "SCHEMA", schema.name), set())
            yield Schema(
                name=identifier(schema.name.last),
                comment=known(schema.comment) or "",
                built_by=next((by for word, by in _CREATE.items() if word in created), BuiltBy.MIGRATIONS),
                readable="USAGE" in self._on.get((read, "SCHEMA", schema.name), set()),
                states_retention=RETENTION in self.details.set_on("SCHEMA", schema.name),
                writable=Grant(write, "INSERT", "TABLE", schema.name, Scope.FUTURE) in self._future,
            )

    def _warehouse_keys(self) -> dict[Name, str]:
        monitors = [warehouse.monitor for warehouse in self.picture.all(things.Warehouse)]
        own = [
            warehouse.name
            for warehouse in self.picture.all(things.Warehouse)
            if self.part(warehouse, administered=True)
            and isinstance(warehouse.monitor, Name)
            and monitors.count(warehouse.monitor) == 1
            and ("RESOURCE MONITOR", warehouse.monitor) not in self.without
            and self.plain("WAREHOUSE", warehouse.name, TIMEOUT, QUEUED)
            and isinstance(warehouse.statement_timeout, int)
            and isinstance(warehouse.queued_timeout, int)
        ]
        return keyed(own, ("loading", "transforming", "reporting"))

    def warehouses(self) -> tuple[Warehouse, ...]:
        """The warehouses that have a monitor of their own and time limits."""
        found = ((name, self.picture.find(things.Warehouse, name)) for name in self.warehouse_keys)
        return tuple(
            Warehouse(
                key=self.warehouse_keys[name],
                name=identifier(self.stripped(name)),
                comment=known(warehouse.comment) or "",
                size=WarehouseSize(str(known(warehouse.size))),
                auto_suspend=_number(known(warehouse.auto_suspend)),
                max_clusters=known(warehouse.max_clusters),
                statement_timeout=_number(known(warehouse.statement_timeout)),
                queued_timeout=_number(known(warehouse.queued_timeout)),
                monitor=self.warehouse_keys[name],
                query_acceleration=bool(known(warehouse.query_acceleration)),
            )
            for name, warehouse in found
            if warehouse is not None
        )

    def monitors(self) -> tuple[Monitor, ...]:
        """The monitors of those warehouses, and the account's."""
        wanted: dict[Name, str] = {}
        for name, key in self.warehouse_keys.items():
            warehouse = self.picture.find(things.Warehouse, name)
            if warehouse is not None and isinstance(warehouse.monitor, Name):
                wanted[warehouse.monitor] = key
        for monitor in self.picture.all(things.Monitor):
            if self.estate.owns_account and monitor.on_account is True and self.part(monitor, administered=True):
                wanted[monitor.name] = "account"
        found = ((name, self.picture.find(things.Monitor, name)) for name in wanted)
        return tuple(
            Monitor(
                key=wanted[name],
                name=identifier(self.stripped(name)),
                quota=_number(known(monitor.quota)),
                notify_at=known(monitor.notify_at),
                suspend_at=_number(known(monitor.suspend_at)),
                suspend_immediately_at=known(monitor.suspend_immediately_at),
                for_account=wanted[name] == "account",
            )
            for name, monitor in found
            if monitor is not None
        )

    def _role_keys(self) -> dict[Name, str]:
        carried = {self.access(database.name, level) for database in self.layers.values() for level in AccessLevel}
        found = {entry.member.name for entry in self.picture.memberships if entry.role in carried}
        grew = True
        while grew:
            more = {entry.member.name for entry in self.picture.memberships if entry.role.name in found}
            grew, found = not more <= found, found | more
        own = [one.name for one in self.picture.all(things.Role) if len(one.name) == 1 and self.part(one)]
        return keyed((name for name in own if name in found), ("loader", "transformer", "analyst", "admin"))

    def roles(self) -> tuple[Role, ...]:
        """The functional roles: account roles that carry access to the databases, or include one that does."""
        return tuple(self._role(name, key) for name, key in self.role_keys.items())

    def _role(self, name: Name, key: str) -> Role:
        me, thing = Principal(PrincipalKind.ROLE, name), self.picture.find(things.Role, name)
        held = {entry.role for entry in self.picture.memberships if entry.member == me}
        parents = {entry.member.name.last for entry in self.picture.memberships if entry.role == me}
        return Role(
            key=key,
            name=identifier(self.stripped(name)),
            comment=(known(thing.comment) if thing is not None else None) or "",
            access=tuple(
                DatabaseAccess(database=layer.value, level=level)
                for layer in Layer
                for level in AccessLevel
                if self.access(self.layers[layer].name, level) in held
            ),
            warehouses=tuple(
                warehouse
                for on, warehouse in self.warehouse_keys.items()
                if "USAGE" in self._on.get((me, "WAREHOUSE", on), set())
            ),
            includes=tuple(other for on, other in self.role_keys.items() if Principal(PrincipalKind.ROLE, on) in held),
            parent=next((parent for parent in SystemRole if parent.value in parents), None),
        )


def _number(value: int | None) -> int:
    if value is None:
        raise NoFit("a number that the platform's model needs is not set in the account")
    return value
