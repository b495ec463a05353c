"""Key pairs of programs and people."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, TypeAlias

from account.memo import per_picture
from account.picture import Picture, Source
from account.things import User
from account.values import Undecided, is_known, known
from policies import keyregister
from policies.identities import (
    Programs,
    active,
    is_program,
    users,
)
from policies.keyregister import REGISTER, Unusable
from policies.rule import (
    PICTURES,
    Address,
    Case,
    Evidence,
    Fault,
    Rule,
    Settings,
    Severity,
    cis,
    judging,
    levels,
    trust_center,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from account.things import PublicKey
    from policies.keyregister import Declared, Entry

Slots: TypeAlias = dict[str, list[tuple[str, str]]]
_NO_AGE = "nothing in it says when a key was made; the register of keys does"


class Credentials(Programs):
    """Attributes: workload_identity: whether a workload identity is enough and no key pair is needed."""

    workload_identity: bool = True


class Keys(Settings):
    """Attributes: min_bits: size of the smallest RSA key."""

    min_bits: int = 2048


class Age(Settings):
    """Attributes: max_days: since the key pair was made."""

    max_days: int = 180


def _credential(user: User, case: Case, settings: Credentials) -> Iterator[Fault]:
    keys = [key for key in known(user.public_keys) if not key.problem]
    if any(_is_set(user, key, case) for key in keys):
        return
    if settings.workload_identity and known(user.workload_identity) is not None:
        return
    if is_program(user, case, settings):
        for key in keys:
            known(key.fingerprint)
        yield Fault("is a program without key pair", "set its public key (`ops keys new`)")


def _is_set(user: User, key: PublicKey, case: Case) -> bool:
    """Whether there is a key. One that is computed from another resource is; any other unknown one may be nothing."""
    if is_known(key.fingerprint) or case.picture.about.source is not Source.PULUMI:
        return True
    urn = user.origin.urn if user.origin is not None else ""
    computed = [entry.dependencies for entry in case.picture.resources if entry.urn == urn]
    return any(inputs.get("rsaPublicKey") or inputs.get("rsaPublicKey2") for inputs in computed)


@per_picture
def _fingerprints(picture: Picture) -> Slots:
    """Who has which key, as far as known; a user whose keys are not known is undecided by itself."""
    found: Slots = {}
    for user in picture.all(User):
        for key in known(user.public_keys) if is_known(user.public_keys) else ():
            if is_known(key.fingerprint):
                found.setdefault(known(key.fingerprint), []).append((user.name.last, key.slot))
    return found


def _keys(user: User, case: Case, settings: Keys) -> Iterator[Fault]:
    for key in known(user.public_keys):
        yield from _key(user, key, case, settings)


def _key(user: User, key: PublicKey, case: Case, settings: Keys) -> Iterator[Fault]:
    if key.problem:
        yield Fault(
            f"the key in slot {key.slot}: {key.problem}",
            "set the public key as base64 of its DER form, on one line (`ops keys` writes it so)",
        )
        return
    bits = known(key.bits)
    if bits is not None and bits < settings.min_bits:
        yield Fault(
            f"the key in slot {key.slot} has {bits} bits; at least {settings.min_bits} are needed",
            "make a new pair (`ops keys rotate`)",
        )
    same = _fingerprints(case.picture)[known(key.fingerprint)]
    for slot in sorted({slot for name, slot in same if name == user.name.last and slot > key.slot}):
        yield Fault(f"slots {key.slot} and {slot} hold the same key, so no rotation took place", "make a new pair")
    for name in sorted({name for name, _ in same if name != user.name.last}):
        yield Fault(f"the key in slot {key.slot} is also {name}'s", "make a pair of its own for each user")


def _registered(case: Case) -> Iterator[Address]:
    """The register, each key of the stack's file, and each key of a live account."""
    if case.files is not None:
        yield Address("FILE", REGISTER, file=REGISTER)
        for key in _declared(case):
            yield Address("KEY", _key_name(key), file=f"Pulumi.{case.picture.about.stack}.yaml")
    if Evidence.LIVE in case.evidence:
        yield from (Address("USER", user.name.last) for user in active(case))


def _age(subject: Address, case: Case, settings: Age) -> Iterator[Fault]:
    if subject.kind == "FILE":
        yield from _register(case)
    elif subject.kind == "USER":
        yield from _live_age(subject, case, settings)
    else:
        yield from _declared_age(subject, case, settings)


def _declared(case: Case) -> tuple[Declared, ...]:
    try:
        return keyregister.declared(case.files, case.picture.about.stack) if case.files is not None else ()
    except Unusable:
        return ()


