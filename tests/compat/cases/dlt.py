"""dlt: merge, append with an incremental cursor, nested tables, state kept in the destination."""

from functools import partial

from tests.compat import environments
from tests.compat.case import HERE, Case, Run


def _run(run: Run) -> None:
    run.program(environments.python("dlt") / "python", HERE / "programs" / "dlt_pipeline.py")


CASES = (
    Case(
        "dlt",
        "dlt",
        partial(environments.pinned, "dlt", "dlt"),
        "merge (jsonl, nested tables), append (Parquet) and incremental cursors, replace in the first run, read back, "
        "state restored from the destination",
        _run,
        volatile=frozenset(
            {
                "_DLT_LOAD_ID",
                "_DLT_ID",
                "_DLT_PARENT_ID",
                "_DLT_ROOT_ID",
                "STATE",
                "VERSION_HASH",
                "LOAD_ID",
                "INSERTED_AT",
                "CREATED_AT",
            }
        ),
        note=f"with snowflake-connector-python {environments.pinned('dlt', 'snowflake-connector-python')}",
    ),
)
