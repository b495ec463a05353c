"""Directory tables: ALTER STAGE … REFRESH and queries of DIRECTORY(@stage)."""

from __future__ import annotations

import pytest

from tests.local.conftest import Account, Client
from tests.local.s3 import new_lake
from tests.local.staged import loader, put, table

SHOWN = "SELECT RELATIVE_PATH, SIZE FROM DIRECTORY(@DS) ORDER BY 1"


@pytest.fixture
def admin(account: Account) -> Client:
    client = loader(account)
    client.run("CREATE STAGE DS DIRECTORY = (ENABLE = TRUE)")
    put(client, "a.csv", "1,x\n", "@D.S.DS")
    put(client, "sub/b.csv", "2,yy\n", "@D.S.DS")
    return client


def refreshed(client: Client, clause: str = "") -> list[tuple[str | None, ...]]:
    return [row[:2] for row in table(client, f"ALTER STAGE DS REFRESH {clause}")]


def test_files_are_there_after_a_refresh_and_not_before(admin: Client) -> None:
    assert table(admin, SHOWN) == []
    assert refreshed(admin) == [("ds/a.csv", "REGISTERED_NEW"), ("ds/sub/b.csv", "REGISTERED_NEW")]
    assert table(admin, SHOWN) == [("a.csv", "4"), ("sub/b.csv", "5")]
    assert refreshed(admin) == []


def test_refresh_tells_what_has_changed(admin: Client) -> None:
    refreshed(admin)
    put(admin, "a.csv", "9,zzz\n", "@D.S.DS")
    admin.run("REMOVE @DS/sub")
    assert table(admin, SHOWN) == [("a.csv", "4"), ("sub/b.csv", "5")]
    assert refreshed(admin) == [("ds/a.csv", "REGISTERED_UPDATE"), ("ds/sub/b.csv", "UNREGISTERED")]
    assert table(admin, SHOWN) == [("a.csv", "6")]


def test_refresh_of_a_path_leaves_the_others(admin: Client) -> None:
    assert refreshed(admin, "SUBPATH = 'sub'") == [("ds/sub/b.csv", "REGISTERED_NEW")]
    assert table(admin, SHOWN) == [("sub/b.csv", "5")]


def test_directory_has_the_columns_of_its_page(admin: Client) -> None:
    refreshed(admin)
    (found,) = admin.rows("SELECT d.* FROM DIRECTORY(@D.S.DS) d WHERE d.SIZE = 4")
    assert list(found) == ["RELATIVE_PATH", "SIZE", "LAST_MODIFIED", "MD5", "ETAG", "FILE_URL"]
    assert found["MD5"] == found["ETAG"] == "07690692209acb38ccf6be0359247567"


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT * FROM DIRECTORY(@ST)", "001008"),
        ("ALTER STAGE ST REFRESH", "001008"),
        ("SELECT * FROM DIRECTORY(@NOPE)", "002003"),
        ("ALTER STAGE DS REFRESH SUBPATH = '../x'", "001008"),
        ("ALTER STAGE DS REFRESH NOW", "001003"),
    ],
)
def test_what_has_no_directory_is_refused(admin: Client, sql: str, code: str) -> None:
    assert admin.fails(sql).code == code


def test_reading_needs_read_and_refreshing_needs_write(account: Account, admin: Client) -> None:
    refreshed(admin)
    for sql in (
        "CREATE ROLE R", "GRANT USAGE ON DATABASE D TO ROLE R", "GRANT USAGE ON SCHEMA D.S TO ROLE R",
        "GRANT USAGE ON WAREHOUSE COMPUTE_WH TO ROLE R",
    ):  # fmt: skip
        admin.run(sql)
    reader = account.as_role("R")
    reader.run("USE WAREHOUSE COMPUTE_WH")
    reader.run("USE SCHEMA D.S")
    assert reader.fails(SHOWN).code == "002003"
    admin.run("GRANT READ ON STAGE D.S.DS TO ROLE R")
    assert len(table(reader, SHOWN)) == 2
    assert reader.fails("ALTER STAGE DS REFRESH").code == "003001"
    admin.run("GRANT WRITE ON STAGE D.S.DS TO ROLE R")
    assert refreshed(reader) == []


def test_objects_of_an_external_stage_have_a_directory_too(account: Account, s3_endpoint: str) -> None:
    lake = new_lake(account, s3_endpoint)
    lake.put("in/a.csv", "1,x\n")
    lake.put("in/secret/b.csv", "2,y\n")
    lake.admin.run("ALTER STAGE E SET DIRECTORY = (ENABLE = TRUE)")
    assert table(lake.admin, "ALTER STAGE E REFRESH") == [
        (lake.url("in/a.csv"), "REGISTERED_NEW", "File registered successfully.")
    ]
    assert table(lake.admin, "SELECT RELATIVE_PATH FROM DIRECTORY(@E)") == [("a.csv",)]
