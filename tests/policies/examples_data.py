"""Examples of the rules on data: Time Travel, managed access, masks, ways out."""

from __future__ import annotations

from account.names import Name
from account.picture import Attachment, BlindSpot, PolicyKind, TagUse
from account.principals import Grant, Principal, PrincipalKind
from account.things import Column, Database, Integration, MaskingPolicy, Schema, Share, Stage, Table, Tag
from policies.rule import Case, Evidence, Verdict
from tests.policies.examples import (
    Example,
    about,
    add,
    attach,
    blind,
    detach,
    grant,
    inputs,
    on_pictures,
    parameter,
    resource,
    set_fields,
    tag,
    without,
)

MARTS = ("ECOMMERCE_ANALYTICS", "MARTS")
CUSTOMERS = Name.of(*MARTS, "CUSTOMERS")
PII_EMAIL = Name.of("ECOMMERCE_ANALYTICS", "GOVERNANCE", "PII_EMAIL")
MASK_EMAIL = Name.of("ECOMMERCE_ANALYTICS", "GOVERNANCE", "MASK_EMAIL")
MASK = "ECOMMERCE_ANALYTICS.GOVERNANCE.MASK_EMAIL"
MIN_RETENTION = "MIN_DATA_RETENTION_TIME_IN_DAYS"


def _database(case: Case, name: str, **values: object) -> Case:
    return set_fields(case, Database, name, **values)


def _table(case: Case, *columns: str, type: str = "TABLE", **values: object) -> Case:
    made = Table(name=CUSTOMERS, type=type, columns=tuple(Column(name=column) for column in columns))
    return set_fields(add(case, made), Table, CUSTOMERS, **values)


def _without_mask(case: Case) -> Case:
    """The tag for e-mail addresses brings no masking policy."""
    free = detach(case, lambda entry: entry.on == "TAG" and entry.target == PII_EMAIL)
    return set_fields(free, Tag, PII_EMAIL, masking_policies=())


def _live(name: str, change: object, *, verdict: Verdict = Verdict.FAIL, what: str = "") -> Example:
    """An example of masked columns in the live account, which alone has tables."""
    assert callable(change)
    return Example("SNW-DATA-005", name, Evidence.LIVE, change, verdict=verdict, what=what)


def _mask(name: str, body: str, *, verdict: Verdict = Verdict.FAIL, what: str = "") -> tuple[Example, Example]:
    """A masking policy with that body, in the live account and in a plan."""
    return (
        Example(
            "SNW-DATA-006",
            name,
            Evidence.LIVE,
            lambda case: set_fields(case, MaskingPolicy, MASK, body=body),
            verdict=verdict,
            what=what,
        ),
        Example(
            "SNW-DATA-006",
            name,
            Evidence.PULUMI,
            lambda case: inputs(case, "email", "MaskingPolicy", body=body),
            verdict=verdict,
            what=what,
        ),
    )


def _share_of(database: str, schema: str) -> Grant:
    share = Principal(PrincipalKind.SHARE, Name.of("PARTNERS"))
    return Grant(share, "SELECT", "TABLE", Name.of(database, schema, "ORDERS"))


