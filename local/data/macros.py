"""Functions that DuckDB needs beside fakesnow's: where Snowflake raises and DuckDB does not."""

from __future__ import annotations

from local.data.faults import marker

BINARY = "_sf_binary"
BOOLEAN = "_sf_boolean"
BYTES = "_sf_bytes"
DIVISOR = "_sf_divisor"
FIT = "_sf_fit"
KIND = "_sf_kind"
LENGTH = "_sf_length"
MOMENT = "_sf_moment"
QUOTIENT = "_sf_quotient"
SCALED = "_sf_scaled"
SHORT = "_sf_short"
SIGNED = "_sf_signed"
TEXT = "_sf_text"
TRY_BINARY = "_sf_try_binary"
TRY_BOOLEAN = "_sf_try_boolean"
TRY_PLAIN = "_sf_try_plain"
TRY_ZONED = "_sf_try_zoned"
ZONED = "_sf_zoned"

MOST = 134_217_728
"""Characters of a text; DuckDB makes longer ones, for minutes and without a way to stop it."""


def script() -> str:
    """Everything to run when the file is opened; idempotent."""
    from fakesnow import macros

    from local.data import calls_macros, semi_macros

    # fakesnow's own version reads numbers in the session's time zone; Snowflake counts from the epoch in UTC.
    divide, long = marker("100051", "22012", "Division by zero"), marker("100078", "22000", "")
    large = marker("100082", "22000", f"Max LOB size ({MOST}) exceeded, actual size of parsed column is ")
    return f"""
        {macros.creation_sql("main")}
        {calls_macros.script()}
        CREATE OR REPLACE MACRO main._fs_to_timestamp(val, scale) AS CASE
            WHEN TRY_CAST(val AS BIGINT) IS NULL THEN CAST(val AS TIMESTAMP)
            WHEN typeof(val) = 'VARCHAR' THEN _sf_epoch(TRY_CAST(CAST(val AS VARCHAR) AS BIGINT))
            WHEN scale <= 6 THEN make_timestamp(TRY_CAST(val AS BIGINT) * CAST(10 ** (6 - scale) AS BIGINT))
            ELSE make_timestamp(TRY_CAST(val AS BIGINT) // 1000) END;
        CREATE OR REPLACE MACRO main.{MOMENT}(seconds) AS to_timestamp(CAST(seconds AS DOUBLE));
        CREATE OR REPLACE MACRO main.{ZONED}(x) AS CAST(regexp_replace(CAST(x AS VARCHAR),
            {_OFFSET}) AS TIMESTAMPTZ);
        CREATE OR REPLACE MACRO main.{DIVISOR}(x) AS CASE WHEN x = 0 THEN error('{divide}') ELSE x END;
        CREATE OR REPLACE MACRO main.{LENGTH}(x) AS CASE WHEN x > {MOST}
            THEN error('{large}' || CAST(x AS VARCHAR)) ELSE x END;
        CREATE OR REPLACE MACRO main.{FIT}(x, most) AS CASE WHEN length(x) > most
            THEN error('{long}' || 'String ''' || x || ''' is too long and would be truncated') ELSE x END;
        {_conversions()}
        {semi_macros.script()}
    """


_OFFSET = r"'(\d)\s+([+-]\d{2}:?(?:\d{2})?|Z)$', '\1\2'"
"""What makes of '10:00 +02:00' what DuckDB reads: pattern and replacement."""


