"""EXECUTE IMMEDIATE of one statement."""

from __future__ import annotations

from local.errors import unsupported
from local.lexer import TokenKind
from local.reader import Reader
from local.registry import Answer, statement
from local.session import Context


@statement(
    "EXECUTE IMMEDIATE",
    notes="a literal or $variable with one statement; no Snowflake Scripting, USING, FROM a file",
    source="docs.snowflake.com: EXECUTE IMMEDIATE",
)
def execute_immediate(context: Context, reader: Reader) -> Answer:
    """``EXECUTE IMMEDIATE 'statement'``: as if the text had been sent itself."""
    from local.engine import execute

    if reader.peek().kind is not TokenKind.STRING:
        raise unsupported("EXECUTE IMMEDIATE of anything but a literal")
    text = reader.string()
    reader.end()
    if "EXECUTE" in text.upper().split()[:1]:
        raise unsupported("EXECUTE IMMEDIATE within EXECUTE IMMEDIATE")
    return execute(context, text)
