"""snowflake-connector-python as its users use it: rows, bindings, transactions, files, and with ``--pandas`` frames."""

import datetime
import decimal
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import snowflake.connector
from snowflake.connector import DictCursor
from snowflake.connector.errors import ProgrammingError
from steps import masked, run

E = os.environ
WORK = Path(E["TMPDIR"])
AT = datetime.datetime(2025, 1, 2, 3, 4, 5)  # noqa: DTZ001 (for a column without time zone)
CONNECTION: dict[str, Any] = {
    "account": E["COMPAT_ACCOUNT"],
    "user": E["COMPAT_USER"],
    "authenticator": "SNOWFLAKE_JWT",
    "private_key_file": E["COMPAT_KEY_FILE"],
    "role": E["COMPAT_ROLE"],
    "warehouse": E["COMPAT_WAREHOUSE"],
    "database": E["COMPAT_DATABASE"],
    "schema": "PUBLIC",
    "host": E["COMPAT_HOST"],
    "port": int(E["COMPAT_PORT"]),
    "protocol": E["COMPAT_PROTOCOL"],
}
CON = snowflake.connector.connect(
    **CONNECTION,
    session_parameters={"CLIENT_TELEMETRY_ENABLED": False, "QUERY_TAG": "compat"},
    login_timeout=20,
    network_timeout=30,
)


def rows(sql: str, parameters: Sequence[object] | None = None) -> Any:
    """All rows of a statement."""
    cursor = CON.cursor()
    cursor.execute(sql, parameters)
    return cursor.fetchall()


def log_in() -> object:
    names = rows("SELECT CURRENT_USER(), CURRENT_ROLE(), CURRENT_DATABASE(), CURRENT_SCHEMA(), CURRENT_WAREHOUSE()")
    tag = rows("SHOW PARAMETERS LIKE 'QUERY_TAG' IN SESSION")
    return [len(names[0]), names[0][3], tag[0][1]]


def make_a_table_and_insert_with_client_side_bindings() -> object:
    cursor = CON.cursor()
    cursor.execute("CREATE OR REPLACE TABLE orders (id INT, name VARCHAR(20), amount NUMBER(12,2), at TIMESTAMP_NTZ)")
    cursor.execute(
        "INSERT INTO orders VALUES (%s, %s, %s, %s)",
        (1, "O'Hara \\ %", decimal.Decimal("1.10"), AT),
    )
    cursor.executemany(
        "INSERT INTO orders (id, name, amount) VALUES (%(id)s, %(name)s, %(amount)s)",
        [{"id": n, "name": None if n % 2 else f"n{n}", "amount": n * 2.5} for n in range(2, 12)],
    )
    return [cursor.rowcount, rows("SELECT * FROM orders ORDER BY id"), rows("SELECT SUM(amount) FROM orders")]


def bind_on_the_server() -> object:
    snowflake.connector.paramstyle = "qmark"
    try:
        with snowflake.connector.connect(**CONNECTION) as other:
            cursor = other.cursor()
            columns = "a INT, b NUMBER(10,2), c VARCHAR, d DATE, e BINARY, f BOOLEAN"
            cursor.execute(f"CREATE OR REPLACE TABLE bound ({columns})")
            day = datetime.date(2024, 2, 29)
            one = (1, decimal.Decimal("1.50"), "x", day, b"\x00\xff", True)
            cursor.execute("INSERT INTO bound VALUES (?, ?, ?, ?, ?, ?)", one)
            cursor.executemany("INSERT INTO bound (a, c) VALUES (?, ?)", [(2, "y"), (3, None)])
            inserted = cursor.rowcount
            cursor.execute("SELECT * FROM bound WHERE a >= ? ORDER BY a", (1,))
            return [inserted, cursor.fetchall()]
    finally:
        snowflake.connector.paramstyle = "pyformat"


