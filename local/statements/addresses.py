"""``'s3://bucket/path'`` in place of a stage in COPY INTO, and the right to it.

Source: docs.snowflake.com, COPY INTO <table> and <location> (externalLocation).
"""

from __future__ import annotations

from collections.abc import Mapping

from local.data.locations import Access, Location, resolve_location
from local.data.outside import address_of
from local.errors import compilation_error, unsupported
from local.parameters import effective
from local.reader import Reader, Value, read_string
from local.session import Context

_PREVENT = "PREVENT_UNLOAD_TO_INTERNAL_STAGES"


def _credentials(reader: Reader) -> Value:
    reader.expect("(")
    names = ("AWS_KEY_ID", "AWS_SECRET_KEY", "AWS_TOKEN", "AWS_ROLE", "AZURE_SAS_TOKEN")
    found = reader.properties("CREDENTIALS", dict.fromkeys(names, read_string))
    reader.expect(")")
    return tuple(found.items())


def _encryption(_reader: Reader) -> Value:
    raise unsupported("ENCRYPTION of a location in COPY INTO")


RIGHT_SPEC = {
    "STORAGE_INTEGRATION": Reader.name_or_string,
    "CREDENTIALS": _credentials,
    "ENCRYPTION": _encryption,
}
"""Options that say with what right an address is used."""


def resolve_place(context: Context, text: str, options: Mapping[str, Value], access: Access) -> Location:
    """The location that a text names: an address, or else a stage, which has a right of its own."""
    integration, given = options.get("STORAGE_INTEGRATION"), options.get("CREDENTIALS")
    pairs = given if isinstance(given, tuple) else ()
    if "://" in text and not text.startswith("@"):
        credentials = {str(pair[0]): str(pair[1]) for pair in pairs if isinstance(pair, tuple)}
        return address_of(text, None if integration is None else str(integration), credentials).location(
            context, access
        )
    if integration is not None or pairs:
        raise compilation_error("STORAGE_INTEGRATION and CREDENTIALS are for an address, not for a stage.")
    location = resolve_location(context, text, access)
    prevented = effective(context.catalogue, context.session, _PREVENT)[0] == "true"
    if access is Access.WRITE and not location.external and prevented:
        raise compilation_error(f"Unloading to an internal stage is refused: {_PREVENT} is set.")
    return location
