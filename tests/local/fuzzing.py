"""Random statements and requests: from the tests' own statements, from the words that the handlers know, from nothing.

The same number always gives the same texts; a test that fails names the number.
"""

from __future__ import annotations

import ast
import gzip
import json
import random
import re
import types
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from local import registry

HERE = Path(__file__).parent

PIECES = (
    "'", '"', "$$", "/*", "*/", "--", "(", ")", "((", "))", ",", ";", ".", "..", "=", "=>", "::", ":", "?", "@", "$1",
    "\0", "\n", "é", "²", "٣", "\u3000", "\ud800", "\U0001d49c", "NULL", "DEFAULT", "SELECT", "FROM", "TABLE", "IN",
    "\\", "IDENTIFIER(", "-", "9" * 50, "9" * 5000, "1e999", "0x", "-1", "''", '""', "TRUE", "AS", "%", "%%%",
    "{", "}", "[", "]", "@~", "@%T", "@S/../..", "$$x$$", "'\\'", "x''", "0", "1.5", "NaN", "INFINITY", "\u200b",
    "NOT", "IF", "EXISTS", "OR", "REPLACE", "LIKE", "ON", "TO", "SET", "UNSET", "*", "!", "&&", "||", "~", "^", "#",
)  # fmt: skip

NAMES = (
    "T", "D", "D.PUBLIC", "D.PUBLIC.T", "T2", "V", "S", "R", "WH", "LOCAL_ADMIN", "ACCOUNTADMIN", "PUBLIC", "SNOWFLAKE",
    "INFORMATION_SCHEMA.TABLES", "SNOWFLAKE.ACCOUNT_USAGE.USERS", '"t"', '"a.b"', '"""', "A", "B", "NOPE", "ST", "FF",
    "F(INT)", "P1", "IDENTIFIER('T')", "IDENTIFIER(?)", "SELF", "ACCOUNT", "ALL", "G", "MP", "RP", "SQ", "@ST", "@~/x",
)  # fmt: skip

LITERALS = (
    "1", "-1", "0", "9999999999", "1.5", "TRUE", "FALSE", "NULL", "''", "'x'", "'a''b'", "'\\n'", "$$ $$", "('a', 'b')",
    "()", "(1)", "(TYPE = CSV)", "(ENABLE = TRUE)", "'1.2.3.4'", "'5 MINUTE'", "'USING CRON * * * * * UTC'",
    "'2024-02-29'", "CSV", "XSMALL", "ENTERPRISE", "?", "(SELECT 1)", "CURRENT_ROLE()", "ARRAY", "'VARCHAR(5)'",
)  # fmt: skip

KEYWORDS = (
    "IF EXISTS", "IF NOT EXISTS", "SET", "UNSET", "RENAME TO", "IN", "LIKE", "ON", "TO ROLE", "FROM ROLE", "TO USER",
    "WITH", "AS", "SELECT 1", "SELECT * FROM T", "COMMENT =", "=", ",", "(", ")", "AND", "WHERE", "COPY GRANTS",
    "WITH GRANT OPTION", "CASCADE", "RESTRICT", "FORCE", "ADD", "DROP", "MODIFY COLUMN", "COLUMN", "TAG", "LIMIT 1",
    "STARTS WITH 'T'", "FROM 'A'", "IN ACCOUNT", "IN SCHEMA D.PUBLIC", "INT", "VARCHAR(9)", "NUMBER(10, 2)", "CLONE",
    "AT (OFFSET => -1)", "BEFORE (STATEMENT => 'x')", "RETURNS", "LANGUAGE SQL", "USING", "WHEN", "THEN", "VALUES (1)",
)  # fmt: skip

_VERB = re.compile(
    r"\s*(?:CREATE|ALTER|DROP|GRANT|REVOKE|SHOW|DESC|DESCRIBE|USE|SELECT|WITH|INSERT|UPDATE|DELETE|MERGE|COPY|PUT|GET|LIST"
    r"|LS|REMOVE|RM|CALL|EXECUTE|BEGIN|COMMIT|ROLLBACK|TRUNCATE|UNDROP|COMMENT|SET|EXPLAIN|VALUES)\b[^\0]{4,}",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Z][A-Z0-9_$ ]{1,40}\Z")


@lru_cache
def own_statements() -> tuple[tuple[str, ...], ...]:
    """The statements that stand as a whole in the tests of this folder: those of each file, in their order."""
    files: list[tuple[str, ...]] = []
    for path in sorted(HERE.glob("test_*.py")):
        found = [
            node
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _VERB.match(node.value)
        ]
        found.sort(key=lambda node: (node.lineno, node.col_offset))
        texts = [str(node.value) for node in found]
        kept = tuple(text for text in texts if len(text) < 2000 and "GENERATOR" not in text.upper())
        files += [kept] if kept else []
    return tuple(files)


