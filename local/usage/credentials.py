"""CREDENTIALS: key pairs, programmatic access tokens and workload identities."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress

from local.credentials import IDENTITY, Token, tokens, workload_identity
from local.data.rows import Row
from local.model import Json, Kind, Obj
from local.server.keypair import public_key
from local.statements.access_tokens import token_status
from local.statements.workload_identities import identity_details
from local.usage.view import SECURITY, Viewer, usage_view

SLOTS = {"RSA_PUBLIC_KEY": "PUBLIC_KEY_1", "RSA_PUBLIC_KEY_2": "PUBLIC_KEY_2"}
"""A user's two properties that hold a public key → the names of these credentials."""

_DETAILS = {
    "awsPartition": "aws_partition",
    "awsAccount": "aws_account",
    "iamRole": "iam_role",
    "audienceList": "audience_list",
}
"""Keys of a workload identity as SHOW writes them → as the view does."""


@usage_view(
    "CREDENTIALS",
    "CREDENTIAL_ID:N NAME USER_NAME TYPE DOMAIN COMMENT STATUS ADDITIONAL_DETAILS:O CREATED_BY LAST_ALTERED_BY "
    "CREATED_ON:T LAST_USED_ON:T LAST_ALTERED:T EXPIRATION_DATE:T",
    SECURITY,
    notes="no second factors; the NAME of keys (PUBLIC_KEY_1 and PUBLIC_KEY_2 for RSA_PUBLIC_KEY and RSA_PUBLIC_KEY_2) "
    "is not documented; LAST_USED_ON and, except for tokens, CREATED_BY are NULL: not kept",
)
def credentials(viewer: Viewer) -> Iterator[Row]:
    """What users can log in with now besides passwords; nothing that was removed, as documented."""
    for user in viewer.catalogue.of_kind(Kind.USER):
        for slot, name in SLOTS.items():
            key = user.props.get(slot)
            if isinstance(key, str) and key:
                yield _key(user, name, key, _since(user, slot))
        for token in tokens(user):
            yield _token(user, token)
        identity = workload_identity(user)
        if identity:
            yield _identity(user, identity)


def _since(user: Obj, prop: str) -> float:
    """When a property was set; when the user was made where that is not known."""
    made = user.props.get(f"{prop}_SET")
    return float(made) if isinstance(made, int | float) else user.created


def _number(user: Obj, domain: str, name: str) -> int:
    """An identifier that stays while the credential does."""
    return zlib.crc32(f"{user.id}/{domain}/{name}".encode())


def _key(user: Obj, name: str, key: str, since: float) -> Row:
    details: dict[str, Json] = {"KEY_TYPE": "RSA"}
    with suppress(ValueError):
        details["PUBLIC_KEY_FP"] = public_key(key)[1]
    return (_number(user, "KEYPAIR", name), name, user.name, "KEYPAIR", "KEYPAIR", None, "ACTIVE", json.dumps(details),
            None, None, since, None, since, None)  # fmt: skip


def _token(user: Obj, token: Token) -> Row:
    details: dict[str, Json] = {}
    if token.bypass:
        details["MINS_TO_BYPASS_NETWORK_POLICY_REQUIREMENT"] = round((token.bypass - token.created) / 60)
    if token.role:
        details["ROLE_RESTRICTION"] = [token.role]
    domain = "PROGRAMMATIC_ACCESS_TOKEN"
    return (_number(user, domain, token.name), token.name, user.name, "PAT", domain, token.comment or None,
            token_status(user, token), json.dumps(details), token.created_by, token.created_by, token.created, None,
            token.created, token.expires)  # fmt: skip


def _identity(user: Obj, identity: Mapping[str, Json]) -> Row:
    since, domain = _since(user, IDENTITY), "WORKLOAD_IDENTITY_FEDERATION_METHOD"
    details = {_DETAILS.get(name, name): value for name, value in identity_details(identity).items()}
    return (_number(user, domain, "DEFAULT"), "DEFAULT", user.name, str(identity["TYPE"]), domain, None, "ENROLLED",
            json.dumps(details), None, None, since, None, since, None)  # fmt: skip
