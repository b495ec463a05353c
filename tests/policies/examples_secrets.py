"""Examples of the rules on secrets. What looks like a secret here is put together at run time and opens nothing."""

from __future__ import annotations

from dataclasses import replace

from account.values import UNKNOWN
from policies.rule import Case, Evidence, Verdict
from tests.policies.examples import Example, edit, file, inputs, options, resource

TOKEN = "gh" + "p_" + "Ab1" * 12
CLOUD_KEY = "".join(("AKIA", "IOSFODNN7MNOPQRS"))
RANDOM = "9f8A" + "hQz3LmX7" + "vB2nK5tR8wYc"
KEY_BEGINS = "-----BEGIN " + "PRIVATE KEY-----"
KEY = KEY_BEGINS + "\n" + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw" * 2
PROD = "Pulumi.prod.yaml"
CONFIG = "config:\n"


def _said(example: str, path: str, text: str, what: str = "", verdict: Verdict = Verdict.FAIL) -> Example:
    return Example(
        "SNW-SEC-002", example, Evidence.FILES, lambda case: file(case, path, text), verdict=verdict, what=what
    )


def _config(line: str) -> str:
    return f"{CONFIG}  snowflake-platform:organization: EXAMPLE\n  {line}\n"


def _large(case: Case) -> Case:
    assert case.files is not None
    return replace(case, files=replace(case.files, left_out=("dump.sql",)))


