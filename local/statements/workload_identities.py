"""WORKLOAD_IDENTITY of service users: how it is read, and SHOW USER WORKLOAD IDENTITY AUTHENTICATION METHODS."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from local.credentials import IDENTITY, workload_identity
from local.errors import compilation_error
from local.model import Json
from local.reader import Reader, Value, read_string, read_strings, read_word
from local.registry import refuse, show
from local.results import Column, Result, Type, timestamp
from local.session import Context
from local.statements.changes import text_columns
from local.statements.common import one_of, user_to_show

_SOURCE = "docs.snowflake.com: CREATE USER, SHOW USER WORKLOAD IDENTITY AUTHENTICATION METHODS; provider v2 row struct"

refuse("ALTER USER … ADD, MODIFY, REMOVE WORKLOAD IDENTITY", source=_SOURCE)

_SPEC = {
    "TYPE": read_word,
    **dict.fromkeys(("ARN", "ISSUER", "SUBJECT"), read_string),
    "OIDC_AUDIENCE_LIST": read_strings,
}
_NEEDS = {
    "AWS": (("ARN",), ()),
    "AZURE": (("ISSUER", "SUBJECT"), ()),
    "GCP": (("SUBJECT",), ()),
    "OIDC": (("ISSUER", "SUBJECT"), ("OIDC_AUDIENCE_LIST",)),
}
"""Provider → properties that must be there, properties that may be."""
_ARN = re.compile(r"arn:(aws[a-z-]*):(?:iam|sts)::([0-9]{12}):(user|role|assumed-role)/(.+)\Z")


def read_identity(reader: Reader) -> Value:
    """``( TYPE = AWS | AZURE | GCP | OIDC property = value … )``, checked; pairs in place of an object."""
    reader.expect("(")
    found = reader.properties(IDENTITY, _SPEC)
    reader.expect(")")
    kind = one_of("TYPE", str(found.get("TYPE") or ""), _NEEDS)
    needed, possible = _NEEDS[kind]
    missing = [name for name in needed if not found.get(name)]
    if missing:
        raise compilation_error(f"Missing option(s): [{', '.join(missing)}]", "002029", "42601")
    other = found.keys() - {"TYPE", *needed, *possible}
    if other:
        raise compilation_error(f"{', '.join(sorted(other))} cannot be set for a workload identity of TYPE={kind}.")
    if kind == "AWS" and _ARN.match(str(found["ARN"])) is None:
        raise compilation_error(f"invalid value '{found['ARN']}' for property 'ARN': not the ARN of a user or role.")
    return tuple(found.items())


def identity_details(identity: Mapping[str, Json]) -> dict[str, Json]:
    """``additional_info`` as Snowflake writes it."""
    match identity["TYPE"]:
        case "AWS":
            arn = _ARN.match(str(identity["ARN"]))
            partition, account, kind, name = arn.groups() if arn is not None else ("", "", "", "")
            of = "IAM_USER" if kind == "user" else "IAM_ROLE"
            return {"awsPartition": partition, "awsAccount": account, "type": of, "iamRole": name}
        case "GCP":
            return {"subject": identity["SUBJECT"]}
        case "AZURE":
            return {"issuer": identity["ISSUER"], "subject": identity["SUBJECT"]}
        case _:
            audiences = identity.get("OIDC_AUDIENCE_LIST") or []
            return {"issuer": identity["ISSUER"], "subject": identity["SUBJECT"], "audienceList": audiences}


@show(
    "USER WORKLOAD IDENTITY AUTHENTICATION METHODS",
    notes="only the DEFAULT identity that WORKLOAD_IDENTITY sets; nobody logs in with it",
    source=_SOURCE,
)
def show_identities(context: Context, reader: Reader) -> Result:
    """``[FOR USER name]``: others than oneself with MONITOR on the user."""
    user = user_to_show(context, reader, "MONITOR")
    identity = workload_identity(user)
    columns = (
        *text_columns("name", "type", "comment"),
        Column("last_used", Type.TIMESTAMP_LTZ),
        Column("created_on", Type.TIMESTAMP_LTZ),
        *text_columns("additional_info", "status"),
    )
    if not identity:
        return Result(columns)
    since = user.props.get(f"{IDENTITY}_SET")
    created = float(since) if isinstance(since, int | float) else user.created
    info = json.dumps(identity_details(identity))
    return Result(columns, (("DEFAULT", str(identity["TYPE"]), None, None, timestamp(created), info, "ACTIVE"),))
