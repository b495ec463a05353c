"""What is remembered between runs, and what an `up` refuses because of it."""

from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from ops import deploy
from ops.deploy import Run
from ops.engine import Outcome, Target
from ops.errors import OpsError
from ops.events import Step
from ops.layout import Account
from ops.record import Record
from ops.server import Server

if TYPE_CHECKING:
    from stacks import Platform

SCHEMA = "urn:pulumi:dev::p::snowflake:index/schema:Schema::raw-files"
ROLE = "urn:pulumi:dev::p::snowflake:index/accountRole:AccountRole::loader"


def step(urn: str, operation: str, *, failed: bool = False) -> Step:
    """One resource of an outcome."""
    return Step(
        operation, urn, urn.split("::")[2], planning=not failed, done=True, failed=failed, resource={"urn": urn}
    )


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """The record of a stack that was never applied."""
    return Record(tmp_path / "dev.record.json", "XY12345")


def test_a_stack_is_unfinished_from_begin_to_end(record: Record) -> None:
    assert record.empty
    record.begin()
    assert (record.empty, record.unfinished) == (False, True)
    record.end()
    assert (record.empty, record.unfinished) == (False, False)
    record.forget()
    assert record.empty


def test_another_account_behind_the_same_state_is_noticed(record: Record) -> None:
    record.end()
    assert not record.of_other_account
    assert Record(record.path, "ZZ99999").of_other_account


def test_only_failed_creates_are_remembered_until_the_end(record: Record) -> None:
    record.begin()
    steps = [step(SCHEMA, "create", failed=True), step(ROLE, "update", failed=True), step(ROLE, "create")]
    record.add_failed(Outcome("up", 1, steps=steps))
    assert record.failed == [{"urn": SCHEMA, "operation": "create"}]
    assert record.unfinished
    record.end()
    assert record.failed == []


def test_what_recoveries_took_over_adds_up(record: Record) -> None:
    record.add_taken([SCHEMA])
    record.begin()
    record.add_taken([ROLE])
    assert record.taken == {SCHEMA, ROLE}


def test_a_damaged_record_is_an_empty_one(record: Record) -> None:
    record.path.write_text('{"account_id": "XY', encoding="utf-8")
    assert (record.empty, record.failed, record.taken) == (True, [], set())


@pytest.fixture
def run(account: Account, local_folder: Path) -> Run:
    """A stack whose recovery took a schema and a role over."""
    server = Server(1, 1, "http://127.0.0.1:1", "LOCAL", "MAIN", "XY12345", "ENTERPRISE", 0, "0", "")
    made = Run(account, "dev", server, Target("dev", {}, None), cast("Platform", None))
    made.record.begin()
    made.record.add_taken([SCHEMA, ROLE])
    return made


@pytest.mark.parametrize("operation", ["replace", "delete", "delete-replaced"])
def test_a_schema_that_was_taken_over_is_not_dropped(run: Run, operation: str) -> None:
    with pytest.raises(OpsError) as caught:
        deploy._keep_content(run, Outcome("preview", steps=[step(SCHEMA, operation)]))
    assert "raw-files" in caught.value.what


def test_what_holds_no_data_or_was_not_taken_over_may_be_replaced(run: Run) -> None:
    other = SCHEMA.replace("raw-files", "raw-stripe")
    steps = [step(ROLE, "replace"), step(other, "replace"), step(SCHEMA, "update")]
    deploy._keep_content(run, Outcome("preview", steps=steps))
