"""Files put into stages as a driver would put them, and the rows of a result."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.local.conftest import Account, Client


def loader(account: Account) -> Client:
    """The administrator in D.S with a warehouse and the stage ST."""
    client = account.admin.computing()
    for sql in ("CREATE DATABASE D", "CREATE SCHEMA D.S", "CREATE STAGE D.S.ST", "USE SCHEMA D.S"):
        client.run(sql)
    return client


def put(client: Client, name: str, content: str | bytes, stage: str = "@D.S.ST") -> None:
    """Write a file where the answer to PUT sends the driver."""
    folder, _, last = name.rpartition("/")
    orders = client.run(f"PUT file:///tmp/{last} {stage}/{folder} OVERWRITE=TRUE AUTO_COMPRESS=FALSE").data
    info = orders["stageInfo"]
    assert isinstance(info, dict)
    data = content.encode() if isinstance(content, str) else content
    (Path(str(info["location"])) / last).write_bytes(data)


def table(client: Client, sql: str) -> list[tuple[str | None, ...]]:
    """The rows of a query."""
    return list(client.run(sql).rows)


def write_parquet(query: str, path: Path) -> None:
    """Write the rows of a DuckDB query to a Parquet file."""
    found = duckdb.sql(query)
    assert found is not None
    found.write_parquet(str(path))
