"""Tables and views of a query: found by Snowflake's name rules, checked against privileges, expanded to DuckDB tables.

Every reference becomes a subquery that presents exactly the catalogue's columns under their names. A view becomes its
query, resolved in the view's own schema with the rights of the view's owner (docs.snowflake.com: Overview of Access
Control, "Views"; Working with Secure Views).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from local.access import Access
from local.data.coerce import place_positions
from local.data.columns import ColumnDef, columns_of
from local.data.guard import CALLED, CHECKED, written
from local.data.information import information_schema
from local.data.load_functions import call_of, table_function
from local.data.parse import parse, prepare
from local.data.policies import answer_invoker, protect
from local.data.sequences import find_sequence, reference, take_next
from local.data.shapes import SCHEMA
from local.data.staged_query import files_source
from local.data.travel import UNAVAILABLE, Point, past_source, point_of
from local.data.udf import expand_call
from local.data.work import source_name
from local.errors import SnowflakeError, compilation_error, insufficient_privileges, unsupported
from local.model import Kind, Obj
from local.names import Path, dotted
from local.session import Context, Session
from local.usage.query import usage_query

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.expressions import Expr

ROWID = "_row"
"""How a DML target presents DuckDB's row id."""

_DEPTH = 32
UNSUPPORTED = "000002"


@dataclass(frozen=True, slots=True)
class Reading:
    """Whose rights count and where unqualified names are looked up."""

    access: Access
    database: int | None
    schema: int | None
    depth: int = 0
    defining: bool = False
    """No row is read, only a view's columns are found: policies do not matter yet."""
    point: Point | None = None
    """The time as of which tables are read (AT, BEFORE behind a view's name); None for now."""


