"""What the protocol and the login cover, for COVERAGE.md."""

from __future__ import annotations

from local.registry import Coverage, Level

_DRIVERS = "gosnowflake 1.13 and 2.1, Python connector 4.8 and 5.2, each run against this server"
_DOCS = "docs.snowflake.com"


def _full(what: str, source: str) -> Coverage:
    return Coverage(what, Level.SUPPORTED, "", source)


def _partly(what: str, notes: str, source: str) -> Coverage:
    return Coverage(what, Level.PARTLY, notes, source)


def _refused(what: str, notes: str, source: str) -> Coverage:
    return Coverage(what, Level.REFUSED, notes, source)


FEATURES = (
    _full("session: renewal (390112), heartbeat, logout, expiry (390114), closed session (390111)", _DRIVERS),
    _full("statement: a repeated request id gets the first attempt's answer", f"{_DRIVERS}: retry of a request"),
    _full("statement: bindings, describe only, gzip bodies", _DRIVERS),
    _full("login: key pair (RS256, either key of the user)", f"{_DOCS}: Key-pair authentication"),
    _full("login: requested role, default role, default secondary roles", f"{_DOCS}: CREATE USER"),
    _full("login: network policy of the user, else of the account; also on every later statement",
          f"{_DOCS}: Controlling network traffic with network policies"),
    _full("login: disabled and expired users; also on every later statement", f"{_DOCS}: ALTER USER"),
    _full("login: session policy, idle timeout", f"{_DOCS}: Snowflake sessions and session policies"),
    _partly("statement: result format", "queries in Arrow for the Python, Go, JDBC and ODBC drivers "
            "(PYTHON_CONNECTOR_QUERY_RESULT_FORMAT …), anything else in JSON; inside the answer, never in chunks",
            f"{_DRIVERS}: nanoarrow converter, arrowToValue"),
    _full("statement: abort (000604), STATEMENT_TIMEOUT_IN_SECONDS of session, user, account, warehouse (000630)",
          f"{_DRIVERS}; {_DOCS}: Parameters"),
    _full("transactions: READ COMMITTED, over several databases; a failed statement takes back only itself; DDL, BEGIN "
          "after DML without autocommit and a change of AUTOCOMMIT commit what is open", f"{_DOCS}: Transactions"),
    _full("transactions: writers wait (LOCK_TIMEOUT, 20 at most, 000625), a deadlock costs one statement",
          f"{_DOCS}: Transactions, Resource locking"),
    _partly("types: TIMESTAMP_TZ, TIME, TIMESTAMP", "an instant keeps no offset of its own but shows the session's; "
            "microseconds", f"{_DOCS}: Date & time data types"),
    _partly("login: password", "scrypt at rest; a lock after wrong passwords ends with the server process or "
            "ALTER USER; an expired password or one that must be changed is taken", f"{_DOCS}: Password policies"),
    _partly("login: authentication policy", "methods, client types and MFA_ENROLLMENT; there is no second factor, so a "
            "password that needs one is refused; OPTIONAL lets a password alone in (phased out in 2026); "
            "CLIENT_POLICY and WORKLOAD_IDENTITY_POLICY have nothing to apply to",
            f"{_DOCS}: Authentication policies"),
    _full("login: programmatic access token, also in the place of a password (394400): expiry, role restriction, "
          "network policy demanded, PAT_POLICY", f"{_DOCS}: Using programmatic access tokens for authentication; "
          "gosnowflake's tests"),
    _partly("login: database, schema, warehouse", "missing or hidden ones stay unset; with "
            "CLIENT_VALIDATE_DEFAULT_PARAMETERS (gosnowflake's default) the login is refused (390201)", _DRIVERS),
    _partly("login: too many wrong ones", "status 429 by name and address (10, then one in 6 s) and by address (60, "
            "then one a second); Snowflake's own line is not documented", "drivers: status 429 is tried again"),
    _partly("limits", "1024 sessions of a user, 4096 in all (the one at rest longest goes first); 512 running "
            "statements, 32 of a session; 2000 connections; 30 s for a request's head, 60 s for its body of at most "
            "32 MB; 4 M characters of statements; results up to 1 GB in memory", "Snowflake's own limits are others"),
    _full("query log: secrets are masked, statements with syntax errors are left out (<redacted>)",
          f"{_DOCS}: behaviour change 936 (Query history, redacted SQL upon syntax error)"),
    _partly("network policy: rules", "IPv4 rules and lists; rules of private connectivity never match a client of a "
            "loopback server", f"{_DOCS}: Network rules"),
    _partly("session: primary role dropped or revoked", "it stops counting at once, PUBLIC stays; queries go on",
            "the documentation is silent; the strict way"),
    _partly("session: server restart", "sessions end with the process (390104)", "no counterpart in Snowflake"),
    _refused("login: OAuth, SAML, external browser, workload identity", "", _DOCS),
    _full("statement: asynchronous execution, its status and result by query id", _DRIVERS),
    _partly("RESULT_SCAN", "as long as the server keeps the answer: the last 512 statements or 32 MiB of them; takes a "
            "query id or LAST_QUERY_ID([number])", f"{_DOCS}: RESULT_SCAN"),
    _partly("REST API (/api/v2)", "databases, schemas, tables, views, stages, warehouses, roles, users, grants: create "
            "(createMode), list, fetch, drop, undrop, clone, warehouse suspend, resume, rename; as SQL of the session; "
            "other collections and create or alter answer 501", f"{_DOCS}: Snowflake REST APIs reference; "
            "snowflake.core 1.10"),
    _partly("SQL API (/api/v2/statements)", "key-pair and access tokens; submit (bindings, parameters, async), "
            "repeated requests, status, partitions of 10,000 rows, cancel; no PUT and GET",
            f"{_DOCS}: Snowflake SQL API reference"),
    _full("statement: several in one request (MULTI_STATEMENT_COUNT of request or session; bindings in turn)",
          _DRIVERS),
)  # fmt: skip
