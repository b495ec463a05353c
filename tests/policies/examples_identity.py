"""Examples of the rules on users: their types, passwords, defaults and ways round the second factor."""

from __future__ import annotations

from account.names import Name
from account.principals import Membership, role, user
from account.things import User, UserType
from account.values import UNKNOWN
from policies.rule import Evidence, Verdict
from tests.policies.examples import Example, add, inputs, member, on_pictures, resource, set_fields

LOADER = "SVC_ECOMMERCE_LOADER"
MONITOR_ADMIN = "SVC_ECOMMERCE_MONITOR_ADMIN"

TYPES: tuple[Example, ...] = (
    *on_pictures(
        "SNW-IAM-001",
        "a program is a person for Snowflake",
        lambda case: set_fields(case, User, LOADER, type=UserType.PERSON),
        what="named like a program",
    ),
    *on_pictures(
        "SNW-IAM-001",
        "bypass 12: a program is named in lower case",
        lambda case: add(case, User(name=Name.of("svc_ecommerce_backup"))),
    ),
    *on_pictures(
        "SNW-IAM-001",
        "a program of dev is named with dev's prefix",
        lambda case: add(case, User(name=Name.of("DEV_SVC_ECOMMERCE_BACKUP"))),
        environment="dev",
    ),
    *on_pictures(
        "SNW-IAM-001",
        "an agent is a program too",
        lambda case: set_fields(case, User, LOADER, type=UserType.SERVICE_AGENT),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-IAM-001",
        "a person's name only contains the letters",
        lambda case: add(case, User(name=Name.of("ANNA_SVC_OWNER"))),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-IAM-001",
        "nobody knows of what type a user is",
        lambda case: set_fields(case, User, LOADER, type=UNKNOWN),
        verdict=Verdict.UNKNOWN,
    ),
    Example(
        "SNW-IAM-001",
        "a program is declared as a person",
        Evidence.PULUMI,
        lambda case: resource(case, "User", "backup", name="SVC_ECOMMERCE_BACKUP"),
    ),
    *on_pictures(
        "SNW-IAM-002",
        "a program is of the old type",
        lambda case: set_fields(case, User, LOADER, type=UserType.LEGACY_SERVICE),
    ),
    Example(
        "SNW-IAM-002",
        "a program is declared with the old type",
        Evidence.PULUMI,
        lambda case: resource(case, "LegacyServiceUser", "backup", name="BACKUP"),
    ),
)

PASSWORDS: tuple[Example, ...] = (
    *on_pictures(
        "SNW-IAM-003",
        "a program has a password",
        lambda case: set_fields(case, User, LOADER, has_password=True),
        what="password",
    ),
    *on_pictures(
        "SNW-IAM-003",
        "a program has a password, says its name and not its type",
        lambda case: add(case, User(name=Name.of("SVC_ECOMMERCE_BACKUP"), has_password=True)),
    ),
    *on_pictures(
        "SNW-IAM-003",
        "the account answers NULL for a program",
        lambda case: set_fields(case, User, LOADER, has_password=None),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-IAM-003",
        "a program of the old type is declared with a password",
        Evidence.PULUMI,
        lambda case: resource(case, "LegacyServiceUser", "backup", name="SVC_BACKUP", password="not one"),
        beside=("name",),
    ),
    Example(
        "SNW-IAM-003",
        "a password hides in an Execute behind a comment",
        Evidence.PULUMI,
        lambda case: inputs(
            case, "account-monitor", "Execute", execute="alter user SVC_X set /* no */ Password -- = 1\n = 'not one'"
        ),
        what="sets a password",
    ),
    Example(
        "SNW-IAM-003",
        "a password is named in a text only",
        Evidence.PULUMI,
        lambda case: inputs(case, "account-monitor", "Execute", execute="SELECT 'PASSWORD = 1' -- PASSWORD = 1"),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-IAM-008",
        "a person has a password",
        lambda case: set_fields(case, User, "ANNA", has_password=True),
    ),
    *on_pictures(
        "SNW-IAM-008",
        "an emergency administrator has a password",
        lambda case: set_fields(case, User, "BREAK_GLASS_ONE", has_password=True),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-IAM-008",
        "somebody else's name only ends like an emergency administrator's",
        lambda case: add(case, User(name=Name.of("MY_BREAK_GLASS_ONE"), has_password=True)),
    ),
    Example(
        "SNW-IAM-008",
        "a person is declared with a password",
        Evidence.PULUMI,
        lambda case: inputs(case, "anna", "User", password="not one"),
    ),
    Example(
        "SNW-IAM-008",
        "a password that is not known yet is one all the same",
        Evidence.PULUMI,
        lambda case: inputs(case, "anna", "User", password=UNKNOWN),
    ),
    *on_pictures(
        "SNW-IAM-010",
        "a person's second factor is switched off",
        lambda case: set_fields(case, User, "ANNA", mfa_disabled=True),
    ),
    *on_pictures(
        "SNW-IAM-010",
        "a person may log in without second factor for a while",
        lambda case: set_fields(case, User, "ANNA", bypass_mfa_minutes=30),
        what="30 minutes",
    ),
    Example(
        "SNW-IAM-010",
        "a second factor is switched off in words",
        Evidence.PULUMI,
        lambda case: inputs(case, "anna", "User", disableMfa="true"),
    ),
    Example(
        "SNW-IAM-010",
        "bypass 13: default is a word of its own and not true",
        Evidence.PULUMI,
        lambda case: inputs(case, "anna", "User", disableMfa="default"),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-IAM-010",
        "a policy asks for the second factor after passwords only, in the deprecated way",
        Evidence.PULUMI,
        lambda case: inputs(case, "people", "AuthenticationPolicy", mfaAuthenticationMethods=["PASSWORD"]),
        what="deprecated",
    ),
)

