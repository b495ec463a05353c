"""Examples of the rules on changes and on how deployments are run."""

from __future__ import annotations

from account.values import UNKNOWN
from policies.plan import Step
from policies.rule import Case, Evidence, Verdict
from tests.policies.examples import Example, before, edit, file, flags, inputs, options, resource, step

WORKFLOW = ".github/workflows/deploy-by-hand.yml"
SEVEN_DAYS = {"name": "ECOMMERCE_RAW", "dataRetentionTimeInDays": 7.0}


def a_step(operation: str, kind: str, name: str = "one", **values: object) -> Step:
    """A planned step; `old` and `new` are inputs, and both are there if one of them is."""
    token = f"snowflake:index/{kind[0].lower()}{kind[1:]}:{kind}"
    return Step(
        operation=operation,
        urn=f"urn:pulumi:prod::snowflake-platform::{token}::{name}",
        type=token,
        **values,  # type: ignore[arg-type]
    )


def _planned(rule: str, name: str, *steps: Step, what: str = "", verdict: Verdict = Verdict.FAIL) -> Example:
    return Example(rule, name, Evidence.PLAN, lambda case: step(case, *steps), what=what, verdict=verdict)


def _workflow(name: str, line: str, *, what: str = "", verdict: Verdict = Verdict.FAIL) -> Example:
    text = f"on: push\njobs:\n  deploy:\n    steps:\n      - run: |\n          {line}\n"
    return Example(
        "SNW-OPS-004", name, Evidence.FILES, lambda case: file(case, WORKFLOW, text), what=what, verdict=verdict
    )


def _statement(name: str, sql: str, what: str) -> Example:
    return Example(
        "SNW-OPS-006",
        name,
        Evidence.PULUMI,
        lambda case: resource(case, "Execute", "by-hand", execute=sql, revert="SELECT 1"),
        beside=("revert",),
        what=what,
    )


def _unprotected(case: Case) -> Case:
    return options(case, "raw", "Database", protect=False)


