"""How deployments log in."""

from __future__ import annotations

from enum import StrEnum


class LoginMethod(StrEnum):
    """How the two identities that deploy log in: by a key, or by a token that proves where they run (OIDC)."""

    KEY_PAIR = "key_pair"
    WORKLOAD_IDENTITY = "workload_identity"
