"""The picture that the answers make, with everything named that could not be seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from account import things
from account.builder import Builder
from account.live import baseline, grants, objects, policies, references, relations, subjects, users
from account.live.answers import Answer, Answers
from account.live.sources import BY_KEY, STATEMENTS, Statement, When
from account.names import ACCOUNT, Name
from account.picture import BlindSpot, Picture, PolicyKind, Source
from account.principals import Principal, role
from account.values import Unknown

if TYPE_CHECKING:
    from account.picture import About

_CLASSES: Final = (
    things.Database, things.Schema, things.Table, things.Warehouse, things.Monitor, things.User, things.Role,
    things.NetworkRule, things.NetworkPolicy, things.AuthenticationPolicy, things.PasswordPolicy, things.SessionPolicy,
    things.MaskingPolicy, things.RowAccessPolicy, things.Tag, things.Stage, things.Integration, things.Share,
    things.Task, things.Procedure,
)  # fmt: skip
_WITH_CLASS: Final = frozenset(str(kind.__dataclass_fields__["kind"].default) for kind in _CLASSES)
_STANDS_IN: Final = {"attachments": ("attachments of each policy",)}
"""Facts that are told by asking about other facts one by one."""
_INSTEAD: Final = {"users": "usage_users"}
"""Sources that tell what others hide or are refused."""
_SIGHT: Final = ("RESOLVE ALL", "MANAGE GRANTS")
_ALL_SEEING: Final = frozenset({role("ACCOUNTADMIN"), role("SECURITYADMIN")})
"""Account privileges that make SHOW list every object, and the system's roles that have them."""
_NAMED: Final = 3


def picture(answers: Answers, about: About) -> Picture:
    """The picture of the live account.

    Args:
        answers: everything that `account.live.plan` asked for, with refusals among them.
        about: of which account and stack; source and extent are set here.
    """
    out = Builder()
    uses = references.References(answers)
    columns = relations.columns(answers, uses.columns, uses.masking_told)
    objects.containers(answers, out)
    relations.relations(answers, out, columns)
    objects.warehouses(answers, out)
    objects.monitors(answers, out)
    objects.stages(answers, out)
    objects.programs(answers, out)
    objects.integrations(answers, out)
    objects.shares(answers, out)
    users.users(answers, out, uses.users if uses.network_told else None)
    users.tokens(answers, out)
    users.roles(answers, out)
    policies.authentication(answers, out)
    policies.passwords(answers, out)
    policies.sessions(answers, out)
    policies.bodies(answers, out)
    policies.network(answers, out)
    policies.tags(answers, out, uses.tags if uses.masking_told else None)
    references.tag_uses(answers, out)
    uses.attach(out)
    _parameters(answers, out)
    out.blind_spots += _refused(answers)
    _owners(grants.grants(answers, out), answers, out)
    out.blind_spots += _out_of_sight(answers, out)
    out.blind_spots += _cut(answers)
    out.blind_spots += _not_sent(answers)
    return out.picture(replace(about, source=Source.LIVE, whole=True))


def _parameters(answers: Answers, out: Builder) -> None:
    """Parameters that are set on the account; its network policy is an attachment."""
    for row in answers.rows("parameters"):
        key, level, value = row.text("key"), row.text("level"), row.text("value")
        if not isinstance(key, str) or level != "ACCOUNT":
            continue
        if key != "NETWORK_POLICY":
            out.parameters[key] = "" if value is None else value
        elif value is not None:
            policy = value if isinstance(value, Unknown) else Name.loose(value)
            out.attach(PolicyKind.NETWORK, policy, "ACCOUNT", ACCOUNT)
    _audience(out)


def _audience(out: Builder) -> None:
    """Says that FOR ALL PERSON USERS and FOR ALL SERVICE USERS cannot be told from a policy for everybody."""
    found = {
        entry for entry in out.attachments if entry.policy_kind is PolicyKind.AUTHENTICATION and entry.on == "ACCOUNT"
    }
    if found:
        what = "whether an authentication policy of the account is for all users, for people or for services"
        why = "Snowflake's lists of references do not tell; the picture takes it to be for all"
        kinds = ("ATTACHMENT",) if len(found) > 1 else ()
        out.blind_spots.append(BlindSpot(what=what, why=why, kinds=kinds))


def _owners(owners: grants.Owners, answers: Answers, out: Builder) -> None:
    """Owners of things whose own listing does not tell them; things of other kinds; things that no listing showed."""
    refused = {kind for spot in out.blind_spots for kind in spot.kinds}
    hidden: dict[str, list[Name]] = {}
    for kind, name, owner in grants.spellings(owners):
        found = out.things.get((kind, name))
        if found is not None:
            if found.owner is None:
                out.change(kind, name, owner=owner)
        elif kind not in _WITH_CLASS:
            out.add(things.Other(kind=kind, name=name, owner=owner))
        elif kind not in refused and not _system(kind, name):
            hidden.setdefault(kind, []).append(name)
    for kind, names in hidden.items():
        some = ", ".join(str(name) for name in sorted(names)[:_NAMED])
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        why = "their owner is known and they were not listed: hidden from this role, or made or dropped meanwhile"
        out.blind_spots.append(BlindSpot(what=f"{kind} {some}{more}", why=why, kinds=(kind,)))
    if not owners and answers.told("grants_to_roles"):
        out.blind(
            "owners", "the list of grants has no ownership, so that nobody would be seen to own anything", "GRANT"
        )


