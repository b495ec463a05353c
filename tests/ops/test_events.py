"""What the engine says, as values."""

from ops.events import Message, Step, Summary, parse
from tests.ops.conftest import event

URN = "urn:pulumi:dev::snowflake-platform::snowflake:index/warehouse:Warehouse::loading"


def metadata(**changes: object) -> dict[str, object]:
    """A changed warehouse, as the engine describes it."""
    usual: dict[str, object] = {
        "op": "update",
        "urn": URN,
        "type": "snowflake:index/warehouse:Warehouse",
        "old": {"inputs": {"warehouseSize": "XSMALL"}, "outputs": {"warehouseSize": "XSMALL"}},
        "new": {"inputs": {"warehouseSize": "LARGE"}},
        "detailedDiff": {"warehouseSize": {"diffKind": "update", "inputDiff": True}},
    }
    return {**usual, **changes}


def test_a_step_tells_kind_name_and_changed_property() -> None:
    step = parse(event("resourcePreEvent", {"metadata": metadata(), "planning": True}))
    assert isinstance(step, Step)
    assert (step.operation, step.kind, step.name, step.done) == ("update", "Warehouse", "loading", False)
    change = step.properties[0]
    assert (change.path, change.old, change.new) == ("warehouseSize", '"XSMALL"', '"LARGE"')


def test_a_property_inside_a_list_is_found_by_its_path() -> None:
    changed = metadata(
        old={"inputs": {"users": [{"name": "A"}]}},
        new={"inputs": {"users": [{"name": "B"}]}},
        detailedDiff={"users[0].name": {"diffKind": "update", "inputDiff": True}},
    )
    step = parse(event("resourcePreEvent", {"metadata": changed}))
    assert isinstance(step, Step)
    assert (step.properties[0].old, step.properties[0].new) == ('"A"', '"B"')


def test_what_only_the_account_can_tell_is_no_property_change() -> None:
    changed = metadata(
        old={"inputs": {}, "outputs": {"showOutputs": [{"comment": "x"}]}},
        detailedDiff={"showOutputs": {"diffKind": "update", "inputDiff": False}},
    )
    step = parse(event("resourcePreEvent", {"metadata": changed}))
    assert isinstance(step, Step)
    assert step.properties == ()


def test_a_failed_operation_is_a_failed_step() -> None:
    step = parse(event("resOpFailedEvent", {"metadata": metadata(op="create")}))
    assert isinstance(step, Step)
    assert step.failed


def test_markup_of_a_message_is_removed() -> None:
    message = parse(
        event("diagnosticEvent", {"message": "<{%reset%}>no such role<{%reset%}>\n", "severity": "error", "urn": URN})
    )
    assert message == Message("error", "no such role", URN)


def test_unchanged_resources_are_no_changes() -> None:
    summary = parse(event("summaryEvent", {"resourceChanges": {"same": 120}}))
    assert isinstance(summary, Summary)
    assert summary.changed == 0


def test_every_kind_of_change_counts() -> None:
    summary = parse(event("summaryEvent", {"resourceChanges": {"same": 1, "create": 2, "update": 3, "delete": 4}}))
    assert isinstance(summary, Summary)
    assert summary.changed == 9


def test_other_lines_are_ignored() -> None:
    assert parse("warning: something") is None
    assert parse("[1, 2]") is None
    assert parse(event("preludeEvent", {"config": {}})) is None
