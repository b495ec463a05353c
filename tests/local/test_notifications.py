"""Notification integrations and what is sent through them: it ends in the outbox."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from local.outbox import FILE, sent
from tests.local.conftest import Account, Client

MAIL = "CREATE NOTIFICATION INTEGRATION MAIL TYPE = EMAIL ENABLED = TRUE"
HOOK = (
    "CREATE NOTIFICATION INTEGRATION HOOK TYPE = WEBHOOK ENABLED = TRUE "
    "WEBHOOK_URL = 'https://hooks.slack.com/services/SNOWFLAKE_WEBHOOK_SECRET' WEBHOOK_SECRET = D.S.SLACK "
    """WEBHOOK_BODY_TEMPLATE = '{"text": "SNOWFLAKE_WEBHOOK_MESSAGE"}' """
    "WEBHOOK_HEADERS = ('Content-Type'='application/json')"
)
NOTE = "SNOWFLAKE.NOTIFICATION"


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin
    client.run("CREATE USER ANN EMAIL = 'ann@example.com'")
    client.run("CREATE USER BOB EMAIL = 'Bob@example.com'")
    client.run("CREATE DATABASE D")
    client.run("CREATE SCHEMA D.S")
    client.run("CREATE SECRET D.S.SLACK TYPE = GENERIC_STRING SECRET_STRING = 'T0/B0/xyz'")
    return client


def properties(client: Client, name: str) -> dict[str | None, str | None]:
    return {row["property"]: row["property_value"] for row in client.rows(f"DESC NOTIFICATION INTEGRATION {name}")}


def test_email_integration_is_listed_described_altered_and_dropped(admin: Client) -> None:
    admin.run(f"{MAIL} ALLOWED_RECIPIENTS = ('ann@example.com', 'bob@example.com') COMMENT = 'c'")
    (row,) = admin.rows("SHOW NOTIFICATION INTEGRATIONS LIKE 'MAIL'")
    assert [row[n] for n in ("type", "category", "enabled", "comment")] == ["EMAIL", "NOTIFICATION", "true", "c"]
    assert properties(admin, "MAIL")["ALLOWED_RECIPIENTS"] == "ann@example.com,bob@example.com"
    admin.run("ALTER NOTIFICATION INTEGRATION MAIL SET ENABLED = FALSE ALLOWED_RECIPIENTS = ('ann@example.com')")
    assert properties(admin, "MAIL")["ALLOWED_RECIPIENTS"] == "ann@example.com"
    admin.run("ALTER NOTIFICATION INTEGRATION MAIL UNSET ALLOWED_RECIPIENTS, COMMENT")
    assert properties(admin, "MAIL")["ALLOWED_RECIPIENTS"] == ""
    admin.run("DROP NOTIFICATION INTEGRATION MAIL")
    assert admin.rows("SHOW INTEGRATIONS") == []


def test_webhook_names_its_secret_and_never_its_value(admin: Client) -> None:
    admin.run(HOOK)
    found = properties(admin, "HOOK")
    assert (found["WEBHOOK_SECRET"], found["WEBHOOK_HEADERS"]) == ("D.S.SLACK", "{Content-Type=application/json}")
    admin.run("ALTER INTEGRATION HOOK SET WEBHOOK_BODY_TEMPLATE = 'SNOWFLAKE_WEBHOOK_MESSAGE'")
    assert properties(admin, "HOOK")["WEBHOOK_BODY_TEMPLATE"] == "SNOWFLAKE_WEBHOOK_MESSAGE"


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        (f"{MAIL} ALLOWED_RECIPIENTS = ('eve@example.com')", "394209"),
        (f"{MAIL} ALLOWED_RECIPIENTS = ()", "394204"),
        (MAIL.replace("ENABLED = TRUE", ""), "002029"),
        (f"{MAIL} WEBHOOK_URL = 'https://hooks.slack.com/services/x'", "001420"),
        (HOOK.replace("https://hooks.slack.com/services", "https://example.com"), "001008"),
        (HOOK.replace("D.S.SLACK", "D.S.NONE_SUCH"), "002003"),
        ("CREATE NOTIFICATION INTEGRATION Q ENABLED = TRUE TYPE = QUEUE NOTIFICATION_PROVIDER = AWS_SNS "
         "DIRECTION = OUTBOUND AWS_SNS_TOPIC_ARN = 'a' AWS_SNS_ROLE_ARN = 'b'", "000002"),
    ],
)  # fmt: skip
def test_what_cannot_be_sent_to_is_refused(admin: Client, sql: str, code: str) -> None:
    assert admin.fails(sql).code == code


def test_email_ends_in_the_outbox(admin: Client) -> None:
    admin.run(MAIL)
    (row,) = admin.rows(
        "CALL SYSTEM$SEND_EMAIL('MAIL', 'ann@example.com, bob@example.com', 'Hi', 'I am ' || CURRENT_ROLE())"
    )
    assert row == {"SYSTEM$SEND_EMAIL": "true"}
    (mail,) = sent(admin.context.catalogue)
    assert [mail[n] for n in ("integration", "to", "subject", "mime", "content", "user", "role")] == [
        "MAIL", ["ann@example.com", "bob@example.com"], "Hi", "text/plain", "I am ACCOUNTADMIN", "LOCAL_ADMIN",
        "ACCOUNTADMIN",
    ]  # fmt: skip


def test_one_call_sends_to_several_integrations(admin: Client) -> None:
    admin.run(f"{MAIL} DEFAULT_RECIPIENTS = ('ann@example.com') DEFAULT_SUBJECT = 'Loads'")
    admin.run(HOOK)
    message = f"ARRAY_CONSTRUCT({NOTE}.TEXT_PLAIN('late'), {NOTE}.TEXT_HTML('<b>late</b>'))"
    to = f"""ARRAY_CONSTRUCT({NOTE}.INTEGRATION('HOOK'), '{{"MAIL": {{}}}}')"""
    (row,) = admin.rows(f"CALL SYSTEM$SEND_SNOWFLAKE_NOTIFICATION({message}, {to})")
    assert row["SYSTEM$SEND_SNOWFLAKE_NOTIFICATION"] == "Enqueued notifications."
    hook, mail = sent(admin.context.catalogue)
    assert (hook["content"], hook["url"]) == (
        '{"text": "late"}',
        "https://hooks.slack.com/services/SNOWFLAKE_WEBHOOK_SECRET",
    )
    assert [mail[n] for n in ("to", "subject", "content")] == [["ann@example.com"], "Loads", "<b>late</b>"]


@pytest.mark.parametrize(
    "call",
    [
        "SYSTEM$SEND_EMAIL('MAIL', 'bob@example.com', 's', 'b')",
        "SYSTEM$SEND_EMAIL('MAIL', 'ann@example.com', '', 'b')",
        "SYSTEM$SEND_EMAIL('MAIL', 'ann@example.com', 's', 'b', 'text/xml')",
        "SYSTEM$SEND_EMAIL('NONE_SUCH', 'ann@example.com', 's', 'b')",
        "SYSTEM$SEND_EMAIL('OFF', 'ann@example.com', 's', 'b')",
        "SYSTEM$SEND_EMAIL('MAIL', 'ann@example.com')",
        f"SYSTEM$SEND_SNOWFLAKE_NOTIFICATION({NOTE}.TEXT_PLAIN('x'), ({NOTE}.INTEGRATION('HOOK'), "
        f"{NOTE}.INTEGRATION('OFF')))",
        f"SYSTEM$SEND_SNOWFLAKE_NOTIFICATION('x', {NOTE}.INTEGRATION('HOOK'))",
    ],
)
def test_nothing_is_sent_where_something_is_wrong(admin: Client, call: str) -> None:
    admin.run(f"{MAIL} ALLOWED_RECIPIENTS = ('ann@example.com')")
    admin.run(MAIL.replace("MAIL", "OFF", 1).replace("TRUE", "FALSE"))
    admin.run(HOOK)
    admin.fails(f"CALL {call}")
    assert sent(admin.context.catalogue) == []


def test_sending_needs_usage_of_the_integration_and_read_of_the_secret(account: Account, admin: Client) -> None:
    admin.run(HOOK)
    admin.run("CREATE ROLE R")
    role = account.as_role("R")
    call = f"CALL SYSTEM$SEND_SNOWFLAKE_NOTIFICATION({NOTE}.TEXT_PLAIN('x'), {NOTE}.INTEGRATION('HOOK'))"
    assert role.fails(call).code == "002003"
    admin.run("GRANT USAGE ON INTEGRATION HOOK TO ROLE R")
    assert role.fails(call).code == "002003"
    for grant in ("USAGE ON DATABASE D", "USAGE ON SCHEMA D.S", "READ ON SECRET D.S.SLACK"):
        admin.run(f"GRANT {grant} TO ROLE R")
    role.run(call)


def test_the_outbox_is_a_file_of_the_account(admin: Client, tmp_path: Path) -> None:
    admin.run(MAIL)
    admin.context.settings = replace(admin.context.settings, data_dir=tmp_path)
    admin.run("CALL SYSTEM$SEND_EMAIL('MAIL', 'ann@example.com', 's', 'b')")
    (line,) = (tmp_path / FILE).read_text().splitlines()
    assert json.loads(line)["content"] == "b"
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_other_calls_are_refused(admin: Client) -> None:
    assert admin.fails("CALL D.S.NONE_SUCH()").code == "002003"
    admin.run("CREATE PROCEDURE D.S.P() RETURNS VARCHAR LANGUAGE SQL AS 'BEGIN RETURN 1; END'")
    assert admin.fails("CALL D.S.P()").code == "000002"
    assert admin.fails("CALL SYSTEM$WAIT(1)").code == "000002"


def test_an_integration_changes_also_when_the_user_of_an_allowed_address_is_gone(admin: Client) -> None:
    admin.run(f"{MAIL} ALLOWED_RECIPIENTS = ('ann@example.com')")
    admin.run("DROP USER ANN")
    admin.run("ALTER NOTIFICATION INTEGRATION MAIL SET ENABLED = FALSE")
    assert admin.fails("ALTER INTEGRATION MAIL SET ALLOWED_RECIPIENTS = ('ann@example.com')").code == "394209"