def read_every_type() -> object:
    cursor = CON.cursor()
    cursor.execute("ALTER SESSION SET TIMEZONE = 'Europe/Berlin'")
    cursor.execute(
        "SELECT 1::INT AS i, 1.5::NUMBER(10,2) AS n, 12345678901234567890123456789012345678::NUMBER(38,0) AS big, "
        "0.1::FLOAT AS f, 'ä€😀'::VARCHAR AS s, TRUE AS b, TO_BINARY('00FF', 'HEX') AS x, '2024-02-29'::DATE AS d, "
        "'12:34:56.789'::TIME AS t, '2024-02-29 12:34:56.123456'::TIMESTAMP_NTZ AS ntz, "
        "'2024-02-29 12:34:56 +0200'::TIMESTAMP_TZ AS tz, '2024-02-29 12:34:56'::TIMESTAMP_LTZ AS ltz, "
        "PARSE_JSON('{\"a\": [1, null]}') AS v, NULL::INT AS nothing"
    )
    columns = [[c.name, c.type_code, c.precision, c.scale, c.is_nullable] for c in cursor.description]
    values = [str(value) for value in cursor.fetchone() or ()]
    return [columns, values]


def read_in_pieces() -> object:
    cursor = CON.cursor(DictCursor)
    cursor.execute("SELECT SEQ4() AS n FROM TABLE(GENERATOR(ROWCOUNT => 5000))")
    first = cursor.fetchmany(2)
    return [cursor.rowcount, first, len(cursor.fetchall()), cursor.sfqid is not None]


def run_a_script() -> object:
    script = """
        -- a comment with a ; in it
        CREATE OR REPLACE TABLE scripted (a INT, b VARCHAR);
        INSERT INTO scripted VALUES (1, 'one; two'), (2, '--');
        SELECT COUNT(*), MAX(b) FROM scripted;
    """
    return [cursor.fetchall() for cursor in CON.execute_string(script, remove_comments=True)]


def run_several_statements_in_one_request() -> object:
    cursor = CON.cursor()
    cursor.execute("SELECT 1; SELECT 2, 'b'; SELECT 3", num_statements=3)
    found = [cursor.fetchall()]
    while cursor.nextset():
        found.append(cursor.fetchall())
    return found


def roll_back_and_commit() -> object:
    cursor = CON.cursor()
    cursor.execute("CREATE OR REPLACE TABLE ledger (a INT)")
    CON.autocommit(False)
    try:
        cursor.execute("INSERT INTO ledger VALUES (1)")
        CON.rollback()
        after_rollback = rows("SELECT COUNT(*) FROM ledger")
        cursor.execute("INSERT INTO ledger VALUES (2), (3)")
        cursor.execute("UPDATE ledger SET a = a + 10 WHERE a = 3")
        CON.commit()
    finally:
        CON.autocommit(True)
    cursor.execute("BEGIN")
    cursor.execute("DELETE FROM ledger")
    within = rows("SELECT COUNT(*) FROM ledger")
    cursor.execute("ROLLBACK")
    return [after_rollback, within, rows("SELECT a FROM ledger ORDER BY a")]


def merge() -> object:
    cursor = CON.cursor()
    cursor.execute("CREATE OR REPLACE TABLE target AS SELECT 1 AS k, 'old' AS v")
    cursor.execute(
        "MERGE INTO target t USING (SELECT column1 AS k, column2 AS v FROM VALUES (1, 'new'), (2, 'two')) s "
        "ON t.k = s.k "
        "WHEN MATCHED THEN UPDATE SET v = s.v WHEN NOT MATCHED THEN INSERT (k, v) VALUES (s.k, s.v)"
    )
    return [cursor.rowcount, rows("SELECT * FROM target ORDER BY k")]


def put_list_copy_get_and_remove_files() -> object:
    cursor = CON.cursor()
    for part in (1, 2):
        (WORK / f"part{part}.csv").write_text(f"id,name\n{part},n{part}\n{part + 10},\n", encoding="utf-8")
    cursor.execute("CREATE OR REPLACE STAGE files FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1)")
    cursor.execute("CREATE OR REPLACE TABLE loaded (id INT, name VARCHAR)")
    put = [row[:2] + row[4:7] for row in rows(f"PUT 'file://{WORK}/part*.csv' @files/in/ AUTO_COMPRESS = TRUE")]
    again = [row[6] for row in rows(f"PUT 'file://{WORK}/part*.csv' @files/in/ AUTO_COMPRESS = TRUE")]
    listed = [row[0] for row in rows("LIST @files")]
    copied = [row[:4] for row in rows("COPY INTO loaded FROM @files/in/")]
    twice = rows("COPY INTO loaded FROM @files/in/")
    target = WORK / "got"
    target.mkdir()
    got = [[row[0], row[2]] for row in rows(f"GET @files/in/ file://{target}/")]
    removed = rows("REMOVE @files/in/part1")
    return {
        "put": sorted(put),
        "put again": sorted(again),
        "listed": sorted(listed),
        "copied": sorted(copied),
        "copied again": twice,
        "got": sorted(got),
        "on disk": sorted(path.name for path in target.iterdir()),
        "removed": removed,
        "left": [row[0] for row in rows("LIST @files")],
        "rows": rows("SELECT * FROM loaded ORDER BY id"),
    }


