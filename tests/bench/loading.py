"""Rows a second of PUT and COPY INTO together, for files of 1,000,000 rows."""

import json
import shutil
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from tests.bench.process import say
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


def measure(wire: Wire, folder: Path) -> list[Measure]:
    """Makes each file once, then puts and loads it into a new table in every run."""
    for sql in ("CREATE WAREHOUSE IF NOT EXISTS LOADING", "USE WAREHOUSE LOADING", "CREATE DATABASE LOADED",
                "CREATE STAGE LOADED.PUBLIC.FILES"):  # fmt: skip
        wire.execute(sql)
    made = "FILE_FORMAT = (TYPE = PARQUET) HEADER = TRUE SINGLE = TRUE MAX_FILE_SIZE = 1000000000"
    wire.execute(f"COPY INTO @LOADED.PUBLIC.FILES/made.parquet FROM ({_QUERY}) {made}")
    file = folder / "rows.parquet"
    shutil.copy(next(_folder(wire, "GET @LOADED.PUBLIC.FILES file:///").glob("made*")), file)
    named = "MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE"
    rates = tuple(_load(wire, file, f"FILE_FORMAT = (TYPE = PARQUET) {named}") for _ in range(RUNS))
    measures = [Measure("PUT and COPY INTO, 1,000,000 rows of Parquet", "rows/s", rates, GOAL, floor=True)]
    with (folder / "rows.csv").open("w", encoding="utf-8") as text:
        text.writelines(",".join("" if cell is None else str(cell) for cell in row) + "\n" for row in _rows())
    with (folder / "rows.json").open("w", encoding="utf-8") as text:
        text.writelines(json.dumps(dict(zip(_NAMES, row, strict=True)), default=str) + "\n" for row in _rows())
    for kind, options in (("CSV", ""), ("JSON", named)):
        again = range(2 if kind == "CSV" else 1)
        made = f"FILE_FORMAT = (TYPE = {kind} COMPRESSION = NONE) {options}"
        rates = tuple(_load(wire, folder / f"rows.{kind.lower()}", made) for _ in again)
        measures.append(Measure(f"PUT and COPY INTO, 1,000,000 rows of {kind}", "rows/s", rates))
    for measure in measures:
        say(f"  {measure.name}: {measure.median:.0f} rows/s")
    return measures


_NAMES = ("ID", "N", "NAME", "AMOUNT", "FLAG", "AT", "NOTE")


def _rows() -> Iterator[tuple[object, ...]]:
    """The same rows as ``_QUERY`` makes."""
    start = datetime(2026, 1, 1)  # noqa: DTZ001 (a TIMESTAMP_NTZ has no zone)
    for i in range(1, ROWS + 1):
        moment = start + timedelta(seconds=i)
        yield i, i % 1000, f"name {i}", f"{i / 100:.2f}", i % 2 == 0, moment, f"note {i}" if i % 3 else None


def _load(wire: Wire, file: Path, options: str) -> float:
    """Puts the file and loads it into a new table; rows a second. Raises RuntimeError where rows are missing."""
    wire.execute(f"CREATE OR REPLACE TABLE LOADED.PUBLIC.T ({_COLUMNS})")
    where = f"@LOADED.PUBLIC.FILES/in/{file.name}"
    began = time.perf_counter()
    shutil.copy(file, _folder(wire, f"PUT file://{file} {where} OVERWRITE = TRUE AUTO_COMPRESS = FALSE"))
    wire.execute(f"COPY INTO LOADED.PUBLIC.T FROM {where}/ {options}")
    seconds = time.perf_counter() - began
    noted = ROWS - ROWS // 3
    whole = wire.answer(
        f"SELECT 1 FROM LOADED.PUBLIC.T HAVING COUNT(*) = {ROWS} AND COUNT(NOTE) = {noted}"  # noqa: S608
    )["total"]
    if whole != 1:
        raise RuntimeError(f"{file.name}: the table does not hold its {ROWS} rows, {noted} with a note")
    return ROWS / seconds
