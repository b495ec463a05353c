"""Pipes: a COPY that ALTER PIPE … REFRESH runs. No queue tells a pipe of new files here, so none loads by itself.

Source: docs.snowflake.com, CREATE/ALTER/DROP/SHOW/DESC PIPE, SYSTEM$PIPE_STATUS, SYSTEM$PIPE_FORCE_RESUME; provider
pipeDBRow.
"""

from __future__ import annotations

from datetime import UTC, datetime

from local.data.locations import Access, external_stage, resolve_location
from local.data.patterns import matcher
from local.errors import SnowflakeError, compilation_error, unsupported
from local.model import Json, Kind, Obj
from local.names import Path
from local.owner_run import as_role, deferred, end, run_statement
from local.parameters import effective
from local.reader import Reader, Value, ValueReader, read_boolean, read_path, read_string
from local.registry import (
    Answer,
    CreateHead,
    alter,
    create,
    describe,
    drop,
    refuse,
    show,
)
from local.results import Cell, Column, Result, Type, status, timestamp
from local.session import Context
from local.statements.changes import (
    Changes,
    apply_changes,
    read_changes,
    read_values,
    split_comment,
    text_columns,
    try_tags,
)
from local.statements.common import (
    create_object,
    drop_object,
    owner_name,
    owner_role_type,
    resolve_or_skip,
    show_objects,
    skipped,
)
from local.statements.copy_into import CopyInto, read_copy, resolve
from local.statements.external_stages import is_external
from local.statements.tables import find_table

_SOURCE = "docs.snowflake.com: CREATE/ALTER/DROP/SHOW/DESC PIPE, SYSTEM$PIPE_STATUS; provider pipeDBRow"
KIND = Kind.PIPE
PAUSED = "PIPE_EXECUTION_PAUSED"
_COPY_REFUSED = ("FILES", "VALIDATION_MODE", "FORCE", "PURGE", "SIZE_LIMIT", "RETURN_FAILED_ONLY")
"""Options of COPY that the text of a pipe may not have (docs: CREATE PIPE, usage notes)."""

refuse(
    "CREATE PIPE … AUTO_INGEST = TRUE on stages other than S3, INTEGRATION, ERROR_INTEGRATION",
    "Snowpipe's REST API (insertFiles)",
    source=_SOURCE,
)


def _no_queue(reader: Reader) -> Value:
    raise unsupported(f"pipes with an integration for cloud queues ({reader.peek().value})")


_SPEC: dict[str, ValueReader] = {
    "AUTO_INGEST": read_boolean,
    "AWS_SNS_TOPIC": read_string,
    "INTEGRATION": _no_queue,
    "ERROR_INTEGRATION": _no_queue,
    "COMMENT": read_string,
}


@create(
    "PIPE",
    notes="loads by REFRESH only: with AUTO_INGEST on S3 it has a channel that nobody writes to",
    source=_SOURCE,
)
def create_pipe(context: Context, reader: Reader, head: CreateHead) -> Result:
    """Needs CREATE PIPE, and what the COPY needs: INSERT on the table, READ or USAGE on the stage."""
    path = reader.path()
    comment, props = split_comment(read_values(reader, KIND, _SPEC).onto({}))
    reader.expect("AS")
    text = reader.rest()
    stage = _checked_stage(context, path, text)
    if props.get("AUTO_INGEST"):
        if not (is_external(stage.props) and str(stage.props["URL"]).startswith("s3")):
            raise unsupported("AUTO_INGEST = TRUE on a stage that is not in S3")
        topic = props.get("AWS_SNS_TOPIC")
        props["channel"] = topic or f"arn:aws:sqs:local:000000000000:sf-snowpipe-{context.settings.account_id}"
    elif "AWS_SNS_TOPIC" in props:
        raise compilation_error("AWS_SNS_TOPIC can only be set with AUTO_INGEST = TRUE.")
    pattern = _read_copy(text).options.get("PATTERN")
    props |= {"definition": text, "stage": stage.id, "pattern": str(pattern) if pattern is not None else None}
    return create_object(context, head, KIND, path, comment=comment, props=props)[1]


