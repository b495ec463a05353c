"""SYSTEM$SEND_EMAIL and SYSTEM$SEND_SNOWFLAKE_NOTIFICATION: every check, then the outbox instead of the world.

Source: docs.snowflake.com, SYSTEM$SEND_EMAIL, SYSTEM$SEND_SNOWFLAKE_NOTIFICATION and its helper functions,
Sending webhook notifications (rights to the secret).
"""

from __future__ import annotations

import json
from collections.abc import Callable

from local import outbox
from local.errors import SnowflakeError, compilation_error
from local.model import Json, Kind, Obj
from local.reader import Reader
from local.results import Type
from local.session import Context
from local.statements.calls import BUILDERS, procedure, wrong_arguments
from local.statements.integration_types import CATEGORY, listed
from local.statements.notification_integrations import EMAIL, NOTIFICATION, SECRET, TYPE, WEBHOOK, require_recipients

_SEND_EMAIL, _SEND = "SYSTEM$SEND_EMAIL", "SYSTEM$SEND_SNOWFLAKE_NOTIFICATION"
_PLACE = "SNOWFLAKE_WEBHOOK_MESSAGE"
_MIME = ("text/plain", "text/html")
_SOURCE = "docs.snowflake.com: SYSTEM$SEND_EMAIL, SYSTEM$SEND_SNOWFLAKE_NOTIFICATION"


def _refused(why: str) -> SnowflakeError:
    return SnowflakeError("100351", "P0000", why)


def _integration(context: Context, name: str, *types: str) -> Obj:
    """An enabled notification integration of one of the types, on which the session holds USAGE."""
    found = context.access.resolve(Kind.INTEGRATION, Reader(name).path())
    context.access.require(found, "USAGE")
    if found.props.get(CATEGORY) != NOTIFICATION or found.props.get(TYPE) not in types:
        raise _refused(f"Integration '{found.name}' is not a notification integration of type {' or '.join(types)}.")
    if found.props.get("ENABLED") is not True:
        raise _refused(f"Integration '{found.name}' is not enabled.")
    return found


def _mail(
    context: Context, integration: Obj, to: dict[str, list[str]], subject: str, body: str, mime: str
) -> dict[str, Json]:
    """The message, after every check."""
    if not subject or not body:
        raise _refused("The subject and the content of an email must not be empty.")
    if len(subject) > 256:
        raise _refused("The subject of an email must not be longer than 256 characters.")
    if not to["to"] and not to["cc"]:
        raise _refused("An email needs a recipient.")
    allowed = listed(integration.props, "ALLOWED_RECIPIENTS")
    for addresses in to.values():
        require_recipients(context, addresses, allowed)
    people: dict[str, Json] = {name: list(addresses) for name, addresses in to.items()}
    return {"type": EMAIL, **people, "subject": subject, "mime": mime, "content": body}


@procedure(_SEND_EMAIL, Type.BOOLEAN, notes="recorded in the outbox; nothing is sent", source=_SOURCE)
def send_email(context: Context, arguments: tuple[Json, ...]) -> str:
    """``(integration, 'a@x, b@x', subject, content [, mime type])`` → TRUE."""
    if len(arguments) not in (4, 5) or not all(isinstance(argument, str) for argument in arguments):
        raise wrong_arguments(_SEND_EMAIL)
    name, recipients, subject, body, mime = (*map(str, arguments), "text/plain")[:5]
    if mime not in _MIME:
        raise _refused(f"MIME type '{mime}' is not supported. Allowed: {', '.join(_MIME)}.")
    to = [address.strip() for address in recipients.split(",") if address.strip()]
    integration = _integration(context, name, EMAIL)
    mail = _mail(context, integration, {"to": to, "cc": [], "bcc": []}, subject, body, mime)
    outbox.send(context, integration, mail)
    return "true"


@procedure(_SEND, notes="recorded in the outbox; nothing is sent; no queues", source=_SOURCE)
def send_notification(context: Context, arguments: tuple[Json, ...]) -> str:
    """``(message or list of them, integration configuration or list of them)``; all are checked before any is noted."""
    if len(arguments) != 2:
        raise wrong_arguments(_SEND)
    messages = [_object(item) for item in _list(arguments[0])]
    configurations = [_object(item) for item in _list(arguments[1])]
    contents = {kind: str(text) for message in messages for kind, text in message.items()}
    for kind in contents:
        if kind not in (*_MIME, "application/json"):
            raise _refused(f"Content type '{kind}' is not supported.")
    if not contents:
        raise wrong_arguments(_SEND)
    work = [_prepared(context, name, options, contents) for item in configurations for name, options in item.items()]
    if not work:
        raise wrong_arguments(_SEND)
    for integration, message in work:
        outbox.send(context, integration, message)
    return "Enqueued notifications."


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


