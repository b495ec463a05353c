from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.local.conftest import Account, Client
from tests.local.staged import loader, put, table


@pytest.fixture
def admin(account: Account) -> Client:
    return loader(account)


def folder(client: Client, sql: str) -> Path:
    info = client.run(sql).data["stageInfo"]
    assert isinstance(info, dict)
    return Path(str(info["location"]))


def test_driver_is_told_to_write_into_a_folder_of_the_stage_that_only_its_owner_may_read(admin: Client) -> None:
    orders = admin.run("PUT 'file:///tmp/a b.csv' @ST/x PARALLEL=8 SOURCE_COMPRESSION=GZIP").data
    assert (orders["command"], orders["src_locations"], orders["parallel"]) == ("UPLOAD", ["/tmp/a b.csv"], 8)  # noqa: S108
    where = folder(admin, "PUT file:///tmp/a.csv @ST/x")
    assert where.name == "x"
    assert stat.S_IMODE(where.stat().st_mode) == 0o700


def test_pattern_in_a_local_path_is_no_comment(admin: Client) -> None:
    assert admin.run("PUT file:///tmp/*.csv @ST OVERWRITE=TRUE").data["src_locations"] == ["/tmp/*.csv"]  # noqa: S108


@pytest.mark.parametrize("stage", ["@~/a", "@%T", '@"D"."S"."ST"', "@D.S.%T/b", "@ST", "@st/c//d"])
def test_every_kind_of_stage_keeps_files(admin: Client, stage: str) -> None:
    admin.run("CREATE TABLE T (A INT)")
    (folder(admin, f"PUT file:///tmp/f.csv {stage}") / "f.csv").write_text("1")
    (row,) = admin.rows(f"LIST {stage}")
    assert str(row["name"]).endswith("f.csv")
    assert (row["size"], row["md5"]) == ("1", "c4ca4238a0b923820dcc509a6f75849b")


def test_list_filters_by_prefix_and_pattern(admin: Client) -> None:
    for name in ("a/1.csv", "a/2.json", "ab/3.csv"):
        put(admin, name, "x")
    assert [row[0] for row in table(admin, "LIST @ST/a")] == ["st/a/1.csv", "st/a/2.json", "st/ab/3.csv"]
    assert [row[0] for row in table(admin, "LIST @ST/a/ PATTERN = '.*[.]csv'")] == ["st/a/1.csv"]


def test_remove_deletes_what_it_names(admin: Client) -> None:
    put(admin, "a/1.csv", "x")
    put(admin, "b.csv", "x")
    assert table(admin, "REMOVE @ST/a/") == [("st/a/1.csv", "removed")]
    assert [row[0] for row in table(admin, "LIST @ST")] == ["st/b.csv"]


def test_get_names_the_files_and_where_they_go(admin: Client) -> None:
    put(admin, "a/1.csv", "x")
    orders = admin.run("GET @ST/a file:///tmp/out/ PATTERN='.*csv'").data
    wanted = ("DOWNLOAD", ["a/1.csv"], "/tmp/out/")  # noqa: S108
    assert (orders["command"], orders["src_locations"], orders["localLocation"]) == wanted


def test_file_that_is_there_is_skipped_without_overwrite(admin: Client) -> None:
    put(admin, "1.csv", "x")
    (row,) = admin.rows("PUT file:///tmp/1.csv @ST AUTO_COMPRESS=FALSE")
    assert (row["target"], row["status"]) == ("1.csv", "SKIPPED")


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("PUT file:///tmp/x @ST/../../etc", "001008"),
        ("LIST @ST/../x", "001008"),
        ("PUT file:///tmp/x @NOPE", "002003"),
        ("PUT file:///tmp/x @ST FOO = 1", "001420"),
        ("PUT file:///tmp/x", "001003"),
        ("PUT", "001003"),
        ("GET @ST", "001003"),
        ("LIST @ST PATTERN = '('", "100048"),
        ("PUT file:///tmp/x @ST PARALLEL = 1000", "001008"),
        ("LIST 's3://bucket/x'", "000002"),
    ],
)
def test_statement_about_files_that_makes_no_sense_is_refused(admin: Client, sql: str, code: str) -> None:
    assert admin.fails(sql).code == code


def test_links_in_a_stage_are_not_followed(admin: Client, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    where = folder(admin, "PUT file:///tmp/x @ST OVERWRITE=TRUE")
    (where / "link").symlink_to(tmp_path / "secret")
    (where / "folder").symlink_to(tmp_path)
    assert table(admin, "LIST @ST") == []
    assert admin.fails("PUT file:///tmp/x @ST/folder").code == "001008"


def test_reading_needs_read_and_writing_needs_write(account: Account, admin: Client) -> None:
    for sql in ("CREATE ROLE R", "GRANT USAGE ON DATABASE D TO ROLE R", "GRANT USAGE ON SCHEMA D.S TO ROLE R",
                "GRANT READ ON STAGE D.S.ST TO ROLE R", "CREATE TABLE T (A INT)",
                "GRANT SELECT ON TABLE T TO ROLE R"):  # fmt: skip
        admin.run(sql)
    reader = account.as_role("R")
    assert table(reader, "LIST @D.S.ST") == []
    assert reader.fails("PUT file:///tmp/x @D.S.ST").code == "003001"
    assert reader.fails("REMOVE @D.S.ST").code == "003001"
    assert reader.fails("LIST @D.S.%T").code == "003001"
    assert account.as_role("PUBLIC").fails("LIST @D.S.ST").code == "002003"


def test_files_go_with_their_stage(admin: Client) -> None:
    put(admin, "a.csv", "x")
    where = folder(admin, "GET @ST file:///tmp/")
    admin.run("DROP STAGE ST")
    assert not where.exists()


def test_temporary_stage_is_there_for_its_session_only(account: Account, admin: Client) -> None:
    admin.run("CREATE TEMPORARY STAGE TMP")
    put(admin, "a.csv", "x", "@TMP")
    assert len(table(admin, "LIST @TMP")) == 1
    other = account.admin
    assert other.fails("LIST @D.S.TMP").code == "002003"
    admin.run("DROP STAGE TMP")
    assert admin.fails("LIST @TMP").code == "002003"


def test_a_quoted_percent_sign_names_the_stage_of_a_table(admin: Client) -> None:
    admin.run("CREATE TABLE D.S.ORDERS (A INT)")
    assert admin.rows('LIST @D.S."%ORDERS"') == admin.rows("LIST @D.S.%ORDERS")
    assert admin.fails('LIST @D.S."%NOWHERE"').code == "002003"