def see_errors() -> object:
    found = []
    for sql in ("SELECT * FROM nowhere", "SELEKT 1", "SELECT 1/0", "INSERT INTO orders (id) VALUES ('x')"):
        try:
            rows(sql)
        except ProgrammingError as error:
            found.append([error.errno, error.sqlstate])
    return found


def describe_without_running() -> object:
    cursor = CON.cursor()
    return [[c.name, c.type_code] for c in cursor.describe("SELECT id, name, amount, at FROM orders")]


def ask_for_a_result_again() -> object:
    cursor = CON.cursor()
    cursor.execute("SELECT id FROM orders ORDER BY id LIMIT 3")
    other = CON.cursor()
    other.get_results_from_sfqid(str(cursor.sfqid))
    return other.fetchall()


def run_in_the_background() -> object:
    cursor = CON.cursor()
    cursor.execute_async("SELECT COUNT(*) FROM orders")
    other = CON.cursor()
    other.get_results_from_sfqid(str(cursor.sfqid))
    return other.fetchall()


def read_the_same_in_arrow_and_json() -> object:
    cursor = CON.cursor()
    cursor.execute("ALTER SESSION SET TIMEZONE = 'Europe/Berlin'")
    names = [f"c{number}" for number in range(len(EVERY))]
    columns = ", ".join(f"{name} {kind}" for name, kind in zip(names, EVERY, strict=True))
    cursor.execute(f"CREATE OR REPLACE TABLE every (k INT, {columns})")
    for number, row in enumerate(zip(*EVERY.values(), strict=True)):
        cursor.execute(f"INSERT INTO every SELECT {number}, {', '.join(row)}")
    found = {}
    for form in ("JSON", "ARROW"):
        cursor.execute(f"ALTER SESSION SET PYTHON_CONNECTOR_QUERY_RESULT_FORMAT = '{form}'")
        for condition in ("TRUE", "k = 2", "FALSE"):
            cursor.execute(f"SELECT * FROM every WHERE {condition} ORDER BY k")  # noqa: S608 (one of the three)
            # The connector 4.x gives bytes of JSON and a bytearray of Arrow.
            found[form, condition] = [
                [bytes(cell) if isinstance(cell, bytearray) else cell for cell in row] for row in cursor.fetchall()
            ]
    different = [condition for form, condition in found if found[form, condition] != found["JSON", condition]]
    if different:
        raise AssertionError(f"{different[0]}: {found['JSON', different[0]]} and {found['ARROW', different[0]]}")
    return found["ARROW", "TRUE"]


EVERY = {
    "NUMBER(38,0)": ("99999999999999999999999999999999999999", "-99999999999999999999999999999999999999", "NULL"),
    "NUMBER(38,10)": ("9999999999999999999999999999.9999999999", "-0.0000000001", "NULL"),
    "NUMBER(5,2)": ("-999.99", "0.01", "NULL"),
    "FLOAT": ("1e300", "5e-324", "NULL"),
    "VARCHAR": ("'ä€😀'", "''", "NULL"),
    "BOOLEAN": ("TRUE", "FALSE", "NULL"),
    "BINARY": ("TO_BINARY('00FF', 'HEX')", "TO_BINARY('', 'HEX')", "NULL"),
    "DATE": ("'9999-12-31'", "'0001-01-01'", "NULL"),
    "TIME": ("'23:59:59.999999'", "'00:00:00'", "NULL"),
    "TIMESTAMP_NTZ": ("'9999-12-31 23:59:59.999999'", "'1969-12-31 23:59:59.5'", "NULL"),
    "TIMESTAMP_NTZ(3)": ("'2024-02-29 12:34:56.123'", "'1950-01-01 00:00:00.001'", "NULL"),
    "TIMESTAMP_NTZ(0)": ("'2024-02-29 12:34:56'", "'1950-01-01 00:00:00'", "NULL"),
    "TIMESTAMP_LTZ": ("'2024-07-01 12:34:56.123456'", "'1969-12-31 23:59:59.999999'", "NULL"),
    "TIMESTAMP_TZ": ("'2024-07-01 12:34:56.123456 +0200'", "'1969-12-31 23:59:59.999999 +0100'", "NULL"),
    "TIMESTAMP_TZ(3)": ("'2024-07-01 12:34:56.123 +0200'", "'1961-01-01 00:00:00.5 +0100'", "NULL"),
    "VARIANT": ("PARSE_JSON('{\"a\": [1, null]}')", "PARSE_JSON('1')", "NULL"),
    "OBJECT": ('PARSE_JSON(\'{"k": "v"}\')', "PARSE_JSON('{}')", "NULL"),
    "ARRAY": ("PARSE_JSON('[1, \"x\"]')", "PARSE_JSON('[]')", "NULL"),
}
"""Values of every type: one end, the other, none."""


