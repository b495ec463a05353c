"""External stages: where they point, and with what right; no secret is kept. Their files are in ``local.data.outside``.

Source: docs.snowflake.com, CREATE STAGE (externalStageParams), ALTER STAGE, SHOW STAGES; the parameter
REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_CREATION.
"""

from __future__ import annotations

from collections.abc import Mapping

from local.errors import compilation_error, unsupported
from local.model import Json, Kind
from local.reader import Reader, Value, ValueReader, read_string
from local.results import Cell
from local.session import Context
from local.statements.common import one_of
from local.statements.integrations import covers

URL = "URL"
CREDENTIALS = "CREDENTIALS"
INTEGRATION = "STORAGE_INTEGRATION"
MASK = "***"
"""What is kept of a secret."""

_REQUIRE = "REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_CREATION"
_CLOUDS = {"s3": "AWS", "s3gov": "AWS", "s3china": "AWS", "gcs": "GCP", "azure": "AZURE"}
"""Scheme of the address → cloud as SHOW STAGES prints it."""
_CREDENTIALS = {
    "AWS": ("AWS_KEY_ID", "AWS_SECRET_KEY", "AWS_TOKEN", "AWS_ROLE"),
    "GCP": (),
    "AZURE": ("AZURE_SAS_TOKEN",),
}
_OPEN = ("AWS_KEY_ID", "AWS_ROLE")
"""Credentials that are no secrets."""
ENCRYPTION = {
    "AWS": ("AWS_CSE", "AWS_SSE_S3", "AWS_SSE_KMS", "NONE"),
    "GCP": ("GCS_SSE_KMS", "NONE"),
    "AZURE": ("AZURE_CSE", "NONE"),
}


def _credentials(reader: Reader) -> Value:
    reader.expect("(")
    names = [name for names in _CREDENTIALS.values() for name in names]
    found = reader.properties(CREDENTIALS, dict.fromkeys(names, read_string))
    reader.expect(")")
    return tuple((name, value if name in _OPEN else MASK) for name, value in found.items())


def _name(reader: Reader) -> Value:
    return reader.name_or_string()


def _endpoint(_reader: Reader) -> Value:
    raise unsupported("external stages on S3-compatible storage (ENDPOINT)")


SPEC: dict[str, ValueReader] = {
    URL: read_string,
    INTEGRATION: _name,
    CREDENTIALS: _credentials,
    "ENDPOINT": _endpoint,
}


def is_external(props: Mapping[str, Json]) -> bool:
    """Whether the stage points outside."""
    return bool(props.get(URL))


def cloud(props: Mapping[str, Json]) -> str:
    """AWS, GCP or AZURE; 001008 for an address of something else."""
    url = str(props.get(URL))
    scheme = url.partition("://")[0]
    if scheme not in _CLOUDS or "://" not in url:
        raise compilation_error(f"invalid URL prefix found in: '{url}'")
    return _CLOUDS[scheme]


def check_external(context: Context, props: Mapping[str, Json], before: Mapping[str, Json] | None = None) -> None:
    """Raise unless address, credentials and integration go together; the integration needs USAGE and must cover it."""
    if before is not None and is_external(before) != is_external(props):
        raise compilation_error("A stage cannot become external, or internal.")
    if not is_external(props):
        for name in (INTEGRATION, CREDENTIALS):
            if name in props:
                raise compilation_error(f"{name} can only be set on an external stage: there is no URL.")
        return
    where = cloud(props)
    given = props.get(CREDENTIALS)
    names = list(given) if isinstance(given, dict) else []
    if INTEGRATION in props and names:
        raise compilation_error(f"{INTEGRATION} and {CREDENTIALS} cannot both be set on a stage.")
    for name in names:
        if name not in _CREDENTIALS[where]:
            raise compilation_error(f"{name} is not a credential of {where}.")
    if "ENCRYPTION" in props:
        one_of("TYPE", str(props["ENCRYPTION"]), ENCRYPTION[where])
    _check_integration(context, props, new=before is None)


def _check_integration(context: Context, props: Mapping[str, Json], *, new: bool) -> None:
    name = props.get(INTEGRATION)
    if name is None:
        if new and context.catalogue.account.params.get(_REQUIRE, "false") == "true":
            raise compilation_error(f"A stage without a storage integration is refused: {_REQUIRE} is set.")
        return
    integration = context.access.resolve(Kind.INTEGRATION, (str(name),))
    context.access.require(integration, "USAGE")
    if not covers(integration, str(props[URL])):
        raise compilation_error(
            f"Location '{props[URL]}' is not allowed by integration '{name}'. "
            "It must be enabled, with the location among the allowed and not among the blocked ones."
        )


def with_one_right(values: Mapping[str, Json], before: Mapping[str, Json]) -> dict[str, Json]:
    """The properties before a SET without the right that it replaces: an integration and credentials exclude others."""
    other = {INTEGRATION: CREDENTIALS, CREDENTIALS: INTEGRATION}
    gone = {other[name] for name in other if name in values and other[name] not in values}
    return {name: value for name, value in before.items() if name not in gone}


def shown(props: Mapping[str, Json]) -> dict[str, Cell]:
    """Columns of SHOW STAGES in which external stages differ."""
    given = props.get(CREDENTIALS)
    integration = props.get(INTEGRATION)
    return {
        "url": str(props[URL]),
        "has_credentials": "Y" if given else "N",
        "has_encryption_key": "Y" if str(props.get("ENCRYPTION", "")).endswith("_CSE") else "N",
        "type": "EXTERNAL",
        "cloud": cloud(props),
        "storage_integration": None if integration is None else str(integration),
    }


def describe_external(props: Mapping[str, Json]) -> list[tuple[Cell, ...]]:
    """Rows of DESCRIBE STAGE about the location and the right to it; never a secret."""
    rows: list[tuple[Cell, ...]] = [("STAGE_LOCATION", URL, "String", f'["{props[URL]}"]', "")]
    integration = props.get(INTEGRATION)
    rows.append(("STAGE_INTEGRATION", INTEGRATION, "String", str(integration or ""), ""))
    given = props.get(CREDENTIALS)
    for name in _OPEN:
        rows.append(
            ("STAGE_CREDENTIALS", name, "String", str(given.get(name, "")) if isinstance(given, dict) else "", "")
        )
    return rows
