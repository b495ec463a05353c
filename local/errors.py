"""Snowflake's errors: code, SQL state and text, as drivers and the provider classify them.

The provider's SDK recognises conditions by message text (``does not exist or not authorized`` and
``Object does not exist, or operation cannot be performed``), so these texts are part of the protocol.
"""

from __future__ import annotations

import errno


class SnowflakeError(Exception):
    """An error that a client sees.

    ``code`` is six digits as text (drivers parse it as a number), ``state`` the five-character SQL state.
    """

    def __init__(self, code: str, state: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.state = state
        self.message = message


def syntax_error(text: str, line: int, position: int) -> SnowflakeError:
    """001003: the statement cannot be parsed; ``text`` is the token that was not expected."""
    found = f"'{text}'" if text else "'<EOF>'"
    where = f"line {line} at position {position}"
    return SnowflakeError("001003", "42000", f"SQL compilation error:\nsyntax error {where} unexpected {found}.")


def compilation_error(message: str, code: str = "001008", state: str = "22023") -> SnowflakeError:
    """A statement that parses but makes no sense: a bad value, an invalid combination."""
    return SnowflakeError(code, state, f"SQL compilation error:\n{message}")


def invalid_property(name: str, kind: str) -> SnowflakeError:
    """001420: a property that the object type does not have."""
    return compilation_error(f"invalid property '{name}' for '{kind}'", "001420")


def invalid_value(value: str, name: str, allowed: str) -> SnowflakeError:
    """001008: a property or parameter value out of range; ``allowed`` says what is accepted."""
    return compilation_error(f"invalid value [{value}] for parameter '{name}'. Allowed: {allowed}")


def unsupported(feature: str) -> SnowflakeError:
    """000002: the local Snowflake does not have this; never accept and ignore."""
    return SnowflakeError("000002", "0A000", f"Unsupported feature '{feature}'.")


def not_found(kind: str, name: str) -> SnowflakeError:
    """002003: missing, or hidden from the active roles; the two are deliberately indistinguishable."""
    return SnowflakeError(
        "002003", "02000", f"SQL compilation error:\n{kind.capitalize()} '{name}' does not exist or not authorized."
    )


def not_found_or_impossible() -> SnowflakeError:
    """002043: SHOW … IN or DESCRIBE of something whose container is missing."""
    return SnowflakeError(
        "002043", "02000", "SQL compilation error:\nObject does not exist, or operation cannot be performed."
    )


def already_exists(name: str) -> SnowflakeError:
    """002002: CREATE without IF NOT EXISTS or OR REPLACE of an existing object."""
    return SnowflakeError("002002", "42710", f"SQL compilation error:\nObject '{name}' already exists.")


def insufficient_privileges(kind: str, name: str) -> SnowflakeError:
    """003001: the object is visible to the active roles, the operation on it is not allowed."""
    return SnowflakeError(
        "003001",
        "42501",
        f"SQL access control error:\nInsufficient privileges to operate on {kind.lower()} '{name}'",
    )


DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO})
"""Why the system refuses to write."""


def disk_failure(reason: str) -> SnowflakeError:
    """000603: the account's folder cannot be written (no room, no right); the statement has changed nothing."""
    return SnowflakeError(
        "000603",
        "XX000",
        f"Processing aborted by error 300010:391167117; the disk of the local Snowflake cannot be used ({reason}). "
        "Make room and run the statement again.",
    )


def no_warehouse() -> SnowflakeError:
    """000606: the statement computes and the session has no warehouse that it may use."""
    return SnowflakeError(
        "000606",
        "57P03",
        "No active warehouse selected in the current session.  "
        "Select an active warehouse with the 'use warehouse' command.",
    )