def fetch_pandas() -> object:
    cursor = CON.cursor()
    cursor.execute("SELECT id, name, amount, at, id > 5 AS late FROM orders ORDER BY id")
    frame = cursor.fetch_pandas_all()
    types = [[name, str(kind)] for name, kind in frame.dtypes.items() if name != "NAME"]
    cursor.execute("SELECT id FROM orders WHERE FALSE")
    empty = cursor.fetch_pandas_all()
    cursor.execute("SELECT id, amount FROM orders ORDER BY id")
    batches = [len(batch) for batch in cursor.fetch_pandas_batches()]
    return [types, len(frame), int(frame["ID"].sum()), float(frame["AMOUNT"].sum()), [len(empty), batches]]


def fetch_arrow() -> object:
    cursor = CON.cursor()
    cursor.execute("SELECT id, name, amount, at FROM orders ORDER BY id")
    whole: Any = cursor.fetch_arrow_all()
    cursor.execute("SELECT id, name FROM orders WHERE FALSE")
    empty = cursor.fetch_arrow_all()
    cursor.execute("SELECT SEQ4() AS n, 'a text' AS t FROM TABLE(GENERATOR(ROWCOUNT => 100000))")
    batches = cursor.get_result_batches() or []
    counted = sum(batch.rowcount for batch in batches)
    in_rows = sum(len(list(batch)) for batch in batches)
    in_tables = sum(len(batch.to_arrow()) for batch in batches)
    return [[str(kind) for kind in whole.schema.types], len(whole), empty, counted, in_rows, in_tables]


def write_a_frame() -> object:
    import pandas
    from snowflake.connector.pandas_tools import write_pandas

    frame = pandas.DataFrame(
        {
            "ID": [1, 2, 3],
            "NAME": ["a", None, "c'\""],
            "AMOUNT": [1.5, 2.25, None],
            "AT": pandas.to_datetime(["2024-01-01 00:00:00.000", "2024-06-01 12:30:00.500", None]),
            "FLAG": [True, False, True],
        }
    )
    made = write_pandas(CON, frame, "FRAMED", auto_create_table=True, overwrite=True, use_logical_type=True)
    added = write_pandas(CON, frame, "FRAMED", use_logical_type=True)
    return [
        [made[0], made[1], made[2]],
        [added[0], added[2]],
        rows("SELECT id, name, amount, at::VARCHAR, flag FROM framed ORDER BY id, name"),
        [[row[0], row[1]] for row in rows("DESCRIBE TABLE framed")],
    ]


def close() -> object:
    CON.close()
    return CON.is_closed()


def texts() -> object:
    try:
        rows("SELECT * FROM nowhere")
    except ProgrammingError as error:
        return masked(str(error.raw_msg or error.msg))
    return "no error"


def main() -> None:
    """The steps in turn."""
    pandas = [fetch_pandas, fetch_arrow, write_a_frame] if "--pandas" in sys.argv else []
    run(
        log_in,
        make_a_table_and_insert_with_client_side_bindings,
        bind_on_the_server,
        read_every_type,
        read_the_same_in_arrow_and_json,
        read_in_pieces,
        run_a_script,
        run_several_statements_in_one_request,
        roll_back_and_commit,
        merge,
        put_list_copy_get_and_remove_files,
        see_errors,
        texts,
        describe_without_running,
        ask_for_a_result_again,
        run_in_the_background,
        *pandas,
        close,
    )


if __name__ == "__main__":
    main()