def _checked_stage(context: Context, path: Path, text: str) -> Obj:
    """The stage of the COPY, which the primary role alone must be able to run in the pipe's schema."""
    copy = _read_copy(text)
    container, _ = context.access.resolve_container(KIND, path)
    inner = as_role(context, context.session.role, container, None)
    try:
        place = _location(inner, copy)
        if place.startswith("@~"):
            raise compilation_error("A pipe cannot load from a user stage.", "090237", "42601")
        outside = external_stage(inner, place)
        if outside is not None:
            # Whether anything can be read from there does not matter before a refresh.
            inner.access.require(find_table(inner, copy.table), "INSERT")
            return outside
        resolve(inner, copy)
        return resolve_location(inner, place, Access.READ).owner
    finally:
        end(inner)


def _read_copy(text: str) -> CopyInto:
    reader = Reader(text)
    reader.expect("COPY", "INTO")
    copy = read_copy(reader)
    for name in _COPY_REFUSED:
        if name in copy.options:
            raise compilation_error(
                f"COPY option {name} is not supported in the definition of a pipe.", "090237", "42601"
            )
    if str(copy.options.get("ON_ERROR", "")) == "ABORT_STATEMENT":
        raise compilation_error("ON_ERROR = ABORT_STATEMENT is not supported for pipes.", "090237", "42601")
    return copy


def _location(context: Context, copy: CopyInto) -> str:
    if copy.location:
        return copy.location
    from local.statements.copy_select import read_select

    return read_select(context, copy.query).location


@alter("PIPE", notes="REFRESH loads what the COPY's own metadata does not know yet", source=_SOURCE)
def alter_pipe(context: Context, reader: Reader) -> Answer:
    """SET PIPE_EXECUTION_PAUSED and REFRESH need OPERATE, COMMENT ownership."""
    pipe = resolve_or_skip(context, reader, KIND)
    if pipe is None:
        return skipped()
    answer = try_tags(context, reader, pipe)
    if answer is not None:
        return answer
    if reader.accept("REFRESH"):
        return _refresh(context, reader, pipe)
    spec: dict[str, ValueReader] = {PAUSED: read_boolean, "COMMENT": read_string, "ERROR_INTEGRATION": read_path}
    changes = read_changes(reader, KIND, spec)
    if "ERROR_INTEGRATION" in changes.values:
        raise unsupported("pipes with an integration for cloud queues (ERROR_INTEGRATION)")
    unset = changes.unset - {"ERROR_INTEGRATION"}
    values = dict(changes.values)
    paused = values.pop(PAUSED, None)
    if values or "COMMENT" in unset:
        apply_changes(context, pipe, Changes(values, unset & {"COMMENT"}))
    if paused is not None or PAUSED in unset:
        context.access.require(pipe, "OPERATE")
        if pipe.props.get("transferred") and not paused:
            raise SnowflakeError(
                "090223", "55000",
                f"Pipe {pipe.name} has another owner since it was paused: resume it with SYSTEM$PIPE_FORCE_RESUME.",
            )  # fmt: skip
        params = {name: text for name, text in pipe.params.items() if name != PAUSED}
        if paused is not None:
            params[PAUSED] = str(paused).lower()
        current = context.catalogue.get(pipe.id)
        props = {name: value for name, value in current.props.items() if name != "cloned"}
        context.catalogue.update(current, params=params, props=props)
    return status("Statement executed successfully.")


def paused(context: Context, pipe: Obj) -> bool:
    """Whether the pipe, its schema, database or the account is paused."""
    return effective(context.catalogue, pipe, PAUSED)[0].lower() == "true"