def _object(value: Json) -> dict[str, Json]:
    """A JSON object, also as its text."""
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise wrong_arguments(_SEND)
    return found


def _prepared(context: Context, name: str, options: Json, contents: dict[str, str]) -> tuple[Obj, dict[str, Json]]:
    """The integration and the message that suits it, after every check."""
    integration = _integration(context, name, EMAIL, WEBHOOK)
    if integration.props[TYPE] == WEBHOOK:
        return integration, _webhook(context, integration, contents)
    chosen = options if isinstance(options, dict) else {}
    for option in chosen:
        if option not in ("subject", "toAddress", "ccAddress", "bccAddress"):
            raise compilation_error(f"invalid property '{option}' for an email configuration.")
    mime = next((kind for kind in reversed(_MIME) if kind in contents), None)
    if mime is None:
        raise _refused(f"There is no message in plain text or HTML for integration '{integration.name}'.")
    to = {short: [str(a) for a in _list(chosen.get(f"{short}Address") or [])] for short in ("to", "cc", "bcc")}
    if not any(to.values()):
        to["to"] = listed(integration.props, "DEFAULT_RECIPIENTS")
    default = str(integration.props.get("DEFAULT_SUBJECT") or "Snowflake Email Notification")
    return integration, _mail(context, integration, to, str(chosen.get("subject") or default), contents[mime], mime)


def _webhook(context: Context, integration: Obj, contents: dict[str, str]) -> dict[str, Json]:
    """The request as it would go out, the secret's placeholder in its place; needs READ on the secret."""
    props = integration.props
    number = props.get(SECRET)
    if isinstance(number, int):
        secret = context.catalogue.lookup(number)
        if secret is None:
            raise _refused(f"The secret of integration '{integration.name}' does not exist.")
        context.access.require(secret, "READ")
    kind = next(name for name in ("application/json", *_MIME) if name in contents)
    template = str(props.get("WEBHOOK_BODY_TEMPLATE") or _PLACE)
    headers = props.get("WEBHOOK_HEADERS")
    pairs = [item for item in headers if isinstance(item, list)] if isinstance(headers, list) else []
    return {
        "type": WEBHOOK,
        "url": str(props["WEBHOOK_URL"]),
        "headers": {str(name): value for name, value in pairs},
        "content": template.replace(_PLACE, contents[kind]),
    }


def _message(kind: str) -> Callable[[tuple[Json, ...]], Json]:
    def build(arguments: tuple[Json, ...]) -> Json:
        if len(arguments) != 1:
            raise wrong_arguments(kind)
        return json.dumps({kind: arguments[0] if isinstance(arguments[0], str) else json.dumps(arguments[0])})

    return build


def _email_config(arguments: tuple[Json, ...]) -> Json:
    if not 3 <= len(arguments) <= 5:
        raise wrong_arguments("EMAIL_INTEGRATION_CONFIG")
    names = ("subject", "toAddress", "ccAddress", "bccAddress")
    return json.dumps({str(arguments[0]): dict(zip(names, arguments[1:], strict=False))})


def _sanitized(arguments: tuple[Json, ...]) -> Json:
    """Placeholders of webhooks taken out of a text."""
    if len(arguments) != 1:
        raise wrong_arguments("SANITIZE_WEBHOOK_CONTENT")
    return str(arguments[0]).replace("SNOWFLAKE_WEBHOOK_SECRET", "").replace(_PLACE, "")


for _name, _build in {
    "TEXT_PLAIN": _message("text/plain"),
    "TEXT_HTML": _message("text/html"),
    "APPLICATION_JSON": _message("application/json"),
    "INTEGRATION": lambda arguments: json.dumps({str(arguments[0]): {}}) if len(arguments) == 1 else None,
    "EMAIL_INTEGRATION_CONFIG": _email_config,
    "SANITIZE_WEBHOOK_CONTENT": _sanitized,
}.items():
    BUILDERS[f"SNOWFLAKE.NOTIFICATION.{_name}"] = _build
