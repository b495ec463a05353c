"""`python -m tests.account.record`: runs live_rows/sample.sql on a local Snowflake and records every source's rows.

The rows of `BY_HAND` are written by hand after the pages of the commands: the local Snowflake has no such objects, or
asks another way. Keys are new with every recording, so that fingerprints change.
"""

from __future__ import annotations

import json
import secrets
import tempfile
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from account.live.answers import Answer, Ask
from account.live.sources import BY_KEY
from account.picture import About, Source
from ops import keypairs, local, logins, query, reader, server
from ops.layout import Account
from ops.server import Settings

FOLDER = Path(__file__).with_name("live_rows")
BY_HAND = frozenset(
    {
        "integrations", "describe_integration", "shares", "grants_to_share", "inherited_in_account",
        "inherited_in_database", "inherited_in_schema", "future_to_role", "future_to_database_role",
    }
)  # fmt: skip
"""Sources that are not recorded."""


def main() -> None:
    """Records both ways of reading; of a source that both have, the statements of both."""
    recorded: dict[str, dict[str, Answer]] = {}
    with tempfile.TemporaryDirectory(prefix="record-") as name:
        account = Account("MAIN", Path(name))
        local.start(account, Settings())
        try:
            _prepare(account)
            for fresh in (False, True):
                with reader.ReadOnly(reader.auditor(account)) as asker:
                    about = About(source=Source.LIVE, stack="dev", environment="dev")
                    hidden = Ask("usage_users", BY_KEY["usage_users"].sql)
                    for answer in (*reader.read(asker, about, fresh=fresh).answers, *asker.ask([hidden])):
                        if not answer.error and answer.ask.key not in BY_HAND:
                            recorded.setdefault(answer.ask.key, {}).setdefault(answer.ask.sql, answer)
        finally:
            server.stop(account)
    for key, answers in recorded.items():
        (FOLDER / f"{key}.json").write_text(_json(answers[sql] for sql in sorted(answers)), encoding="utf-8")


def _prepare(account: Account) -> None:
    pair = keypairs.ensure(account.keys, ["SVC_SHOP"])["SVC_SHOP"]
    text = (FOLDER / "sample.sql").read_text(encoding="utf-8")
    text = text.replace("{{ key }}", pair.public_body()).replace("{{ password }}", f"Aa1{secrets.token_urlsafe(20)}")
    connection = logins.connect(reader.auditor(account))
    try:
        query.run_script(connection, query.split(text))
    finally:
        connection.close()


def _json(answers: Iterable[Answer]) -> str:
    """The answers with one line per row."""
    parts = []
    for answer in answers:
        lines = ",\n    ".join(json.dumps([_plain(row[column]) for column in answer.columns]) for row in answer.rows)
        head = {"on": list(answer.ask.on), "sql": answer.ask.sql, "columns": list(answer.columns)}
        fields = ",\n   ".join(f'"{name}": {json.dumps(value)}' for name, value in head.items())
        parts.append(f'  {{{fields},\n   "rows": [\n    {lines}\n   ]}}')
    return "[\n" + ",\n".join(parts) + "\n]\n"


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


if __name__ == "__main__":
    main()
