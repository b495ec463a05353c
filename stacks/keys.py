"""Public keys: read, judged and put into the form Snowflake takes."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)

MIN_BITS: Final = 2048
"""The shortest RSA key that Snowflake accepts."""
_PEM_LINE: Final = re.compile(r"-----[A-Z ]+-----")


def _is_private(der: bytes) -> bool:
    try:
        load_der_private_key(der, password=None)
    except TypeError:
        return True
    except (ValueError, UnsupportedAlgorithm):
        return False
    return True


def normalise(text: str) -> str:
    """A public key as Snowflake takes it: base64 of its DER form on one line, without header and trailer.

    Raises:
        ValueError: not a public RSA key of at least 2048 bits; the message never repeats the key.
    """
    if "PRIVATE KEY" in text:
        raise ValueError("this is a private key; it must never leave its owner's machine")
    try:
        der = base64.b64decode("".join(_PEM_LINE.sub("", text).split()), validate=True)
    except ValueError:
        raise ValueError("this is not base64 text") from None
    if _is_private(der):
        raise ValueError("this is a private key; it must never leave its owner's machine")
    try:
        key = load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("this is not a public key in DER form") from None
    if not isinstance(key, RSAPublicKey):
        raise ValueError("this is not an RSA key")
    if key.key_size < MIN_BITS:
        raise ValueError(f"the key has {key.key_size} bits")
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode("ascii")


def fingerprint(normalised: str) -> str:
    """The fingerprint as Snowflake shows it: SHA256: and the base64 of the hash of the DER form."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(base64.b64decode(normalised)).digest()).decode("ascii")
