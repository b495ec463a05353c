"""Parameters of account, users, sessions and objects: type, default, where they may be set, what they may be.

Source: docs.snowflake.com "Parameters"; names and defaults as the provider's object parameter definitions have them.
A table line is ``NAME | default | values | levels``. Values: ``bool``, ``int`` (``int low high``), ``text``, ``name``
(an identifier, quoted or not), ``timezone`` or the words allowed, separated by commas. Levels: A account, U user,
S session, D database, C schema, W warehouse, K task, T table, P procedure, F function.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from local.catalogue import Catalogue
from local.errors import compilation_error, invalid_value
from local.model import ACCOUNT_ID, Kind, Obj
from local.names import like
from local.reader import Reader, Value, ValueReader, whole
from local.session import Session


class Level(Enum):
    """Where a parameter is set; the value is what SHOW PARAMETERS prints in ``level``."""

    ACCOUNT = "ACCOUNT"
    USER = "USER"
    SESSION = "SESSION"
    DATABASE = "DATABASE"
    SCHEMA = "SCHEMA"
    WAREHOUSE = "WAREHOUSE"
    TASK = "TASK"
    TABLE = "TABLE"
    PROCEDURE = "PROCEDURE"
    FUNCTION = "FUNCTION"


_LETTERS = {
    "A": Level.ACCOUNT, "U": Level.USER, "S": Level.SESSION, "D": Level.DATABASE, "C": Level.SCHEMA,
    "W": Level.WAREHOUSE, "K": Level.TASK, "T": Level.TABLE, "P": Level.PROCEDURE, "F": Level.FUNCTION,
}  # fmt: skip

_TABLE = """
ABORT_DETACHED_QUERY | false | bool | AUSK
AUTOCOMMIT | true | bool | AUSK
BINARY_INPUT_FORMAT | HEX | HEX,BASE64,UTF8,UTF-8 | AUSK
BINARY_OUTPUT_FORMAT | HEX | HEX,BASE64 | AUSK
CLIENT_MEMORY_LIMIT | 1536 | int 0 | AUSK
CLIENT_METADATA_REQUEST_USE_CONNECTION_CTX | false | bool | AUSK
CLIENT_PREFETCH_THREADS | 4 | int 1 10 | AUSK
CLIENT_RESULT_CHUNK_SIZE | 160 | int 16 160 | AUSK
CLIENT_RESULT_COLUMN_CASE_INSENSITIVE | false | bool | AUSK
CLIENT_SESSION_KEEP_ALIVE | false | bool | AUSK
CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY | 3600 | int 900 3600 | AUSK
CLIENT_TIMESTAMP_TYPE_MAPPING | TIMESTAMP_LTZ | TIMESTAMP_LTZ,TIMESTAMP_NTZ | AUSK
DATE_INPUT_FORMAT | AUTO | text | AUSK
DATE_OUTPUT_FORMAT | YYYY-MM-DD | text | AUSK
ENABLE_UNLOAD_PHYSICAL_TYPE_OPTIMIZATION | true | bool | AUSK
ERROR_ON_NONDETERMINISTIC_MERGE | true | bool | AUSK
ERROR_ON_NONDETERMINISTIC_UPDATE | false | bool | AUSK
GEOGRAPHY_OUTPUT_FORMAT | GeoJSON | GeoJSON,WKT,WKB,EWKT,EWKB | AUSK
GEOMETRY_OUTPUT_FORMAT | GeoJSON | GeoJSON,WKT,WKB,EWKT,EWKB | AUSK
JDBC_TREAT_DECIMAL_AS_INT | true | bool | AUS
JDBC_TREAT_TIMESTAMP_NTZ_AS_UTC | false | bool | AUSK
JDBC_USE_SESSION_TIMEZONE | true | bool | AUSK
JSON_INDENT | 2 | int 0 16 | AUSK
LOCK_TIMEOUT | 43200 | int 0 | AUSK
LOG_LEVEL | OFF | TRACE,DEBUG,INFO,WARN,ERROR,FATAL,OFF | AUSDCKPF
MULTI_STATEMENT_COUNT | 1 | int 0 | AUSK
NOORDER_SEQUENCE_AS_DEFAULT | true | bool | AUSK
ODBC_TREAT_DECIMAL_AS_INT | false | bool | AUSK
QUERY_TAG | | text | AUSK
QUOTED_IDENTIFIERS_IGNORE_CASE | false | bool | AUSDCKT
ROWS_PER_RESULTSET | 0 | int 0 | AUSK
S3_STAGE_VPCE_DNS_NAME | | text | AUSK
SEARCH_PATH | $current, $public | text | AUSK
SIMULATED_DATA_SHARING_CONSUMER | | text | AUS
STATEMENT_QUEUED_TIMEOUT_IN_SECONDS | 0 | int 0 | AUSWK
STATEMENT_TIMEOUT_IN_SECONDS | 172800 | int 0 604800 | AUSWK
STRICT_JSON_OUTPUT | false | bool | AUSK
TIMESTAMP_DAY_IS_ALWAYS_24H | false | bool | AUSK
TIMESTAMP_INPUT_FORMAT | AUTO | text | AUSK
TIMESTAMP_LTZ_OUTPUT_FORMAT | | text | AUSK
TIMESTAMP_NTZ_OUTPUT_FORMAT | YYYY-MM-DD HH24:MI:SS.FF3 | text | AUSK
TIMESTAMP_OUTPUT_FORMAT | YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM | text | AUSK
TIMESTAMP_TYPE_MAPPING | TIMESTAMP_NTZ | TIMESTAMP_LTZ,TIMESTAMP_NTZ,TIMESTAMP_TZ | AUSK
TIMESTAMP_TZ_OUTPUT_FORMAT | | text | AUSK
TIMEZONE | America/Los_Angeles | timezone | AUSK
TIME_INPUT_FORMAT | AUTO | text | AUSK
TIME_OUTPUT_FORMAT | HH24:MI:SS | text | AUSK
TRACE_LEVEL | OFF | ALWAYS,ON_EVENT,PROPAGATE,OFF | AUSDCKPF
TRANSACTION_ABORT_ON_ERROR | false | bool | AUSK
TRANSACTION_DEFAULT_ISOLATION_LEVEL | READ COMMITTED | READ COMMITTED | AUSK
TWO_DIGIT_CENTURY_START | 1970 | int 1900 2100 | AUSK
UNSUPPORTED_DDL_ACTION | ignore | IGNORE,FAIL | AUSK
USE_CACHED_RESULT | true | bool | AUSK
WEEK_OF_YEAR_POLICY | 0 | int 0 1 | AUSK
WEEK_START | 0 | int 0 7 | AUSK
ACTIVE_PYTHON_PROFILER | | LINE,MEMORY, | AS
CLIENT_ENABLE_LOG_INFO_STATEMENT_PARAMETERS | false | bool | AS
CLIENT_METADATA_USE_SESSION_DATABASE | false | bool | AS
CSV_TIMESTAMP_FORMAT | | text | AS
DEFAULT_NULL_ORDERING | LAST | FIRST,LAST | AUS
ENABLE_GET_DDL_USE_DATA_TYPE_ALIAS | false | bool | AUS
HYBRID_TABLE_LOCK_TIMEOUT | 3600 | int 0 | AS
JS_TREAT_INTEGER_AS_BIGINT | false | bool | AS
PYTHON_PROFILER_MODULES | | text | AS
PYTHON_PROFILER_TARGET_STAGE | | text | AS
ENABLE_UNREDACTED_QUERY_SYNTAX_ERROR | false | bool | AU
ENABLE_UNREDACTED_SECURE_OBJECT_ERROR | false | bool | AU
NETWORK_POLICY | | name | AU
PREVENT_UNLOAD_TO_INTERNAL_STAGES | false | bool | AU
PREVENT_UNLOAD_TO_INLINE_URL | false | bool | A
DATA_RETENTION_TIME_IN_DAYS | 1 | int 0 90 | ADCT
MAX_DATA_EXTENSION_TIME_IN_DAYS | 14 | int 0 90 | ADCT
EXTERNAL_VOLUME | | name | ADC
CATALOG | | name | ADC
REPLACE_INVALID_CHARACTERS | false | bool | ADC
DEFAULT_DDL_COLLATION | | text | ADCT
STORAGE_SERIALIZATION_POLICY | OPTIMIZED | COMPATIBLE,OPTIMIZED | ADC
SUSPEND_TASK_AFTER_NUM_FAILURES | 10 | int 0 | ADCK
TASK_AUTO_RETRY_ATTEMPTS | 0 | int 0 30 | ADCK
USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE | Medium | size | ADCK
USER_TASK_TIMEOUT_MS | 3600000 | int 0 604800000 | ADCK
USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS | 30 | int 10 604800 | ADCK
ENABLE_CONSOLE_OUTPUT | false | bool | ADCPF
METRIC_LEVEL | NONE | ALL,NONE | ADCPF
PIPE_EXECUTION_PAUSED | false | bool | AC
MAX_CONCURRENCY_LEVEL | 8 | int 1 32 | AW
AUTO_EVENT_LOGGING | OFF | LOGGING,TRACING,ALL,OFF | P
SHARE_RESTRICTIONS | true | bool | A
ALLOW_CLIENT_MFA_CACHING | false | bool | A
ALLOW_ID_TOKEN | false | bool | A
CLIENT_ENCRYPTION_KEY_SIZE | 128 | 128,256 | A
CORTEX_ENABLED_CROSS_REGION | DISABLED | text | A
DISABLE_USER_PRIVILEGE_GRANTS | false | bool | A
ENABLE_IDENTIFIER_FIRST_LOGIN | true | bool | A
ENABLE_INTERNAL_STAGES_PRIVATELINK | false | bool | A
ENABLE_PERSONAL_DATABASE | false | bool | A
ENABLE_TRI_SECRET_AND_REKEY_OPT_OUT_FOR_IMAGE_REPOSITORY | false | bool | A
ENABLE_TRI_SECRET_AND_REKEY_OPT_OUT_FOR_SPCS_BLOCK_STORAGE | false | bool | A
ENABLE_UNHANDLED_EXCEPTIONS_REPORTING | true | bool | A
ENFORCE_NETWORK_RULES_FOR_INTERNAL_STAGES | false | bool | A
EVENT_TABLE | snowflake.telemetry.events | text | A
FEATURE_RBAC_INHERITED_GRANTS | DISABLED | ENABLED,DISABLED | A
EXTERNAL_OAUTH_ADD_PRIVILEGED_ROLES_TO_BLOCKED_LIST | true | bool | A
INITIAL_REPLICATION_SIZE_LIMIT_IN_TB | 10.0 | text | A
MIN_DATA_RETENTION_TIME_IN_DAYS | 0 | int 0 90 | A
OAUTH_ADD_PRIVILEGED_ROLES_TO_BLOCKED_LIST | true | bool | A
PERIODIC_DATA_REKEYING | false | bool | A
PREVENT_LOAD_FROM_INLINE_URL | false | bool | A
REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_CREATION | false | bool | A
REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_OPERATION | false | bool | A
SSO_LOGIN_PAGE | false | bool | A
GO_QUERY_RESULT_FORMAT | ARROW | JSON,ARROW,ARROW_FORCE | AUS
JDBC_QUERY_RESULT_FORMAT | ARROW | JSON,ARROW,ARROW_FORCE | AUS
ODBC_QUERY_RESULT_FORMAT | ARROW | JSON,ARROW,ARROW_FORCE | AUS
PYTHON_CONNECTOR_QUERY_RESULT_FORMAT | ARROW | JSON,ARROW,ARROW_FORCE | AUS
"""

UNLISTED = frozenset(
    f"{driver}_QUERY_RESULT_FORMAT" for driver in ("GO", "JDBC", "ODBC", "PYTHON_CONNECTOR")
)  # fmt: skip
"""What drivers set and SHOW PARAMETERS does not list (gosnowflake ``doc.go``; Python connector ``cursor.py``)."""

SIZES = {
    "XSMALL": "X-Small", "X-SMALL": "X-Small", "SMALL": "Small", "MEDIUM": "Medium", "LARGE": "Large",
    "XLARGE": "X-Large", "X-LARGE": "X-Large", "XXLARGE": "2X-Large", "X2LARGE": "2X-Large", "2X-LARGE": "2X-Large",
    "XXXLARGE": "3X-Large", "X3LARGE": "3X-Large", "3X-LARGE": "3X-Large", "X4LARGE": "4X-Large",
    "4X-LARGE": "4X-Large", "X5LARGE": "5X-Large", "5X-LARGE": "5X-Large", "X6LARGE": "6X-Large",
    "6X-LARGE": "6X-Large",
}  # fmt: skip
"""Every spelling of a warehouse size → the one that SHOW prints (docs: CREATE WAREHOUSE)."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """``type`` is BOOLEAN, NUMBER or STRING; ``default`` and all values are text as SHOW PARAMETERS prints them."""

    name: str
    type: str
    default: str
    values: str
    levels: frozenset[Level]

    def read(self, reader: Reader) -> Value:
        """Read and check a value; the canonical text."""
        if self.values == "name":
            return reader.name_or_string() if not reader.at("NULL") else None
        return self.text(reader.scalar())

    def text(self, value: Value) -> str:
        """The value as text; 001008 if the parameter does not take it."""
        shown = "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        match self.values.split()[0]:
            case "bool":
                if shown.lower() not in ("true", "false"):
                    raise invalid_value(shown, self.name, "true, false")
                return shown.lower()
            case "int":
                return self._integer(shown)
            case "text" | "name":
                return shown
            case "timezone":
                if shown not in zoneinfo.available_timezones():
                    raise invalid_value(shown, self.name, "names of the IANA time zone database")
                return shown
            case "size":
                if shown.upper() not in SIZES:
                    raise invalid_value(shown, self.name, ", ".join(SIZES))
                return SIZES[shown.upper()]
            case _:
                words = {word.upper(): word for word in self.values.split(",")}
                if shown.upper() not in words:
                    raise invalid_value(shown, self.name, self.values)
                return words[shown.upper()]

    def _integer(self, shown: str) -> str:
        bounds = [int(part) for part in self.values.split()[1:]]
        low, high = (bounds[0], bounds[1] if len(bounds) > 1 else 2**31 - 1) if bounds else (-(2**31), 2**31 - 1)
        value = whole(shown)
        if value is None or not low <= value <= high:
            raise invalid_value(shown, self.name, f"whole numbers from {low} to {high}")
        return str(value)


def _parse(line: str) -> Parameter:
    name, default, values, levels = (part.strip() for part in line.split("|"))
    kind = "BOOLEAN" if values == "bool" else "NUMBER" if values.startswith("int") else "STRING"
    return Parameter(name, kind, default, values, frozenset(_LETTERS[letter] for letter in levels))


PARAMETERS: dict[str, Parameter] = {p.name: p for p in map(_parse, _TABLE.strip().splitlines())}
"""Every parameter by its name."""


def at_level(level: Level) -> tuple[Parameter, ...]:
    """Parameters that may be set at a level, by name; what SHOW PARAMETERS lists for it."""
    return tuple(sorted((p for p in PARAMETERS.values() if level in p.levels), key=lambda p: p.name))


def readers(level: Level) -> dict[str, ValueReader]:
    """Property readers for ``Reader.properties``: every parameter of a level, values checked."""
    return {parameter.name: parameter.read for parameter in at_level(level)}


def split(values: Mapping[str, Value], level: Level) -> tuple[dict[str, Value], dict[str, str]]:
    """What ``Reader.properties`` read, as the object's own properties and its parameters (NULL is refused)."""
    names = {parameter.name for parameter in at_level(level)}
    for name in names & values.keys():
        if values[name] is None:
            raise compilation_error(f"invalid type of property 'null' for '{name}'", "001422")
    return (
        {name: value for name, value in values.items() if name not in names},
        {name: str(value) for name, value in values.items() if name in names},
    )


