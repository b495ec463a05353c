"""The picture of an account by itself: closure, effective access, difference; no process, no network."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from account.access import Access as Class
from account.access import matrix, who_can
from account.declaration import from_platform
from account.difference import difference
from account.graph import graph
from account.names import Name
from account.networks import coverage
from account.picture import About, Picture, Source
from account.principals import Grant, Membership, Principal, Scope, role, user
from account.things import AnyThing, Database, Schema, User
from tests import samples
from tests.bench.results import Measure

RUNS = 7
ROLES, GRANTS, USERS = 300, 2000, 100
DATABASES, SCHEMAS = 10, 20
GOAL_CLOSURE_MS, GOAL_MATRIX_MS = 50.0, 20.0
ABOUT = About(source=Source.LIVE, stack="bench", environment="prod", whole=True)


def large(seed: int = 1) -> Picture:
    """A made-up account: every role has two others, every user one; grants on schemas, their tables and databases."""
    rnd = random.Random(seed)
    roles = [role(f"R{number:03}") for number in range(ROLES)]
    users = [user(f"U{number:03}") for number in range(USERS)]
    schemas = [Name.of(f"DB{outer}", f"S{inner:02}") for outer in range(DATABASES) for inner in range(SCHEMAS)]
    things: list[AnyThing] = [Database(name=Name.of(f"DB{number}"), owner=roles[0]) for number in range(DATABASES)]
    things += [Schema(name=name, owner=roles[0], managed_access=True) for name in schemas]
    things += [User(name=one.name) for one in users]
    members = {(roles[at], roles[rnd.randrange(at)]) for at in range(1, ROLES) for _ in range(2)}
    members |= {(one, rnd.choice(roles)) for one in users}
    grants = {_grant(rnd, rnd.choice(roles), rnd.choice(schemas)) for _ in range(GRANTS * 2)}
    return Picture(
        about=ABOUT,
        things=tuple(things),
        memberships=tuple(Membership(held, member) for member, held in sorted(members)),
        grants=tuple(sorted(grants, key=repr)[:GRANTS]),
    )


def _grant(rnd: random.Random, to: Principal, schema: Name) -> Grant:
    choices = (
        ("USAGE", "DATABASE", schema.database, Scope.OBJECT),
        ("USAGE", "SCHEMA", schema, Scope.OBJECT),
        ("SELECT", "TABLE", schema, Scope.FUTURE),
        ("SELECT", "TABLE", schema, Scope.ALL),
        ("INSERT", "TABLE", schema, Scope.ALL),
        ("SELECT", "VIEW", schema, Scope.INHERITED),
    )
    privilege, kind, on, scope = rnd.choice(choices)
    return Grant(to, privilege, kind, on, scope)


def run() -> Mapping[str, tuple[float, ...]]:
    """Milliseconds of each question, one per run; nothing is remembered from one run to the next."""
    account, platform = large(), from_platform(samples.platform("prod"))
    fewer = replace(account, grants=account.grants[:-20], memberships=account.memberships[:-5])
    on = Name.of("DB0", "S00", "T")
    eighths = [f"{first}.0.0.0/8" for first in range(256)]

    def closures() -> object:
        made = graph(_new(account))
        return [made.closure(principal) for principal in made.principals]

    questions: Mapping[str, Callable[[], object]] = {
        "closure": closures,
        "platform matrix": lambda: matrix(_new(platform)),
        "matrix": lambda: matrix(_new(account)),
        "who can": lambda: who_can(_new(account), Class.READ, on),
        "difference": lambda: difference(_new(fewer), _new(account)),
        "coverage": lambda: coverage(eighths),
    }
    return {name: tuple(_milliseconds(question) for _ in range(RUNS)) for name, question in questions.items()}


def _new(picture: Picture) -> Picture:
    """The same picture without what was worked out of it."""
    return replace(picture)


def _milliseconds(question: Callable[[], object]) -> float:
    start = time.perf_counter()
    question()
    return (time.perf_counter() - start) * 1000


def measure() -> list[Measure]:
    """The figures with their goals."""
    found = run()
    account = f"{ROLES} roles, {USERS} users, {GRANTS:,} grants"
    return [
        Measure(f"closure of everybody, {account}", "ms", found["closure"], GOAL_CLOSURE_MS),
        Measure("effective access of the shipped platform", "ms", found["platform matrix"], GOAL_MATRIX_MS),
        Measure(f"effective access of everybody in {DATABASES * SCHEMAS} schemas, {account}", "ms", found["matrix"]),
        Measure(f"who can read one table, {account}", "ms", found["who can"]),
        Measure(f"difference of two such accounts, 25 changes, {account}", "ms", found["difference"]),
        Measure("coverage of 256 networks", "ms", found["coverage"]),
    ]
