"""Reading a large live account into a picture, with the account 300 ms away."""

from concurrent.futures import ThreadPoolExecutor

from account.picture import About, Source
from ops import logins, query, reader
from ops.layout import Account
from tests.bench.process import LEAST_RUNS, local, say
from tests.bench.results import Measure

DATABASES, SCHEMAS, TABLES, ROLES = 3, 10, 10_000, 20
"""Databases, schemas in each, tables and roles altogether."""
LATENCY_MS = 300
GOAL_SECONDS, GOAL_STATEMENTS = 10.0, 60.0
ABOUT = About(source=Source.LIVE, stack="dev", environment="dev")


def measure() -> list[Measure]:
    """The picture of an account of 10,000 tables: login, statements, and what the picture holds."""
    with local() as account:
        account.start(0)
        place = Account("MAIN", account.folder)
        _fill(place)
        account.start(LATENCY_MS)
        login = reader.auditor(place)
        seconds, statements, things = [], [], 0
        for _ in range(LEAST_RUNS):
            with reader.ReadOnly(login) as asker:
                found = reader.read(asker, ABOUT)
            seconds.append(found.seconds)
            statements.append(float(found.statements))
            things = len(found.picture.things)
            say(f"  {things} objects in {found.seconds:.1f} s, {found.statements} statements")
    facts = {"objects": float(things), "latency ms": float(LATENCY_MS)}
    return [
        Measure(f"live picture of {TABLES} tables", "s", tuple(seconds), GOAL_SECONDS, facts=facts),
        Measure("statements of it", "", tuple(statements), GOAL_STATEMENTS),
    ]


def _fill(place: Account) -> None:
    schemas = [f"BENCH_{database}.S{schema}" for database in range(DATABASES) for schema in range(SCHEMAS)]
    connection = logins.connect(reader.auditor(place))
    try:
        for database in range(DATABASES):
            query.run(connection, f"CREATE DATABASE BENCH_{database}")
        for schema in schemas:
            query.run(connection, f"CREATE SCHEMA {schema} WITH MANAGED ACCESS")
        for role in range(ROLES):
            query.run(connection, f"CREATE ROLE BENCH_{role}")
            query.run(connection, f"GRANT SELECT ON FUTURE TABLES IN SCHEMA {schemas[role]} TO ROLE BENCH_{role}")
        tables = [f"CREATE TABLE {schemas[n % len(schemas)]}.T{n} (ID NUMBER, EMAIL VARCHAR)" for n in range(TABLES)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda sql: query.run(connection, sql), tables))
    finally:
        connection.close()