DEFAULTS: tuple[Example, ...] = (
    *on_pictures(
        "SNW-IAM-014",
        "an emergency administrator begins as one",
        lambda case: set_fields(case, User, "BREAK_GLASS_ONE", default_role="ACCOUNTADMIN"),
        what="ACCOUNTADMIN",
    ),
    *on_pictures(
        "SNW-IAM-014",
        "bypass 12: the role is written in lower case without quotes",
        lambda case: set_fields(case, User, "ANNA", default_role="sysadmin"),
    ),
    *on_pictures(
        "SNW-IAM-014",
        "bypass 12: a quoted lower-case name is another role",
        lambda case: set_fields(case, User, "ANNA", default_role='"accountadmin"'),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-IAM-014",
        "bypass 12: the role is quoted in upper case",
        Evidence.PULUMI,
        lambda case: inputs(case, "anna", "User", defaultRole='"ACCOUNTADMIN"'),
    ),
    Example(
        "SNW-IAM-014",
        "the default role is not known before the change",
        Evidence.PULUMI,
        lambda case: inputs(case, "anna", "User", defaultRole=UNKNOWN),
        verdict=Verdict.UNKNOWN,
    ),
    *on_pictures(
        "SNW-IAM-015",
        "an emergency administrator has no e-mail address",
        lambda case: set_fields(case, User, "BREAK_GLASS_ONE", email=None),
        what="BREAK_GLASS_ONE -> ACCOUNTADMIN",
    ),
    Example(
        "SNW-IAM-015",
        "an emergency administrator is declared without e-mail address",
        Evidence.PULUMI,
        lambda case: inputs(case, "break-glass-one", "User", email=None),
    ),
    *on_pictures(
        "SNW-IAM-016",
        "a program works with every role it has, by Snowflake's default",
        lambda case: set_fields(case, User, LOADER, default_secondary_roles=None),
        what="Snowflake's default",
    ),
    *on_pictures(
        "SNW-IAM-016",
        "a program works with every role it has",
        lambda case: set_fields(case, User, LOADER, default_secondary_roles=("ALL",)),
    ),
    *(
        Example(
            "SNW-IAM-016",
            f"secondary roles of a program are {said}",
            Evidence.PULUMI,
            lambda case, said=said: inputs(case, "loader", "ServiceUser", defaultSecondaryRolesOption=said),  # type: ignore[misc]
        )
        for said in ("ALL", "DEFAULT")
    ),
    *on_pictures(
        "SNW-IAM-017",
        "a program begins with a role that it does not have",
        lambda case: set_fields(case, User, LOADER, default_role="ECOMMERCE_TRANSFORMER"),
        what="not granted",
    ),
    *on_pictures(
        "SNW-IAM-017",
        "a program begins without role",
        lambda case: set_fields(case, User, LOADER, default_role=None),
    ),
    *on_pictures(
        "SNW-IAM-017",
        "a program begins with a warehouse that does not exist",
        lambda case: set_fields(case, User, LOADER, default_warehouse="NO_WH"),
    ),
    *on_pictures(
        "SNW-IAM-017",
        "the monitor administrator begins with no role on purpose",
        lambda case: member(
            add(
                case,
                User(name=Name.of(MONITOR_ADMIN), type=UserType.SERVICE, default_warehouse="LOADING_WH"),
            ),
            Membership(role("ACCOUNTADMIN"), user(MONITOR_ADMIN)),
        ),
        verdict=Verdict.PASS,
    ),
    *on_pictures(
        "SNW-IAM-017",
        "somebody with nearly that name begins with no role",
        lambda case: add(
            case,
            User(name=Name.of("SVC_ECOMMERCE_MONITOR_ADMIN2"), type=UserType.SERVICE, default_warehouse="LOADING_WH"),
        ),
    ),
    Example(
        "SNW-IAM-017",
        "a program is declared with somebody else's role",
        Evidence.PULUMI,
        lambda case: inputs(case, "loader", "ServiceUser", defaultRole="ECOMMERCE_ANALYST"),
    ),
    Example(
        "SNW-IAM-021",
        "a person has not logged in for a year",
        Evidence.LIVE,
        lambda case: set_fields(case, User, "ANNA", last_login="2020-01-01T00:00:00+00:00"),
        what="days",
    ),
    Example(
        "SNW-IAM-021",
        "an emergency administrator never needed to log in",
        Evidence.LIVE,
        lambda case: set_fields(case, User, "BREAK_GLASS_ONE", last_login="2020-01-01T00:00:00+00:00"),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-IAM-021",
        "a forgotten user is disabled",
        Evidence.LIVE,
        lambda case: set_fields(case, User, "ANNA", last_login="2020-01-01T00:00:00+00:00", disabled=True),
        verdict=Verdict.PASS,
    ),
)

EXAMPLES: tuple[Example, ...] = (*TYPES, *PASSWORDS, *DEFAULTS)
