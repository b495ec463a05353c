"""Examples of the rules on warehouses, their monitors and what they may cost."""

from __future__ import annotations

from account.names import Name
from account.things import Monitor, User, UserType, Warehouse
from account.values import UNKNOWN
from policies.rule import Case, Evidence, Verdict
from tests.policies.examples import Example, add, inputs, on_pictures, remove, set_fields, without


def _loading(case: Case, **values: object) -> Case:
    return set_fields(case, Warehouse, "LOADING_WH", **values)


def _monitor(case: Case, **values: object) -> Case:
    return set_fields(case, Monitor, "LOADING_RM", **values)


MONITORED = (
    *on_pictures(
        "SNW-WH-001",
        "a warehouse without monitor",
        lambda case: _loading(case, monitor=None),
        what="no resource monitor",
    ),
    *on_pictures(
        "SNW-WH-001", "a monitor that is not there", lambda case: remove(case, Monitor, "LOADING_RM"), what="not there"
    ),
    Example(
        "SNW-WH-001",
        "a warehouse without monitor",
        Evidence.PULUMI,
        lambda case: inputs(case, "loading", "Warehouse", resourceMonitor=None),
    ),
    Example(
        "SNW-WH-001",
        "the monitor is taken out",
        Evidence.PULUMI,
        lambda case: without(case, "loading", "ResourceMonitor"),
    ),
    *on_pictures(
        "SNW-WH-002",
        "bypass 14: a monitor with triggers but no quota",
        lambda case: _monitor(case, quota=None),
        what="no quota",
    ),
    *on_pictures(
        "SNW-WH-002",
        "bypass 14: a monitor whose thresholds only notify",
        lambda case: _monitor(case, notify_at=(75, 90, 100), suspend_at=None, suspend_immediately_at=None),
        what="never stops",
        beside=("notify_at",),
    ),
    *on_pictures(
        "SNW-WH-002",
        "a monitor that stops at 101 %",
        lambda case: _monitor(case, notify_at=(75, 90, 100), suspend_at=101),
        what="never stops",
        beside=("notify_at",),
    ),
    *on_pictures(
        "SNW-WH-002", "no message at 90 %", lambda case: _monitor(case, notify_at=(75,)), what="nothing at 90"
    ),
    *on_pictures("SNW-WH-002", "a quota for ever", lambda case: _monitor(case, frequency="NEVER"), what="never"),
    *on_pictures("SNW-WH-002", "a monitor without start", lambda case: _monitor(case, start=None), what="no start"),
    Example(
        "SNW-WH-002",
        "bypass 14: a monitor with triggers but no quota",
        Evidence.PULUMI,
        lambda case: inputs(case, "loading", "ResourceMonitor", creditQuota=None),
    ),
    Example(
        "SNW-WH-002",
        "thresholds as the engine writes numbers",
        Evidence.PULUMI,
        lambda case: inputs(
            case, "loading", "ResourceMonitor", notifyTriggers=[75.0, 90.0], suspendTrigger=100.0, creditQuota=60.0
        ),
        verdict=Verdict.PASS,
    ),
)
SUSPENDED = (
    *on_pictures(
        "SNW-WH-003",
        "a warehouse never suspends by itself",
        lambda case: _loading(case, auto_suspend=None),
        what="never suspends",
    ),
    *on_pictures(
        "SNW-WH-003",
        "a warehouse runs idle for too long",
        lambda case: _loading(case, auto_suspend=301),
        what="301 s",
    ),
    *on_pictures(
        "SNW-WH-003",
        "a warehouse does not resume by itself",
        lambda case: _loading(case, auto_resume=False),
    ),
    *on_pictures(
        "SNW-WH-003",
        "nobody knows when a warehouse suspends",
        lambda case: _loading(case, auto_suspend=UNKNOWN),
        verdict=Verdict.UNKNOWN,
    ),
    Example(
        "SNW-WH-003",
        "a warehouse with the provider's word for unset",
        Evidence.PULUMI,
        lambda case: inputs(case, "loading", "Warehouse", autoSuspend=-1.0),
    ),
    Example(
        "SNW-WH-003",
        "a warehouse that does not resume, in words",
        Evidence.PULUMI,
        lambda case: inputs(case, "loading", "Warehouse", autoResume="false"),
    ),
    Example(
        "SNW-WH-003",
        "bypass 13: a warehouse that leaves resuming to the default in words",
        Evidence.PULUMI,
        lambda case: inputs(case, "loading", "Warehouse", autoResume="default"),
    ),
)
LIMITED = (
    *on_pictures(
        "SNW-WH-004",
        "a warehouse with Snowflake's two days",
        lambda case: _loading(case, statement_timeout=172_800),
        what="172800 s",
    ),
    *on_pictures(
        "SNW-WH-004",
        "statements wait for ever",
        lambda case: _loading(case, queued_timeout=0),
        what="no queue timeout",
    ),
    *on_pictures(
        "SNW-WH-004",
        "a service user without statement timeout",
        lambda case: set_fields(case, User, "SVC_ECOMMERCE_DBT", statement_timeout=None),
        what="SVC_ECOMMERCE_DBT: has no statement timeout",
    ),
    *on_pictures(
        "SNW-WH-004",
        "the deployment user of the bootstrap has none",
        lambda case: add(
            case,
            User(name=Name.of("SVC_ECOMMERCE_DEPLOYER"), type=UserType.SERVICE),
        ),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-WH-004",
        "another deployment user has none",
        lambda case: add(
            case,
            User(name=Name.of("SVC_ECOMMERCE_DEPLOYER_2"), type=UserType.SERVICE),
        ),
        what="SVC_ECOMMERCE_DEPLOYER_2",
    ),
    Example(
        "SNW-WH-004",
        "a warehouse without queue timeout",
        Evidence.PULUMI,
        lambda case: inputs(case, "loading", "Warehouse", statementQueuedTimeoutInSeconds=None),
    ),
    Example(
        "SNW-WH-004",
        "a service user without statement timeout",
        Evidence.PULUMI,
        lambda case: inputs(case, "dbt", "ServiceUser", statementTimeoutInSeconds=None),
    ),
    *on_pictures("SNW-WH-005", "a warehouse too big", lambda case: _loading(case, size="XLARGE"), what="XLARGE"),
    *on_pictures("SNW-WH-005", "too many clusters", lambda case: _loading(case, max_clusters=5), what="5 clusters"),
    *on_pictures(
        "SNW-WH-005",
        "a size for production in dev",
        lambda case: set_fields(case, Warehouse, "DEV_LOADING_WH", size="MEDIUM"),
        environment="dev",
    ),
    Example(
        "SNW-WH-005",
        "a warehouse too big",
        Evidence.PULUMI,
        lambda case: inputs(case, "loading", "Warehouse", warehouseSize="X-Large"),
    ),
    *on_pictures(
        "SNW-WH-006",
        "query acceleration is left to Snowflake",
        lambda case: _loading(case, query_acceleration=None),
        what="turns it on",
    ),
    *on_pictures(
        "SNW-WH-006",
        "query acceleration without limit",
        lambda case: _loading(case, query_acceleration=True, query_acceleration_factor=0),
        what="without limit",
    ),
    *on_pictures(
        "SNW-WH-006",
        "query acceleration with a small factor",
        lambda case: _loading(case, query_acceleration=True, query_acceleration_factor=2),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-WH-006",
        "bypass 13: query acceleration by default in words",
        Evidence.PULUMI,
        lambda case: inputs(case, "loading", "Warehouse", enableQueryAcceleration="default"),
    ),
    *on_pictures(
        "SNW-WH-007",
        "a monitor tells somebody who is not there",
        lambda case: _monitor(case, notify_users=("NOBODY",)),
        what="NOBODY",
    ),
    *on_pictures(
        "SNW-WH-007",
        "a monitor tells somebody without e-mail",
        lambda case: _monitor(case, notify_users=("SVC_ECOMMERCE_DBT",)),
        what="no e-mail",
    ),
    *on_pictures(
        "SNW-WH-007",
        "a monitor tells a person",
        lambda case: _monitor(case, notify_users=("ANNA",)),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-WH-007",
        "a monitor tells somebody who is not there",
        Evidence.PULUMI,
        lambda case: inputs(case, "loading", "ResourceMonitor", notifyUsers=["NOBODY"]),
    ),
)


EXAMPLES: tuple[Example, ...] = (*MONITORED, *SUSPENDED, *LIMITED)