@lru_cache
def known_words() -> tuple[str, ...]:
    """The upper-case words in the code of the handlers: keywords, properties, values."""
    tables = (registry.ALTER, registry.DROP, registry.SHOW, registry.DESCRIBE, registry.STATEMENT)
    handlers = [handler for table in tables for handler in table.values()]
    modules = {handler.__module__ for handler in (*handlers, *(made for made, _ in registry.CREATE.values()))}
    words: set[str] = set()
    for name in modules:
        module = __import__(name, fromlist=["x"])
        for value in vars(module).values():
            words.update(_texts(value))
    return tuple(sorted(words))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str) and _WORD.match(value):
        yield value
    elif isinstance(value, types.FunctionType):
        yield from _texts(value.__code__)
    elif isinstance(value, types.CodeType):
        for constant in value.co_consts:
            yield from _texts(constant)
    elif isinstance(value, tuple | list | set | frozenset):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, Mapping):
        yield from _texts([*value.keys(), *value.values()])


@lru_cache
def _openings() -> tuple[str, ...]:
    verbs = {
        "ALTER": registry.ALTER,
        "DROP": registry.DROP,
        "SHOW": registry.SHOW,
        "DESCRIBE": registry.DESCRIBE,
        "": registry.STATEMENT,
    }
    heads = [f"{verb} {phrase}".strip() for verb, table in verbs.items() for phrase in table]
    for phrase, (_, modifiers) in registry.CREATE.items():
        heads += [f"CREATE {phrase}", f"CREATE OR REPLACE {phrase}", *(f"CREATE {word} {phrase}" for word in modifiers)]
    return tuple(sorted(heads))


def grammatical(dice: random.Random) -> str:
    """A known opening followed by names, properties and values as handlers know them."""
    parts = [dice.choice(_openings())]
    if dice.random() < 0.3:
        parts.append(dice.choice(("IF EXISTS", "IF NOT EXISTS", "LIKE '%'", "OR REPLACE")))
    if dice.random() < 0.85:
        parts.append(dice.choice(NAMES))
    for _ in range(dice.choice((0, 0, 1, 1, 2, 3, 5, 8))):
        match dice.randrange(5):
            case 0:
                parts.append(f"{dice.choice(known_words())} = {dice.choice(LITERALS)}")
            case 1:
                parts.append(dice.choice(known_words()))
            case 2:
                parts.append(dice.choice(KEYWORDS))
            case 3:
                parts.append(dice.choice(NAMES))
            case _:
                parts.append(dice.choice(LITERALS))
    return " ".join(parts)


def mutated(dice: random.Random, seeds: tuple[str, ...], text: str = "") -> str:
    """A statement with pieces of others, of itself, or of nothing known put in, taken out or doubled.

    It is any one of ``seeds`` if none is given.
    """
    text = text or dice.choice(seeds)
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        words = text.split(" ")
        at = dice.randrange(len(words))
        match dice.randrange(8):
            case 0:
                words[at] = dice.choice(PIECES)
            case 1:
                words.insert(at, dice.choice(PIECES))
            case 2:
                del words[at]
            case 3:
                words[at:] = dice.choice(seeds).split(" ")[at:]
            case 4:
                cut = dice.randrange(len(words[at]) + 1)
                words[at] = words[at][:cut] + dice.choice(PIECES) + words[at][cut:]
            case 5:
                words[at] = dice.choice((*NAMES, *LITERALS))
            case 6:
                words.insert(at, dice.choice(known_words()))
            case _:
                words = words[:at]
        text = " ".join(words)
    return text


def statements(seed: int, count: int) -> Iterator[str]:
    """``count`` statements: runs of the tests' own ones, some of them mutated, and others made by grammar."""
    dice = random.Random(seed)
    files = own_statements()
    everything = tuple(text for file in files for text in file)
    made = 0
    while made < count:
        file = dice.choice(files)
        start = dice.randrange(len(file))
        for text in file[start : start + dice.randint(5, 40)]:
            yield mutated(dice, everything, text) if dice.random() < 0.4 else text
            yield grammatical(dice) if dice.random() < 0.7 else mutated(dice, everything)
            made += 2
            if made >= count:
                return


# The protocol

ODD: tuple[object, ...] = (
    None, True, False, 0, 5, -1, 1.5, "", "x", "\ud800", "\0", [], [1], [[]], {}, {"a": {}}, "9" * 5000, 2**63, 2**200,
    "é" * 100, "SELECT 1", "2024-01-01", 1e308, ["a", None, {}], {"1": {"type": "FIXED", "value": "1"}},
)  # fmt: skip
"""Values of every type that JSON has."""

PATHS = (
    "/session/v1/login-request", "/session/token-request", "/session/heartbeat", "/queries/v1/query-request",
    "/queries/v1/abort-request", "/telemetry/send", "/telemetry/send/sessionless", "/session", "/nowhere", "/health",
    "/queries/{id}/result", "/monitoring/queries/{id}", "/queries/v1/query-request/", "//queries/v1/query-request",
    "/queries/v1/query-request/../x", "/%00", "/queries/%F0%9D%92%9C/result", "/queries/" + "a" * 3000 + "/result",
)  # fmt: skip

