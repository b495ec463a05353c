"""Credentials of users besides keys and passwords: programmatic access tokens and workload identities.

Both are properties of the user. Of a token's secret only a hash is stored: it has 256 random bits, so that nobody finds
it again from a plain SHA-256.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass

from local.catalogue import Catalogue
from local.model import Json, Obj

TOKENS = "PATS"
"""The property that holds a user's tokens."""
IDENTITY = "WORKLOAD_IDENTITY"
"""The property that holds a service user's default workload identity; ``…_SET`` is when it was set."""

_KEPT = 7 * 86400
"""Seconds for which an expired token is still listed (docs.snowflake.com: SHOW USER PROGRAMMATIC ACCESS TOKENS)."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret. Moments are epoch seconds; ``role`` is empty where the token is not restricted.

    Until ``bypass`` (0 for never) the user may use it without being under a network policy. ``days`` is what it was
    made for, so that a rotation gives the same; ``rotated_to`` names the token that took this one's place.
    """

    name: str
    role: str
    created: float
    created_by: str
    expires: float
    bypass: float
    comment: str
    secret_hash: str
    days: int
    disabled: bool = False
    rotated_to: str = ""

    def expired(self) -> bool:
        """Whether its last day has passed."""
        return self.expires <= time.time()


def new_secret() -> tuple[str, str]:
    """A fresh secret and the hash to store."""
    secret = secrets.token_urlsafe(32)
    return secret, hashed(secret)


def hashed(secret: str) -> str:
    """What is stored of a secret."""
    return f"sha256${hashlib.sha256(secret.encode('utf-8', 'surrogatepass')).hexdigest()}"


def token_of(user: Obj, secret: str) -> Token | None:
    """The user's token with this secret, usable or not."""
    wanted = hashed(secret)
    return next((token for token in tokens(user) if hmac.compare_digest(token.secret_hash, wanted)), None)


def tokens(user: Obj) -> list[Token]:
    """The user's tokens by name; those that expired a week ago are gone."""
    found = user.props.get(TOKENS)
    entries = found.items() if isinstance(found, dict) else ()
    made = [_token(name, entry) for name, entry in entries if isinstance(entry, dict)]
    return sorted((token for token in made if token.expires > time.time() - _KEPT), key=lambda token: token.name)


def _token(name: str, entry: dict[str, Json]) -> Token:
    def moment(key: str) -> float:
        value = entry.get(key)
        return float(value) if isinstance(value, int | float) else 0.0

    def text(key: str) -> str:
        return str(entry.get(key) or "")

    return Token(
        name=name,
        role=text("ROLE"),
        created=moment("CREATED_AT"),
        created_by=text("CREATED_BY"),
        expires=moment("EXPIRES_AT"),
        bypass=moment("BYPASS_UNTIL_TIME"),
        comment=text("COMMENT"),
        secret_hash=text("SECRET_HASH"),
        days=round(moment("DAYS") or (moment("EXPIRES_AT") - moment("CREATED_AT")) / 86400),
        disabled=entry.get("DISABLED") is True,
        rotated_to=text("ROTATED_TO"),
    )


def put_tokens(catalogue: Catalogue, user: Obj, kept: list[Token]) -> None:
    """Make these the user's tokens."""
    stored: dict[str, Json] = {
        token.name: {
            "ROLE": token.role,
            "CREATED_AT": token.created,
            "CREATED_BY": token.created_by,
            "EXPIRES_AT": token.expires,
            "BYPASS_UNTIL_TIME": token.bypass,
            "COMMENT": token.comment,
            "SECRET_HASH": token.secret_hash,
            "DAYS": token.days,
            **({"DISABLED": True} if token.disabled else {}),
            **({"ROTATED_TO": token.rotated_to} if token.rotated_to else {}),
        }
        for token in kept
    }
    props = {name: value for name, value in user.props.items() if name != TOKENS}
    catalogue.update(user, props={**props, TOKENS: stored} if stored else props)


def disable_tokens(user: Obj, props: Mapping[str, Json]) -> dict[str, Json]:
    """Properties of a user who is being disabled: the tokens stay disabled when the user is enabled again."""
    found = user.props.get(TOKENS)
    if not isinstance(found, dict):
        return dict(props)
    disabled: dict[str, Json] = {
        name: {**entry, "DISABLED": True} if isinstance(entry, dict) else entry for name, entry in found.items()
    }
    return {**props, TOKENS: disabled}


def workload_identity(user: Obj) -> dict[str, Json]:
    """TYPE, ARN, ISSUER, SUBJECT, OIDC_AUDIENCE_LIST of the user's default workload identity; empty without one."""
    found = user.props.get(IDENTITY)
    return dict(found) if isinstance(found, dict) else {}
