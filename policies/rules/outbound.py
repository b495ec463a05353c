"""Ways out for data: shares, stages, storage integrations, unloading."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from account.principals import PrincipalKind
from account.things import Integration, Share, Stage
from account.values import is_known, known
from policies.baseline import account_wide, ours
from policies.rule import PICTURES, Address, Case, Fault, Rule, Settings, Severity, cis, judging, levels, trust_center
from policies.rules.data import LAYERS, layer_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_GUARDS: Final = (
    "PREVENT_UNLOAD_TO_INLINE_URL",
    "REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_CREATION",
    "REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_OPERATION",
)
_ROOT: Final = re.compile(r"azure://[^/]+(?:/[^/]+)?/?|(?!azure:)[a-z0-9+]+://[^/]+/?", re.IGNORECASE)


class Shares(Settings):
    """Who may be given data.

    Attributes:
        accounts: consumers, as ORGANIZATION.ACCOUNT.
        never: layers of which nothing is shared. layers: databases of a layer, by regular expression.
    """

    accounts: tuple[str, ...] = ()
    never: tuple[str, ...] = ("raw", "staging")
    layers: dict[str, str] = LAYERS


class Locations(Settings):
    """Attributes: roots: whole buckets and containers may be reached."""

    roots: bool = False


def _shares(case: Case) -> Iterator[Share]:
    declared = {share.name: share for share in case.picture.all(Share)}
    for grant in case.picture.grants:
        if grant.grantee.kind is PrincipalKind.SHARE:
            declared.setdefault(grant.grantee.name, Share(name=grant.grantee.name, origin=grant.origin))
    yield from (declared[name] for name in sorted(declared))


def _shared(share: Share, case: Case, settings: Shares) -> Iterator[Fault]:
    for account in known(share.accounts):
        if account.upper() not in {name.upper() for name in settings.accounts}:
            yield Fault(f"is open to {account}, who is not on the list", "take the account out, or list it")
    closed = {
        grant.on.database
        for grant in case.picture.grants
        if grant.grantee.kind is PrincipalKind.SHARE
        and grant.grantee.name == share.name
        and layer_of(grant.on.database, settings.layers) in settings.never
    }
    for database in sorted(closed):
        yield Fault(f"gives away data of {database}", "share what is meant for others, from ANALYTICS")


def _stages(case: Case) -> Iterator[Stage]:
    return ours(case.picture, Stage)


def _stage(stage: Stage, case: Case, settings: Settings) -> Iterator[Fault]:
    del case, settings
    if known(stage.url) is None:
        return
    if known(stage.integration) is None:
        yield Fault("is an external stage without storage integration", "use a storage integration")
    if known(stage.has_credentials):
        yield Fault("carries credentials of the cloud provider", "use a storage integration instead")


def _storages(case: Case) -> Iterator[Integration]:
    for integration in ours(case.picture, Integration):
        if not is_known(integration.category) or known(integration.category).upper() == "STORAGE":
            yield integration


def _locations(integration: Integration, case: Case, settings: Locations) -> Iterator[Fault]:
    del case
    if known(integration.category).upper() != "STORAGE":
        return
    places = known(integration.allowed_locations)
    if not places:
        yield Fault("names no location, so nobody knows how far it reaches", "list the folders that are used")
    for place in places:
        if "*" in place:
            yield Fault(f"reaches {place}, whatever the cloud account opens to it", "list the folders that are used")
        elif not settings.roots and _ROOT.fullmatch(place):
            yield Fault(f"reaches all of {place}", "list the folders that are used")


def _exfiltration(_: Address, case: Case, settings: Settings) -> Iterator[Fault]:
    del settings
    for name in _GUARDS:
        if known(case.picture.parameters.get(name, "")).lower() != "true":
            yield Fault(f"does not have {name} switched on", f"set the account parameter {name} to true")


RULES: tuple[Rule, ...] = (
    Rule(
        id="SNW-DATA-008",
        title="Data is shared with known accounts only",
        severity=Severity.HIGH,
        levels=levels("A", "M", "M"),
        controls=cis("2.8"),
        rationale="A share is a copy-free way out, and consumers may share it further inside their organisation.",
        remediation="List the consumers, and share nothing of RAW or STAGING.",
        evidence=PICTURES,
        sees=frozenset({"SHARE", "GRANT"}),
        settings=Shares,
        evaluate=judging(_shares, _shared, Shares),
    ),
    Rule(
        id="SNW-DATA-009",
        title="External stages use storage integrations",
        severity=Severity.CRITICAL,
        levels=levels("M", "M", "M"),
        controls=cis("4.7"),
        rationale="Credentials in a stage are a key to the bucket that nobody rotates.",
        remediation="Create a storage integration and name it in the stage.",
        evidence=PICTURES,
        per_resource=True,
        sees=frozenset({"STAGE"}),
        evaluate=judging(_stages, _stage, Settings),
    ),
    Rule(
        id="SNW-DATA-010",
        title="Storage integrations reach the folders that are used",
        severity=Severity.MEDIUM,
        levels=levels("A", "M", "M"),
        controls=cis("4.7"),
        rationale="Whoever may use the integration may unload to, or read, all that it reaches.",
        remediation="List folders, not buckets or *.",
        evidence=PICTURES,
        per_resource=True,
        sees=frozenset({"INTEGRATION"}),
        settings=Locations,
        defaults={"dev": {"roots": True}},
        evaluate=judging(_storages, _locations, Locations),
    ),
    Rule(
        id="SNW-DATA-011",
        title="The account refuses to unload to addresses and to stages without integration",
        severity=Severity.HIGH,
        levels=levels("-", "A", "M"),
        controls=(
            *cis("4.5", "4.6", "4.8"),
            *trust_center("THREAT_INTELLIGENCE_SENSITIVE_PARAMETER_PROTECTION"),
        ),
        rationale="One COPY INTO an address of the attacker's is enough otherwise.",
        remediation="Set the three account parameters to true.",
        evidence=PICTURES,
        sees=frozenset({"PARAMETER"}),
        evaluate=judging(account_wide, _exfiltration, Settings),
    ),
)
