"""dlt with its Snowflake destination: append, replace, merge and an incremental resource."""

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import dlt
from steps import run

E = os.environ


def destination() -> Any:
    """The destination as its documentation describes it; extra parameters go to the connector."""
    words = {
        "warehouse": E["COMPAT_WAREHOUSE"],
        "role": E["COMPAT_ROLE"],
        "host": E["COMPAT_HOST"],
        "port": E["COMPAT_PORT"],
        "protocol": E["COMPAT_PROTOCOL"],
        "authenticator": "SNOWFLAKE_JWT",
        "private_key_path": E["COMPAT_KEY_FILE"],
    }
    query = "&".join(f"{name}={quote(value)}" for name, value in words.items())
    url = f"snowflake://{E['COMPAT_USER']}@{E['COMPAT_ACCOUNT']}/{E['COMPAT_DATABASE']}?{query}"
    return dlt.destinations.snowflake(credentials=url, query_tag="compat")


PIPELINE = dlt.pipeline("compat", pipelines_dir=E["TMPDIR"], destination=destination(), dataset_name="raw")


SINCE: Any = dlt.sources.incremental("updated_at", initial_value="2024-01-01")
AFTER: Any = dlt.sources.incremental("at", initial_value=0)


@dlt.resource(write_disposition="merge", primary_key="id")
def orders(since: Any = SINCE) -> Iterator[dict[str, Any]]:
    """Rows with a nested list, which becomes a table of its own."""
    for n in range(1, 4):
        yield {
            "id": n,
            "updated_at": f"2024-01-0{n}",
            "amount": n * 1.5,
            "note": None if n == 2 else "it's",
            "tags": {"a": n},
            "lines": [{"sku": f"s{n}", "quantity": n}, {"sku": "x", "quantity": 1}],
        }


@dlt.resource(write_disposition="replace", columns={"payload": {"data_type": "json"}})
def countries() -> Iterator[list[dict[str, Any]]]:
    """A small table, replaced."""
    yield [{"code": "DE", "payload": {"eu": True}}, {"code": "CH", "payload": {"eu": False}}]


@dlt.resource(write_disposition="append")
def events(since: Any = AFTER) -> Iterator[dict[str, Any]]:
    """Events that are only added to."""
    yield from ({"at": n, "kind": "click"} for n in range(1, 6))


def counts() -> list[list[Any]]:
    """Rows of every table of the data set."""
    names = ("orders", "orders__lines", "countries", "events")
    with PIPELINE.sql_client() as client:
        return [[name, client.execute_sql(f"SELECT COUNT(*) FROM {name}")[0][0]] for name in names]  # noqa: S608


def load(*resources: Any, file_format: Any = None) -> object:
    info = PIPELINE.run(list(resources), loader_file_format=file_format)
    info.raise_on_failed_jobs()
    return len(info.loads_ids)


def merge_as_jsonl() -> object:
    return load(orders, file_format="jsonl")


def append_as_parquet() -> object:
    return load(events, file_format="parquet")


def replace() -> object:
    return load(countries)


def restore_state() -> object:
    PIPELINE.drop()
    other = dlt.pipeline("compat", pipelines_dir=E["TMPDIR"] + "/other", destination=destination(), dataset_name="raw")
    other.sync_destination()
    return sorted(other.default_schema.data_table_names())


def count() -> object:
    return counts()


def read_back() -> object:
    text = "SELECT id, amount, note FROM orders ORDER BY id"
    with PIPELINE.sql_client() as client, client.execute_query(text) as rows:
        return rows.fetchall()


if __name__ == "__main__":
    # A replace is a new load whenever it runs, by design; the second run is there to show that nothing changes.
    replacing = [replace] if E["COMPAT_RUN"] == "1" else []
    run(merge_as_jsonl, append_as_parquet, *replacing, count, read_back, restore_state)
