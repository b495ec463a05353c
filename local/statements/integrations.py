"""Storage integrations as objects of the catalogue: which role in a cloud may be used for which locations.

Files are read and written only at the endpoint that the server was started with. The identifiers that Snowflake would
make up for a trust policy are of this account only.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from local.errors import compilation_error, unsupported
from local.model import Json, Kind, Obj
from local.reader import Reader, ValueReader, read_boolean, read_string, read_strings, read_word
from local.registry import CreateHead, alter, create, describe, drop, refuse, show
from local.results import Cell, Column, Result, Type, flag, timestamp
from local.session import Context
from local.statements.changes import apply_changes, read_changes, read_values, split_comment, text_columns, try_tags
from local.statements.common import create_object, drop_object, one_of, resolve_or_skip, show_objects, skipped

_SOURCE = "docs.snowflake.com: CREATE/ALTER STORAGE INTEGRATION, SHOW/DESC/DROP INTEGRATION; provider row structs"
KIND = Kind.INTEGRATION

refuse(
    "CREATE API, NOTIFICATION, SECURITY, CATALOG, EXTERNAL ACCESS INTEGRATION",
    "CREATE STORAGE INTEGRATION … TYPE = POSTGRES_EXTERNAL_STORAGE, USE_PRIVATELINK_ENDPOINT",
    source=_SOURCE,
)

_PREFIX = {"S3": "s3://", "S3GOV": "s3gov://", "S3CHINA": "s3china://", "GCS": "gcs://", "AZURE": "azure://"}
"""Provider → how its locations begin."""
_OWN = {
    "S3": ("STORAGE_AWS_ROLE_ARN", "STORAGE_AWS_OBJECT_ACL", "STORAGE_AWS_EXTERNAL_ID"),
    "GCS": (),
    "AZURE": ("AZURE_TENANT_ID",),
}
"""Family of providers → properties of its own, the first one required."""

_SET: dict[str, ValueReader] = {
    "ENABLED": read_boolean,
    "STORAGE_ALLOWED_LOCATIONS": read_strings,
    "STORAGE_BLOCKED_LOCATIONS": read_strings,
    **dict.fromkeys((name for names in _OWN.values() for name in names), read_string),
    "COMMENT": read_string,
}
_SPEC: dict[str, ValueReader] = {"TYPE": read_word, "STORAGE_PROVIDER": read_word, **_SET}


def _listed(props: Mapping[str, Json], name: str) -> list[str]:
    found = props.get(name)
    return [str(item) for item in found] if isinstance(found, list) else []


def _check(props: Mapping[str, Json]) -> None:
    provider = one_of("STORAGE_PROVIDER", str(props.get("STORAGE_PROVIDER", "")), _PREFIX)
    own = _OWN["S3" if provider.startswith("S3") else provider]
    missing = [name for name in ("ENABLED", "STORAGE_ALLOWED_LOCATIONS", *own[:1]) if props.get(name) in (None, [], "")]
    if missing:
        raise compilation_error(f"Missing option(s): [{', '.join(missing)}]", "002029", "42601")
    for name in sorted(name for names in _OWN.values() for name in names):
        if name in props and name not in own:
            raise compilation_error(f"{name} cannot be set for STORAGE_PROVIDER = {provider}.")
    for name in ("STORAGE_ALLOWED_LOCATIONS", "STORAGE_BLOCKED_LOCATIONS"):
        for location in _listed(props, name):
            if location != "*" and not location.startswith(_PREFIX[provider]):
                raise compilation_error(f"invalid value '{location}' for property '{name}': not of {provider}.")


@create("STORAGE INTEGRATION", notes="no role is assumed: files come from --s3-endpoint", source=_SOURCE)
def create_integration(context: Context, reader: Reader, head: CreateHead) -> Result:
    """Needs CREATE INTEGRATION on the account."""
    path = reader.path()
    comment, props = split_comment(read_values(reader, KIND, _SPEC).onto({}))
    reader.end()
    if props.pop("TYPE", None) != "EXTERNAL_STAGE":
        raise unsupported("storage integrations of another TYPE than EXTERNAL_STAGE")
    _check(props)
    if str(props["STORAGE_PROVIDER"]).startswith("S3"):
        props.setdefault("STORAGE_AWS_EXTERNAL_ID", f"{context.settings.account_id}_SFCRole={secrets.token_hex(8)}")
    return create_object(context, head, KIND, path, comment=comment, props=props)[1]


@alter("STORAGE INTEGRATION", "INTEGRATION", source=_SOURCE)
def alter_integration(context: Context, reader: Reader) -> Result:
    """SET and UNSET, tags."""
    integration = resolve_or_skip(context, reader, KIND)
    if integration is None:
        return skipped()
    answer = try_tags(context, reader, integration)
    if answer is not None:
        return answer
    return apply_changes(context, integration, read_changes(reader, KIND, _SET), _check)


@drop("STORAGE INTEGRATION", "INTEGRATION", source=_SOURCE)
def drop_integration(context: Context, reader: Reader) -> Result:
    """Stages that name it stay."""
    return drop_object(context, reader, KIND)


@show("INTEGRATIONS", "STORAGE INTEGRATIONS", source=_SOURCE)
def show_integrations(context: Context, reader: Reader) -> Result:
    """Integrations on which the session holds anything."""
    columns = (
        *text_columns("name", "type", "category", "enabled", "comment"),
        Column("created_on", Type.TIMESTAMP_LTZ),
    )

    def row(found: Obj) -> tuple[Cell, ...]:
        enabled = flag(found.props.get("ENABLED") is True)
        return found.name, "EXTERNAL_STAGE", "STORAGE", enabled, found.comment or None, timestamp(found.created)

    return show_objects(context, reader, KIND, columns, row)


@describe("STORAGE INTEGRATION", "INTEGRATION", source=_SOURCE)
def describe_integration(context: Context, reader: Reader) -> Result:
    """A row per property; with USAGE or ownership."""
    found = context.access.resolve(KIND, reader.path())
    reader.end()
    context.access.require(found, "USAGE")
    props = found.props

    def text(name: str) -> tuple[Cell, ...]:
        return name, "String", str(props.get(name) or ""), ""

    provider = str(props["STORAGE_PROVIDER"])
    rows: list[tuple[Cell, ...]] = [
        ("ENABLED", "Boolean", flag(props.get("ENABLED") is True), "false"),
        text("STORAGE_PROVIDER"),
        *(
            (name, "List", ",".join(_listed(props, name)), "[]")
            for name in ("STORAGE_ALLOWED_LOCATIONS", "STORAGE_BLOCKED_LOCATIONS")
        ),
    ]
    if provider.startswith("S3"):
        rows.append(("STORAGE_AWS_IAM_USER_ARN", "String", "arn:aws:iam::000000000000:user/local", ""))
        rows += [text(name) for name in _OWN["S3"]]
    elif provider == "AZURE":
        rows.append(text("AZURE_TENANT_ID"))
    else:
        rows.append(("STORAGE_GCP_SERVICE_ACCOUNT", "String", "local@local.iam.gserviceaccount.com", ""))
    rows.append(("COMMENT", "String", found.comment, ""))
    return Result(text_columns("property", "property_type", "property_value", "property_default"), rows)


def covers(integration: Obj, url: str) -> bool:
    """Whether a stage may use the location: enabled, allowed, and not blocked."""

    def within(name: str) -> bool:
        return any(location == "*" or url.startswith(location) for location in _listed(integration.props, name))

    enabled = integration.props.get("ENABLED") is True
    return enabled and within("STORAGE_ALLOWED_LOCATIONS") and not within("STORAGE_BLOCKED_LOCATIONS")