OPTIONS = (
    Example(
        "SNW-OPS-001",
        "a database of production is not protected",
        Evidence.PULUMI,
        _unprotected,
        what="Database raw",
    ),
    Example(
        "SNW-OPS-001",
        "a stage is not protected",
        Evidence.PULUMI,
        lambda case: resource(case, "StageInternal", "inbox", database="ECOMMERCE_RAW", schema="FILES", name="INBOX"),
        beside=("database", "schema", "name"),
        what="StageInternal inbox",
    ),
    Example(
        "SNW-OPS-001",
        "a warehouse is not protected",
        Evidence.PULUMI,
        lambda case: options(case, "loading", "Warehouse", protect=False),
        verdict=Verdict.PASS,
    ),
    Example(
        "SNW-OPS-005",
        "a schema is deleted before its replacement exists",
        Evidence.PULUMI,
        lambda case: options(case, "raw-stripe", "Schema", delete_before_replace=True),
    ),
    Example(
        "SNW-OPS-005",
        "a database is left behind unmanaged",
        Evidence.PULUMI,
        lambda case: options(case, "raw", "Database", retain_on_delete=True),
        what="unmanaged",
    ),
    *(
        _statement(name, sql, what)
        for name, sql, what in (
            ("a table is dropped", "drop /* by the way */ TABLE A", "DROP"),
            ("a table is emptied", "TRUNCATE TABLE A", "TRUNCATE"),
            ("rows are deleted", "DELETE FROM A", "DELETE"),
            ("a table is replaced", "CREATE\nOR -- really\nREPLACE TABLE A (B INT)", "CREATE OR REPLACE"),
            ("a table is dropped inside a text", "EXECUTE IMMEDIATE 'DROP TABLE A'", "DROP"),
            ("a table is dropped in a script", "BEGIN SELECT 1; DROP TABLE A; END", "DROP"),
            ("nobody can read the statement", "SELECT 'A", "cannot be read"),
        )
    ),
    Example(
        "SNW-OPS-006",
        "a table is dropped when the statement is taken back",
        Evidence.PULUMI,
        lambda case: inputs(case, "account-monitor", "Execute", revert="DROP TABLE A"),
        what="revert",
    ),
    Example(
        "SNW-OPS-006",
        "a statement is not known",
        Evidence.PULUMI,
        lambda case: inputs(case, "account-monitor", "Execute", execute=UNKNOWN),
        verdict=Verdict.UNKNOWN,
    ),
)
PLANNED = (
    _planned("SNW-OPS-002", "a database goes", a_step("delete", "Database", "raw", old=SEVEN_DAYS), what="7 days"),
    _planned("SNW-OPS-002", "a stage goes", a_step("delete", "StageInternal", "inbox"), what="unrecoverable"),
    _planned("SNW-OPS-002", "a role goes", a_step("delete", "AccountRole", "loader"), what="AccountRole loader"),
    _planned(
        "SNW-OPS-002",
        "a schema is replaced because of its name",
        a_step("replace", "Schema", "raw-stripe", replaced_for=("name",)),
        what="another name",
    ),
    _planned("SNW-OPS-002", "a grant goes", a_step("delete", "GrantAccountRole", "loader-raw-r"), verdict=Verdict.PASS),
    _planned("SNW-OPS-002", "a warehouse goes", a_step("delete", "Warehouse", "bi"), verdict=Verdict.PASS),
    _planned("SNW-OPS-002", "a database comes", a_step("create", "Database", "new"), verdict=Verdict.PASS),
    _planned(
        "SNW-OPS-003",
        "Time Travel is shortened",
        a_step("update", "Database", "raw", old=SEVEN_DAYS, new={**SEVEN_DAYS, "dataRetentionTimeInDays": 6.0}),
        what="from 7 to 6 days",
    ),
    _planned(
        "SNW-OPS-003",
        "a rule lets in more, by another split",
        a_step(
            "update",
            "NetworkRule",
            "people",
            old={"type": "IPV4", "valueLists": ["198.51.100.0/24"]},
            new={"type": "IPV4", "valueLists": ["198.51.100.0/25", "198.51.100.128/25", "8.8.8.8"]},
        ),
        what="lets in more",
    ),
    _planned(
        "SNW-OPS-003",
        "a rule lets in the same, by another split",
        a_step(
            "update",
            "NetworkRule",
            "people",
            old={"type": "IPV4", "valueLists": ["198.51.100.0/24"]},
            new={"type": "IPV4", "valueLists": ["198.51.100.0/25", "198.51.100.128/25"]},
        ),
        verdict=Verdict.PASS,
    ),
    _planned(
        "SNW-OPS-003",
        "nobody knows what the rule will let in",
        a_step(
            "update",
            "NetworkRule",
            "people",
            old={"type": "IPV4", "valueLists": ["198.51.100.0/24"]},
            new={"type": "IPV4", "valueLists": UNKNOWN},
        ),
        verdict=Verdict.UNKNOWN,
    ),
    _planned(
        "SNW-OPS-003", "a monitor goes", a_step("delete", "ResourceMonitor", "loading"), what="resource monitor goes"
    ),
    Example(
        "SNW-OPS-003",
        "a database loses its protection",
        Evidence.PLAN,
        _unprotected,
        what="PROTECTION Database raw",
    ),
    Example(
        "SNW-OPS-003",
        "a database that never was protected",
        Evidence.PLAN,
        lambda case: _unprotected(before(case, _unprotected)),
        verdict=Verdict.PASS,
    ),
)
DELIVERY = (
    Example(
        "SNW-OPS-004",
        "bypass 19: a plan of a few targets",
        Evidence.PLAN,
        lambda case: flags(case, "--target", "urn:pulumi:prod::snowflake-platform::x::y"),
        what="hides the other resources",
    ),
    Example(
        "SNW-OPS-004",
        "bypass 19: a plan of one target in one word",
        Evidence.PLAN,
        lambda case: flags(case, "--target=urn:pulumi:prod::snowflake-platform::x::y"),
    ),
    Example(
        "SNW-OPS-004",
        "a plan with colours",
        Evidence.PLAN,
        lambda case: flags(case, "--color=never"),
        verdict=Verdict.PASS,
    ),
    _planned(
        "SNW-OPS-004",
        "a plan that takes away 21 resources",
        *(a_step("delete", "GrantAccountRole", f"grant-{number}") for number in range(21)),
        what="21 resources",
    ),
    _workflow("protection is ignored", "pulumi up --ignore-protect --policy-pack policies", what="--ignore-protect"),
    _workflow("bypass 17: no policy pack", "pulumi up --yes", what="without the policy pack"),
    _workflow("bypass 19: a target", "pulumi up --policy-pack policies --target urn:x", what="--target"),
    _workflow("no preview", "pulumi up --policy-pack policies --skip-preview", what="without a preview"),
    _workflow("a switch of Pulumi", "PULUMI_SKIP_CONFIRMATIONS=true make up", what="PULUMI_SKIP_CONFIRMATIONS"),
    _workflow("a command over two lines", "pulumi up \\\n            --yes", what="line 6"),
    _workflow("the deployment of this repository", ".venv/bin/ops up --stack prod --yes", verdict=Verdict.PASS),
    _workflow("a preview with the pack", "pulumi preview --policy-pack policies", verdict=Verdict.PASS),
    Example(
        "SNW-OPS-004",
        "an action that runs Pulumi",
        Evidence.FILES,
        lambda case: file(case, WORKFLOW, "jobs:\n  up:\n    steps:\n      - uses: pulumi/actions@v6\n"),
        what="line 4",
    ),
    Example(
        "SNW-OPS-004",
        "a script for everybody goes round the pack",
        Evidence.FILES,
        lambda case: edit(case, "Makefile", "@$(OPS) up $(PLACE)", "@pulumi up --yes"),
        what="Makefile",
    ),
)
EXAMPLES: tuple[Example, ...] = (*OPTIONS, *PLANNED, *DELIVERY)