@dataclass
class Resolver:
    """Resolves the references of one statement; ``tables`` collects the physical tables that it touches."""

    context: Context
    own: Reading | None = None
    """Rights and schema other than the session's (the definition of a view)."""
    tables: set[int] = field(default_factory=set)
    views: set[int] = field(default_factory=set)
    sequences: set[int] = field(default_factory=set)
    calls: int = 0
    """Calls of the account's own functions so far."""
    _pending: list[tuple[Expr, Reading]] = field(default_factory=list)
    """Calls that wait for the tables around them, which tell the types of their arguments."""

    def reading(self) -> Reading:
        """Whose rights count: the session's, in its current schema, unless ``own`` says otherwise."""
        if self.own is not None:
            return self.own
        session = self.context.session
        return Reading(self.context.access, session.database, session.schema)

    def query(self, tree: Expr) -> Expr:
        """The query with every table and view reference expanded, in place; the root may be replaced."""
        self._walk(tree, self.reading(), frozenset())
        self.expand_calls()
        place_positions(tree)
        return tree

    def expand(self, tree: Expr, names: frozenset[str]) -> None:
        """Expand references below ``tree``; ``names`` are CTEs that are already there."""
        self._walk(tree, self.reading(), names)
        self.expand_calls()

    def read_body(self, tree: Expr, reading: Reading) -> None:
        """Expand references below the body of a function; calls in it wait for their turn."""
        if reading.depth >= _DEPTH:
            raise compilation_error("Functions and views are nested too deeply.", "002037", "42601")
        self._walk(tree, reading, frozenset())

    def expand_calls(self) -> None:
        """Put the bodies of functions in place of the calls that wait."""
        while self._pending:
            expand_call(self, *self._pending.pop(0))

    def target(self, table: exp.Table, privilege: str) -> Obj:
        """The table that DML writes; 002003 or 003001. What it sees of the table is ``protect``'s business."""
        path = _path(table)
        reading = self.reading()
        found = self._find(path, reading)
        self._check(found, path, reading.access, privilege)
        if found.kind is not Kind.TABLE or table.args.get("when"):
            raise compilation_error(f"Object '{dotted(path)}' is not a table.", "002203", "42809")
        self.tables.add(found.id)
        return found

    def _walk(self, node: Expr, reading: Reading, names: frozenset[str]) -> None:
        from sqlglot import exp

        with_ = node.args.get("with_")
        if isinstance(with_, exp.With):
            for cte in with_.expressions:
                self._cte(cte, reading, names, recursive=bool(with_.args.get("recursive")))
                names |= {cte.alias}
        for child in list(node.iter_expressions()):
            if child is with_:
                continue
            self._walk(child, reading, names)
        if isinstance(node, exp.Table):
            self._reference(node, reading, names)
        elif isinstance(node, (exp.Func, exp.Dot, exp.TableFromRows, exp.Lateral)):
            self._function(node, reading)
        elif isinstance(node, exp.Column):
            self._column(node, reading)

    def _column(self, node: exp.Column, reading: Reading) -> None:
        path = reference(node)
        if path is not None:
            sequence = find_sequence(self.context.catalogue, reading.access, self._complete(path, reading))
            self.sequences.add(sequence.id)
            take_next(node, SCHEMA, sequence)
        elif node.args.get("db"):
            node.set("db", None)
            node.set("catalog", None)

    def _function(self, node: Expr, reading: Reading) -> None:
        from sqlglot import exp

        loads = call_of(node) if isinstance(node, exp.TableFromRows) else None
        if loads is not None:
            _put(node, loads[0], *table_function(self.context, *loads))
            return
        if isinstance(node, exp.Anonymous) and node.meta.get(CALLED):
            self._pending.append((node, reading))
        elif isinstance(node, exp.Dot) and isinstance(node.expression, exp.Func):
            if isinstance(node.parent, exp.TableFromRows) and call_of(node.parent) is not None:
                return
            if not node.expression.meta.get(CALLED):
                raise unsupported(f"{written(node)}, a function's name with a schema")
        elif isinstance(node, (exp.TableFromRows, exp.Lateral)) and not any(
            call.meta.get(CALLED) for call in node.this.find_all(exp.Anonymous)
        ):
            _check_table_function(node)

    def _cte(self, cte: exp.CTE, reading: Reading, names: frozenset[str], *, recursive: bool) -> None:
        """A CTE may speak of itself only in the second part of a UNION; anywhere else the name means a table."""
        from sqlglot import exp

        body = cte.this
        if not (recursive and isinstance(body, exp.Union)):
            self._walk(body, reading, names)
            return
        holder = exp.Subquery(this=body.this)
        self._walk(holder, reading, names)
        body.set("this", holder.this)
        holder = exp.Subquery(this=body.expression)
        self._walk(holder, reading, names | {cte.alias})
        body.set("expression", holder.this)

    def _reference(self, table: exp.Table, reading: Reading, names: frozenset[str]) -> None:
        from sqlglot import exp

        files = files_source(self.context, table)
        if files is not None:
            _put(table, "_STAGED", *files)
            return
        if not isinstance(table.this, exp.Identifier) or table.args.get("format") or table.args.get("pattern"):
            raise unsupported(f"{written(table)} in FROM")
        path = _path(table)
        clause = table.args.get("when")
        if len(path) == 1 and path[0] in names:
            if clause is not None:
                raise compilation_error(f"Time travel is not possible on '{path[0]}', which is no table or view.")
            return
        if clause is not None:
            reading = replace(reading, point=point_of(self.context, clause))
        _put(table, path[-1], *self._relation(path, reading))

    def _relation(self, path: Path, reading: Reading) -> tuple[Expr, Sequence[ColumnDef]]:
        if reading.point is not None and len(path) > 1 and path[-2] in ("INFORMATION_SCHEMA", "ACCOUNT_USAGE"):
            raise compilation_error(f"Time travel is not possible on '{dotted(path)}'.")
        if len(path) > 1 and path[-2] == "INFORMATION_SCHEMA":
            return information_schema(self.context, path, reading.database)
        usage = usage_query(self.context, self._complete(path, reading), reading.access)
        if usage is not None:
            return usage
        found = self._find(path, reading)
        self._check(found, path, reading.access, "SELECT")
        return self.source(found, reading)

    def source(self, obj: Obj, reading: Reading, *, rowid: bool = False) -> tuple[Expr, Sequence[ColumnDef]]:
        """A SELECT of the object's columns under their names, and these columns."""
        columns = columns_of(obj)
        if obj.kind is Kind.VIEW:
            return protect(self, obj, columns, self._view(obj, columns, reading), reading), columns
        if obj.kind is Kind.DYNAMIC_TABLE and obj.props.get("refreshed") is None and not reading.defining:
            raise not_initialized(obj)
        self.tables.add(obj.id)
        if reading.point is not None:
            found = past_source(self.context, obj, columns, reading.point)
        else:
            found = table_source(source_name(self.context, obj.id), columns, rowid=rowid)
        return protect(self, obj, columns, found, reading, (ROWID,) if rowid else ()), columns

    def read_with(self, tree: Expr, reading: Reading) -> None:
        """Expand references below ``tree`` with other rights than the statement's (the text of a policy)."""
        if reading.depth >= _DEPTH:
            raise compilation_error("Policies and views are nested too deeply.", "002037", "42601")
        # Calls of the statement itself still wait for tables that are being read right now.
        waiting, self._pending = self._pending, []
        self._walk(tree, reading, frozenset())
        self.expand_calls()
        self._pending = waiting

    def names_of(self, table: exp.Table, reading: Reading) -> frozenset[str]:
        """Column names of a table or view of the catalogue that a text names; empty where it is none."""
        try:
            return frozenset(column.name for column in columns_of(self._find(_path(table), reading)))
        except SnowflakeError:
            return frozenset()

    def _view(self, view: Obj, columns: Sequence[ColumnDef], reading: Reading) -> Expr:
        from sqlglot import exp

        if reading.depth >= _DEPTH:
            raise compilation_error(f"View '{view.name}' is nested too deeply.", "002037", "42601")
        self.views.add(view.id)
        inner = view_reading(self.context, view.parent, view.owner, reading.depth + 1, defining=reading.defining)
        inner = replace(inner, point=reading.point)
        tree = parse(str(view.props["query"]))
        answer_invoker(self.context, tree, inner.access)
        tree = prepare(replace_bindings(self.context), tree)
        holder = exp.Subquery(this=tree)
        try:
            self._walk(holder, inner, frozenset())
        except SnowflakeError as error:
            if error.code in (UNSUPPORTED, UNAVAILABLE):
                raise
            raise compilation_error(
                f"Failure during expansion of view '{view.name}': {error.message}", "002037", "42601"
            ) from None
        names = [exp.to_identifier(column.name, quoted=True) for column in columns]
        holder.set("alias", exp.TableAlias(this=exp.to_identifier("v"), columns=names))
        return exp.select(*(exp.column(name.copy()) for name in names)).from_(holder)

    def _find(self, path: Path, reading: Reading) -> Obj:
        full = self._complete(path, reading)
        # The text of a view never means a temporary table: whoever asks could put one in the place of a real one.
        found = find_relation(self.context, full, temporary=reading.access is self.context.access)
        if found is None:
            stream = self.context.catalogue.find(Kind.STREAM, full)
            if stream is not None and reading.access.visible(stream):
                raise unsupported("SELECT … FROM stream")
        if found is None or not reading.access.visible(found):
            raise missing(path)
        return found

    def _complete(self, path: Path, reading: Reading) -> Path:
        if len(path) == 3:
            return path
        lookup = self.context.catalogue.lookup
        database, schema = lookup(reading.database), lookup(reading.schema)
        if database is None:
            raise _no_current("database", "090105")
        if len(path) == 2:
            return (database.name, *path)
        if schema is None:
            raise _no_current("schema", "090106")
        return (*self.context.catalogue.path(schema), *path)

    def _check(self, found: Obj, path: Path, access: Access, privilege: str) -> None:
        if not (access.holds(found, privilege) and access.reachable(found)):
            raise insufficient_privileges(found.kind.value, found.name)


