"""Warehouses, resource monitors, integrations and shares."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from account.picture import PolicyKind
from account.registered import names, values
from account.registered.names import role_name
from account.registered.values import otherwise
from account.things import Integration, Monitor, Share, Warehouse
from account.values import Maybe, Unknown

if TYPE_CHECKING:
    from account.registered.reader import Reader

_SIZES: Final = {"2XLARGE": "XXLARGE", "X2LARGE": "XXLARGE", "3XLARGE": "XXXLARGE", "X3LARGE": "XXXLARGE"}
_LARGER: Final = re.compile(r"([4-6])XLARGE")
_GENERATION: Final = re.compile(r"STANDARD_GEN_([0-9]+)")
_WAREHOUSE_TYPES: Final = {"WarehouseAdaptive": "ADAPTIVE", "WarehouseInteractive": "INTERACTIVE"}


def size(text: str) -> str:
    """A warehouse size in the declaration's spelling: `2X-Large` is XXLARGE, `4X-Large` is X4LARGE."""
    plain = text.strip().upper().replace("-", "").replace("_", "").replace(" ", "")
    found = _LARGER.fullmatch(plain)
    return f"X{found.group(1)}LARGE" if found else _SIZES.get(plain, plain)


def _generation(reader: Reader) -> Maybe[str | None]:
    """The generation, stated as such or by the resource constraint."""
    stated = reader.text("generation")
    if stated is not None:
        return stated
    constraint = reader.upper("resourceConstraint")
    if not isinstance(constraint, str):
        return constraint
    found = _GENERATION.fullmatch(constraint)
    return found.group(1) if found else None


def warehouse(reader: Reader) -> None:
    """Warehouse, WarehouseAdaptive, WarehouseInteractive."""
    kind = _WAREHOUSE_TYPES.get(reader.resource.kind)
    stated = reader.text("warehouseSize")
    reader.builder.add(
        Warehouse(
            name=reader.own_name(),
            owner=reader.owner,
            comment=reader.text("comment"),
            origin=reader.origin,
            type=otherwise(reader.upper("warehouseType"), "STANDARD") if kind is None else kind,
            size=size(stated) if isinstance(stated, str) else stated,
            generation=_generation(reader),
            min_clusters=otherwise(reader.number("minClusterCount"), 1),
            max_clusters=otherwise(reader.number("maxClusterCount"), 1),
            auto_suspend=reader.number("autoSuspend"),
            auto_resume=reader.flag("autoResume"),
            monitor=reader.named("resourceMonitor", "RESOURCE MONITOR"),
            statement_timeout=reader.number("statementTimeoutInSeconds"),
            queued_timeout=reader.number("statementQueuedTimeoutInSeconds"),
            query_acceleration=reader.flag("enableQueryAcceleration"),
            query_acceleration_factor=reader.number("queryAccelerationMaxScaleFactor"),
        )
    )


def _percents(reader: Reader) -> Maybe[tuple[int, ...]]:
    found = values.items(reader.raw("notifyTriggers"))
    if isinstance(found, Unknown):
        return found
    numbers = [values.number(entry) for entry in found]
    for entry in numbers:
        if isinstance(entry, Unknown):
            return entry
    return tuple(sorted(entry for entry in numbers if isinstance(entry, int)))


def monitor(reader: Reader) -> None:
    """ResourceMonitor."""
    notified = reader.texts("notifyUsers")
    reader.builder.add(
        Monitor(
            name=reader.own_name(),
            owner=reader.owner,
            origin=reader.origin,
            quota=reader.number("creditQuota"),
            frequency=reader.upper("frequency"),
            start=reader.text("startTimestamp"),
            notify_at=_percents(reader),
            suspend_at=reader.number("suspendTrigger"),
            suspend_immediately_at=reader.number("suspendImmediateTrigger"),
            notify_users=notified
            if isinstance(notified, Unknown)
            else tuple(names.one(name).last for name in notified),
        )
    )


_INTEGRATIONS: Final = (
    ("StorageIntegration", "STORAGE", "EXTERNAL_STAGE"),
    ("Saml2Integration", "SECURITY", "SAML2"),
    ("ScimIntegration", "SECURITY", "SCIM"),
    ("ExternalOauthIntegration", "SECURITY", "EXTERNAL_OAUTH"),
    ("OauthIntegration", "SECURITY", "OAUTH"),
    ("ApiAuthenticationIntegration", "SECURITY", "API_AUTHENTICATION"),
    ("ApiIntegration", "API", "EXTERNAL_API"),
    ("EmailNotificationIntegration", "NOTIFICATION", "EMAIL"),
    ("NotificationIntegration", "NOTIFICATION", "QUEUE"),
    ("ExternalAccessIntegration", "EXTERNAL_ACCESS", "EXTERNAL_ACCESS"),
    ("CatalogIntegration", "CATALOG", "CATALOG"),
)
_LOCATIONS: Final = ("storageAllowedLocations", "apiAllowedPrefixes", "allowedNetworkRules", "allowedRecipients")
_LEFT_OPEN: Final = Unknown("ENABLED is left to Snowflake's default, which differs between kinds of integrations")


def integration(reader: Reader) -> None:
    """Integrations of every category."""
    kind = reader.resource.kind
    category, type_ = next((found[1], found[2]) for found in _INTEGRATIONS if kind.startswith(found[0]))
    name, run_as = reader.own_name(), reader.text("runAsRole")
    policy = reader.named("networkPolicy", "NETWORK POLICY")
    enabled = reader.flag("enabled")
    reader.builder.add(
        Integration(
            name=name,
            owner=reader.owner,
            comment=reader.text("comment"),
            origin=reader.origin,
            category=category,
            type=type_,
            enabled=_LEFT_OPEN if enabled is None else enabled,
            allowed_locations=next((reader.texts(key) for key in _LOCATIONS if reader.raw(key) is not None), ()),
            network_policy=policy,
            run_as_role=role_name(run_as) if isinstance(run_as, str) else run_as,
        )
    )
    if policy is not None:
        reader.builder.attach(PolicyKind.NETWORK, policy, "INTEGRATION", name, reader.origin)


def share(reader: Reader) -> None:
    """Share."""
    reader.builder.add(
        Share(
            name=reader.own_name(),
            owner=reader.owner,
            comment=reader.text("comment"),
            origin=reader.origin,
            accounts=reader.uppers("accounts"),
        )
    )
