import pytest

from tests.local.conftest import Account, Client


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin
    client.run("CREATE DATABASE D")
    client.run("CREATE SCHEMA D.S")
    return client


def described(client: Client) -> dict[tuple[str | None, str | None], tuple[str | None, ...]]:
    return {
        (row["parent_property"], row["property"]): (
            row["property_type"],
            row["property_value"],
            row["property_default"],
        )
        for row in client.rows("DESCRIBE STAGE D.S.LANDING")
    }


def test_stage_is_shown_as_the_provider_reads_it(admin: Client) -> None:
    admin.run(
        'CREATE STAGE "D"."S"."LANDING" FILE_FORMAT = (TYPE = JSON) DIRECTORY = (ENABLE = true) COMMENT = \'landing\''
    )
    (row,) = admin.rows("""SHOW STAGES LIKE 'LANDING' IN SCHEMA "D"."S\"""")
    wanted = ("url", "has_credentials", "has_encryption_key", "comment", "type", "directory_enabled", "owner_role_type")
    assert [row[name] for name in wanted] == ["", "N", "N", "landing", "INTERNAL", "Y", "ROLE"]


def test_stage_describes_its_options_with_their_defaults(admin: Client) -> None:
    admin.run("CREATE STAGE D.S.LANDING FILE_FORMAT = (TYPE = JSON) COPY_OPTIONS = (SIZE_LIMIT = 100)")
    rows = described(admin)
    assert rows["STAGE_FILE_FORMAT", "TYPE"] == ("String", "JSON", "CSV")
    assert rows["STAGE_COPY_OPTIONS", "SIZE_LIMIT"] == ("Long", "100", "")
    assert rows["STAGE_LOCATION", "URL"] == ("String", "", "")
    assert rows["DIRECTORY", "ENABLE"] == ("Boolean", "false", "false")


def test_stage_is_altered_and_renamed(admin: Client) -> None:
    admin.run("CREATE STAGE D.S.LANDING COPY_OPTIONS = (PURGE = TRUE)")
    admin.run(
        "ALTER STAGE D.S.LANDING SET FILE_FORMAT = (TYPE = CSV FIELD_DELIMITER = ';' NULL_IF = ('', 'x')) "
        "COPY_OPTIONS = (ON_ERROR = SKIP_FILE) COMMENT = 'c'"
    )
    rows = described(admin)
    assert rows["STAGE_FILE_FORMAT", "FIELD_DELIMITER"][1] == ";"
    assert rows["STAGE_FILE_FORMAT", "NULL_IF"][1] == "[, x]"
    assert (rows["STAGE_COPY_OPTIONS", "PURGE"][1], rows["STAGE_COPY_OPTIONS", "ON_ERROR"][1]) == ("true", "SKIP_FILE")
    admin.run("ALTER STAGE D.S.LANDING RENAME TO D.S.FILES")
    assert [row["name"] for row in admin.rows("SHOW STAGES IN ACCOUNT")] == ["FILES"]


@pytest.mark.parametrize(
    ("clause", "code"),
    [
        ("URL = 's3://bucket' ENDPOINT = 'minio.local'", "000002"),
        ("STORAGE_INTEGRATION = X", "001008"),
        ("FILE_FORMAT = (FORMAT_NAME = 'D.S.F')", "002003"),
        ("FILE_FORMAT = (TYPE = JSON FIELD_DELIMITER = ',')", "001420"),
        ("FILE_FORMAT = (TYPE = DOCX)", "001008"),
        ("COPY_OPTIONS = (ON_ERROR = PANIC)", "001008"),
        ("COLOUR = 'red'", "001420"),
    ],
)
def test_stage_with_what_is_not_there_is_refused(admin: Client, clause: str, code: str) -> None:
    assert admin.fails(f"CREATE STAGE D.S.LANDING {clause}").code == code


def test_refresh_without_a_directory_table_is_refused(admin: Client) -> None:
    admin.run("CREATE STAGE D.S.LANDING")
    assert admin.fails("ALTER STAGE D.S.LANDING REFRESH").code == "001008"
