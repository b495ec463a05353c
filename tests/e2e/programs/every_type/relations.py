"""Tables, constraints, views, streams, stages."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_snowflake as snowflake

from tests.e2e.programs.every_type.containers import Places
from tests.e2e.programs.every_type.setting import after, either, full, state


@dataclass(frozen=True)
class Relations:
    """What policies, grants and tasks are about."""

    orders: snowflake.Table
    people: snowflake.Table
    view: snowflake.View
    stage: snowflake.Stage


def declare(places: Places) -> Relations:
    """Register them."""
    database, schema = places.database.name, places.schema.name
    added: list[snowflake.TableColumnArgsDict] = [{"name": "ADDED", "type": "BOOLEAN"}] if state.full else []
    orders = snowflake.Table(
        "orders",
        database=database,
        schema=schema,
        name="ORDERS",
        columns=[
            {"name": "ID", "type": "NUMBER(38,0)", "nullable": False, "identity": {"start_num": 5, "step_num": 2}},
            {"name": "CUSTOMER", "type": "NUMBER(38,0)", "nullable": False},
            {
                "name": "STATUS",
                "type": either("VARCHAR(20)", "VARCHAR(40)"),
                "comment": "open, closed",
                "default": {"constant": "open"},
            },
            {"name": "PLACED", "type": "TIMESTAMP_NTZ(9)", "default": {"expression": "CURRENT_TIMESTAMP()"}},
            {"name": "details", "type": "VARIANT"},
            *added,
        ],
        comment=full("orders"),
        cluster_bies=full(["CUSTOMER"]),
        change_tracking=True,
        data_retention_time_in_days=full(4),
        opts=after(),
    )
    people = snowflake.Table(
        "people",
        database=database,
        schema=places.mixed.name,
        name="people",
        columns=[
            {"name": "id", "type": "NUMBER(10,2)", "nullable": False},
            {"name": "EMAIL", "type": "VARCHAR(16777216)"},
            {"name": "BORN", "type": "DATE"},
            {"name": "SEEN", "type": "TIMESTAMP_LTZ(3)"},
            {"name": "AT", "type": "TIME(9)"},
            {"name": "SCORE", "type": "FLOAT"},
            {"name": "RAW", "type": "BINARY(16)"},
        ],
        opts=pulumi.ResourceOptions.merge(after(), pulumi.ResourceOptions(ignore_changes=["columns[1].maskingPolicy"])),
    )
    _constraints(orders, people)
    return Relations(orders, people, _views(places, orders), _stages(places))


def _constraints(orders: snowflake.Table, people: snowflake.Table) -> None:
    key = snowflake.TableConstraint(
        "key",
        name="PEOPLE_KEY",
        type="PRIMARY KEY",
        table_id=people.fully_qualified_name,
        columns=["id"],
        opts=after(),
    )
    snowflake.TableConstraint(
        "unique",
        name="ORDERS_UNIQUE",
        type="UNIQUE",
        table_id=orders.fully_qualified_name,
        columns=["ID", "CUSTOMER"],
        rely=True,
        opts=after(),
    )
    snowflake.TableConstraint(
        "foreign",
        name="ORDERS_PEOPLE",
        type="FOREIGN KEY",
        table_id=orders.fully_qualified_name,
        columns=["CUSTOMER"],
        foreign_key_properties={"references": {"columns": ["id"], "table_id": people.fully_qualified_name}},
        opts=after(key),
    )


def _views(places: Places, orders: snowflake.Table) -> snowflake.View:
    view = snowflake.View(
        "view",
        database=places.database.name,
        schema=places.schema.name,
        name="OPEN_ORDERS",
        # The same in both states: a view that is replaced breaks the stream on it, in Snowflake as here.
        statement="SELECT ID, STATUS FROM ET.MAIN.ORDERS WHERE STATUS = 'open'",
        comment=full("view"),
        is_secure=full("true"),
        change_tracking="true",
        copy_grants=True,
        columns=[{"column_name": "ID", "comment": "order's number"}, {"column_name": "STATUS"}],
        opts=after(orders),
    )
    snowflake.StreamOnTable(
        "orders-stream",
        database=places.database.name,
        schema=places.schema.name,
        name="ORDERS_STREAM",
        table=orders.fully_qualified_name,
        append_only=full("true"),
        show_initial_rows="true",
        comment=full("stream"),
        opts=after(orders),
    )
    snowflake.StreamOnView(
        "view-stream",
        database=places.database.name,
        schema=places.schema.name,
        name="VIEW_STREAM",
        view=view.fully_qualified_name,
        append_only="true",
        comment=full("stream"),
        opts=after(view),
    )
    return view


def _stages(places: Places) -> snowflake.Stage:
    return snowflake.Stage(
        "stage",
        database=places.database.name,
        schema=places.schema.name,
        name="LANDING",
        comment=full("stage"),
        directory="ENABLE = true",
        file_format=either("TYPE = JSON", "TYPE = JSON STRIP_OUTER_ARRAY = true"),
        copy_options=either("ON_ERROR = SKIP_FILE", "ON_ERROR = CONTINUE"),
        encryption="TYPE = 'SNOWFLAKE_SSE'",
        opts=after(),
    )
