"""Public keys as texts of a declaration or state have them."""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_curve_key
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from account.keys import HAS_HEADER, IS_PRIVATE, NO_KEY, NOT_RSA, public_key
from account.values import Unknown, is_known

KEY: RSAPrivateKey = generate_private_key(65537, 2048)
DER = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
TEXT = base64.b64encode(DER).decode("ascii")
FINGERPRINT = "SHA256:" + base64.b64encode(hashlib.sha256(DER).digest()).decode("ascii")
PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")
CURVE = generate_curve_key(SECP256R1()).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def private(format: PrivateFormat, encoding: Encoding) -> bytes:
    return KEY.private_bytes(encoding, format, NoEncryption())


def test_a_key_has_the_fingerprint_that_snowflake_shows_and_its_size() -> None:
    found = public_key("1", TEXT, issued="2026-11-01")
    assert (found.slot, found.fingerprint, found.bits, found.problem) == ("1", FINGERPRINT, 2048, "")
    assert found.issued == "2026-11-01"


@pytest.mark.parametrize("bits", [1024, 3072])
def test_the_size_of_any_rsa_key_is_told(bits: int) -> None:
    der = generate_private_key(65537, bits).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert public_key("1", base64.b64encode(der).decode("ascii")).bits == bits


def test_line_breaks_do_not_make_another_key() -> None:
    assert public_key("1", f"{TEXT[:64]}\n{TEXT[64:]}\n").fingerprint == FINGERPRINT


def test_a_header_is_told_and_the_key_is_still_the_same() -> None:
    found = public_key("1", PEM)
    assert (found.fingerprint, found.problem) == (FINGERPRINT, HAS_HEADER)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (private(PrivateFormat.PKCS8, Encoding.PEM).decode("ascii"), IS_PRIVATE),
        (base64.b64encode(private(PrivateFormat.PKCS8, Encoding.DER)).decode("ascii"), IS_PRIVATE),
        (base64.b64encode(private(PrivateFormat.TraditionalOpenSSL, Encoding.DER)).decode("ascii"), IS_PRIVATE),
        (base64.b64encode(CURVE).decode("ascii"), NOT_RSA),
        ("not base64!", NO_KEY),
        ("bm8ga2V5", NO_KEY),
        (TEXT[:-8], NO_KEY),
    ],
)
def test_what_is_no_public_rsa_key_says_so_and_is_not_repeated(text: str, problem: str) -> None:
    found = public_key("1", text)
    assert (found.problem, is_known(found.fingerprint), found.bits) == (problem, False, None)
    assert text[:20] not in repr(found)


def test_a_key_that_is_not_known_is_still_in_its_slot() -> None:
    found = public_key("2", Unknown("it is encrypted"))
    assert (found.slot, is_known(found.fingerprint), found.problem) == ("2", False, "")
