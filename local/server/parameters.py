"""The session parameters that drivers are told about at login and with every answer."""

from __future__ import annotations

from local.catalogue import Catalogue
from local.model import Json
from local.reader import whole
from local.session import Session

_FIXED: dict[str, Json] = {
    "CLIENT_TELEMETRY_ENABLED": False,
    "CLIENT_STAGE_ARRAY_BINDING_THRESHOLD": 0,
    "CLIENT_RESULT_CHUNK_SIZE": 160,
    "CLIENT_PREFETCH_THREADS": 4,
    "CLIENT_MEMORY_LIMIT": 1536,
    "CLIENT_OUT_OF_BAND_TELEMETRY_ENABLED": False,
    "CLIENT_CONSENT_CACHE_ID_TOKEN": False,
    "CLIENT_FORCE_PROTECT_ID_TOKEN": True,
    "ENABLE_STAGE_S3_PRIVATELINK_FOR_US_EAST_1": False,
    "QUERY_CONTEXT_CACHE_SIZE": 0,
    "SERVICE_NAME": "",
}
"""Told whatever a client asks for: this server sends rows inside the answer and wants no telemetry."""

_SETTABLE: dict[str, Json] = {
    "AUTOCOMMIT": True,
    "BINARY_OUTPUT_FORMAT": "HEX",
    "CLIENT_METADATA_REQUEST_USE_CONNECTION_CTX": False,
    "CLIENT_SESSION_KEEP_ALIVE": False,
    "CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY": 3600,
    "CLIENT_TIMESTAMP_TYPE_MAPPING": "TIMESTAMP_LTZ",
    "DATE_OUTPUT_FORMAT": "YYYY-MM-DD",
    "GO_QUERY_RESULT_FORMAT": "ARROW",
    "JDBC_QUERY_RESULT_FORMAT": "ARROW",
    "ODBC_QUERY_RESULT_FORMAT": "ARROW",
    "PYTHON_CONNECTOR_QUERY_RESULT_FORMAT": "ARROW",
    "TIMESTAMP_LTZ_OUTPUT_FORMAT": "",
    "TIMESTAMP_NTZ_OUTPUT_FORMAT": "YYYY-MM-DD HH24:MI:SS.FF3",
    "TIMESTAMP_OUTPUT_FORMAT": "YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM",
    "TIMESTAMP_TYPE_MAPPING": "TIMESTAMP_NTZ",
    "TIMESTAMP_TZ_OUTPUT_FORMAT": "",
    "TIMEZONE": "America/Los_Angeles",
    "TIME_OUTPUT_FORMAT": "HH24:MI:SS",
}
"""Snowflake's defaults of parameters that session, user or account may set (docs.snowflake.com: Parameters)."""


def _typed(text: str, default: Json) -> Json:
    """The text of a parameter in the type that drivers expect of it."""
    if isinstance(default, bool):
        return text.lower() == "true"
    if isinstance(default, int):
        value = whole(text)
        return default if value is None else value
    return text


def session_parameters(catalogue: Catalogue, session: Session) -> list[Json]:
    """``[{"name": …, "value": …}, …]``: session before user before account before default."""
    user = catalogue.lookup(session.user)
    sources = (session.parameters, user.params if user else {}, catalogue.account.params)

    def value(name: str, default: Json) -> Json:
        text = next((source[name] for source in sources if name in source), None)
        return default if text is None else _typed(text, default)

    told = {**_FIXED, **{name: value(name, default) for name, default in _SETTABLE.items()}}
    return [{"name": name, "value": item} for name, item in told.items()]
