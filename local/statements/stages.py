"""Stages: places for files, inside or outside. Their files are in ``stage_files`` and ``copy_into``."""

from __future__ import annotations

from collections.abc import Mapping

from local.data.directory import refresh
from local.data.files import file_store
from local.data.formats import resolve_format
from local.model import Json, Kind, Obj
from local.names import quote
from local.reader import Reader, read_string
from local.registry import Answer, CreateHead, alter, create, describe, drop, show
from local.results import Cell, Column, Deferred, Result, Type, timestamp, yes_no
from local.session import Context
from local.statements.changes import (
    Changes,
    apply_changes,
    read_changes,
    read_values,
    split_comment,
    text_columns,
    try_rename_or_tags,
)
from local.statements.clone_objects import clone_stage
from local.statements.common import (
    create_object,
    drop_object,
    owner_name,
    owner_role_type,
    resolve_or_skip,
    show_objects,
    skipped,
)
from local.statements.external_stages import check_external, is_external, shown, with_one_right
from local.statements.stage_options import (
    CREATE_SPEC,
    SET_SPEC,
    as_given,
    as_groups,
    check_stage,
    describe_rows,
    directory_enabled,
)
from local.statements.tags import read_tag_clause, set_tags

_SOURCE = "docs.snowflake.com: CREATE/ALTER/DROP/SHOW/DESC STAGE; provider stageShowRow, stageDescRow"
KIND = Kind.STAGE


@create(
    "STAGE",
    modifiers=("TEMPORARY", "TEMP"),
    notes="of external ones only S3 holds files; no S3-compatible storage; of credentials only that they are; "
    "directory tables are filled by REFRESH alone",
    source=_SOURCE,
)
def create_stage(context: Context, reader: Reader, head: CreateHead) -> Result:
    """Encryption of an internal stage is SNOWFLAKE_FULL unless written."""
    path = reader.path()
    if reader.accept("CLONE"):
        return clone_stage(context, reader, head, path)
    given = as_groups(read_values(reader, KIND, CREATE_SPEC).onto({}))
    tags = read_tag_clause(reader)
    reader.end()
    comment, props = split_comment(given)
    check_stage(props)
    check_external(context, props)
    resolve_format(context, as_given(props.get("FILE_FORMAT")), loading=False)
    signature = ""
    if head.modifiers:
        props["session"], signature = context.session.id, f"@{context.session.id}"
    stage, answer = create_object(
        context,
        head,
        KIND,
        path,
        comment=comment,
        props=props,
        signature=signature,
        privilege="USAGE" if signature else None,
    )
    if stage is not None:
        set_tags(context, stage, tags)
    return answer


@alter("STAGE", source=_SOURCE)
def alter_stage(context: Context, reader: Reader) -> Answer:
    """RENAME, tags, file format, copy options, directory, location and the right to it, comment."""
    stage = resolve_or_skip(context, reader, KIND)
    if stage is None:
        return skipped()
    if reader.accept("REFRESH"):
        given = reader.properties("REFRESH", {"SUBPATH": read_string}).get("SUBPATH")
        reader.end()
        place = ".".join(quote(part) for part in context.catalogue.path(stage))
        return refresh(context, f"@{place}", str(given or "").strip("/"))
    answer = try_rename_or_tags(context, reader, stage)
    if answer is not None:
        return answer
    changes = read_changes(reader, KIND, SET_SPEC)
    values = _merged(stage, as_groups(changes.values))
    gone = stage.props.keys() - with_one_right(values, stage.props).keys()

    def check(props: Mapping[str, Json]) -> None:
        resolve_format(context, as_given(props.get("FILE_FORMAT")), loading=False)
        check_stage(props)
        check_external(context, props, stage.props)

    return apply_changes(context, stage, Changes(values, changes.unset | gone), check)


def _merged(stage: Obj, values: Mapping[str, Json]) -> dict[str, Json]:
    """Copy and directory options keep what a SET does not name; a file format is replaced as a whole."""
    result = dict(values)
    for name in ("COPY_OPTIONS", "DIRECTORY"):
        before, after = stage.props.get(name), result.get(name)
        if isinstance(before, dict) and isinstance(after, dict):
            result[name] = {**before, **after}
    return result


@drop("STAGE", source=_SOURCE)
def drop_stage(context: Context, reader: Reader) -> Answer:
    """Drops the stage; the files of an internal one go with it, once the drop is committed."""
    gone: list[int] = []
    answer = drop_object(context, reader, KIND, lambda stage: gone.append(stage.id))
    store = file_store(context)

    def run() -> Result:
        for stage in gone:
            store.forget(stage)
        return answer

    return Deferred(run)


_COLUMNS = (
    Column("created_on", Type.TIMESTAMP_LTZ),
    *text_columns(
        "name", "database_name", "schema_name", "url", "has_credentials", "has_encryption_key", "owner", "comment",
        "region", "type", "cloud", "notification_channel", "storage_integration", "endpoint", "owner_role_type",
        "directory_enabled",
    ),
)  # fmt: skip


@show("STAGES", source=_SOURCE)
def show_stages(context: Context, reader: Reader) -> Result:
    """Stages that the session may see."""

    def row(stage: Obj) -> tuple[Cell, ...]:
        database, schema = context.catalogue.path(stage)[:2]
        encrypted = stage.props.get("ENCRYPTION") == "SNOWFLAKE_SSE"
        values: dict[str, Cell] = {
            "created_on": timestamp(stage.created), "name": stage.name, "database_name": database,
            "schema_name": schema, "url": "", "has_credentials": "N", "has_encryption_key": "N",
            "owner": owner_name(context, stage), "comment": stage.comment,
            "type": "INTERNAL NO CSE" if encrypted else "INTERNAL", "owner_role_type": owner_role_type(context, stage),
            "directory_enabled": yes_no(directory_enabled(stage.props)),
            **(shown(stage.props) if is_external(stage.props) else {}),
        }  # fmt: skip
        return tuple(values.get(column.name) for column in _COLUMNS)

    return show_objects(context, reader, KIND, _COLUMNS, row)


@describe("STAGE", source=_SOURCE)
def describe_stage(context: Context, reader: Reader) -> Result:
    """A row per option with its value and default."""
    stage = context.access.resolve(KIND, reader.path())
    reader.end()
    columns = text_columns("parent_property", "property", "property_type", "property_value", "property_default")
    return Result(columns, describe_rows(stage.props))