Setting = tuple[Parameter, str, str]
"""A parameter, its value in force and the level where it is set (empty for the default)."""

_LEVEL_OF = {kind: Level(kind.value) for kind in Kind if kind.value in Level.__members__}


def holders(catalogue: Catalogue, target: Obj | Session) -> Iterator[tuple[Level, Mapping[str, str]]]:
    """Where the values for an object or a session come from, nearest first."""
    if isinstance(target, Session):
        user = catalogue.lookup(target.user)
        yield Level.SESSION, target.parameters
        yield Level.USER, user.params if user else {}
        yield Level.ACCOUNT, catalogue.account.params
        return
    for obj in catalogue.chain(target):
        yield _LEVEL_OF.get(obj.kind, Level.TABLE), obj.params


def level_of(target: Obj | Session) -> Level:
    """The level whose parameters SHOW PARAMETERS lists for an object or a session; other relations count as tables."""
    return Level.SESSION if isinstance(target, Session) else _LEVEL_OF.get(target.kind, Level.TABLE)


def effective(catalogue: Catalogue, target: Obj | Session, name: str) -> tuple[str, str]:
    """The value in force and the level that set it (empty for the default)."""
    for level, params in holders(catalogue, target):
        if name in params:
            return params[name], level.value
    return PARAMETERS[name].default, ""


