"""Notification integrations for e-mail and webhooks. What is sent through them goes to the outbox, never out.

Source: docs.snowflake.com, CREATE/ALTER NOTIFICATION INTEGRATION (email), (webhooks); provider
EmailNotificationIntegration. Code and text of 394204 and 394209 as users of the provider report them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from local.errors import SnowflakeError, compilation_error, unsupported
from local.model import Json, Kind, Obj
from local.reader import Reader, Value, ValueReader, read_boolean, read_path, read_string, read_strings, read_word
from local.registry import CreateHead, create, refuse
from local.results import Cell, Result
from local.session import Context
from local.statements.changes import read_values, split_comment
from local.statements.common import create_object, one_of
from local.statements.integration_types import (
    CATEGORIES,
    CATEGORY,
    Category,
    enabled_row,
    list_row,
    listed,
    text_row,
)

_SOURCE = "docs.snowflake.com: CREATE/ALTER NOTIFICATION INTEGRATION (email), (webhooks); provider"
KIND = Kind.INTEGRATION
NOTIFICATION = "NOTIFICATION"
EMAIL, WEBHOOK = "EMAIL", "WEBHOOK"
TYPE = "TYPE"
SECRET = "WEBHOOK_SECRET"  # noqa: S105 (a property's name)

refuse("CREATE NOTIFICATION INTEGRATION … TYPE = QUEUE (cloud queues and topics)", source=_SOURCE)

_MOST = 50
"""Recipients that an integration may allow."""
_HOSTS = re.compile(
    r"https://(?:hooks\.slack\.com/services/.+|events\.pagerduty\.com/v2/enqueue"
    r"|[\w.-]+\.webhook\.office\.com/.+|[\w.-]+\.logic\.azure\.com(?::443)?/workflows/.+"
    r"|default[\w.-]+\.environment\.api\.powerplatform\.com(?::443)?/powerautomate/automations/direct/workflows/.+)\Z"
)
"""Slack, PagerDuty and Microsoft Teams are all that Snowflake sends to."""


def _headers(reader: Reader) -> Value:
    """``('name'='value', …)`` as pairs."""

    def pair(inner: Reader) -> Value:
        name = inner.string()
        inner.expect("=")
        return name, inner.string()

    return reader.parenthesised(pair)


_OF: dict[str, dict[str, ValueReader]] = {
    EMAIL: {"ALLOWED_RECIPIENTS": read_strings, "DEFAULT_RECIPIENTS": read_strings, "DEFAULT_SUBJECT": read_string},
    WEBHOOK: {
        "WEBHOOK_URL": read_string,
        SECRET: read_path,
        "WEBHOOK_BODY_TEMPLATE": read_string,
        "WEBHOOK_HEADERS": _headers,
    },
}
_BOTH: dict[str, ValueReader] = {"ENABLED": read_boolean, "COMMENT": read_string}


def _spec(integration: Obj) -> Mapping[str, ValueReader]:
    return {**_BOTH, **_OF[str(integration.props[TYPE])]}


def verified(context: Context) -> frozenset[str]:
    """E-mail addresses, in lower case, of the account's users; each counts as verified here."""
    users = context.catalogue.of_kind(Kind.USER)
    return frozenset(str(user.props["EMAIL"]).lower() for user in users if user.props.get("EMAIL"))


def require_recipients(context: Context, addresses: Sequence[str], allowed: Sequence[str] = ()) -> None:
    """394209 for an address that no user of the account has, or that is not among ``allowed`` if there are any."""
    known = verified(context) & frozenset(a.lower() for a in allowed) if allowed else verified(context)
    wrong = [str(number) for number, address in enumerate(addresses, 1) if address.lower() not in known]
    if wrong:
        why = (
            "not among ALLOWED_RECIPIENTS of the integration, or do not belong to any user in the current account."
            if allowed
            else "not yet validated or do not belong to any user in the current account."
        )
        raise SnowflakeError(
            "394209",
            "22023",
            f"Email recipients in the given list at indexes [{','.join(wrong)}] are not allowed. "
            f"Either these email addresses are {why}",
        )


def _check_email(context: Context, props: Mapping[str, Json], changed: Collection[str]) -> None:
    for name in ("ALLOWED_RECIPIENTS", "DEFAULT_RECIPIENTS"):
        if name in props and name in changed:
            addresses = listed(props, name)
            if not 1 <= len(addresses) <= _MOST:
                raise SnowflakeError(
                    "394204",
                    "22023",
                    f"Invalid {name.lower()} length {len(addresses)}. Should be between 1 and {_MOST}.",
                )
            allowed = listed(props, "ALLOWED_RECIPIENTS") if name == "DEFAULT_RECIPIENTS" else []
            require_recipients(context, addresses, allowed)
    if len(str(props.get("DEFAULT_SUBJECT", ""))) > 256:
        raise compilation_error("DEFAULT_SUBJECT must not be longer than 256 characters.")


