"""Passwords at rest: salted scrypt, so that a stolen catalogue does not give them away."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

_COST, _BLOCK, _PARALLEL = 2**14, 8, 1


def _derive(password: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    return hashlib.scrypt(password.encode(errors="surrogatepass"), salt=salt, n=cost, r=block, p=parallel, dklen=32)


def hash_password(password: str) -> str:
    """The text to store: ``scrypt$cost$block$parallel$salt$key``, salt and key in base64; about 40 ms."""
    salt = secrets.token_bytes(16)
    key = _derive(password, salt, _COST, _BLOCK, _PARALLEL)
    encoded = (base64.b64encode(part).decode() for part in (salt, key))
    return "$".join(("scrypt", str(_COST), str(_BLOCK), str(_PARALLEL), *encoded))


def verify_password(password: str, stored: str) -> bool:
    """Whether ``password`` is the one that was hashed; ValueError if ``stored`` is not such a text."""
    scheme, cost, block, parallel, salt, key = stored.split("$")
    if scheme != "scrypt":
        raise ValueError(f"unknown password scheme {scheme!r}")
    derived = _derive(password, base64.b64decode(salt), int(cost), int(block), int(parallel))
    return hmac.compare_digest(derived, base64.b64decode(key))