_METHODS = ("POST",) * 12 + ("GET", "GET", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH")

_FIELDS: Mapping[str, tuple[str, ...]] = {
    "login": (
        "LOGIN_NAME", "PASSWORD", "TOKEN", "AUTHENTICATOR", "ACCOUNT_NAME", "SESSION_PARAMETERS", "CLIENT_APP_ID",
        "CLIENT_APP_VERSION", "CLIENT_ENVIRONMENT", "RAW_SAML_RESPONSE", "EXT_AUTHN_DUO_METHOD", "PASSCODE",
    ),
    "query": (
        "sqlText", "bindings", "parameters", "describeOnly", "asyncExec", "sequenceId", "isInternal",
        "querySubmissionTime", "queryContextDTO", "requestType", "requestId", "oldSessionToken", "bindStage", "sqlText",
    ),
}  # fmt: skip


_PARAMETERS = (
    "requestId", "request_guid", "delete", "roleName", "databaseName", "schemaName", "warehouse", "retryCount",
)  # fmt: skip
_CONTENT = (
    "application/json",
    "",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
)


class Wanted:
    """A request: method, path, query, headers, body."""

    def __init__(self, dice: random.Random, token: str, master: str) -> None:
        self.method = dice.choice(_METHODS)
        self.path = dice.choice(PATHS).replace("{id}", dice.choice(("x", "0", "..", "%2e%2e", "a/b", "\u3000")))
        self.params = {name: _query(dice) for name in _PARAMETERS if dice.random() < 0.2}
        self.body = _body(dice, token)
        self.headers = {"Authorization": _authorization(dice, token, master), "Content-Type": dice.choice(_CONTENT)}
        if dice.random() < 0.2:
            self.headers["Content-Encoding"] = dice.choice(("gzip", "GZIP", "br", "identity", "x", "gzip, gzip"))
            if dice.random() < 0.7:
                packed = gzip.compress(self.body, 1)
                self.body = packed if dice.random() < 0.5 else packed[: dice.randrange(len(packed) + 1)]

    def __repr__(self) -> str:
        return f"{self.method} {self.path[:200]} {self.params} {self.headers} {self.body[:300]!r}"


def _query(dice: random.Random) -> str:
    return dice.choice(("", "x", "true", "1", "'", '"', "A.B", '"a"', "\0", "é", "9" * 400, "\U0001d49c", "A" * 5000))


def _authorization(dice: random.Random, token: str, master: str) -> str:
    if dice.random() < 0.6:
        return f'Snowflake Token="{token}"'
    return dice.choice(
        ("", "x", "Snowflake", "Snowflake Token", "Snowflake Token=", 'Snowflake Token="', "Bearer x", "Basic Og==",
         "Snowflake Token=" + "x" * 9000, f'Snowflake Token="{master}"', f'Snowflake Token="{token[:-1]}"',
         f"snowflake  token = {token}", "Snowflake Token=\"None\"", f'Snowflake Token="{token}", Token="x"')
    )  # fmt: skip


def _body(dice: random.Random, token: str) -> bytes:
    match dice.randrange(6):
        case 0:
            return dice.choice(
                (b"", b"{", b"[]", b"null", b"\xff\xfe", b"{}{}", b"[" * 100_000, b'{"a":' * 50_000, b"9" * 5000,
                 b"NaN", b'{"data":{"LOGIN_NAME":"\\ud800"}}', b"\0" * 100, b'{"sqlText":"SELECT 1"',
                 b'{"sqlText":1e400}', bytes(dice.randrange(256) for _ in range(40)), b'{"a":1,"a":2}',
                 b"-" * 2000, b'"' + b"x" * 70_000)
            )  # fmt: skip
        case 1:
            fields: dict[str, object] = {"LOGIN_NAME": "LOCAL_ADMIN", "ACCOUNT_NAME": "MAIN", "PASSWORD": "x"}
            for name in dice.sample(_FIELDS["login"], dice.randint(1, 4)):
                fields[name] = dice.choice(ODD)
            said: dict[str, object] = {"data": dice.choice((fields, fields, fields, *ODD))}
        case 2:
            said = {"oldSessionToken": token, "requestType": dice.choice(("RENEW", "CLONE", "ISSUE", *ODD))}
        case 3:
            kind = dice.choice(("FIXED", "REAL", "TEXT", "DATE", "TIME", "TIMESTAMP_NTZ", "BINARY", "BOOLEAN", *ODD))
            bound = {"type": kind, "value": dice.choice(ODD)}
            said = {"sqlText": "SELECT ? AS X", "bindings": {dice.choice(("1", "0", "x", "")): bound}}
        case _:
            said = {"sqlText": dice.choice(("SELECT 1", "SELECT ?", "SHOW ROLES", "SELECT 1; SELECT 2", "x"))}
            for name in dice.sample(_FIELDS["query"], dice.randint(0, 4)):
                said[name] = dice.choice(ODD)
            if dice.random() < 0.1:
                said["parameters"] = {"MULTI_STATEMENT_COUNT": dice.choice(ODD)}
    return json.dumps(said).encode()


def requests(seed: int, count: int, tokens: Callable[[], tuple[str, str]]) -> Iterator[Wanted]:
    """``count`` requests that are mostly wrong; ``tokens`` gives those of an open session."""
    dice = random.Random(seed)
    for _ in range(count):
        yield Wanted(dice, *tokens())
