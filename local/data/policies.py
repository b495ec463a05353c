"""Row access and masking policies as part of a query: what stands for a protected table or view in it.

A policy's body is read with the rights of the policy's owner, but its context functions tell of the session that asks
(docs.snowflake.com: Understanding row access policies, "How does a row access policy work?"). The arguments are bound
to the raw columns; rows are chosen first, then columns are masked, so that whatever stands outside sees nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from local.access import Access, role_closure
from local.data.columns import ColumnDef
from local.data.parse import among, parse, prepare
from local.data.types import SqlType
from local.errors import compilation_error, not_found
from local.model import Kind, Obj
from local.protection import Applied, masks, row_policies, signature_of
from local.reader import Reader
from local.session import Context

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.expressions import Expr

    from local.data.resolve import Reading, Resolver

BARRIER = 2**63 - 1
"""A LIMIT that lets every row through: DuckDB moves no condition past it, so none is tried on a hidden row."""


def protect(
    resolver: Resolver, obj: Obj, columns: Sequence[ColumnDef], source: Expr, reading: Reading, keep: Sequence[str] = ()
) -> Expr:
    """The query that stands for a table or view: ``source`` itself, or its visible rows with masked columns.

    ``source`` yields the columns under their names and also those named in ``keep``, which pass through.
    """
    catalogue = resolver.context.catalogue
    if reading.defining:
        return source
    rows, masked = row_policies(catalogue, obj), masks(catalogue, obj, columns)
    place = _Place(resolver, obj, reading, f"_p{obj.id}")
    for applied in rows:
        source = _visible(place, applied, source)
    return _masked(place, columns, masked, source, keep) if masked else source


@dataclass(frozen=True, slots=True)
class _Place:
    """Where policies apply: the protected object, who reads it, and its name in the query."""

    resolver: Resolver
    obj: Obj
    reading: Reading
    alias: str

    def column(self, name: str) -> exp.Column:
        """A column of the protected object."""
        from sqlglot import exp

        return exp.column(exp.to_identifier(name, quoted=True), table=exp.to_identifier(self.alias))


def _visible(place: _Place, applied: Applied, source: Expr) -> Expr:
    from sqlglot import exp

    condition = _body(place, applied, "")
    # A cast, so that a text or number that the body yields by mistake shows nothing or fails, as it does in Snowflake.
    truth = exp.cast(condition, "BOOLEAN")
    select = exp.select("*").from_(_subquery(place, source)).where(truth)
    return select.limit(BARRIER)


def _masked(
    place: _Place, columns: Sequence[ColumnDef], masked: Mapping[str, Applied], source: Expr, keep: Sequence[str]
) -> Expr:
    from sqlglot import exp

    shown: list[Expr] = []
    for column in columns:
        applied = masked.get(column.name)
        value = place.column(column.name) if applied is None else _as(column.type, _body(place, applied, column.name))
        shown.append(exp.Alias(this=value, alias=exp.to_identifier(column.name, quoted=True)))
    shown += [exp.column(exp.to_identifier(name), table=exp.to_identifier(place.alias)) for name in keep]
    return exp.select(*shown).from_(_subquery(place, source))


def _subquery(place: _Place, source: Expr) -> exp.Subquery:
    from sqlglot import exp

    return exp.Subquery(this=source, alias=exp.TableAlias(this=exp.to_identifier(place.alias)))


def _as(kind: SqlType, value: Expr) -> Expr:
    """The value in the column's type; a text that is too long for it is an error, as when it is stored."""
    import sqlglot
    from sqlglot import exp

    from local.data.values import converted

    tree = sqlglot.parse_one(converted("masked", kind), read="duckdb")
    for found in list(tree.find_all(exp.Column)):
        found.replace(value.copy())
    return tree


# The text of a policy


def _body(place: _Place, applied: Applied, column: str) -> Expr:
    """The policy's expression with its arguments bound and its tables read; ``column`` is the masked one."""
    from sqlglot import exp

    from local.data.resolve import view_reading

    policy, context = applied.policy, place.resolver.context
    # The line ends before the parenthesis, should the body end with a comment.
    tree = parse(f"SELECT ({policy.props['body']}\n)")
    one = isinstance(tree, exp.Select) and len(tree.expressions) == 1 and not tree.args.get("from_")
    if not one or isinstance(tree.expressions[0].unnest(), exp.Tuple):
        raise compilation_error(f"Policy body of '{policy.name}' is not one expression.", "001003", "42000")
    _answer(place, tree, column)
    prepare(_context(context, place.obj), tree)
    inner = view_reading(context, policy.parent, policy.owner, place.reading.depth + 1)
    names = [name for name, _ in signature_of(policy)]
    _bind(place, tree, dict(zip(names, applied.columns, strict=True)), inner)
    holder = exp.Subquery(this=tree)
    place.resolver.read_with(holder, inner)
    found: Expr = holder.this.expressions[0]
    return found.unalias()


