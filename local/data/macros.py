"""Functions that DuckDB needs beside fakesnow's: where Snowflake raises and DuckDB does not."""

from __future__ import annotations

from local.data.faults import marker

DIVISOR = "_sf_divisor"
FIT = "_sf_fit"
MOMENT = "_sf_moment"
ZONED = "_sf_zoned"


def script() -> str:
    """Everything to run when the file is opened; idempotent."""
    from fakesnow import macros

    # fakesnow's own version reads numbers in the session's time zone; Snowflake counts from the epoch in UTC.
    divide, long = marker("100051", "22012", "Division by zero"), marker("100078", "22000", "")
    return f"""
        {macros.creation_sql("main")}
        CREATE OR REPLACE MACRO main._fs_to_timestamp(val, scale) AS CASE
            WHEN TRY_CAST(val AS BIGINT) IS NULL THEN CAST(val AS TIMESTAMP)
            WHEN scale <= 6 THEN make_timestamp(CAST(val AS BIGINT) * CAST(10 ** (6 - scale) AS BIGINT))
            ELSE make_timestamp(CAST(val AS BIGINT) // 1000) END;
        CREATE OR REPLACE MACRO main.{MOMENT}(seconds) AS to_timestamp(CAST(seconds AS DOUBLE));
        CREATE OR REPLACE MACRO main.{ZONED}(x) AS CAST(regexp_replace(CAST(x AS VARCHAR),
            '(\\d)\\s+([+-]\\d{{2}}:?(?:\\d{{2}})?|Z)$', '\\1\\2') AS TIMESTAMPTZ);
        CREATE OR REPLACE MACRO main.{DIVISOR}(x) AS CASE WHEN x = 0 THEN error('{divide}') ELSE x END;
        CREATE OR REPLACE MACRO main.{FIT}(x, most) AS CASE WHEN length(x) > most
            THEN error('{long}' || 'String ''' || x || ''' is too long and would be truncated') ELSE x END;
    """
