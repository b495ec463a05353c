"""write_pandas of snowflake-connector-python by each of its options; every frame is read back."""

import datetime
import os
import warnings
from typing import Any

import pandas
import snowflake.connector
from snowflake.connector.pandas_tools import write_pandas
from steps import run

E = os.environ
CON = snowflake.connector.connect(
    account=E["COMPAT_ACCOUNT"], user=E["COMPAT_USER"], authenticator="SNOWFLAKE_JWT",
    private_key_file=E["COMPAT_KEY_FILE"], role=E["COMPAT_ROLE"], warehouse=E["COMPAT_WAREHOUSE"],
    database=E["COMPAT_DATABASE"], schema="PUBLIC", host=E["COMPAT_HOST"], port=int(E["COMPAT_PORT"]),
    protocol=E["COMPAT_PROTOCOL"], session_parameters={"CLIENT_TELEMETRY_ENABLED": False}, login_timeout=20,
)  # fmt: skip
PLAIN = pandas.DataFrame({"ID": [1, 2, 3], "NAME": ["a", None, "c"]})
RICH = pandas.DataFrame(
    {
        "id": [1, 2],
        "name x": ["ü", None],
        "at": pandas.to_datetime(["2024-01-01 00:00:00.0", "2024-06-01 12:30:00.5"]),
        "tz": pandas.to_datetime(["2024-01-01T00:00:00Z"] * 2, utc=True),
        "d": [datetime.date(2020, 1, 1)] * 2,
        "list": [[1], [2]],
        "dict": [{"a": 1}, {"a": 2}],
        "f": [1.5, None],
    }
)


def rows(sql: str) -> Any:
    """All rows of a statement."""
    cursor = CON.cursor()
    cursor.execute(sql)
    return cursor.fetchall()


def written(name: str, frame: pandas.DataFrame = PLAIN, **options: Any) -> object:
    """Chunks and rows that were written, and the rows that are there then."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        done, chunks, count, _ = write_pandas(CON, frame, name, **options)
    shown = f'"{name}"' if options.get("quote_identifiers", True) else name
    return [done, chunks, count, sorted(map(str, rows(f"SELECT * FROM {shown}")))]  # noqa: S608


def tables_are_made_appended_to_and_replaced() -> object:
    options: dict[str, Any] = {"use_logical_type": True}
    made = written("RICH", RICH, auto_create_table=True, overwrite=True, **options)
    added = written("RICH", RICH, **options)
    emptied = written("RICH", RICH, overwrite=True, **options)
    kinds = [[row[0], row[1]] for row in rows('DESCRIBE TABLE "RICH"')]
    return [made[:3], added[2], len(added[3]), emptied[2], len(emptied[3]), kinds]  # type: ignore[index]


def names_without_quotes() -> object:
    return written("bare", auto_create_table=True, overwrite=True, quote_identifiers=False)


def chunks() -> object:
    options: dict[str, Any] = {"auto_create_table": True, "overwrite": True, "chunk_size": 2}
    return [
        written("CHUNKS", compression="snappy", parallel=2, **options),
        written("BULK", bulk_upload_chunks=True, **options),
        written("VECTORIZED", use_vectorized_scanner=True, **options),
    ]


def kinds_of_tables() -> object:
    done = [
        written(kind, auto_create_table=True, overwrite=True, table_type=kind)
        for kind in ("transient", "temporary", "temp")
    ]
    return [done, [row[4] for row in rows("SHOW TABLES LIKE 'transient'")]]


def another_schema() -> object:
    rows("CREATE SCHEMA IF NOT EXISTS OTHER")
    rows("USE SCHEMA PUBLIC")  # a new schema is the session's own at once
    write_pandas(CON, PLAIN, "T", schema="OTHER", auto_create_table=True, overwrite=True)
    return rows("SELECT COUNT(*) FROM OTHER.T")


def bad_rows_are_left_out_on_demand() -> object:
    rows("CREATE OR REPLACE TABLE NARROW (ID INT, NAME VARCHAR(1))")
    frame = PLAIN.assign(NAME=["a", "long", "c"])
    return written("NARROW", frame, on_error="CONTINUE")


def an_empty_frame() -> object:
    return written("EMPTY", PLAIN.head(0), auto_create_table=True, overwrite=True)


run(
    tables_are_made_appended_to_and_replaced,
    names_without_quotes,
    chunks,
    kinds_of_tables,
    another_schema,
    bad_rows_are_left_out_on_demand,
    an_empty_frame,
)