def _check_webhook(context: Context, props: Mapping[str, Json]) -> dict[str, Json]:
    kept = dict(props)
    if not _HOSTS.match(str(props.get("WEBHOOK_URL", ""))):
        raise compilation_error(
            f"invalid value '{props.get('WEBHOOK_URL', '')}' for property 'WEBHOOK_URL'. "
            "Allowed: URLs of webhooks of Slack, Microsoft Teams and PagerDuty."
        )
    path = kept.get(SECRET)
    if isinstance(path, list):
        secret = context.access.resolve(Kind.SECRET, tuple(str(part) for part in path))
        context.access.require(secret, "USAGE")
        if secret.props.get("TYPE") != "GENERIC_STRING":
            raise compilation_error(f"Secret '{secret.name}' is not of TYPE = GENERIC_STRING.")
        kept[SECRET] = secret.id
    return kept


def _checked(context: Context, props: Mapping[str, Json], changed: Collection[str]) -> Mapping[str, Json]:
    if "ENABLED" not in props:
        raise compilation_error("Missing option(s): [ENABLED]", "002029", "42601")
    if props[TYPE] == WEBHOOK:
        return _check_webhook(context, props)
    _check_email(context, props, changed)
    return props


@create(
    "NOTIFICATION INTEGRATION",
    notes="e-mail and webhooks only; what is sent goes to the outbox; users' addresses count as verified",
    source=_SOURCE,
)
def create_notification_integration(context: Context, reader: Reader, head: CreateHead) -> Result:
    """Needs CREATE INTEGRATION on the account; a webhook also USAGE on its secret."""
    path = reader.path()
    spec = {TYPE: read_word, "DIRECTION": read_word, "NOTIFICATION_PROVIDER": read_word, **_BOTH}
    start = reader.mark()
    everything = {**spec, **_OF[EMAIL], **_OF[WEBHOOK], **dict.fromkeys(_QUEUE, read_string)}
    given = read_values(reader, KIND, everything).onto({})
    kind = str(given.get(TYPE, ""))
    if kind == "QUEUE":
        raise unsupported("notification integrations of TYPE = QUEUE")
    one_of(TYPE, kind, _OF)
    reader.rewind(start)
    given = read_values(reader, KIND, {TYPE: read_word, **_BOTH, **_OF[kind]}).onto({})
    reader.end()
    comment, props = split_comment({**given, CATEGORY: NOTIFICATION})
    return create_object(context, head, KIND, path, comment=comment, props=_checked(context, props, props))[1]


_QUEUE = (
    "AWS_SNS_TOPIC_ARN", "AWS_SNS_ROLE_ARN", "AWS_SQS_ARN", "AWS_SQS_ROLE_ARN", "AZURE_TENANT_ID",
    "AZURE_STORAGE_QUEUE_PRIMARY_URI", "AZURE_EVENT_GRID_TOPIC_ENDPOINT", "GCP_PUBSUB_TOPIC_NAME",
    "GCP_PUBSUB_SUBSCRIPTION_NAME",
)  # fmt: skip
"""Properties of the type that is refused, so that it is refused as a whole."""


def _rows(context: Context, found: Obj) -> list[tuple[Cell, ...]]:
    props = found.props
    rows = [enabled_row(props), ("DIRECTION", "String", "OUTBOUND", "INBOUND")]
    if props[TYPE] == EMAIL:
        return [
            *rows,
            *(list_row(props, name) for name in ("ALLOWED_RECIPIENTS", "DEFAULT_RECIPIENTS")),
            text_row(props, "DEFAULT_SUBJECT"),
        ]
    number, headers = props.get(SECRET), props.get("WEBHOOK_HEADERS")
    secret = context.catalogue.lookup(number) if isinstance(number, int) else None
    pairs = [item for item in headers if isinstance(item, list)] if isinstance(headers, list) else []
    shown = ", ".join(f"{name}={value}" for name, value in pairs)
    return [
        *rows,
        text_row(props, "WEBHOOK_URL"),
        (SECRET, "String", context.catalogue.full_name(secret) if secret is not None else "", ""),
        text_row(props, "WEBHOOK_BODY_TEMPLATE"),
        ("WEBHOOK_HEADERS", "Map", f"{{{shown}}}", "{}"),
    ]


CATEGORIES[NOTIFICATION] = Category(lambda found: str(found.props[TYPE]), _spec, _checked, _rows)
