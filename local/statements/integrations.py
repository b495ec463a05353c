"""Storage integrations as objects of the catalogue: which role in a cloud may be used for which locations.

Files are read and written only at the endpoint that the server was started with. The identifiers that Snowflake would
make up for a trust policy are of this account only.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping

from local.errors import compilation_error, unsupported
from local.model import Json, Kind, Obj
from local.reader import Reader, ValueReader, read_boolean, read_string, read_strings, read_word
from local.registry import CreateHead, create, refuse
from local.results import Cell, Result
from local.session import Context
from local.statements.changes import read_values, split_comment
from local.statements.common import create_object, one_of
from local.statements.integration_types import CATEGORIES, Category, enabled_row, list_row, listed, text_row

_SOURCE = "docs.snowflake.com: CREATE/ALTER STORAGE INTEGRATION, SHOW/DESC/DROP INTEGRATION; provider row structs"
KIND = Kind.INTEGRATION

refuse(
    "CREATE API, CATALOG, EXTERNAL ACCESS INTEGRATION",
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
        for location in listed(props, name):
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


def _rows(context: Context, found: Obj) -> list[tuple[Cell, ...]]:
    props = found.props
    provider = str(props["STORAGE_PROVIDER"])
    rows: list[tuple[Cell, ...]] = [
        enabled_row(props),
        text_row(props, "STORAGE_PROVIDER"),
        *(list_row(props, name) for name in ("STORAGE_ALLOWED_LOCATIONS", "STORAGE_BLOCKED_LOCATIONS")),
    ]
    if provider.startswith("S3"):
        rows.append(("STORAGE_AWS_IAM_USER_ARN", "String", "arn:aws:iam::000000000000:user/local", ""))
        rows += [text_row(props, name) for name in _OWN["S3"]]
    elif provider == "AZURE":
        rows.append(text_row(props, "AZURE_TENANT_ID"))
    else:
        rows.append(("STORAGE_GCP_SERVICE_ACCOUNT", "String", "local@local.iam.gserviceaccount.com", ""))
    return rows


def _checked(context: Context, props: Mapping[str, Json], changed: Collection[str]) -> Mapping[str, Json]:
    _check(props)
    return props


CATEGORIES["STORAGE"] = Category(lambda _found: "EXTERNAL_STAGE", lambda _found: _SET, _checked, _rows)


def covers(integration: Obj, url: str) -> bool:
    """Whether a stage may use the location: enabled, allowed, and not blocked."""
    enabled = integration.props.get("ENABLED") is True
    return enabled and _within(integration, "STORAGE_ALLOWED_LOCATIONS", url) and not blocks(integration, url)


def blocks(integration: Obj, url: str) -> bool:
    """Whether the location lies in a blocked one."""
    return _within(integration, "STORAGE_BLOCKED_LOCATIONS", url)


def _within(integration: Obj, name: str, url: str) -> bool:
    """Whether one of the listed locations is the address or a folder above it (``s3://lake`` is not ``s3://lake2``)."""
    return any(
        location in ("*", url) or url.startswith(location if location.endswith("/") else f"{location}/")
        for location in listed(integration.props, name)
    )
