"""Tasks in a graph and procedures of each language."""

from __future__ import annotations

import pulumi_snowflake as snowflake

from tests.e2e.programs.every_type.containers import Places
from tests.e2e.programs.every_type.parameters import of_tasks
from tests.e2e.programs.every_type.relations import Relations
from tests.e2e.programs.every_type.setting import after, either, full


def declare(places: Places, tables: Relations) -> None:
    """Register them."""
    _tasks(places, tables)
    _procedures(places)


def _tasks(places: Places, tables: Relations) -> None:
    database, schema = places.database.name, places.schema.name
    every_hour: snowflake.TaskScheduleArgsDict = {"minutes": 60}
    every_night: snowflake.TaskScheduleArgsDict = {"using_cron": "0 3 * * * Europe/Berlin"}
    root = snowflake.Task(
        "root",
        database=database,
        schema=schema,
        name="ROOT",
        warehouse=places.warehouse.name,
        schedule=either(every_hour, every_night),
        sql_statement=either(
            "INSERT INTO ET.MAIN.ORDERS (CUSTOMER) SELECT 1", "DELETE FROM ET.MAIN.ORDERS WHERE STATUS = 'it''s old'"
        ),
        config=full('{"output_dir": "/temp/", "rate": 0.1}'),
        allow_overlapping_execution=full("true"),
        comment=full("root"),
        started=either(True, False),
        opts=after(tables.orders),
        **of_tasks(),
    )
    child = snowflake.Task(
        "child",
        database=database,
        schema=schema,
        name="CHILD",
        allow_overlapping_execution="false",
        warehouse=places.warehouse.name,
        afters=[root.fully_qualified_name],
        when=full("SYSTEM$STREAM_HAS_DATA('ET.MAIN.ORDERS_STREAM')"),
        sql_statement="SELECT 1",
        comment=full("child"),
        started=True,
        opts=after(root),
    )
    grandchild = snowflake.Task(
        "grandchild",
        database=database,
        schema=schema,
        name="Grand child",
        user_task_managed_initial_warehouse_size="XSMALL",
        afters=either([child.fully_qualified_name], [child.fully_qualified_name, root.fully_qualified_name]),
        sql_statement="CALL ET.MAIN.SQL_PROCEDURE('x', 1)",
        started=False,
        opts=after(child),
    )
    snowflake.Task(
        "finalizer",
        database=database,
        schema=schema,
        name="FINALIZER",
        finalize=root.fully_qualified_name,
        sql_statement="SELECT 2",
        started=False,
        opts=after(grandchild),  # two at once would each resume the root under the other's feet
    )


def _procedures(places: Places) -> None:
    database, schema = places.database.name, places.schema.name
    snowflake.ProcedureSql(
        "sql-procedure",
        database=database,
        schema=schema,
        name="SQL_PROCEDURE",
        arguments=[
            {"arg_name": "TEXT", "arg_data_type": "VARCHAR(200)"},
            {"arg_name": "N", "arg_data_type": "NUMBER(38, 0)", "arg_default_value": "2"},
        ],
        return_type="VARCHAR(100)",
        procedure_definition="\nBEGIN\n  RETURN 'it''s ' || TEXT;\nEND;\n",
        comment=full("procedure"),
        execute_as=either("CALLER", "OWNER"),
        enable_console_output=full(True),
        log_level=full("ERROR"),
        metric_level=full("ALL"),
        trace_level=full("ON_EVENT"),
        opts=after(),
    )
    snowflake.ProcedureSql(
        "table-procedure",
        database=database,
        schema=schema,
        name="TABLE_PROCEDURE",
        return_type="TABLE (DAY DATE, OPEN BOOLEAN)",
        procedure_definition="DECLARE r RESULTSET DEFAULT (SELECT CURRENT_DATE, TRUE); BEGIN RETURN TABLE(r); END",
        is_secure="true",
        opts=after(),
    )
    snowflake.ProcedurePython(
        "python-procedure",
        database=database,
        schema=schema,
        name="PYTHON_PROCEDURE",
        arguments=[{"arg_name": "X", "arg_data_type": "NUMBER(38, 0)"}],
        return_type="VARCHAR(16777216)",
        runtime_version="3.11",
        snowpark_package="1.14.0",
        packages=["numpy"],
        handler="run",
        procedure_definition="def run(session, x):\n    return f'it\\'s {x}'\n",
        null_input_behavior="RETURNS NULL ON NULL INPUT",
        is_secure="false",
        comment=full("python"),
        execute_as=full("CALLER"),
        opts=after(),
    )
    snowflake.ProcedureJavascript(
        "javascript-procedure",
        database=database,
        schema=schema,
        name="JAVASCRIPT_PROCEDURE",
        arguments=[{"arg_name": "x", "arg_data_type": "VARIANT"}],
        return_type="FLOAT",
        procedure_definition="return 1; // it's",
        is_secure="false",
        execute_as="OWNER",
        null_input_behavior="CALLED ON NULL INPUT",
        comment=full("javascript"),
        opts=after(),
    )