def _conversions() -> str:
    """What ``local.data.conversions`` calls. ``typeof`` is known when a statement is planned, so that only one branch
    of a CASE over it is left; the branches must fit every type all the same, hence the way over VARCHAR."""
    bad_hex, bad_boolean = marker("100115", "22000", ""), marker("100037", "22018", "")
    long = marker("100145", "22000", "")
    return f"""
        CREATE OR REPLACE MACRO main.{TEXT}(x) AS CASE typeof(x)
            WHEN 'TIMESTAMP' THEN strftime(TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%g')
            WHEN 'TIMESTAMP WITH TIME ZONE' THEN
                strftime(TRY_CAST(TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMPTZ) AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%g ')
                || rpad(replace(strftime(TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMPTZ), '%z'), ':', ''), 5, '0')
            WHEN 'TIME' THEN left(CAST(x AS VARCHAR), 8)
            WHEN 'BLOB' THEN hex(CAST(x AS BLOB))
            WHEN 'DOUBLE' THEN regexp_replace(CAST(x AS VARCHAR), '\\.0$', '')
            WHEN 'JSON' THEN CAST(x AS JSON) ->> '$'
            ELSE CAST(x AS VARCHAR) END;
        CREATE OR REPLACE MACRO main.{TRY_BINARY}(x) AS CASE WHEN typeof(x) = 'BLOB' THEN CAST(x AS BLOB)
            WHEN regexp_full_match(CAST(x AS VARCHAR), '([0-9A-Fa-f]{{2}})*') THEN unhex(CAST(x AS VARCHAR)) END;
        CREATE OR REPLACE MACRO main.{BINARY}(x) AS CASE WHEN x IS NULL THEN NULL ELSE coalesce({TRY_BINARY}(x),
            error('{bad_hex}The following string is not a legal hex-encoded value: ''' || CAST(x AS VARCHAR) || ''''))
            END;
        CREATE OR REPLACE MACRO main.{SHORT}(x, most) AS CASE WHEN octet_length(x) > most
            THEN error('{long}Binary value ''' || hex(x) || ''' is too long and would be truncated') ELSE x END;
        CREATE OR REPLACE MACRO main.{TRY_BOOLEAN}(x) AS CASE
            WHEN typeof(x) <> 'VARCHAR' THEN TRY_CAST(x AS BOOLEAN)
            WHEN lower(CAST(x AS VARCHAR)) IN ('true', 't', 'yes', 'y', 'on', '1') THEN true
            WHEN lower(CAST(x AS VARCHAR)) IN ('false', 'f', 'no', 'n', 'off', '0') THEN false END;
        CREATE OR REPLACE MACRO main.{BOOLEAN}(x) AS CASE WHEN x IS NULL THEN NULL ELSE coalesce({TRY_BOOLEAN}(x),
            error('{bad_boolean}Boolean value ''' || CAST(x AS VARCHAR) || ''' is not recognized')) END;
        CREATE OR REPLACE MACRO main.{BYTES}(x) AS CASE WHEN typeof(x) = 'BLOB' THEN octet_length(CAST(x AS BLOB))
            ELSE strlen(CAST(x AS VARCHAR)) END;
        CREATE OR REPLACE MACRO main.{TRY_PLAIN}(x) AS CASE
            WHEN TRY_CAST(CAST(x AS VARCHAR) AS BIGINT) IS NOT NULL
            THEN _sf_epoch(TRY_CAST(CAST(x AS VARCHAR) AS BIGINT))
            ELSE TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMP) END;
        CREATE OR REPLACE MACRO main.{TRY_ZONED}(x) AS
            TRY_CAST(regexp_replace(CAST(x AS VARCHAR), {_OFFSET}) AS TIMESTAMPTZ);
        CREATE OR REPLACE MACRO main.{SCALED}(x) AS (CASE WHEN false THEN x END) * 1.000000;
        CREATE OR REPLACE MACRO main.{QUOTIENT}(x, y) AS cast_to_type(CAST(x AS DOUBLE) / {DIVISOR}(y),
            {SCALED}(x) + (CASE WHEN false THEN y END) * 0);
        CREATE OR REPLACE MACRO main.{SIGNED}(x) AS CAST(CAST(x AS HUGEINT) - 9223372036854775808 AS BIGINT);
        CREATE OR REPLACE MACRO main.{KIND}(x) AS CASE json_type(to_json(x)) WHEN 'UBIGINT' THEN 'INTEGER'
            WHEN 'BIGINT' THEN 'INTEGER' WHEN 'HUGEINT' THEN 'INTEGER' WHEN 'NULL' THEN 'NULL_VALUE'
            WHEN 'DOUBLE' THEN CASE WHEN contains(lower(CAST(to_json(x) AS VARCHAR)), 'e') THEN 'DOUBLE'
                ELSE 'DECIMAL' END
            ELSE json_type(to_json(x)) END;
    """