def _system(kind: str, name: Name) -> bool:
    return {
        "ROLE": len(name) == 1 and baseline.role(name.last),
        "USER": baseline.user(name.last),
        "WAREHOUSE": baseline.warehouse(name.last),
        "SCHEMA": name.last in baseline.listed("schemas"),
    }.get(kind, False)


def _out_of_sight(answers: Answers, out: Builder) -> Iterator[BlindSpot]:
    """What SHOW silently leaves out unless the role sees everything: every object on which it has no privilege."""
    reached, waiting = set[Principal](), [role(answers.role)] if answers.role else []
    while waiting:
        if (found := waiting.pop()) not in reached:
            reached.add(found)
            waiting += [edge.role for edge in out.memberships if edge.member == found]
    if reached & _ALL_SEEING or any(
        grant.grantee in reached and grant.privilege in _SIGHT and grant.kind == "ACCOUNT" for grant in out.grants
    ):
        return
    kinds = {kind for answer in answers if answer.ask.sql.startswith("SHOW") for kind in BY_KEY[answer.ask.key].kinds}
    kinds |= {"FUTURE GRANT"} if answers.told("policy_uses") else {"FUTURE GRANT", "ATTACHMENT"}
    yield BlindSpot(
        what=f"everything on which the role {answers.role or 'in use'} has no privilege",
        why=f"SHOW leaves it out without a word; the role needs {' or '.join(_SIGHT)} on the account",
        kinds=tuple(sorted(kinds)),
    )


def _covered(statement: Statement, answers: Answers) -> bool:
    """Whether other statements told what this one was refused."""
    if statement.key in _INSTEAD:
        return answers.told(_INSTEAD[statement.key])
    if statement.when is not When.BULK:
        return False
    others = [
        other
        for other in STATEMENTS
        if other.fact in (statement.fact, *_STANDS_IN.get(statement.fact, ())) and other.when is not When.BULK
    ]
    return bool(others) and all(_complete(other, answers) for other in others)


def _complete(statement: Statement, answers: Answers) -> bool:
    """Whether everything that a statement is to be asked about was told."""
    answered = {answer.ask.on for answer in answers.of(statement.key) if not answer.error}
    expected = {subject.name for subject in statement.per(answers)}
    return expected <= answered and all(_told(fact, answers) for fact in statement.after)


def _told(fact: str, answers: Answers) -> bool:
    """Whether a fact was told in one way or the other."""
    statements = [statement for statement in STATEMENTS if statement.fact == fact]
    bulk = [statement for statement in statements if statement.when is When.BULK]
    rest = [statement for statement in statements if statement.when is not When.BULK]
    if bulk and answers.told(*(statement.key for statement in bulk)):
        rest = [statement for statement in rest if statement.when is When.ALWAYS]
    return all(_complete(statement, answers) for statement in rest)


def _refused(answers: Answers) -> Iterator[BlindSpot]:
    """What was refused, with Snowflake's own words; many refusals of one kind are one entry."""
    for key, statement in BY_KEY.items():
        failed = [answer for answer in answers.of(key) if answer.error]
        if not failed or _covered(statement, answers):
            continue
        by_error: dict[str, list[Answer]] = {}
        for answer in failed:
            by_error.setdefault(answer.error.split(":")[0] if len(failed) > _NAMED else answer.ask.sql, []).append(
                answer
            )
        for alike in by_error.values():
            first = alike[0]
            many = f" of {first.ask.on} and {len(alike) - 1} more" if len(alike) > 1 else f" of {first.ask.on}"
            what = statement.fact + (many if first.ask.on else "")
            why = f"{first.error}; it needs: {statement.needs}"
            yield BlindSpot(what=what, why=why, statement=first.ask.sql, kinds=statement.kinds)


def _cut(answers: Answers) -> Iterator[BlindSpot]:
    """Listings that Snowflake cut short and that were not asked for in smaller pieces."""
    for answer in answers:
        statement = BY_KEY[answer.ask.key]
        if len(answer.rows) < subjects.CUT or not answer.ask.sql.startswith("SHOW") or _divided(answer, answers):
            continue
        why = f"Snowflake sends {subjects.CUT} rows at most"
        yield BlindSpot(what=f"more of {statement.fact}", why=why, statement=answer.ask.sql, kinds=statement.kinds)


def _divided(answer: Answer, answers: Answers) -> bool:
    key = answer.ask.key
    for narrower in (f"{key}_of_database", f"{key.removesuffix('_of_database')}_of_schema"):
        if narrower in BY_KEY and narrower != key:
            return any(other.ask.on.within(answer.ask.on) for other in answers.of(narrower))
    return False


def _not_sent(answers: Answers) -> Iterator[BlindSpot]:
    """Columns that an answer should have."""
    by_source: dict[str, set[str]] = {}
    for sql, column in answers.missing:
        by_source.setdefault(sql, set()).add(column)
    for sql, columns in sorted(by_source.items()):
        names = ", ".join(sorted(columns))
        yield BlindSpot(what=f"column {names}", why="Snowflake's answer does not have it", statement=sql)