FILES = (
    Example(
        "SNW-SEC-001",
        "a password in clear",
        Evidence.FILES,
        lambda case: edit(case, PROD, CONFIG, CONFIG + "  snowflake-platform:db_password: hunter2\n"),
        what="db_password",
    ),
    Example(
        "SNW-SEC-001",
        "a random text under a harmless name",
        Evidence.FILES,
        lambda case: file(case, PROD, _config(f"snowflake-platform:note: {RANDOM}")),
        what="looks like a secret",
    ),
    Example(
        "SNW-SEC-001",
        "a token deep inside",
        Evidence.FILES,
        lambda case: file(case, PROD, _config(f"snowflake-platform:loader: {{tokens: [{{token: {TOKEN}}}]}}")),
        what="platform token",
    ),
    Example(
        "SNW-SEC-001",
        "an encrypted password",
        Evidence.FILES,
        lambda case: file(case, PROD, _config("snowflake-platform:db_password: {secure: v1:0123456789abcdef}")),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-SEC-001",
        "a public key",
        Evidence.FILES,
        lambda case: file(
            case, PROD, _config(f"snowflake-platform:public_keys: {{SVC: {{rsa_public_key: {RANDOM}}}}}")
        ),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-SEC-001",
        "a stack file that is no YAML",
        Evidence.FILES,
        lambda case: file(case, PROD, "config: [unclosed"),
        verdict=Verdict.UNKNOWN,
    ),
    _said("a token in a program", "loaders/shop.py", f'TOKEN = "{TOKEN}"\n', "loaders/shop.py:1"),
    _said(
        "a token put together of two parts",
        "loaders/shop.py",
        f'"""Loads."""\n\nTOKEN = "{TOKEN[:20]}" + "{TOKEN[20:]}"\n',
        "loaders/shop.py:3",
    ),
    _said(
        "a token across lines", "loaders/shop.py", f'TOKEN = (\n    "{TOKEN[:20]}"\n    "{TOKEN[20:]}"\n)\n', "token"
    ),
    _said("a token in a comment", "loaders/shop.py", f"# use {TOKEN}\n", "loaders/shop.py:1"),
    _said("a random literal for a password", "loaders/shop.py", f'connect(password="{RANDOM}")\n', "'password'"),
    _said("a private key in a program", "loaders/shop.py", f'KEY = """{KEY}"""\n', "private key"),
    _said("a private key in a folder of tests", "tests/key.py", f'KEY = """{KEY}"""\n', "private key"),
    _said(
        "a password in SQL",
        "migrations/V1__user.sql",
        f"ALTER USER ANNA SET PASSWORD = '{'Tr0ub' + 'ador&3'}';\n",
        "SQL",
    ),
    _said("a cloud key in YAML", "compose.yaml", f"environment:\n  KEY: {CLOUD_KEY}\n", "compose.yaml:2"),
    _said(
        "a place for a password",
        "migrations/V1__user.sql",
        "ALTER USER ANNA SET PASSWORD = '{{ password }}';\n",
        verdict=Verdict.PASS,
    ),
    _said(
        "a made-up password in a test",
        "tests/local/test_x.py",
        "SQL = \"SET PASSWORD = 'Secret1Secret1'\"\n",
        verdict=Verdict.PASS,
    ),
    Example("SNW-SEC-002", "a file too large to be looked through", Evidence.FILES, _large, verdict=Verdict.UNKNOWN),
    Example(
        "SNW-SEC-004",
        "production under a passphrase",
        Evidence.FILES,
        lambda case: edit(case, PROD, CONFIG, "encryptionsalt: v1:abcdefgh=:v1:0123\n" + CONFIG),
        what="passphrase",
    ),
    Example(
        "SNW-SEC-004",
        "production under a key service",
        Evidence.FILES,
        lambda case: edit(
            case, PROD, CONFIG, "secretsprovider: awskms://alias/platform\nencryptedkey: AQECAHh\n" + CONFIG
        ),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-SEC-004",
        "dev under a passphrase",
        Evidence.FILES,
        lambda case: edit(case, "Pulumi.dev.yaml", CONFIG, "encryptionsalt: v1:abcdefgh=:v1:0123\n" + CONFIG),
        verdict=Verdict.PASS,
    ),
)
RESOURCES = (
    Example(
        "SNW-SEC-002",
        "a password in a statement",
        Evidence.PULUMI,
        lambda case: resource(
            case, "Execute", "user", execute="ALTER USER A SET PASSWORD = 'Tr0ub4dor'", revert="SELECT 1"
        ),
        beside=("revert",),
        what="input execute",
    ),
    Example(
        "SNW-SEC-002",
        "a token in a comment",
        Evidence.PULUMI,
        lambda case: inputs(case, "loading", "Warehouse", comment=f"see {TOKEN}"),
        what="input comment",
    ),
    Example(
        "SNW-SEC-003",
        "a password that is no secret",
        Evidence.PULUMI,
        lambda case: options(
            resource(case, "User", "carl", name="CARL", password="x"), "carl", "User", secrets=("email",)
        ),
        beside=("name",),
        what="password",
    ),
    Example(
        "SNW-SEC-003",
        "a password that is a secret",
        Evidence.PULUMI,
        lambda case: options(
            resource(case, "User", "carl", name="CARL", password="x"), "carl", "User", secrets=("password",)
        ),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-SEC-005",
        "a provider with a password",
        Evidence.PULUMI,
        lambda case: inputs(case, "deployer", "snowflake", password="x"),
        what="with a password",
    ),
    Example(
        "SNW-SEC-005",
        "a provider that does not say how it logs in",
        Evidence.PULUMI,
        lambda case: inputs(case, "deployer", "snowflake", authenticator=None),
    ),
    Example(
        "SNW-SEC-005",
        "a provider by password through its authenticator",
        Evidence.PULUMI,
        lambda case: inputs(case, "deployer", "snowflake", authenticator="SNOWFLAKE"),
    ),
    Example(
        "SNW-SEC-005",
        "a provider whose authenticator is not known",
        Evidence.PULUMI,
        lambda case: inputs(case, "deployer", "snowflake", authenticator=UNKNOWN),
        verdict=Verdict.UNKNOWN,
    ),
)
EXAMPLES: tuple[Example, ...] = (*FILES, *RESOURCES)
