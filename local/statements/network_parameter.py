"""The parameter NETWORK_POLICY of the account and of users."""

from __future__ import annotations

from local.model import Kind, Obj
from local.session import Context


def require_network_policy(context: Context, name: str, *, owned: bool) -> Obj:
    """The policy, 002003 if it is missing or hidden; ``owned`` asks for ownership (003001).

    To set it on a user the role must own user and policy; for the account ATTACH POLICY is enough and shows the policy
    (docs.snowflake.com: Controlling network traffic with network policies; CREATE USER).
    """
    catalogue, access = context.catalogue, context.access
    found = catalogue.find(Kind.NETWORK_POLICY, (name,))
    if not owned and found is not None and access.holds_global("ATTACH POLICY"):
        return found
    policy = access.resolve(Kind.NETWORK_POLICY, (name,))
    access.require_ownership(policy)
    return policy