def _put(node: Expr, name: str, source: Expr, columns: Sequence[ColumnDef]) -> None:
    """Put a query in the place of a reference in FROM, under its alias or name."""
    from sqlglot import exp

    alias = node.args.get("alias")
    shown = exp.to_identifier(node.alias or name, quoted=True)
    given = alias.args.get("columns") if alias else None
    subquery = exp.Subquery(this=source, alias=exp.TableAlias(this=shown, columns=given))
    for key in ("joins", "laterals", "pivots", "sample"):
        if node.args.get(key):
            subquery.set(key, node.args[key])
    subquery.meta["columns"] = columns
    node.replace(subquery)


def find_relation(context: Context, path: Path, *, temporary: bool = True) -> Obj | None:
    """The table or view with this complete path; with ``temporary`` one of the session's own comes first."""
    catalogue = context.catalogue
    schema = catalogue.find(Kind.SCHEMA, path[:-1])
    if schema is None:
        return None
    own = catalogue.child(schema.id, Kind.TABLE, path[-1], temporary_signature(context.session)) if temporary else None
    return own or catalogue.child(schema.id, Kind.TABLE, path[-1])


def temporary_signature(session: Session) -> str:
    """What keeps a session's temporary tables and views apart from others of the same name."""
    return f"@{session.id}"


