"""Names in properties, as the provider reads them.

The provider (snowflakedb/terraform-provider-snowflake, pkg/sdk/identifier_parsers.go) quotes every part it is given:
case counts, also of a part that stands without quotes. A reference to an object of the account is one part, dots
included; others are parts with dots between them. One exception, because a gate must not be walked round by spelling:
the name of a system role without quotes means that role in any case.
"""

from __future__ import annotations

import re

from account.names import Name
from account.principals import BUILT_IN_ROLES
from account.values import Maybe, Unknown

_BUILT_IN = frozenset(BUILT_IN_ROLES)
_ARGUMENTS = re.compile(r"\s*,\s*")


def one(text: str) -> Name:
    """A name of one part: `"a"` and `a` are the same object."""
    stripped = text.strip()
    if len(stripped) > 1 and stripped[0] == stripped[-1] == '"':
        return Name.of(stripped[1:-1].replace('""', '"'))
    return Name.of(stripped)


def parts(text: str) -> Name:
    """A name with its containers: `"db"."schema"."object"`, the quotes being optional.

    The argument types of a procedure or function stay with the last part: `"db"."s"."p"(NUMBER, VARCHAR)`.
    """
    if '"' not in text and "(" not in text:
        return Name(part.strip() for part in text.split("."))
    found: list[str] = []
    current: list[str] = []
    quoted = False
    for at, char in enumerate(text):
        if char == '"':
            quoted = not quoted
            if quoted and at and text[at - 1] == '"' and current:
                current.append('"')
        elif char == "(" and not quoted:
            current.append(_ARGUMENTS.sub(", ", text[at:].strip().upper()))
            break
        elif char == "." and not quoted:
            found.append("".join(current).strip())
            current = []
        else:
            current.append(char)
    found.append("".join(current).strip())
    return Name(found)


def role_name(text: str) -> str:
    """The stored name of an account role."""
    name = text.strip()
    return name.upper() if name.upper() in _BUILT_IN else one(name).last


def session_role(text: str) -> str:
    """The role of a session, which Snowflake and not the provider reads: without quotes in upper case."""
    name = text.strip()
    return one(name).last if name.startswith('"') else name.upper()


def optional(value: Maybe[str | None]) -> Maybe[Name | None]:
    """A reference to an object of the account."""
    return one(value) if isinstance(value, str) else value


def many(values: tuple[str, ...] | Unknown) -> tuple[Name, ...] | Unknown:
    """References to objects in schemas, sorted."""
    return values if isinstance(values, Unknown) else tuple(sorted(parts(value) for value in values))


def signature(name: Name, types: tuple[str, ...]) -> Name:
    """The name of a procedure or function with the types of its arguments, `P(NUMBER, VARCHAR)`."""
    return Name((*name[:-1], f"{name.last}({', '.join(kind.strip().upper() for kind in types)})"))
