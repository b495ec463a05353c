"""One acceptable config per environment, for tests that change one thing and look at one result."""

from __future__ import annotations

import base64
import hashlib
from copy import deepcopy
from functools import cache

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from stacks import Platform, load
from stacks import config as stack_config

SERVICE_USERS = ("SVC_ECOMMERCE_LOADER", "SVC_ECOMMERCE_DBT", "SVC_ECOMMERCE_DASHBOARD")


@cache
def public_key(label: str, bits: int = 2048) -> str:
    """A public key of its own per label, as Snowflake takes it. Its modulus is a number drawn from the label, which
    no reader of public keys can tell from a product of two primes; finding those would take most of a test's time."""
    drawn = int.from_bytes(hashlib.shake_256(label.encode()).digest(bits // 8), "big")
    key = RSAPublicNumbers(65537, drawn | 1 << bits - 1 | 1).public_key()
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode("ascii")


def _base(environment: str) -> dict[str, object]:
    return {
        "organization": "LOCAL",
        "account": "MAIN",
        "shared_account": True,
        "owns_account": environment == "prod",
        "service_cidrs": ["127.0.0.0/8"],
        "people_cidrs": ["127.0.0.0/8"],
        "deployer_cidrs": ["127.0.0.1/32"],
        "public_keys": {name: {"rsa_public_key": public_key(name)} for name in SERVICE_USERS},
        "people": [
            {"name": "ANNA", "email": "anna@example.org", "roles": ["admin"], "rsa_public_key": public_key("ANNA")}
        ],
    }


def values(environment: str = "dev", **changes: object) -> dict[str, object]:
    """Plain config values of an environment, with some keys changed; a change to None removes the key."""
    config = _base(environment)
    if environment == "prod":
        config["break_glass"] = [
            {"name": f"BREAK_GLASS_{number}", "email": f"{number}@example.org", "addresses": ["127.0.0.1"]}
            for number in ("ONE", "TWO")
        ]
    config.update(changes)
    return deepcopy({key: value for key, value in config.items() if value is not None})


def platform(environment: str = "dev", **changes: object) -> Platform:
    """The platform that those values make."""
    file = f"Pulumi.{environment}.yaml"
    return load(environment, stack_config.read(values(environment, **changes), file))