RETENTION = (
    *on_pictures(
        "SNW-DATA-001",
        "RAW keeps 6 days",
        lambda case: _database(case, "ECOMMERCE_RAW", retention_days=6),
        what="RAW data",
    ),
    *on_pictures(
        "SNW-DATA-001",
        "RAW keeps 7 days",
        lambda case: _database(case, "ECOMMERCE_RAW", retention_days=7),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-DATA-001", "STAGING keeps nothing", lambda case: _database(case, "ECOMMERCE_STAGING", retention_days=0)
    ),
    *on_pictures(
        "SNW-DATA-001", "ANALYTICS keeps 6 days", lambda case: _database(case, "ECOMMERCE_ANALYTICS", retention_days=6)
    ),
    *on_pictures(
        "SNW-DATA-001",
        "a schema keeps less than its database",
        lambda case: set_fields(case, Schema, "ECOMMERCE_RAW.STRIPE", retention_days=1),
        what="STRIPE",
    ),
    *on_pictures(
        "SNW-DATA-001",
        "a table keeps nothing",
        lambda case: _table(case, retention_days=0),
        what="CUSTOMERS",
    ),
    *on_pictures(
        "SNW-DATA-001",
        "a database says nothing",
        lambda case: _database(case, "ECOMMERCE_RAW", retention_days=None),
        what="default",
    ),
    *on_pictures(
        "SNW-DATA-001",
        "a database of dev keeps nothing",
        lambda case: _database(case, "DEV_ECOMMERCE_RAW", retention_days=0),
        verdict=Verdict.PASS,
        environment="dev",
    ),
    *on_pictures(
        "SNW-DATA-001",
        "a database of dev says nothing",
        lambda case: _database(case, "DEV_ECOMMERCE_RAW", retention_days=None),
        environment="dev",
    ),
    Example(
        "SNW-DATA-001",
        "RAW keeps 6 days",
        Evidence.PULUMI,
        lambda case: inputs(case, "raw", "Database", dataRetentionTimeInDays=6.0),
    ),
    *on_pictures(
        "SNW-DATA-002",
        "objects may keep nothing",
        lambda case: parameter(case, MIN_RETENTION, "0"),
        what="0 as the least",
    ),
    *on_pictures("SNW-DATA-002", "no least is set", lambda case: parameter(case, MIN_RETENTION, None), what="nothing"),
    *on_pictures(
        "SNW-DATA-002",
        "the parameters could not be read",
        lambda case: blind(case, BlindSpot("account parameters", "no privilege", kinds=("PARAMETER",))),
        verdict=Verdict.UNKNOWN,
    ),
    Example(
        "SNW-DATA-002",
        "objects may keep nothing",
        Evidence.PULUMI,
        lambda case: inputs(case, "min-data-retention-time-in-days", "AccountParameter", value="0"),
    ),
    *on_pictures(
        "SNW-DATA-003",
        "a transient database",
        lambda case: _database(case, "ECOMMERCE_RAW", transient=True),
        what="transient",
    ),
    Example(
        "SNW-DATA-003",
        "a transient schema",
        Evidence.PULUMI,
        lambda case: inputs(case, "raw-stripe", "Schema", isTransient="true"),
    ),
)
CONTAINERS = (
    *on_pictures(
        "SNW-DATA-004",
        "a schema without managed access",
        lambda case: set_fields(case, Schema, "ECOMMERCE_RAW.STRIPE", managed_access=False),
    ),
    *on_pictures(
        "SNW-DATA-004",
        "a schema left to the default",
        lambda case: set_fields(case, Schema, "ECOMMERCE_RAW.STRIPE", managed_access=None),
    ),
    Example(
        "SNW-DATA-004",
        "bypass 13: managed access by default in words",
        Evidence.PULUMI,
        lambda case: inputs(case, "raw-stripe", "Schema", withManagedAccess="default"),
    ),
    *on_pictures(
        "SNW-DATA-013",
        "a database with a PUBLIC schema",
        lambda case: add(case, Schema(name=Name.of("ECOMMERCE_RAW", "PUBLIC"), managed_access=True)),
        what="PUBLIC",
    ),
    Example(
        "SNW-DATA-013",
        "a database that keeps its PUBLIC schema",
        Evidence.PULUMI,
        lambda case: inputs(case, "raw", "Database", dropPublicSchemaOnCreation=False),
    ),
)
MASKED = (
    _live("bypass 16: a column that dbt built", lambda case: _table(case, "ID", "EMAIL"), what="column EMAIL"),
    _live("a phone number under another name", lambda case: _table(case, "CONTACT_PHONE_2"), what="CONTACT_PHONE_2"),
    _live("an address in lower case", lambda case: _table(case, "billing_address"), what="billing_address"),
    _live("nothing personal", lambda case: _table(case, "ID", "AMOUNT", "EMAILED_AT"), verdict=Verdict.PASS),
    _live(
        "the column's tag brings the mask",
        lambda case: tag(_table(case, "EMAIL"), TagUse(PII_EMAIL, "COLUMN", CUSTOMERS, "EMAIL")),
        verdict=Verdict.PASS,
    ),
    _live(
        "the schema's tag brings the mask",
        lambda case: tag(_table(case, "EMAIL"), TagUse(PII_EMAIL, "SCHEMA", Name.of(*MARTS))),
        verdict=Verdict.PASS,
    ),
    _live(
        "a tag that no longer masks",
        lambda case: tag(
            _without_mask(_table(case, "EMAIL")),
            TagUse(PII_EMAIL, "COLUMN", CUSTOMERS, "EMAIL"),
        ),
        what="tagged PII_EMAIL",
    ),
    _live(
        "a tagged column whose name says nothing",
        lambda case: tag(
            _without_mask(_table(case, "C7")),
            TagUse(PII_EMAIL, "COLUMN", CUSTOMERS, "C7"),
        ),
        what="column C7",
    ),
    _live(
        "the policy is attached to the column",
        lambda case: attach(
            _table(case, "EMAIL"), Attachment(PolicyKind.MASKING, MASK_EMAIL, "COLUMN", CUSTOMERS, "EMAIL")
        ),
        verdict=Verdict.PASS,
    ),
    _live(
        "the policy is attached to another column",
        lambda case: attach(
            _table(case, "EMAIL", "NAME"), Attachment(PolicyKind.MASKING, MASK_EMAIL, "COLUMN", CUSTOMERS, "NAME")
        ),
        what="column EMAIL",
    ),
    _live(
        "the columns were not read",
        lambda case: add(case, Table(name=CUSTOMERS, columns=None)),
        verdict=Verdict.UNKNOWN,
        what="not read",
    ),
    _live(
        "a view on masked tables",
        lambda case: _table(case, "EMAIL", type="VIEW"),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-DATA-005",
        "a table with a column in clear",
        Evidence.PULUMI,
        lambda case: resource(
            case,
            "Table",
            "customers",
            database="ECOMMERCE_ANALYTICS",
            schema="MARTS",
            name="CUSTOMERS",
            columns=[{"name": "EMAIL", "type": "VARCHAR"}],
        ),
    ),
    *_mask("bypass 15: the value for everybody", "VAL", what="by default"),
    *_mask("bypass 15: the value for everybody, with a comment", "/* masked */ ((val))", what="by default"),
    *_mask("bypass 15: the value for everybody by a function", "TO_VARCHAR(COALESCE(VAL, ''))", what="by default"),
    *_mask("bypass 15: both branches show the value", "CASE WHEN TRUE THEN VAL ELSE VAL END", what="by default"),
    *_mask(
        "bypass 15: a condition that always holds", "CASE WHEN 1 = 1 THEN VAL ELSE '***' END", what="asks for no role"
    ),
    *_mask(
        "everybody but one role",
        "CASE WHEN NOT IS_ROLE_IN_SESSION('ECOMMERCE_ANALYST') THEN VAL ELSE '***' END",
        what="not named",
    ),
    *_mask("the default shows the value", "IFF(CURRENT_USER() = 'ANNA', '***', VAL)", what="by default"),
    *_mask(
        "the current role only",
        "CASE WHEN CURRENT_ROLE() IN ('ECOMMERCE_ADMIN') THEN VAL ELSE '***' END",
        what="current role only",
    ),
    *_mask("everybody by PUBLIC", "CASE WHEN IS_ROLE_IN_SESSION('PUBLIC') THEN VAL ELSE '***' END", what="PUBLIC"),
    *_mask(
        "a program's role",
        "CASE WHEN IS_ROLE_IN_SESSION('ECOMMERCE_TRANSFORMER') THEN VAL ELSE '***' END",
        what="ECOMMERCE_TRANSFORMER",
    ),
    *_mask(
        "a role of people, nested",
        "CASE WHEN IS_ROLE_IN_SESSION('ECOMMERCE_ADMIN') THEN VAL ELSE CASE WHEN 1 = 2 THEN '' ELSE MD5(VAL) END END",
        verdict=Verdict.PASS,
    ),
    *_mask("everybody sees a hash", "SHA2(VAL)", verdict=Verdict.PASS),
    *_mask("a body that is no SQL", "CASE WHEN 'x THEN VAL END", verdict=Verdict.UNKNOWN),
    Example(
        "SNW-DATA-007",
        "a row-sensitive table without policy",
        Evidence.LIVE,
        lambda case: tag(_table(case), TagUse(Name.of("GOV", "TAGS", "ROW_SENSITIVE"), "TABLE", CUSTOMERS)),
        what="ROW_SENSITIVE",
    ),
    Example(
        "SNW-DATA-007",
        "a row-sensitive table with a policy",
        Evidence.LIVE,
        lambda case: attach(
            tag(_table(case), TagUse(Name.of("GOV", "TAGS", "ROW_SENSITIVE"), "SCHEMA", Name.of(*MARTS))),
            Attachment(PolicyKind.ROW_ACCESS, Name.of("GOV", "TAGS", "BY_REGION"), "TABLE", CUSTOMERS),
        ),
        verdict=Verdict.PASS,
    ),
)
WAYS_OUT = (
    *on_pictures(
        "SNW-DATA-008",
        "a share open to a stranger",
        lambda case: set_fields(
            add(case, Share(name=Name.of("PARTNERS"))), Share, "PARTNERS", accounts=("ORG.STRANGER",)
        ),
        what="ORG.STRANGER",
    ),
    *on_pictures(
        "SNW-DATA-008",
        "a share of RAW",
        lambda case: grant(case, _share_of("ECOMMERCE_RAW", "STRIPE")),
        what="ECOMMERCE_RAW",
    ),
    *on_pictures(
        "SNW-DATA-008",
        "a share of ANALYTICS that nobody consumes yet",
        lambda case: grant(case, _share_of("ECOMMERCE_ANALYTICS", "MARTS")),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-DATA-008",
        "a share open to a stranger",
        Evidence.PULUMI,
        lambda case: resource(case, "Share", "partners", name="PARTNERS", accounts=["ORG.STRANGER"]),
        beside=("name",),
    ),
    *on_pictures(
        "SNW-DATA-009",
        "an external stage without integration",
        lambda case: add(case, Stage(name=Name.of("ECOMMERCE_RAW", "FILES", "LAKE"), url="s3://lake/files/")),
        what="without storage integration",
    ),
    *on_pictures(
        "SNW-DATA-009",
        "an external stage with credentials beside its integration",
        lambda case: set_fields(
            add(case, Stage(name=Name.of("ECOMMERCE_RAW", "FILES", "LAKE"), url="s3://lake/", integration="LAKE")),
            Stage,
            "ECOMMERCE_RAW.FILES.LAKE",
            has_credentials=True,
        ),
        what="credentials",
    ),
    *on_pictures(
        "SNW-DATA-009",
        "an internal stage",
        lambda case: add(case, Stage(name=Name.of("ECOMMERCE_RAW", "FILES", "INBOX"))),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-DATA-009",
        "an external stage without integration",
        Evidence.PULUMI,
        lambda case: resource(
            case,
            "StageExternalS3",
            "lake",
            database="ECOMMERCE_RAW",
            schema="FILES",
            name="LAKE",
            url="s3://lake/files/",
        ),
        beside=("database", "schema", "name"),
    ),
    *on_pictures(
        "SNW-DATA-010",
        "an integration that reaches everything",
        lambda case: add(case, Integration(name=Name.of("LAKE"), category="STORAGE", allowed_locations=("*",))),
        what="*",
    ),
    *on_pictures(
        "SNW-DATA-010",
        "an integration that reaches a bucket",
        lambda case: add(
            case, Integration(name=Name.of("LAKE"), category="STORAGE", allowed_locations=("s3://lake/",))
        ),
        what="all of s3://lake/",
    ),
    *on_pictures(
        "SNW-DATA-010",
        "an integration that reaches a folder",
        lambda case: add(
            case, Integration(name=Name.of("LAKE"), category="STORAGE", allowed_locations=("s3://lake/files/",))
        ),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-DATA-010",
        "an integration that reaches a bucket",
        Evidence.PULUMI,
        lambda case: resource(
            case, "StorageIntegrationAws", "lake", name="LAKE", enabled=True, storageAllowedLocations=["s3://lake"]
        ),
        beside=("name", "enabled"),
    ),
    *on_pictures(
        "SNW-DATA-011",
        "unloading to an address is allowed",
        lambda case: parameter(case, "PREVENT_UNLOAD_TO_INLINE_URL", "false"),
        what="PREVENT_UNLOAD_TO_INLINE_URL",
    ),
    *on_pictures(
        "SNW-DATA-011",
        "stages may be made without integration",
        lambda case: parameter(case, "REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_CREATION", None),
    ),
    *on_pictures(
        "SNW-DATA-011",
        "a stack that does not own the account says nothing of it",
        lambda case: about(parameter(case, "PREVENT_UNLOAD_TO_INLINE_URL", None), owns_account=False),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-DATA-011",
        "the parameter is taken out",
        Evidence.PULUMI,
        lambda case: without(case, "prevent-unload-to-inline-url", "AccountParameter"),
    ),
)
EXAMPLES: tuple[Example, ...] = (*RETENTION, *CONTAINERS, *MASKED, *WAYS_OUT)