def _context(context: Context, obj: Obj) -> Context:
    """The asking session, with the protected object's database and schema as the current ones."""
    database = context.catalogue.get(obj.parent).parent
    return replace(context, session=replace(context.session, database=database, schema=obj.parent), bindings=())


def _bind(place: _Place, tree: Expr, bound: Mapping[str, str], reading: Reading) -> None:
    """Put the protected object's columns for the arguments, except where a table of the body has such a column."""
    from sqlglot import exp

    for column in list(tree.find_all(exp.Column)):
        name = column.name
        if column.table:
            continue
        if name in bound and not _hidden(place, column, reading):
            column.replace(place.column(bound[name]))


def _hidden(place: _Place, column: exp.Column, reading: Reading) -> bool:
    from sqlglot import exp

    select = column.find_ancestor(exp.Select)
    while isinstance(select, exp.Select):
        sources = [item.this for item in (select.args.get("from_"), *(select.args.get("joins") or [])) if item]
        if any(column.name in _names(place, source, reading) for source in sources):
            return True
        select = select.find_ancestor(exp.Select)
    return False


def _names(place: _Place, source: Expr, reading: Reading) -> frozenset[str]:
    from sqlglot import exp

    if isinstance(source, exp.Table):
        known = {cte.alias: cte for select in [source.root()] for cte in select.find_all(exp.CTE)}
        if source.name in known and not source.args.get("db"):
            return frozenset(known[source.name].this.named_selects)
        return place.resolver.names_of(source, reading)
    return frozenset(source.this.named_selects) if isinstance(source, exp.Subquery) else frozenset()


# Functions that only a policy's place can answer


def _answer(place: _Place, tree: Expr, column: str) -> None:
    """Replace INVOKER_ROLE() and its like, and the tags of the protected column or table, by their values."""
    from sqlglot import exp

    answer_invoker(place.resolver.context, tree, place.reading.access)
    for node in list(tree.find_all(exp.Anonymous)):
        name = node.name.upper()
        if name not in ("SYSTEM$GET_TAG_ON_CURRENT_COLUMN", "SYSTEM$GET_TAG_ON_CURRENT_TABLE"):
            continue
        on_column = name.endswith("COLUMN")
        if on_column and not column:
            raise compilation_error(f"Function {name} is only supported in the body of a masking policy.")
        if len(node.expressions) != 1 or not isinstance(node.expressions[0], exp.Literal):
            raise compilation_error(f"Function {name} takes the name of a tag.", "001044", "42P13")
        value = _tag(place, node.expressions[0].name, column if on_column else "")
        node.replace(exp.null() if value is None else exp.Literal.string(value))


def _tag(place: _Place, name: str, column: str) -> str | None:
    from local.statements.tag_lookup import effective_tags

    context = _context(place.resolver.context, place.obj)
    tag = context.catalogue.find(Kind.TAG, Access(context.catalogue, context.session).complete(Kind.TAG, _path(name)))
    if tag is None:
        raise not_found(Kind.TAG.value, name)
    found = effective_tags(context, place.obj, column)
    return next((use.value for carried, use, _ in found if carried.id == tag.id), None)


def _path(name: str) -> tuple[str, ...]:
    return Reader(name).path()


def answer_invoker(context: Context, tree: Expr, access: Access) -> None:
    """Replace the functions that ask for the role that reads: the owner of the view, where a view's text is read.

    Source: docs.snowflake.com, INVOKER_ROLE, INVOKER_SHARE (NULL: nobody reads through a share), and
    IS_GRANTED_TO_INVOKER_ROLE.
    """
    from sqlglot import exp

    catalogue = context.catalogue
    role = catalogue.lookup(access.role)
    for node in list(tree.find_all(exp.Anonymous)):
        match node.name.upper():
            case "INVOKER_ROLE" if not node.expressions:
                known = role is not None and role.kind is Kind.ROLE
                node.replace(exp.Literal.string(role.name) if role is not None and known else exp.null())
            case "INVOKER_SHARE" if not node.expressions:
                node.replace(exp.null())
            case "IS_GRANTED_TO_INVOKER_ROLE" if len(node.expressions) == 1:
                below = role_closure(catalogue, {role.id}) if role is not None else frozenset()
                names = [catalogue.get(number).name for number in sorted(below)]
                node.replace(among(node.expressions[0], names))
            case _:
                pass
