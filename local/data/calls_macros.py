"""Macros for functions of numbers, texts and times; ``local.data.calls`` writes the calls.

Source: docs.snowflake.com, the page of each function under "All functions".
"""

from __future__ import annotations

RANDOM = "_sf_random"
SCALED_BY = "_sf_round"
UNIFORM = "_sf_uniform"

WIDTH_BUCKET = "_sf_width_bucket"
TIME_PARTS = "_sf_time_parts"
MOMENT_PARTS = "_sf_moment_parts"
DECODE64 = "_sf_decode64"
DECODE16 = "_sf_decode16"
DATE = "_sf_date"
WALL = "_sf_wall"
DAYS = "_sf_days"
MIDDLE = "_sf_middle"
CHANGES = "_sf_changes"


def script() -> str:
    """The macros; idempotent."""
    return r"""
        CREATE OR REPLACE MACRO main._sf_epoch(n) AS CASE
            WHEN abs(n) < 31536000000 THEN make_timestamp(CAST(n * 1000000 AS BIGINT))
            WHEN abs(n) < 31536000000000 THEN make_timestamp(CAST(n * 1000 AS BIGINT))
            WHEN abs(n) < 31536000000000000 THEN make_timestamp(CAST(n AS BIGINT))
            ELSE make_timestamp(CAST(n // 1000 AS BIGINT)) END;
        CREATE OR REPLACE MACRO main._sf_wall(x) AS CASE typeof(x)
            WHEN 'TIME' THEN DATE '1970-01-01' + TRY_CAST(CAST(x AS VARCHAR) AS TIME)
            ELSE CAST(CAST(x AS VARCHAR) AS TIMESTAMP) END;
        CREATE OR REPLACE MACRO main._sf_round(x, n) AS cast_to_type(
            round(CAST(x AS DOUBLE), CAST(n AS INTEGER)), x);
        CREATE OR REPLACE MACRO main._sf_random() AS
            CAST((random() - 0.5::DOUBLE) * 18446744073709549568::DOUBLE AS BIGINT);
        CREATE OR REPLACE MACRO main._sf_share(gen) AS CAST(hash(gen) AS DOUBLE) / 18446744073709551616::DOUBLE;
        CREATE OR REPLACE MACRO main._sf_uniform(low, high, gen) AS cast_to_type(
            CASE WHEN typeof(low + high) IN ('DOUBLE', 'FLOAT') OR typeof(low + high) LIKE 'DECIMAL%'
                AND typeof(low + high) NOT LIKE '%,0)'
            THEN low + (high - low) * _sf_share(gen)
            ELSE least(floor(low + (high - low + 1) * _sf_share(gen)), high) END,
            CASE WHEN false THEN low + high END);
        CREATE OR REPLACE MACRO main._sf_width_bucket(x, low, high, n) AS CASE WHEN x IS NULL THEN NULL
            WHEN x < low THEN 0 WHEN x >= high THEN n + 1
            ELSE CAST(floor((CAST(x AS DOUBLE) - low) * n / (high - low)) AS BIGINT) + 1 END;
        CREATE OR REPLACE MACRO main._sf_time_parts(h, m, s, ns) AS CAST(TIMESTAMP '1970-01-01'
            + to_hours(CAST(h AS BIGINT)) + to_minutes(CAST(m AS BIGINT)) + to_seconds(CAST(s AS BIGINT))
            + to_microseconds(CAST(ns // 1000 AS BIGINT)) AS TIME);
        CREATE OR REPLACE MACRO main._sf_moment_parts(y, mo, d, h, m, s, ns) AS
            make_timestamp(CAST(y AS BIGINT), 1, 1, 0, 0, 0)
            + to_months(CAST(mo - 1 AS INTEGER)) + to_days(CAST(d - 1 AS INTEGER)) + to_hours(CAST(h AS BIGINT))
            + to_minutes(CAST(m AS BIGINT)) + to_seconds(CAST(s AS BIGINT))
            + to_microseconds(CAST(ns // 1000 AS BIGINT));
        CREATE OR REPLACE MACRO main._sf_decode64(x) AS CASE WHEN regexp_full_match(x,
            '(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?') THEN from_base64(x) END;
        CREATE OR REPLACE MACRO main._sf_decode16(x) AS CASE WHEN regexp_full_match(x, '(?:[0-9A-Fa-f]{2})*')
            THEN unhex(x) END;
        CREATE OR REPLACE MACRO main._sf_date(x) AS CASE
            WHEN typeof(x) = 'VARCHAR' AND TRY_CAST(CAST(x AS VARCHAR) AS BIGINT) IS NOT NULL
            THEN CAST(_sf_epoch(TRY_CAST(CAST(x AS VARCHAR) AS BIGINT)) AS DATE)
            ELSE CAST(CASE typeof(x) WHEN 'JSON' THEN x ->> '$' ELSE CAST(x AS VARCHAR) END AS DATE) END;
        CREATE OR REPLACE MACRO main._sf_middle(x) AS (CASE WHEN false THEN x END) * 1.000;
        CREATE OR REPLACE MACRO main._sf_changes(l) AS CAST(len(list_filter(range(2, len(l) + 1),
            i -> l[i] IS DISTINCT FROM l[i - 1])) AS BIGINT);
        CREATE OR REPLACE MACRO main._sf_days(n) AS CAST(round(n) AS BIGINT);
    """
