"""Key-pair logins: a JSON web token signed with one of the user's two keys."""

from __future__ import annotations

import base64
import binascii
import hashlib
import time
from dataclasses import dataclass
from functools import lru_cache

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from local.model import Obj
from local.session import Settings

MAX_AGE = 3600
"""Seconds after ``iat`` for which Snowflake takes a token, whatever ``exp`` says."""
_SKEW = 60
KEYS = ("RSA_PUBLIC_KEY", "RSA_PUBLIC_KEY_2")


class TokenRefused(Exception):
    """Why a token was refused; for the server's log only, the client learns no more than that it is invalid."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who a token says it is from, before its signature is checked."""

    account: str
    login: str
    fingerprint: str


@lru_cache(maxsize=1024)
def public_key(encoded: str) -> tuple[RSAPublicKey, str]:
    """The key and its fingerprint (``SHA256:…``) from base64 DER, PEM frame and line breaks allowed.

    Raises ValueError if it is no RSA public key.
    """
    body = "".join(line for line in encoded.split() if line) if "-----" not in encoded else _unframed(encoded)
    try:
        der = base64.b64decode(body, validate=True)
        key = load_der_public_key(der)
    except (binascii.Error, ValueError, UnsupportedAlgorithm) as error:
        raise ValueError("not a public key") from error
    if not isinstance(key, RSAPublicKey):
        raise ValueError("not an RSA public key")
    return key, "SHA256:" + base64.b64encode(hashlib.sha256(der).digest()).decode()


def _unframed(pem: str) -> str:
    return "".join(line.strip() for line in pem.splitlines() if not line.startswith("-----"))


def read_claim(token: str) -> Claim:
    """Issuer and subject of a token: ``ACCOUNT.USER.SHA256:…`` and ``ACCOUNT.USER``. Raises TokenRefused."""
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except (jwt.InvalidTokenError, ValueError, RecursionError) as error:  # half a character, too deep
        raise TokenRefused(f"format: {error}") from error
    issuer, subject = str(claims.get("iss", "")), str(claims.get("sub", ""))
    who, mark, fingerprint = issuer.rpartition(".SHA256:")
    account, dot, login = who.partition(".")
    if not mark or not dot or not login:
        raise TokenRefused("issuer is not ACCOUNT.USER.SHA256:fingerprint")
    if subject.upper() != who.upper():
        raise TokenRefused("subject is not the issuer's ACCOUNT.USER")
    return Claim(account, login, "SHA256:" + fingerprint)


def account_names(settings: Settings) -> frozenset[str]:
    """The ways to name this account: alone, with its organisation, and by its locator (upper case, ``_`` as ``-``)."""
    names = (settings.account, f"{settings.organization}-{settings.account}", settings.account_id)
    return frozenset(name.upper().replace("_", "-") for name in names)


def names_account(settings: Settings, name: str) -> bool:
    """Whether an account name sent by a client (a region behind a dot is ignored) is this account."""
    return name.upper().replace("_", "-").partition(".")[0] in account_names(settings)


def verify(token: str, claim: Claim, user: Obj) -> None:
    """Check signature, expiry and age against the user's key with the claimed fingerprint. Raises TokenRefused."""
    key = _key_of(user, claim.fingerprint)
    try:
        claims = jwt.decode(
            token, key, algorithms=["RS256"], leeway=_SKEW, options={"require": ["exp", "iat"], "verify_aud": False}
        )
    except jwt.InvalidTokenError as error:
        raise TokenRefused(str(error)) from error
    if time.time() - float(claims["iat"]) > MAX_AGE + _SKEW:
        raise TokenRefused("issued too long ago")


def _key_of(user: Obj, fingerprint: str) -> RSAPublicKey:
    for slot in KEYS:
        stored = user.props.get(slot)
        if isinstance(stored, str) and stored:
            try:
                key, known = public_key(stored)
            except ValueError:
                continue
            if known == fingerprint:
                return key
    raise TokenRefused("public key fingerprint mismatch")