def _entries(case: Case) -> tuple[Entry, ...]:
    try:
        found = keyregister.entries(case.files) if case.files is not None else ()
    except Unusable as error:
        raise Undecided(f"{REGISTER} is {error}") from None
    return tuple(entry for entry in found if entry.stack == case.picture.about.stack)


def _key_name(key: Declared) -> str:
    return f"{key.user} slot {key.slot}"


def _register(case: Case) -> Iterator[Fault]:
    try:
        keyregister.entries(case.files) if case.files is not None else ()
    except Unusable as error:
        yield Fault(f"is {error}", "write one entry per key: stack, user, slot, issued, fingerprint")
        return
    names = {_key_name(key) for key in _declared(case)}
    for entry in _entries(case):
        if f"{entry.user} slot {entry.slot}" not in names:
            yield Fault(
                f"registers a key of {entry.user} in slot {entry.slot} that the stack does not declare",
                "remove the entry",
            )


def _declared_age(subject: Address, case: Case, settings: Age) -> Iterator[Fault]:
    key = next(key for key in _declared(case) if _key_name(key) == subject.name)
    text = known(key.fingerprint)
    entry = next((entry for entry in _entries(case) if entry.fingerprint == text), None)
    if entry is None or (entry.user, str(entry.slot)) != (key.user, key.slot):
        yield Fault(
            f"the key {text} is not registered for this user and slot",
            f"add it to {REGISTER} with the day on which the pair was made",
        )
        return
    yield from _too_old((datetime.now(UTC).date() - entry.issued).days, settings)


def _live_age(subject: Address, case: Case, settings: Age) -> Iterator[Fault]:
    user = next(user for user in active(case) if user.name.last == subject.name)
    for key in known(user.public_keys):
        issued = key.issued or _issued_by_register(key, case)
        if issued is None:
            raise Undecided(f"the account does not tell when the key in slot {key.slot} was set")
        for fault in _too_old((_day(case.picture.about.taken) - _day(issued)).days, settings):
            yield Fault(f"the key in slot {key.slot} {fault.what}", fault.do)


def _issued_by_register(key: PublicKey, case: Case) -> str | None:
    text = known(key.fingerprint)
    return next((entry.issued.isoformat() for entry in _entries(case) if entry.fingerprint == text), None)


def _day(text: str) -> date:
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        raise Undecided("a day of the account cannot be read") from None


def _too_old(days: int, settings: Age) -> Iterator[Fault]:
    if days > settings.max_days:
        yield Fault(f"is {days} days old; at most {settings.max_days} are allowed", "rotate it (`ops keys rotate`)")
    elif days < -1:
        yield Fault("was made in the future, says its date", "correct the date")


_KEYS = frozenset({"USER", "PUBLIC KEY"})

RULES: tuple[Rule, ...] = (
    Rule(
        id="SNW-IAM-004",
        title="Every program has a key pair or a workload identity",
        severity=Severity.HIGH,
        levels=levels("M", "M", "M"),
        controls=(*cis("1.6"), *trust_center("CIS_BENCHMARKS_CIS1_6")),
        rationale="Without one it cannot log in, or only with something weaker.",
        remediation="Make a key pair (`ops keys new`) and set its public half.",
        evidence=PICTURES,
        sees=_KEYS,
        settings=Credentials,
        evaluate=judging(active, _credential, Credentials),
    ),
    Rule(
        id="SNW-IAM-005",
        title="Public keys are valid, long enough and belong to one user",
        severity=Severity.HIGH,
        levels=levels("A", "M", "M"),
        controls=cis("1.6"),
        rationale="Who holds a key that two users share is both, and a key that is used twice cannot be rotated.",
        remediation="Make a pair of 3072 bits for each user and slot (`ops keys new`, `ops keys rotate`).",
        evidence=PICTURES,
        sees=_KEYS,
        settings=Keys,
        defaults={"prod": {"min_bits": 3072}},
        evaluate=judging(users, _keys, Keys),
    ),
    Rule(
        id="SNW-IAM-006",
        title="Key pairs are rotated",
        severity=Severity.MEDIUM,
        levels=levels("A", "A", "M"),
        controls=(*cis("1.7"), *trust_center("CIS_BENCHMARKS_CIS1_7")),
        rationale="A key that was copied unseen works until it is replaced; classic key slots never expire.",
        remediation=f"Rotate it (`ops keys rotate`) and register it in {REGISTER}.",
        evidence=frozenset({Evidence.FILES, Evidence.LIVE}),
        sees=_KEYS,
        settings=Age,
        defaults={"prod": {"max_days": 90}},
        impossible={Evidence.DECLARATION: _NO_AGE, Evidence.PULUMI: _NO_AGE},
        evaluate=judging(_registered, _age, Age),
    ),
)