def table_source(name: str, columns: Sequence[ColumnDef], *, rowid: bool = False) -> exp.Select:
    """``SELECT c1 AS "ID", … FROM t7``; with ``rowid`` also the row id under ``ROWID``. ``name`` is DuckDB's."""
    from sqlglot import exp

    shown: list[Expr] = [
        exp.Alias(this=exp.column(column.physical), alias=exp.to_identifier(column.name, quoted=True))
        for column in columns
    ]
    if rowid:
        shown.append(exp.Alias(this=exp.column("rowid"), alias=exp.to_identifier(ROWID)))
    select = exp.select(*shown).from_(name)
    select.args["from_"].this.meta[CHECKED] = True
    return select


def view_reading(
    context: Context, schema: int, owner: int | None, depth: int = 0, *, defining: bool = False
) -> Reading:
    """How the text of a view in ``schema`` is read: by its owner alone, names looked up in the view's own schema."""
    access = Access(context.catalogue, Session(-1, -1, owner, "", ""))
    return Reading(access, context.catalogue.get(schema).parent, schema, depth, defining)


def replace_bindings(context: Context) -> Context:
    """The context of a view's text: same session, no bound values."""
    return replace(context, bindings=())


def not_initialized(table: Obj) -> SnowflakeError:
    """002730: a dynamic table that waits for its first refresh."""
    return compilation_error(
        f"Dynamic Table '{table.name}' is not initialized. Please run a manual refresh or wait for the scheduled "
        "refresh before querying.",
        "002730",
        "42601",
    )


def missing(path: Path) -> SnowflakeError:
    """002003 in the words of a query."""
    return SnowflakeError(
        "002003", "42S02", f"SQL compilation error:\nObject '{dotted(path)}' does not exist or not authorized."
    )


def _no_current(what: str, code: str) -> SnowflakeError:
    return compilation_error(
        f"Cannot perform SELECT. This session does not have a current {what}. "
        f"Call 'USE {what.upper()}', or use a qualified name.",
        code,
        "22000",
    )


def _path(table: exp.Table) -> Path:
    catalog, db, name = table.args.get("catalog"), table.args.get("db"), table.name
    if db is not None and not getattr(db, "name", db):
        db = "PUBLIC"
    parts = [getattr(part, "name", part) for part in (catalog, db) if part]
    return (*(str(part) for part in parts), name)


_TABLE_FUNCTIONS = re.compile(r"(?:EXPLODE|POSEXPLODE|GENERATOR|SPLIT_TO_TABLE)\Z")


def _check_table_function(node: Expr) -> None:
    from sqlglot import exp

    inner = node.this
    if isinstance(inner, exp.Subquery):
        return
    name = inner.sql_name() if isinstance(inner, exp.Func) and not isinstance(inner, exp.Anonymous) else inner.name
    if not _TABLE_FUNCTIONS.match(name.upper()):
        raise unsupported(f"table function {name.upper()}")
