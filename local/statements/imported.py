"""GRANT and REVOKE IMPORTED PRIVILEGES on the SNOWFLAKE database."""

from __future__ import annotations

from local.errors import compilation_error, insufficient_privileges
from local.grants import Revoked, give, grantor_for, take
from local.model import Kind, Obj
from local.reader import Reader
from local.registry import Answer, statement
from local.results import Result, status
from local.session import Context
from local.shared import ORIGIN
from local.statements.revoke import answer_revoked

_SOURCE = "docs.snowflake.com: GRANT <privileges>, SNOWFLAKE database, Account Usage"
_NOTES = "the database only; shown as USAGE on it, as in Snowflake"


def _read(context: Context, reader: Reader, word: str) -> tuple[Obj, Obj, int]:
    """The database, the role, and who grants; 003001 for who may not."""
    reader.expect("ON")
    reader.expect("DATABASE")
    database = context.access.resolve(Kind.DATABASE, reader.path())
    reader.expect(word)
    reader.accept("ROLE")
    role = context.access.resolve(Kind.ROLE, reader.path())
    if ORIGIN not in database.props:
        raise compilation_error("IMPORTED PRIVILEGES can only be granted on a database that was created from a share.")
    grantor = grantor_for(context, database, "USAGE")
    if grantor is None:
        raise insufficient_privileges("database", database.name)
    return database, role, grantor


@statement("GRANT IMPORTED PRIVILEGES", notes=_NOTES, source=_SOURCE)
def grant_imported(context: Context, reader: Reader) -> Result:
    """``GRANT IMPORTED PRIVILEGES ON DATABASE name TO [ROLE] name``; never WITH GRANT OPTION."""
    database, role, grantor = _read(context, reader, "TO")
    reader.end()
    give(context.catalogue, role.id, "USAGE", database.id, grantor)
    return status("Statement executed successfully.")


@statement("REVOKE IMPORTED PRIVILEGES", notes=_NOTES, source=_SOURCE)
def revoke_imported(context: Context, reader: Reader) -> Answer:
    """``REVOKE IMPORTED PRIVILEGES ON DATABASE name FROM [ROLE] name``; what the system granted stays."""
    database, role, _ = _read(context, reader, "FROM")
    reader.end()
    revoked: Revoked = take(context, role.id, "USAGE", database, cascade=True)
    return answer_revoked(revoked, None)
