import pytest

from tests.local.conftest import Account
from tests.local.grants import held, platform


def test_granted_privileges_are_held(account: Account) -> None:
    platform(account)
    account.as_role("OWNER").run("GRANT SELECT, INSERT ON TABLE DB.S.T TO ROLE READER")
    assert held(account, "READER", "TABLE DB.S.T") == {"SELECT", "INSERT"}


def test_provider_statements_of_a_platform_are_accepted(account: Account) -> None:
    platform(account)
    for sql in (
        'GRANT USAGE ON FUTURE SCHEMAS IN DATABASE "DB" TO ROLE "READER"',
        'GRANT USAGE ON DATABASE "DB" TO ROLE "READER"',
        'GRANT EXECUTE TASK, MONITOR USAGE ON ACCOUNT TO ROLE "READER"',
        'GRANT CREATE TABLE, USAGE ON SCHEMA "DB"."S" TO ROLE "READER"',
        'GRANT INSERT, SELECT ON ALL TABLES IN SCHEMA "DB"."S" TO ROLE "READER"',
        'GRANT INSERT, SELECT ON FUTURE TABLES IN SCHEMA "DB"."S" TO ROLE "READER"',
        'GRANT ROLE "READER" TO ROLE "WRITER"',
        'GRANT ROLE "READER" TO USER "LOCAL_ADMIN"',
        'REVOKE GRANT OPTION FOR DELETE ON FUTURE TABLES IN SCHEMA "DB"."S" FROM ROLE "READER"',
        'REVOKE ROLE "READER" FROM ROLE "WRITER"',
    ):
        assert account.admin.run(sql).rows[0][0].startswith("Statement executed successfully."), sql


@pytest.mark.parametrize(
    "plural",
    [
        "TABLES", "VIEWS", "STAGES", "STREAMS", "TASKS", "PROCEDURES", "FUNCTIONS", "FILE FORMATS", "SEQUENCES",
        "DYNAMIC TABLES", "MATERIALIZED VIEWS", "EXTERNAL TABLES", "ALERTS", "SECRETS", "ICEBERG TABLES",
        "EVENT TABLES",
    ],
)  # fmt: skip
def test_all_and_future_grants_are_accepted_for_every_common_type(account: Account, plural: str) -> None:
    platform(account)
    for reach in ("ALL", "FUTURE"):
        account.admin.run(f"GRANT ALL PRIVILEGES ON {reach} {plural} IN SCHEMA DB.S TO ROLE READER")
        account.admin.run(f"REVOKE ALL PRIVILEGES ON {reach} {plural} IN DATABASE DB FROM ROLE READER")
