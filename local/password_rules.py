"""Whether a new password satisfies the password policy that holds for a user."""

from __future__ import annotations

from local.catalogue import Catalogue
from local.errors import SnowflakeError
from local.model import Kind, Obj
from local.passwords import verify_password
from local.statements.policies import PASSWORD, value_of
from local.statements.policy_attachments import effective_policy


def _rejected(reason: str) -> SnowflakeError:
    return SnowflakeError(
        "003002",
        "28P01",
        f"SQL execution error: New password rejected by current password policy. Reason: '{reason}'.",
    )


def check_password(catalogue: Catalogue, user: Obj, password: str) -> None:
    """003002 if the password is too short, too simple, or the one that the user already has.

    Without a policy the defaults of CREATE PASSWORD POLICY hold. Only the present password counts as a former one.
    """
    policy = effective_policy(catalogue, user, Kind.PASSWORD_POLICY)
    props = policy.props if policy is not None else {}

    def limit(name: str) -> int:
        return value_of(PASSWORD, props, f"PASSWORD_{name}")

    if len(password) < limit("MIN_LENGTH"):
        raise _rejected("MIN_LENGTH")
    if len(password) > limit("MAX_LENGTH"):
        raise _rejected("MAX_LENGTH")
    counts = {
        "MIN_UPPER_CASE_CHARS": sum(char.isupper() for char in password),
        "MIN_LOWER_CASE_CHARS": sum(char.islower() for char in password),
        "MIN_NUMERIC_CHARS": sum(char.isdigit() for char in password),
        "MIN_SPECIAL_CHARS": sum(not char.isalnum() for char in password),
    }
    for name, count in counts.items():
        if count < limit(name):
            raise _rejected(name)
    stored = user.props.get("PASSWORD_HASH")
    if isinstance(stored, str) and stored and verify_password(password, stored):
        raise _rejected("PRIOR_USE")
