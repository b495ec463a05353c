"""Pulumi resources as a picture of the account they make.

`from_resources` reads what an engine, an analyzer, a state or a mock run has: inputs by their camelCase names. Whatever
is not known yet is `Unknown` in the picture or one of its blind spots; nothing is left out silently.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from account.builder import Builder
from account.registered import (
    attachments,
    grants,
    hierarchy,
    objects,
    policies,
    services,
    settings,
    users,
)
from account.registered.catalogue import CLASSIFIED, MADE, Classified
from account.registered.reader import Index, Reader
from account.registered.state import resource_of, resources_of_state, unfinished

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from account.picture import About, Picture
    from account.pulumi import Resource

__all__ = [
    "CLASSIFIED",
    "Classified",
    "from_resources",
    "from_state",
    "resource_of",
    "resources_of_state",
]

_BY_KIND: Final[dict[str, Callable[[Reader], None]]] = {
    "USER": users.user,
    "ROLE": users.role,
    "DATABASE": objects.database,
    "SCHEMA": objects.schema,
    "TABLE": objects.table,
    "STAGE": objects.stage,
    "TASK": objects.task,
    "PROCEDURE": objects.procedure,
    "FUNCTION": objects.function,
    "WAREHOUSE": services.warehouse,
    "RESOURCE MONITOR": services.monitor,
    "INTEGRATION": services.integration,
    "SHARE": services.share,
    "NETWORK RULE": policies.network_rule,
    "NETWORK POLICY": policies.network_policy,
    "AUTHENTICATION POLICY": policies.authentication_policy,
    "PASSWORD POLICY": policies.password_policy,
    "SESSION POLICY": policies.session_policy,
    "MASKING POLICY": policies.masking_policy,
    "ROW ACCESS POLICY": policies.row_access_policy,
    "TAG": policies.tag,
}
_OBJECTS: Final = {kind: _BY_KIND.get(made.kind, objects.other) for kind, made in MADE.items()}
_FACTS: Final[dict[str, Callable[[Reader], None]]] = {
    "UserPublicKeys": users.public_keys,
    "UserProgrammaticAccessToken": users.token,
    "GrantAccountRole": hierarchy.account_role,
    "GrantDatabaseRole": hierarchy.database_role,
    "GrantApplicationRole": hierarchy.application_role,
    "GrantPrivilegesToAccountRole": grants.to_account_role,
    "GrantPrivilegesToDatabaseRole": grants.to_database_role,
    "GrantPrivilegesToShare": grants.to_share,
    "NetworkPolicyAttachment": attachments.network_attachment,
    "AccountAuthenticationPolicyAttachment": attachments.on_account,
    "AccountPasswordPolicyAttachment": attachments.on_account,
    "AccountSessionPolicyAttachment": attachments.on_account,
    "UserAuthenticationPolicyAttachment": attachments.on_user,
    "UserPasswordPolicyAttachment": attachments.on_user,
    "UserSessionPolicyAttachment": attachments.on_user,
    "TableColumnMaskingPolicyApplication": attachments.column_masking,
    "TagAssociation": policies.tag_association,
    "CurrentAccount": settings.current_account,
    "AccountParameter": settings.account_parameter,
    "ObjectParameter": settings.object_parameter,
    "Execute": settings.execute,
}
_TRANSFERS: Final[dict[str, Callable[[Reader], None]]] = {"GrantOwnership": hierarchy.ownership}
_ROUNDS: Final = (_OBJECTS, _FACTS, _TRANSFERS)
"""Objects come first, because the others change them; owners change last."""
_PACKAGE: Final = "snowflake:"


def _classify(resource: Resource, builder: Builder) -> None:
    if resource.type.startswith(_PACKAGE) and resource.type not in CLASSIFIED:
        builder.blind(
            f"{resource.type} {resource.name}", "this version does not know what the resource type does", "RESOURCE"
        )


def _acting(resources: Iterable[Resource]) -> tuple[Resource, ...]:
    """The resources with the roles of their providers, in the order of URNs."""
    everything = sorted(resources, key=lambda resource: resource.urn)
    index = Index(everything)

    def acting(resource: Resource) -> Resource:
        found = index.provider_role(resource) if resource.provider and not resource.provider_role else None
        return replace(resource, provider_role=found) if isinstance(found, str) else resource

    return tuple(acting(resource) for resource in everything)


def _read(everything: tuple[Resource, ...]) -> Builder:
    builder, index = Builder(), Index(everything)
    ours = [resource for resource in everything if resource.type.startswith(_PACKAGE)]
    for resource in ours:
        _classify(resource, builder)
    for handlers in _ROUNDS:
        for resource in ours:
            handler = handlers.get(resource.kind)
            if handler is not None:
                handler(Reader(resource, index, builder))
    return builder


def from_resources(resources: Iterable[Resource], about: About) -> Picture:
    """The account that these resources make, as far as it is known.

    What a resource makes belongs to the role of its provider until a GrantOwnership says otherwise. Values that depend
    on other resources are resolved through `Resource.dependencies`.
    """
    kept = _acting(resources)
    return _read(kept).picture(about, kept)


def from_state(export: Mapping[str, object], about: About) -> Picture:
    """The account as the state of a stack has it (`pulumi stack export`); encrypted values are not known.

    Raises:
        ValueError: this is no export of a stack.
    """
    kept = _acting(resources_of_state(export))
    builder = _read(kept)
    for operation in unfinished(export):
        builder.blind(operation, "an earlier run was cut off in the middle of it", "RESOURCE")
    return builder.picture(about, kept)
