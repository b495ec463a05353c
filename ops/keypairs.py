"""RSA key pairs as files: `<user>.p8` (0600, never printed, never in config or state) beside `<user>.pub.pem`."""

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ops.errors import BadInput, OpsError
from ops.layout import private_folder

KEY_BITS = 3072


@dataclass(frozen=True)
class KeyPair:
    """The two files of one key pair."""

    private: Path
    public: Path

    def public_body(self) -> str:
        """The public key as Snowflake wants it: base64 without the PEM lines."""
        return body(self.public.read_text(encoding="utf-8"))


def pair(folder: Path, user: str, suffix: str = "") -> KeyPair:
    """The paths of a user's key pair in a folder; `suffix` tells the next key of a rotation from the current."""
    stem = f"{user.lower()}{suffix}"
    return KeyPair(folder / f"{stem}.p8", folder / f"{stem}.pub.pem")


def ensure(folder: Path, users: Iterable[str]) -> dict[str, KeyPair]:
    """Makes the key pairs that are missing (in parallel: 0.1 s each) and returns those of all users."""
    private_folder(folder)
    pairs = {user: pair(folder, user) for user in users}
    missing = [keys for keys in pairs.values() if not keys.private.exists() or not keys.public.exists()]
    if missing:
        with ThreadPoolExecutor(max_workers=4) as pool:
            list(pool.map(generate, missing))
    return pairs


def generate(keys: KeyPair) -> KeyPair:
    """Writes a new key pair; an existing private key is never overwritten, its public half is written again."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import rsa

    private_folder(keys.private.parent)
    try:
        if keys.private.exists():
            loaded = form.load_pem_private_key(keys.private.read_bytes(), password=None)
        else:
            loaded = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
            pem = loaded.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
            _create(keys.private, pem)
        public = loaded.public_key().public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)
        keys.public.write_bytes(public)
    except (OSError, ValueError) as error:
        raise OpsError(f"the key pair {keys.private} cannot be made", why=str(error)) from error
    return keys


def body(pem: str) -> str:
    """Base64 of a public key's PEM text, without its first and last line; raises BadInput for a private key."""
    if "PRIVATE KEY" in pem:
        raise BadInput("this is a private key", do="give the public one; a private key never leaves its file")
    return "".join(line for line in pem.splitlines() if line and not line.startswith("-----"))


def fingerprint(public_body: str) -> str:
    """The SHA-256 fingerprint that DESCRIBE USER shows for a public key given as base64."""
    import base64
    import hashlib

    return "SHA256:" + base64.b64encode(hashlib.sha256(base64.b64decode(public_body)).digest()).decode()


def _create(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
    temporary.replace(path)