def _refresh(context: Context, reader: Reader, pipe: Obj) -> Answer:
    """``REFRESH [PREFIX = '…'] [MODIFIED_AFTER = '…']``: a row for each file that is loaded."""
    given = reader.properties("PIPE", {"PREFIX": read_string, "MODIFIED_AFTER": read_string})
    reader.end()
    context.access.require(pipe, "OPERATE")
    if paused(context, pipe):
        raise SnowflakeError("090222", "55000", f"Pipe {pipe.name} is paused and cannot be refreshed.")
    text = str(pipe.props["definition"])
    prefix, after = given.get("PREFIX"), given.get("MODIFIED_AFTER")

    def work(inner: Context) -> Result:
        # The line ends before the options, should the text end with a comment.
        sql = text if "ON_ERROR" in _read_copy(text).options else f"{text}\nON_ERROR = SKIP_FILE"
        if prefix is not None or after is not None:
            with context.catalogue.transaction():
                names = _files(inner, text, str(prefix or ""), _moment(after))
            if not names:
                return _answer(())
            listed = ", ".join("'" + name.replace("\\", "\\\\").replace("'", "''") + "'" for name in names)
            sql = f"{sql}\nFILES = ({listed})"
        return _answer(run_statement(inner, sql).rows)

    return deferred(context, pipe, None, work)  # Snowpipe computes without a warehouse


def _moment(text: Value) -> float:
    if text is None:
        return 0.0
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise compilation_error(f"Timestamp '{text}' is not recognized", "100035", "22007") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _files(inner: Context, text: str, prefix: str, after: float) -> list[str]:
    """Names, relative to the COPY's location, of the files that begin so and are newer."""
    copy = _read_copy(text)
    location = resolve_location(inner, _location(inner, copy), Access.READ)
    pattern = copy.options.get("PATTERN")
    keep = matcher(str(pattern)) if pattern is not None else None
    found = []
    for file in location.files():
        name = file.name.removeprefix(location.prefix)
        if name.lstrip("/").startswith(prefix) and file.modified > after and (keep is None or keep(file.name)):
            found.append(name)
    return found


def _answer(rows: object) -> Result:
    """A row for each file, as COPY answers: its name and whether it was sent to be loaded."""
    columns = text_columns("File", "Status")
    given = rows if isinstance(rows, (list, tuple)) else ()
    return Result(columns, [(str(row[0]), "SENT") for row in given if len(row) > 1])


@drop("PIPE", source=_SOURCE)
def drop_pipe(context: Context, reader: Reader) -> Result:
    """Drops the pipe; what it has loaded stays."""
    return drop_object(context, reader, KIND)


_COLUMNS = (
    Column("created_on", Type.TIMESTAMP_LTZ),
    *text_columns("name", "database_name", "schema_name", "definition", "owner", "notification_channel", "comment"),
    *text_columns("integration", "pattern", "error_integration", "owner_role_type", "invalid_reason", "kind"),
)


def _row(context: Context, pipe: Obj) -> tuple[Cell, ...]:
    database, schema = context.catalogue.path(pipe)[:2]
    props = pipe.props

    def text(name: str) -> Cell:
        value: Json = props.get(name)
        return None if value is None else str(value)

    return (
        timestamp(pipe.created),
        pipe.name,
        database,
        schema,
        str(props["definition"]),
        owner_name(context, pipe),
        text("channel"),
        pipe.comment,
        None,
        text("pattern"),
        None,
        owner_role_type(context, pipe),
        None,
        "STAGE",
    )


@show("PIPES", source=_SOURCE)
def show_pipes(context: Context, reader: Reader) -> Result:
    """Pipes that the session may see."""
    return show_objects(context, reader, KIND, _COLUMNS, lambda pipe: _row(context, pipe))


@describe("PIPE", source=_SOURCE)
def describe_pipe(context: Context, reader: Reader) -> Result:
    """The row that SHOW PIPES has for it; with MONITOR, OPERATE or ownership."""
    pipe = context.access.resolve(KIND, reader.path())
    reader.end()
    context.access.require(pipe, "MONITOR", "OPERATE")
    return Result(_COLUMNS, (_row(context, pipe),))
