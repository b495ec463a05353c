"""What only an import needs to know: parameters of containers and users, all properties of users and policies."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from account.live.answers import Answers, Ask, Row, flag, items, number
from account.live.common import properties
from account.names import Name
from account.picture import Picture
from account.things import Database, Schema, User
from account.values import Unknown
from ops import statements

Parameter = bool | int | str
_SIGNATURE = re.compile(r"\((.*)\)\Z", re.DOTALL)
_SHARED = "IMPORTED DATABASE"


class NotTold(Exception):
    """The account did not tell something that an entry needs; the text says what."""


def asks(picture: Picture) -> list[Ask]:
    """The statements, for everything in the picture: one per user, two per container and user."""
    found = [Ask("describe_user", f"DESCRIBE USER {user.name.quoted}", user.name) for user in picture.all(User)]
    for kind, key, entries in (
        ("DATABASE", "parameters_of_database", picture.all(Database)),
        ("SCHEMA", "parameters_of_schema", picture.all(Schema)),
        ("USER", "parameters_of_user", picture.all(User)),
    ):
        found += [Ask(key, f"SHOW PARAMETERS IN {kind} {statements.quoted(*entry.name)}", entry.name)
                  for entry in entries if getattr(entry, "type", "") != _SHARED]  # fmt: skip
    return found


class Details:
    """Answers about single objects, read strictly: what was not told raises NotTold."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._users = properties(answers, "describe_user")
        self._policies = {
            kind: properties(answers, f"describe_{kind}") for kind in ("authentication", "passwords")
        }  # fmt: skip
        self._rows: dict[str, dict[Name, Row]] = {
            key: dict(self._named(key)) for key in ("warehouses", "monitors")
        }  # fmt: skip
        self._bodies = {
            kind: {answer.ask.on: answer.rows for answer in answers.of(f"describe_{kind}") if not answer.error}
            for kind in ("masking", "row_access")
        }

    def _named(self, key: str) -> Iterator[tuple[Name, Row]]:
        for row in self._answers.rows(key):
            yield Name.of(row.must("name")), row

    def row(self, key: str, name: Name) -> Row:
        """The row of a listing about one object."""
        found = self._rows[key].get(name)
        if found is None:
            raise NotTold(f"{key} do not list {name}")
        return found

    def user(self, name: Name) -> Mapping[str, str]:
        """The properties of a user that are set, by upper-case name."""
        return self._told(self._users, name, "DESCRIBE USER")

    def policy(self, kind: str, name: Name) -> Mapping[str, str]:
        """The properties of an authentication or password policy."""
        return self._told(self._policies[kind], name, "DESCRIBE of the policy")

    @staticmethod
    def _told(found: Mapping[Name, Mapping[str, str]], name: Name, what: str) -> Mapping[str, str]:
        if name not in found:
            raise NotTold(f"{what} was refused")
        return found[name]

    def body(self, kind: str, name: Name) -> tuple[tuple[tuple[str, str], ...], str, str]:
        """Arguments (name, type), type returned and SQL of a masking or row access policy."""
        rows = self._bodies[kind].get(name)
        if not rows:
            raise NotTold("DESCRIBE of the policy was refused")
        row = rows[0]
        found = _SIGNATURE.search(str(row.get("signature")))
        if found is None:
            raise NotTold("its signature could not be read")
        return tuple(arguments(found[1])), str(row.get("return_type")), str(row.get("body"))

    def parameters(self, kind: str, name: Name, known: Collection[str]) -> dict[str, Parameter]:
        """Parameters that are set on the object itself; those without a place in the declaration are left out."""
        return {key: value for key, value in self._set_on(kind, name) if key in known}

    def set_on(self, kind: str, name: Name) -> list[str]:
        """Names of all parameters that are set on the object itself."""
        return [key for key, _ in self._set_on(kind, name)]

    def _set_on(self, kind: str, name: Name) -> list[tuple[str, Parameter]]:
        key = "warehouse_parameters" if kind == "WAREHOUSE" else f"parameters_of_{kind.lower()}"
        answer = next((one for one in self._answers.of(key) if one.ask.on == name), None)
        if answer is None or answer.error:
            raise NotTold(f"SHOW PARAMETERS IN {kind} was refused")
        set_here = [row for row in answer.rows if row.get("level") == kind]
        return sorted((str(row.get("key")), _typed(row)) for row in set_here)


def _typed(row: Mapping[str, object]) -> Parameter:
    text, kind = str(row.get("value") or ""), str(row.get("type"))
    value = flag(text, "value") if kind == "BOOLEAN" else number(text, "value") if kind == "NUMBER" else text
    return text if value is None or isinstance(value, Unknown) else value


def arguments(text: str) -> Iterator[tuple[str, str]]:
    """The arguments of a signature without its brackets: `VAL VARCHAR, "other one" NUMBER(38,0)`."""
    for piece in _split(text):
        found = re.match(r'\s*("(?:[^"]|"")+"|\S+)\s+(.+?)\s*\Z', piece, re.DOTALL)
        if found is None:
            raise NotTold("its signature could not be read")
        yield found[1].strip('"'), found[2]


def _split(text: str) -> Iterable[str]:
    depth, start, quoted = 0, 0, False
    for at, sign in enumerate(text):
        quoted ^= sign == '"'
        depth += 0 if quoted else (sign == "(") - (sign == ")")
        if sign == "," and not depth and not quoted:
            yield text[start:at]
            start = at + 1
    if text[start:].strip():
        yield text[start:]


def words(text: str | None, usual: tuple[str, ...] = ("ALL",)) -> tuple[str, ...]:
    """A list as DESCRIBE writes it, `[A, B]`; empty where it is left open or is the usual one."""
    found = items(text)
    listed = found if isinstance(found, tuple) else ()
    return () if tuple(sorted(listed)) in (usual, ("null",)) else tuple(sorted(listed))
