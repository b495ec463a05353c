"""Rows a second of PUT and COPY INTO together, for a Parquet file of 1,000,000 rows."""

import shutil
import time
from pathlib import Path

from tests.bench.results import Measure
from tests.bench.wire import Wire

ROWS = 1_000_000
RUNS = 5
GOAL = 1_000_000.0
_COLUMNS = "ID INT, N INT, NAME VARCHAR, AMOUNT NUMBER(12,2), FLAG BOOLEAN, AT TIMESTAMP_NTZ, NOTE VARCHAR"
_QUERY = (
    "SELECT I AS ID, MOD(I, 1000) AS N, 'name ' || I AS NAME, CAST(I / 100 AS NUMBER(12,2)) AS AMOUNT, "
    "MOD(I, 2) = 0 AS FLAG, DATEADD(second, I, '2026-01-01'::TIMESTAMP_NTZ) AS AT, "
    "CASE WHEN MOD(I, 3) > 0 THEN 'note ' || I END AS NOTE "
    "FROM (SELECT ROW_NUMBER() OVER (ORDER BY 1) AS I FROM TABLE(GENERATOR(ROWCOUNT => 1000000)))"
)


def _folder(wire: Wire, sql: str) -> Path:
    """Where the answer to PUT or GET sends the driver."""
    info = wire.answer(sql)["stageInfo"]
    assert isinstance(info, dict)
    return Path(str(info["location"]))


def measure(wire: Wire, folder: Path) -> Measure:
    """Unloads the file once, then puts and loads it into a new table in every run."""
    for sql in ("CREATE WAREHOUSE IF NOT EXISTS LOADING", "USE WAREHOUSE LOADING", "CREATE DATABASE LOADED",
                "CREATE STAGE LOADED.PUBLIC.FILES"):  # fmt: skip
        wire.execute(sql)
    wire.execute(f"COPY INTO @LOADED.PUBLIC.FILES/made FROM ({_QUERY}) FILE_FORMAT = (TYPE = PARQUET) HEADER = TRUE")
    file = folder / "rows.parquet"
    shutil.copy(next(_folder(wire, "GET @LOADED.PUBLIC.FILES file:///").glob("made*")), file)
    rates = []
    for number in range(RUNS):
        wire.execute(f"CREATE TABLE LOADED.PUBLIC.T{number} ({_COLUMNS})")
        began = time.perf_counter()
        shutil.copy(file, _folder(wire, f"PUT file://{file} @LOADED.PUBLIC.FILES/in{number} OVERWRITE = TRUE"))
        wire.execute(
            f"COPY INTO LOADED.PUBLIC.T{number} FROM @LOADED.PUBLIC.FILES/in{number}/ "
            "FILE_FORMAT = (TYPE = PARQUET) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE"
        )
        rates.append(ROWS / (time.perf_counter() - began))
    return Measure("PUT and COPY INTO, 1,000,000 rows of Parquet", "rows/s", tuple(rates), GOAL, floor=True)
