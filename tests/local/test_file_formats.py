from __future__ import annotations

import json

import pytest

from tests.local.conftest import Account, Client

CREATE = (
    'CREATE FILE FORMAT "D"."S"."CSV_FF" TYPE = CSV FIELD_DELIMITER = \'|\' PARSE_HEADER = false SKIP_HEADER = 1 '
    "SKIP_BLANK_LINES = false TRIM_SPACE = false FIELD_OPTIONALLY_ENCLOSED_BY = '\\\"' NULL_IF = ('', 'NULL') "
    "ERROR_ON_COLUMN_COUNT_MISMATCH = false REPLACE_INVALID_CHARACTERS = false EMPTY_FIELD_AS_NULL = false "
    "SKIP_BYTE_ORDER_MARK = false COMMENT = 'c'"
)


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin
    client.run("CREATE DATABASE D")
    client.run("CREATE SCHEMA D.S")
    client.run(CREATE)
    return client


def described(client: Client) -> dict[str | None, str | None]:
    return {row["property"]: row["property_value"] for row in client.rows("DESCRIBE FILE FORMAT D.S.CSV_FF")}


def test_format_is_shown_as_the_provider_reads_it(admin: Client) -> None:
    (row,) = admin.rows("""SHOW FILE FORMATS LIKE 'CSV_FF' IN SCHEMA "D"."S\"""")
    options = json.loads(str(row["format_options"]))
    assert (row["type"], row["owner"], row["comment"], row["owner_role_type"]) == ("CSV", "ACCOUNTADMIN", "c", "ROLE")
    wanted = {"TYPE": "CSV", "RECORD_DELIMITER": "\n", "FIELD_DELIMITER": "|", "FILE_EXTENSION": None, "SKIP_HEADER": 1,
              "FIELD_OPTIONALLY_ENCLOSED_BY": '"', "ESCAPE": "NONE", "ESCAPE_UNENCLOSED_FIELD": "\\",
              "NULL_IF": ["", "NULL"], "EMPTY_FIELD_AS_NULL": False, "ENCODING": "UTF8"}  # fmt: skip
    assert {name: options[name] for name in wanted} == wanted


def test_format_is_altered_described_renamed_and_dropped(admin: Client) -> None:
    admin.run("ALTER FILE FORMAT D.S.CSV_FF SET FIELD_DELIMITER = ';' SKIP_HEADER = 2 COMMENT = 'new'")
    found = described(admin)
    assert (found["FIELD_DELIMITER"], found["SKIP_HEADER"], found["TYPE"]) == (";", "2", "CSV")
    assert (found["RECORD_DELIMITER"], found["NULL_IF"]) == ("\\n", "[, NULL]")
    admin.run("ALTER FILE FORMAT D.S.CSV_FF RENAME TO D.S.OTHER")
    assert [row["name"] for row in admin.rows("SHOW FILE FORMATS IN ACCOUNT")] == ["OTHER"]
    admin.run("DROP FILE FORMAT IF EXISTS D.S.OTHER")
    assert admin.rows("SHOW FILE FORMATS IN ACCOUNT") == []


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("CREATE FILE FORMAT D.S.X TYPE = JSON FIELD_DELIMITER = ','", "001420"),
        ("CREATE FILE FORMAT D.S.X TYPE = DOCX", "001008"),
        ("CREATE FILE FORMAT D.S.X TYPE = CSV COMPRESSION = RAR", "001008"),
        ("CREATE FILE FORMAT D.S.X TYPE = CSV SKIP_HEADER = 1 PARSE_HEADER = TRUE", "001008"),
        ("CREATE FILE FORMAT D.S.CSV_FF TYPE = CSV", "002002"),
        ("ALTER FILE FORMAT D.S.CSV_FF SET TYPE = JSON", "001008"),
        ("ALTER FILE FORMAT D.S.CSV_FF SET STRIP_OUTER_ARRAY = TRUE", "001420"),
        ("DESCRIBE FILE FORMAT D.S.NOPE", "002003"),
    ],
)
def test_format_that_cannot_be_is_refused(admin: Client, sql: str, code: str) -> None:
    assert admin.fails(sql).code == code


def test_format_is_used_with_usage_only(account: Account, admin: Client) -> None:
    for sql in ("CREATE ROLE R", "GRANT USAGE ON DATABASE D TO ROLE R", "GRANT USAGE ON SCHEMA D.S TO ROLE R",
                "GRANT CREATE STAGE ON SCHEMA D.S TO ROLE R"):  # fmt: skip
        admin.run(sql)
    other = account.as_role("R")
    stage = "CREATE STAGE D.S.ST FILE_FORMAT = (FORMAT_NAME = 'D.S.CSV_FF')"
    assert other.fails(stage).code == "002003"
    admin.run("GRANT USAGE ON FILE FORMAT D.S.CSV_FF TO ROLE R")
    other.run(stage)
    rows = {row["property"]: row["property_value"] for row in other.rows("DESCRIBE STAGE D.S.ST")}
    assert rows["FORMAT_NAME"] == "D.S.CSV_FF"
