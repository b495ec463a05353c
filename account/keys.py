"""Public keys as texts of a declaration or state have them: fingerprint, size, and what is wrong with them."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Final

from account.things import PublicKey
from account.values import Unknown

HAS_HEADER: Final = "has a PEM header"
IS_PRIVATE: Final = "is a private key"
NO_KEY: Final = "no key"
NOT_RSA: Final = "is no RSA key"
_PEM_LINE: Final = re.compile(r"-----[A-Z0-9 ]+-----")


def _is_private(der: bytes) -> bool:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    try:
        load_der_private_key(der, password=None)
    except TypeError:
        return True
    except (ValueError, UnsupportedAlgorithm):
        return False
    return True


def _bits(der: bytes) -> tuple[int | None, str]:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        key = load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm):
        return None, IS_PRIVATE if _is_private(der) else NO_KEY
    return (key.key_size, "") if isinstance(key, RSAPublicKey) else (None, NOT_RSA)


def public_key(slot: str, text: str | Unknown, issued: str | None = None) -> PublicKey:
    """A key slot of a user. Snowflake takes base64 of the key's DER form, without header and trailer.

    Of a text that is no public key no fingerprint is made, and nothing of it is repeated.
    """
    if isinstance(text, Unknown):
        return PublicKey(slot=slot, fingerprint=text, issued=issued)
    problem = HAS_HEADER if "-----" in text else ""
    if "PRIVATE KEY" in text:
        return PublicKey(slot=slot, fingerprint=Unknown("it is a private key"), problem=IS_PRIVATE, issued=issued)
    try:
        der = base64.b64decode("".join(_PEM_LINE.sub("", text).split()), validate=True)
    except ValueError:
        return PublicKey(slot=slot, fingerprint=Unknown("it is no key"), problem=NO_KEY, issued=issued)
    bits, wrong = _bits(der)
    if wrong:
        return PublicKey(slot=slot, fingerprint=Unknown("it is no public RSA key"), problem=wrong, issued=issued)
    digest = base64.b64encode(hashlib.sha256(der).digest()).decode("ascii")
    return PublicKey(slot=slot, fingerprint=f"SHA256:{digest}", bits=bits, problem=problem, issued=issued)
