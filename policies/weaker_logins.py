"""What a planned step weakens about logins: second factors, methods, passwords, sessions, and who is bound to what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from account.registered.values import number, text, texts, upper
from account.values import known
from policies.comparing import less, more, sides, switch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policies.plan import Step

_POLICY_NAMES: Final = (
    "authenticationPolicy", "authenticationPolicyName", "passwordPolicy", "passwordPolicyName", "sessionPolicyName",
)  # fmt: skip
_ENROLMENT: Final = {"REQUIRED": 3, "REQUIRED_PASSWORD_ONLY": 2, "REQUIRED_SNOWFLAKE_UI_PASSWORD_ONLY": 1}
_ENROLMENT_BY_DEFAULT: Final = 2
_ALL: Final = "ALL"


def user(step: Step) -> Iterator[str]:
    """What makes it easier to log in as a user."""
    yield from switch(step, "disableMfa", False, "the second factor is switched off")
    yield from switch(step, "disabled", True, "a disabled user is switched on again")
    old, new = (known(number(side)) or 0 for side in sides(step, "minsToBypassMfa"))
    if step.differs("minsToBypassMfa") and new > old:
        yield f"may skip the second factor for {new} minutes"
    if step.differs("password") and step.old.get("password") is None and step.new.get("password") is not None:
        yield "gets a password"
    secondary = [known(upper(side)) for side in sides(step, "defaultSecondaryRolesOption")]
    if step.differs("defaultSecondaryRolesOption") and secondary[0] == "NONE" and secondary[1] != "NONE":
        yield "gets secondary roles by default"


def authentication(step: Step) -> Iterator[str]:
    """What an authentication policy asks less of."""
    if step.differs("mfaEnrollment"):
        old, new = (_enrolment(side) for side in sides(step, "mfaEnrollment"))
        if new < old:
            yield "the second factor is required of fewer logins"
    for key, what in (("authenticationMethods", "login methods"), ("clientTypes", "clients")):
        if step.differs(key):
            before, after = (_words(side) for side in sides(step, key))
            if _ALL not in before and (_ALL in after or after - before):
                yield f"allows more {what}: {', '.join(sorted(after - before))}"

    for key in ("patPolicy", "workloadIdentityPolicy", "mfaPolicy", "securityIntegrations"):
        old_rules, new_rules = sides(step, key)
        if key in step.changed and (old_rules is not None or new_rules is not None):
            yield f"{key} changes; compare the two"


def _enrolment(value: object) -> int:
    said = known(upper(value))
    return _ENROLMENT_BY_DEFAULT if said is None else _ENROLMENT.get(said, 0)


def _words(value: object) -> set[str]:
    """Upper-case words of a list; an empty list means all."""
    return {word.upper() for word in known(texts(value))} or {_ALL}


def passwords(step: Step) -> Iterator[str]:
    """What a password policy asks less of."""
    yield from less(step, "minLength", "the shortest password", "characters")
    yield from less(step, "lockoutTimeMins", "the lock-out", "minutes")
    yield from more(step, "maxRetries", "the number of tries", "")
    yield from more(step, "maxAgeDays", "the age of a password", "days")


def sessions(step: Step) -> Iterator[str]:
    """Sessions that stay open longer."""
    yield from more(step, "sessionIdleTimeoutMins", "the idle time of a session", "minutes")
    yield from more(step, "sessionUiIdleTimeoutMins", "the idle time in Snowsight", "minutes")


def other_policy(step: Step, key: str) -> Iterator[str]:
    """A policy that goes, or makes room for another; which of the two is stricter a person decides."""
    old, new = (known(text(side)) for side in sides(step, key)) if step.differs(key) else (None, None)
    if old is not None and new != old:
        yield f"is bound to {new} instead of {old}; compare the two" if new else f"is no longer bound to {old}"


def attached(step: Step) -> Iterator[str]:
    """A user or the account that is bound to another login policy, or to none."""
    for key in _POLICY_NAMES:
        yield from other_policy(step, key)