def settings(catalogue: Catalogue, target: Obj | Session, pattern: str | None = None) -> list[Setting]:
    """What SHOW PARAMETERS lists; for the account every parameter is meant, session and object parameters included."""
    level = level_of(target)
    wanted = like(pattern) if pattern is not None else None
    listed = (p for p in at_level(level) if p.name not in UNLISTED and (wanted is None or wanted.match(p.name)))
    return [(parameter, *effective(catalogue, target, parameter.name)) for parameter in listed]


def retention_days(catalogue: Catalogue, obj: Obj) -> int:
    """Days of Time Travel in force on a database, schema or table (docs: Understanding & using Time Travel)."""
    # One walk for all of it: SHOW asks for every row.
    days: str | None = None
    transient = False
    for holder in catalogue.chain(obj):
        if days is None:
            days = holder.params.get("DATA_RETENTION_TIME_IN_DAYS")
        if holder.id != ACCOUNT_ID and holder.props.get("TRANSIENT"):
            transient = True
    least = catalogue.account.params.get("MIN_DATA_RETENTION_TIME_IN_DAYS")
    kept = max(
        int(PARAMETERS["DATA_RETENTION_TIME_IN_DAYS"].default if days is None else days),
        int(PARAMETERS["MIN_DATA_RETENTION_TIME_IN_DAYS"].default if least is None else least),
    )
    return min(kept, 1) if transient else kept


def check_retention(params: Mapping[str, str], edition: str, *, transient: bool) -> None:
    """001008 if the retention in ``params`` is longer than the edition, or a transient object, can have."""
    text = params.get("DATA_RETENTION_TIME_IN_DAYS")
    limit = 1 if transient or edition == "STANDARD" else 90
    if text is not None and int(text) > limit:
        raise invalid_value(text, "DATA_RETENTION_TIME_IN_DAYS", f"0 to {limit}")
