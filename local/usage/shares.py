"""SHARES and GRANTS_TO_SHARES."""

from __future__ import annotations

from collections.abc import Iterator

from local.data.rows import Row
from local.history import GRANT
from local.model import Kind
from local.statements.share_grants import database_of_share
from local.usage.entries import entries
from local.usage.grants import Names, seconds
from local.usage.view import SECURITY, Viewer, usage_view


@usage_view(
    "SHARES",
    "CREATED_ON:T MODIFIED_ON:T DELETED_ON:T NAME OWNER COMMENT DATABASE_NAME SECURE_OBJECTS_ONLY:B TARGET_ACCOUNTS "
    "LISTING_GLOBAL_NAME",
    SECURITY,
)
def shares(viewer: Viewer) -> Iterator[Row]:
    """Shares of the account with whom they are for."""
    for found in entries(viewer, Kind.SHARE):
        share, props = found.obj, found.obj.props
        database = database_of_share(viewer.catalogue, share) if found.deleted is None else None
        accounts = props.get("ACCOUNTS")
        to = ",".join(str(name) for name in accounts) if isinstance(accounts, list) else ""
        yield (share.created, share.changed, found.deleted, share.name, found.owner, found.comment,
               database.name if database is not None else "", props.get("SECURE_OBJECTS_ONLY") is not False, to,
               None)  # fmt: skip


@usage_view(
    "GRANTS_TO_SHARES",
    "CREATED_ON:T MODIFIED_ON:T DELETED_ON:T PRIVILEGE GRANTED_ON OBJECT_NAME OBJECT_DATABASE OBJECT_SCHEMA SHARE_NAME "
    "GRANTED_BY GRANTED_BY_ROLE_TYPE",
    SECURITY,
    notes="MODIFIED_ON is CREATED_ON; nothing revoked on objects that were dropped since",
)
def grants_to_shares(viewer: Viewer) -> Iterator[Row]:
    """What shares hold and held; nothing of dropped shares, as documented."""
    catalogue, names = viewer.catalogue, Names(viewer)
    for share in catalogue.of_kind(Kind.SHARE):
        for grant in catalogue.grants.by("grantee", share.id):
            by, kind = names.role(grant.grantor)
            yield (grant.created, grant.created, None, grant.privilege, *names.target(catalogue.get(grant.target)),
                   share.name, by or None, kind)  # fmt: skip
    for gone in catalogue.history:
        fields = gone.fields
        if gone.kind != GRANT or fields["grantee_kind"] != Kind.SHARE.value:
            continue
        holder = catalogue.lookup(int(str(fields["grantee_id"])))
        target = catalogue.lookup(int(str(fields["target"])))
        if holder is not None and target is not None:
            yield (seconds(gone), gone.deleted, gone.deleted, str(fields["privilege"]), *names.target(target),
                   holder.name, str(fields["grantor"]) or None,
                   str(fields["grantor_kind"]).replace(" ", "_") or None)  # fmt: skip
