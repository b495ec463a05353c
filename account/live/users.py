"""Rows about users, their keys, tokens and workload identities, and about roles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from account import keys, things
from account.live import baseline, subjects
from account.live.answers import Answers, Row, Unreadable, number
from account.live.common import levels, origin, owner, properties, sure, unreadable
from account.live.subjects import fingerprint
from account.names import Name
from account.things import PublicKey, UserType, WorkloadIdentity
from account.values import Maybe, Unknown

if TYPE_CHECKING:
    from account.builder import Builder

_SLOTS: Final = {"PUBLIC_KEY_1": "1", "PUBLIC_KEY_2": "2"}
_CLASSIC: Final = (("1", "RSA_PUBLIC_KEY"), ("2", "RSA_PUBLIC_KEY_2"))
_IDENTITIES: Final = frozenset({"AWS", "AZURE", "GCP", "OIDC"})
_HIDDEN: Final = Unknown("SHOW USERS hides the details of this user from the role")


def users(answers: Answers, out: Builder, policies: Mapping[str, Name] | None) -> None:
    """Users. `policies`: network policies by user; None where their references were not told."""
    held = _Credentials(answers)
    described = properties(answers, "describe_user")
    set_here = levels(answers, "user_parameters", "USER")
    for name, row in subjects.user_rows(answers):
        try:
            out.add(_user(Name.of(name), row, held, described, set_here, policies))
        except Unreadable as error:
            unreadable(out, row, error, "USER")


def _user(
    name: Name,
    row: Row,
    held: _Credentials,
    described: Mapping[Name, Mapping[str, str]],
    set_here: Mapping[Name, Mapping[str, str]],
    policies: Mapping[str, Name] | None,
) -> things.User:
    hidden = subjects.hidden(row)
    parameters, text = set_here.get(name), described.get(name)
    mine = policies.get(name.last) if policies is not None else Unknown("references of network policies were not told")
    if parameters is not None:
        own = parameters.get("NETWORK_POLICY")
        mine = Name.loose(own) if own else None
    return things.User(
        name=name,
        owner=_HIDDEN if hidden else owner(row, name),
        comment=row.text("comment"),
        origin=origin(row),
        type=_HIDDEN if hidden else _type(row),
        email=_HIDDEN if hidden else row.text("email"),
        disabled=_HIDDEN if hidden else sure(row.flag("disabled"), False),
        default_role=_HIDDEN if hidden else row.text("default_role"),
        default_warehouse=_HIDDEN if hidden else row.text("default_warehouse"),
        default_secondary_roles=_HIDDEN if hidden else _secondary(row),
        has_password=_HIDDEN if hidden else _password(row),
        public_keys=_HIDDEN if hidden else held.keys(name.last, row, text),
        workload_identity=_HIDDEN if hidden else held.identity(name.last, row),
        network_policy=mine,
        bypass_mfa_minutes=_HIDDEN if hidden else _bypassing(row),
        # DISABLE_MFA takes the second factor away once and leaves nothing that could be read.
        mfa_disabled=False,
        has_mfa=_HIDDEN if hidden else row.flag("has_mfa"),
        statement_timeout=_timeout(name, parameters),
        days_to_expiry=_HIDDEN if hidden else _days(row),
        last_login=row.moment("last_success_login"),
    )


def _type(row: Row) -> Maybe[UserType]:
    found = row.text("type")
    if found is None:
        return UserType.PERSON
    if isinstance(found, Unknown):
        return found
    return UserType(found) if found in UserType.__members__ else Unknown(f"the user type {found} is not known here")


def _password(row: Row) -> Maybe[bool | None]:
    return None if row.text("type") in ("SERVICE", "SERVICE_AGENT") else row.flag("has_password")


def _timeout(name: Name, parameters: Mapping[str, str] | None) -> Maybe[int | None]:
    if parameters is None:
        return Unknown(f"the parameters of {name} were not asked for or not told")
    return number(parameters.get("STATEMENT_TIMEOUT_IN_SECONDS"), "STATEMENT_TIMEOUT_IN_SECONDS")


def _secondary(row: Row) -> Maybe[tuple[str, ...] | None]:
    """Default secondary roles; in the view NULL may be none or not set, which then means all."""
    if row.has("default_secondary_roles"):
        return row.items("default_secondary_roles")
    found = row.items("default_secondary_role")
    return Unknown("the view of users does not tell none from not set") if found is None else found


def _bypassing(row: Row) -> Maybe[int | None]:
    """Minutes for which the second factor is not asked for; the view tells until when."""
    if row.has("mins_to_bypass_mfa"):
        return row.number("mins_to_bypass_mfa")
    left = _until(row.cell("bypass_mfa_until"))
    return left if left is None or isinstance(left, Unknown) else max(0, int(left // 60)) or None


def _days(row: Row) -> Maybe[int | None]:
    """Days until the user expires; the view tells the moment."""
    if row.has("days_to_expiry"):
        found = row.text("days_to_expiry")
        return found if not isinstance(found, str) else number(found.partition(".")[0] or "0", "days_to_expiry")
    left = _until(row.cell("expires_at"))
    return left if left is None or isinstance(left, Unknown) else int(left // 86400)


def _until(moment: object) -> Maybe[float | None]:
    """Seconds until a moment."""
    if isinstance(moment, str) and moment:
        try:
            return _until(datetime.fromisoformat(moment))
        except ValueError:
            return Unknown(f"{moment[:40]!r} is no moment")
    if not isinstance(moment, datetime):
        return moment if isinstance(moment, Unknown) else None
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds()


class _Credentials:
    """Keys and workload identities by user, from the list of credentials or from SHOW."""

    def __init__(self, answers: Answers) -> None:
        self._keys: dict[str, list[PublicKey]] = {}
        self._identities: dict[str, WorkloadIdentity] = {}
        for row in answers.rows("credentials"):
            user, kind, details = row.text("user_name"), row.text("type"), row.details("additional_details")
            if not isinstance(user, str):
                continue
            if kind == "KEYPAIR":
                self._keys.setdefault(user, []).append(_listed_key(row, details))
            elif isinstance(kind, str) and kind in _IDENTITIES:
                self._identities[user] = _identity(kind, details)
        for row in answers.rows("identities"):
            kind = row.text("type")
            if isinstance(kind, str):
                details = row.details("additional_info", "additional_details")
                self._identities[row.ask.on.last] = _identity(kind, details)

    def keys(self, user: str, row: Row, described: Mapping[str, str] | None) -> Maybe[tuple[PublicKey, ...]]:
        """The keys of a user; DESCRIBE USER, where it was asked, shows the keys themselves."""
        listed = {key.slot: key for key in self._keys.get(user, ())}
        if described is not None:
            for slot, key in _CLASSIC:
                if key in described or f"{key}_FP" in described:
                    listed[slot] = _described_key(slot, key, described)
        present = row.flag("has_rsa_public_key")
        if isinstance(present, Unknown):
            return present
        if present and not listed:
            return (PublicKey(slot="1", fingerprint=Unknown(f"nothing tells the fingerprints of {user}")),)
        return tuple(listed[slot] for slot in sorted(listed))

    def identity(self, user: str, row: Row) -> Maybe[WorkloadIdentity | None]:
        """The workload identity of a user."""
        if user in self._identities:
            return self._identities[user]
        present = row.flag("has_workload_identity")
        if isinstance(present, Unknown):
            return present
        return Unknown(f"nothing tells the workload identity of {user}") if present else None


def _listed_key(row: Row, details: Maybe[Mapping[str, object]]) -> PublicKey:
    name = row.text("name")
    slot = _SLOTS.get(name, name) if isinstance(name, str) else "1"
    found = fingerprint(details) if not isinstance(details, Unknown) else ""
    since = row.moment("created_on")
    return PublicKey(
        slot=slot,
        fingerprint=_prefixed(found) if found else Unknown("the list of credentials does not tell it"),
        issued=since[:10] if isinstance(since, str) else None,
    )


def _described_key(slot: str, key: str, described: Mapping[str, str]) -> PublicKey:
    since = described.get(f"{key}_LAST_SET_TIME", "")
    issued = since[:10] if since[:4].isdigit() and since[4:5] == "-" else None
    if key in described:
        return keys.public_key(slot, described[key], issued)
    return PublicKey(slot=slot, fingerprint=_prefixed(described[f"{key}_FP"]), issued=issued)


def _prefixed(text: str) -> str:
    return text if text.startswith("SHA256:") else f"SHA256:{text}"


def _identity(kind: str, details: Maybe[Mapping[str, object]]) -> WorkloadIdentity:
    if isinstance(details, Unknown):
        return WorkloadIdentity(type=kind, issuer=details, subject=details)

    def told(*names: str) -> str | None:
        return next((str(details[name]) for name in names if details.get(name)), None)

    subject = told("SUBJECT", "ARN")
    if kind == "AWS" and subject is None and told("AWS_ACCOUNT") and told("IAM_ROLE"):
        what = "user" if told("TYPE") == "IAM_USER" else "role"
        subject = f"arn:{told('AWS_PARTITION') or 'aws'}:iam::{told('AWS_ACCOUNT')}:{what}/{told('IAM_ROLE')}"
    return WorkloadIdentity(type=kind, issuer=told("ISSUER"), subject=subject)


def tokens(answers: Answers, out: Builder) -> None:
    """Programmatic access tokens that can still be used."""
    for row in answers.rows("credentials", "tokens"):
        if row.has("type") and row.text("type") != "PAT":
            continue
        if row.text("status") == "EXPIRED":
            continue
        try:
            name = Name.of(row.must("user_name"), row.must("name"))
        except Unreadable as error:
            unreadable(out, row, error, "TOKEN")
            continue
        details = row.details("additional_details") if row.has("additional_details") else None
        out.add(
            things.Token(
                name=name,
                comment=row.text("comment"),
                origin=origin(row),
                role=_restriction(row, details),
                days_to_expiry=_left(row),
                bypass_network_minutes=_bypass(row, details),
            )
        )


def _restriction(row: Row, details: Maybe[Mapping[str, object]] | None) -> Maybe[str | None]:
    if details is None:
        return row.text("role_restriction")
    if isinstance(details, Unknown):
        return details
    found = details.get("ROLE_RESTRICTION")
    names = [str(entry) for entry in found] if isinstance(found, list) else [str(found)] if found else []
    return ", ".join(names) or None


def _bypass(row: Row, details: Maybe[Mapping[str, object]] | None) -> Maybe[int | None]:
    column = "mins_to_bypass_network_policy_requirement"
    if details is None:
        return row.number(column)
    return details if isinstance(details, Unknown) else number(details.get(column.upper()), column)


def _left(row: Row) -> Maybe[int | None]:
    """Days until it expires, begun ones counted."""
    left = _until(row.cell("expiration_date", "expires_at"))
    return left if left is None or isinstance(left, Unknown) else -int(-left // 86400)


def roles(answers: Answers, out: Builder) -> None:
    """Account roles and database roles, without those of the system."""
    for name, row in subjects.role_rows(answers):
        if len(name) == 1 and baseline.role(name.last):
            continue
        owned = owner(row, name)
        out.add(things.Role(name=name, owner=owned, comment=row.text("comment"), origin=origin(row)))
