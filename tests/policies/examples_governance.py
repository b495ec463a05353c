"""Examples of the rules on names, purpose, resource types and ignored inputs."""

from __future__ import annotations

from account.names import Name
from account.things import Role, User, Warehouse
from policies.rule import Evidence, Verdict
from tests.policies.examples import Example, about, add, inputs, on_pictures, options, resource, set_fields


def _ignoring(name: str, kind: str, path: str) -> Example:
    return Example(
        "SNW-GOV-004",
        f"bypass 4: {path} of a {kind} is ignored",
        Evidence.PULUMI,
        lambda case: options(case, name, kind, ignore_changes=(path,)),
        what=path,
    )


NAMES = (
    *on_pictures(
        "SNW-GOV-001",
        "a role in lower case",
        lambda case: add(case, Role(name=Name.of("reporting"), comment="x")),
        what="quotes",
    ),
    *on_pictures(
        "SNW-GOV-001",
        "a name that is too long",
        lambda case: add(case, Role(name=Name.of("R" * 256), comment="x")),
        what="256",
    ),
    *on_pictures(
        "SNW-GOV-001",
        "a person called by an e-mail address",
        lambda case: add(case, User(name=Name.of("carl@example.org"))),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-GOV-001",
        "a role of dev without the prefix",
        Evidence.DECLARATION,
        lambda case: add(case, Role(name=Name.of("REPORTING"), comment="x")),
        environment="dev",
        what="DEV_REPORTING",
    ),
    Example(
        "SNW-GOV-001",
        "a role of another environment in a live account",
        Evidence.LIVE,
        lambda case: add(case, Role(name=Name.of("REPORTING"), comment="x")),
        environment="dev",
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-GOV-001",
        "a break-glass person of a shared account",
        Evidence.DECLARATION,
        lambda case: about(
            add(case, User(name=Name.of("BREAK_GLASS_ONE"))), rescuers=(("BREAK_GLASS_ONE", ("127.0.0.1",)),)
        ),
        environment="dev",
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-GOV-001",
        "a warehouse of dev without the prefix",
        Evidence.PULUMI,
        lambda case: inputs(case, "loading", "Warehouse", name="LOADING_WH"),
        environment="dev",
        what="DEV_",
    ),
    *on_pictures(
        "SNW-GOV-002",
        "a warehouse without comment",
        lambda case: set_fields(case, Warehouse, "LOADING_WH", comment=None),
        what="LOADING_WH",
    ),
    *on_pictures(
        "SNW-GOV-002",
        "a service user without comment",
        lambda case: set_fields(case, User, "SVC_ECOMMERCE_DBT", comment=""),
    ),
    Example(
        "SNW-GOV-002",
        "a role without comment",
        Evidence.PULUMI,
        lambda case: inputs(case, "loader", "AccountRole", comment=None),
    ),
)
TYPES = (
    Example(
        "SNW-GOV-003",
        "bypass 3: a command",
        Evidence.PULUMI,
        lambda case: resource(case, "command:local:Command", "grants", create="snow sql -q 'GRANT ROLE A TO USER B'"),
        beside=("create",),
        what="command:local:Command",
    ),
    Example(
        "SNW-GOV-003",
        "bypass 3: a dynamic provider",
        Evidence.PULUMI,
        lambda case: resource(case, "pulumi-python:dynamic:Resource", "grants"),
        what="unseen",
    ),
    Example(
        "SNW-GOV-003",
        "bypass 3: a dynamic provider under a name of its own",
        Evidence.PULUMI,
        lambda case: resource(case, "pulumi-python:dynamic/grants:Grants", "grants"),
    ),
    Example(
        "SNW-GOV-003",
        "a resource type that nobody has taught the rules",
        Evidence.PULUMI,
        lambda case: resource(case, "snowflake:index/backdoor:Backdoor", "new", name="NEW"),
        beside=("name",),
        what="taught",
    ),
    Example(
        "SNW-GOV-003",
        "a known resource type that the platform does not use",
        Evidence.PULUMI,
        lambda case: resource(case, "Sequence", "numbers", database="ECOMMERCE_RAW", schema="_LOADER", name="NUMBERS"),
        verdict=Verdict.PASS,
    ),
    *(
        _ignoring(name, kind, path)
        for name, kind, path in (
            ("dbt", "ServiceUser", "networkPolicy"),
            ("dbt", "ServiceUser", "rsaPublicKey2"),
            ("dbt", "ServiceUser", "network_policy"),
            ("people", "NetworkRule", "valueLists[0]"),
            ("raw", "Database", "dataRetentionTimeInDays"),
            ("raw-stripe", "Schema", "withManagedAccess"),
            ("loading", "Warehouse", "resourceMonitor"),
            ("email", "Tag", "maskingPolicies"),
            ("loading", "Warehouse", "*"),
        )
    ),
    Example(
        "SNW-GOV-004",
        "a comment is ignored",
        Evidence.PULUMI,
        lambda case: options(case, "loading", "Warehouse", ignore_changes=("comment",)),
        verdict=Verdict.PASS,
    ),
)
EXAMPLES: tuple[Example, ...] = (*NAMES, *TYPES)
