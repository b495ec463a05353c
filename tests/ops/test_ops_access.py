"""`ops access`: questions about who can do what, on the shipped platform as declared, and their forms."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from account.access import Access
from account.names import Name
from account.principals import Membership, PrincipalKind, database_role, role, user
from account.things import Role, Table, User
from ops.access import formats, layout, mermaid, names, queries
from ops.access.model import Answer, Drawing, Line, Node, Way
from ops.access.source import Asked, Side
from ops.errors import BadInput
from tests.ops.conftest import Ended
from tests.ops.estates import having, live, stacks

ANALYST = role("ECOMMERCE_ANALYST")
EVIL = 'x"]<script>alert(1)</script>`&#'


def asked(stack: str = "prod", side: Side = Side.DECLARATION) -> Asked:
    picture = stacks(stack).own if side is Side.DECLARATION else live(stack)
    return Asked(picture, stacks(stack).platform, side)


def readers(on: str, stack: str = "prod") -> set[str]:
    return {way.who for way in queries.who(asked(stack), on, Access.READ).ways if way.kind == "user"}


def test_readers_of_a_table_are_named_with_their_way() -> None:
    ways = {way.who: way for way in queries.who(asked(), "ANALYTICS.MARTS.ORDERS", None).ways}
    way = ways["SVC_ECOMMERCE_DASHBOARD"]
    assert way.path == (
        "SVC_ECOMMERCE_DASHBOARD", "ECOMMERCE_ANALYST", "ECOMMERCE_ANALYTICS.ECOMMERCE_ANALYTICS_R (database role)",
    )  # fmt: skip
    assert (way.right, way.potential) == ("SELECT on all TABLES in ECOMMERCE_ANALYTICS.MARTS", False)
    assert "SVC_ECOMMERCE_LOADER" not in ways


def test_users_come_before_roles() -> None:
    kinds = [way.kind for way in queries.who(asked(), "ANALYTICS.MARTS.ORDERS", None).ways]
    assert kinds == sorted(kinds, key=[kind.value.lower() for kind in PrincipalKind].index)


@pytest.mark.parametrize(
    "name", ["ECOMMERCE_RAW.POS.SALES", "raw.pos.sales", "RAW.POS", '"ECOMMERCE_RAW"."POS"."SALES"']
)
def test_every_spelling_of_a_name_means_the_same(name: str) -> None:
    assert readers(name) == readers("ECOMMERCE_RAW.POS.SALES")


def test_name_without_prefix_is_this_stacks_own() -> None:
    assert names.target(asked("dev", Side.LIVE), "LOADING_WH").name == ("DEV_LOADING_WH",)
    assert names.target(asked("dev", Side.LIVE), "RAW.POS").name == ("DEV_ECOMMERCE_RAW", "POS")
    assert names.principal(asked("dev"), "SVC_ECOMMERCE_DBT", names.USERS, "--user") == user("DEV_SVC_ECOMMERCE_DBT")


def test_database_role_is_found_without_its_database() -> None:
    found = names.principal(asked(), "ECOMMERCE_RAW_R", names.ROLES, "--role")
    assert found == database_role("ECOMMERCE_RAW", "ECOMMERCE_RAW_R")


def test_database_role_of_two_databases_has_to_be_named_in_full() -> None:
    twins = [Role(name=Name.of(database, "TWIN")) for database in ("ECOMMERCE_RAW", "ECOMMERCE_STAGING")]
    both = Asked(having(stacks().own, things=twins), stacks().platform, Side.DECLARATION)
    with pytest.raises(BadInput, match="not clear") as error:
        names.principal(both, "TWIN", names.ROLES, "--role")
    assert error.value.do == "one of ECOMMERCE_RAW.TWIN, ECOMMERCE_STAGING.TWIN"


@pytest.mark.parametrize(
    ("ask", "near"),
    [
        (lambda: names.target(asked(), "ANALYTICS.MART.ORDERS"), "ECOMMERCE_ANALYTICS.MARTS"),
        (lambda: names.target(asked(), "LOADNG_WH"), "LOADING_WH"),
        (lambda: names.principal(asked(), "ECOMERCE_LOADER", names.ROLES, "--role"), "ECOMMERCE_LOADER"),
        (lambda: names.principal(asked(), "SVC_ECOMMERCE_DTB", names.USERS, "--user"), "SVC_ECOMMERCE_DBT"),
    ],
)
def test_unknown_name_is_told_with_near_ones(ask: Callable[[], object], near: str) -> None:
    with pytest.raises(BadInput, match="not known") as error:
        ask()
    assert near in error.value.do


def test_table_that_the_account_does_not_have_is_not_known() -> None:
    table = Table(name=Name.of("ECOMMERCE_RAW", "POS", "SALES"))
    there = Asked(having(live(), things=[table]), stacks().platform, Side.LIVE)
    assert names.target(there, "RAW.POS.SALES").what == ""
    with pytest.raises(BadInput) as error:
        names.target(there, "RAW.POS.SALSE")
    assert "ECOMMERCE_RAW.POS.SALES" in error.value.do


def test_text_that_is_no_name_is_bad_input() -> None:
    with pytest.raises(BadInput, match="is no name"):
        names.target(asked(), "A.B.C.D; DROP")


def test_database_is_read_by_schema() -> None:
    with pytest.raises(BadInput) as error:
        queries.who(asked(), "RAW", Access.READ)
    assert error.value.do == "name a schema: RAW.SCHEMA"
    assert queries.who(asked(), "RAW", None).question == "Who can use database ECOMMERCE_RAW?"


def test_warehouse_is_used_by_default() -> None:
    found = queries.who(asked(), "LOADING_WH", None)
    assert "SVC_ECOMMERCE_LOADER" in {way.who for way in found.ways}
    assert "SVC_ECOMMERCE_DBT" not in {way.who for way in found.ways}


def test_what_a_user_can_do_is_said_by_the_shortest_way() -> None:
    found = queries.what(asked(), user("SVC_ECOMMERCE_DASHBOARD"))
    warehouse = next(way for way in found.ways if way.right == "USAGE on WAREHOUSE REPORTING_WH")
    assert warehouse.path == ("SVC_ECOMMERCE_DASHBOARD", "ECOMMERCE_ANALYST")
    assert {way.access for way in found.ways} <= {"read", "use"}


def test_what_only_may_become_access_stands_at_the_end() -> None:
    potential = [way.potential for way in queries.what(asked(), ANALYST).ways]
    assert potential == sorted(potential)
    assert True in potential


def test_matrix_has_a_row_per_user_and_role_and_a_column_per_container() -> None:
    found = queries.grid(asked())
    rows = {row.who: dict(zip(found.columns, row.cells, strict=True)) for row in found.rows}
    assert rows["ECOMMERCE_ANALYST"]["ECOMMERCE_ANALYTICS"] == "read; GOVERNANCE: -"
    assert rows["ECOMMERCE_ANALYST"]["ECOMMERCE_RAW"] == "-"
    assert rows["SVC_ECOMMERCE_LOADER"]["LOADING_WH"] == "use"


def test_role_graph_leads_from_users_to_databases() -> None:
    found = queries.drawing(asked())
    pairs = {(line.start, line.end): line.label for line in found.lines}
    assert pairs["user:SVC_ECOMMERCE_LOADER", "role:ECOMMERCE_LOADER"] == ""
    assert pairs["database role:ECOMMERCE_RAW.ECOMMERCE_RAW_R", "database:ECOMMERCE_RAW"] == "read"
    assert pairs["role:ECOMMERCE_LOADER", "warehouse:LOADING_WH"] == "uses"
    assert not any("PUBLIC" in end for _, end in pairs)


def circle() -> Drawing:
    nodes = tuple(Node(id=name, label=name, kind="role") for name in ("A", "B", "C"))
    lines = (Line(start="A", end="B"), Line(start="B", end="C"), Line(start="C", end="A"))
    return Drawing(question="Q", source="S", nodes=nodes, lines=lines)


def test_boxes_of_a_graph_do_not_lie_on_each_other() -> None:
    for drawing in (queries.drawing(asked()), circle()):
        boxes = list(layout.plan(drawing).boxes.values())
        assert len(boxes) == len(drawing.nodes)
        places = sorted((box.x, box.y) for box in boxes)
        for (x, y), (next_x, next_y) in pairwise(places):
            assert next_x >= x + layout.WIDTH or next_y >= y + layout.HEIGHT


def test_role_stands_behind_everybody_who_has_it() -> None:
    drawing = queries.drawing(asked())
    boxes = layout.plan(drawing).boxes
    assert all(boxes[line.start].x < boxes[line.end].x for line in drawing.lines)


class Seen(HTMLParser):
    """Tags with their attributes, and the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(page: str) -> Seen:
    seen = Seen()
    seen.feed(page)
    return seen


def results() -> list[Answer | Drawing]:
    picture = having(stacks().own, things=[User(name=Name.of(EVIL))], members=[Membership(ANALYST, user(EVIL))])
    evil = Asked(picture, stacks().platform, Side.DECLARATION)
    return [queries.what(evil, user(EVIL)), queries.drawing(evil)]


@pytest.mark.parametrize("number", [0, 1])
def test_page_fetches_nothing_and_runs_nothing(number: int) -> None:
    page = formats.as_html(results()[number])
    seen = parsed(page)
    assert not {tag for tag, _ in seen.tags} & {"script", "link", "img", "iframe", "object", "use"}
    assert not [
        name for _, attributes in seen.tags for name in attributes if name in ("src", "href") or name[:2] == "on"
    ]
    assert not re.search(r"url\((?!#)|@import|https?://(?!www\.w3\.org/2000/svg)", page)
    assert str(Name.of(EVIL)) in seen.text


def test_page_is_readable_without_seeing_the_drawing() -> None:
    seen = parsed(formats.as_html(queries.drawing(asked())))
    (svg,) = [attributes for tag, attributes in seen.tags if tag == "svg"]
    ids = {attributes.get("id") for _, attributes in seen.tags}
    assert svg["role"] == "img"
    assert set((svg["aria-labelledby"] or "").split()) <= ids
    assert ("html", {"lang": "en"}) in seen.tags
    cells = sum(tag == "tr" for tag, _ in seen.tags)
    assert cells == len(queries.drawing(asked()).lines) + 1
    assert all(attributes.get("scope") for tag, attributes in seen.tags if tag == "th")


def test_chart_escapes_what_would_end_a_label() -> None:
    for result in results():
        chart = formats.as_mermaid(result)
        assert "<script>" not in chart
        assert mermaid.escaped(str(Name.of(EVIL))) in chart
        assert all(line.count('"') in (0, 2) for line in chart.splitlines())


def test_way_that_is_only_potential_is_dotted() -> None:
    way = Way(who="A", kind="role", access="read", right="R", path=("A", "B"), potential=True)
    assert mermaid.chart(Answer(question="Q", source="S", ways=(way,))).splitlines()[-1] == "  n1 -.-> n2"


def test_matrix_is_no_chart() -> None:
    with pytest.raises(BadInput, match="no chart"):
        formats.as_mermaid(queries.grid(asked()))


def test_everybody_who_may_have_more_makes_an_answer_doubtful() -> None:
    doubtful = Asked(stacks().own, stacks().platform, Side.LIVE, ("grants: refused",))
    assert queries.who(doubtful, "LOADING_WH", None).doubts == ("grants: refused",)


@pytest.mark.parametrize(
    "arguments",
    [
        ("who", "--on", "ANALYTICS.MARTS.ORDERS", "--can", "write"),
        ("what", "--user", "SVC_ECOMMERCE_DBT"),
        ("what", "--role", "ECOMMERCE_RAW.ECOMMERCE_RAW_R"),
        ("matrix",),
        ("graph",),
    ],
)
def test_every_question_is_answered_from_the_declaration(ops: Callable[..., Ended], arguments: tuple[str, ...]) -> None:
    assert ops("access", *arguments).code == 0
    found = json.loads(ops("access", *arguments, "--format", "json").out)
    assert found["version"] == formats.VERSION
    assert ops("access", *arguments, "--format", "html").out.startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("what",), "either a user or a role"),
        (("who", "--on", "NOWHERE"), "not known"),
        (("matrix", "--format", "mermaid"), "no chart"),
        (("graph", "--from", "live"), "does not stand"),
        (("graph", "--from", "state"), "does not stand"),
    ],
)
def test_question_that_cannot_be_asked_is_bad_input(
    ops: Callable[..., Ended], arguments: tuple[str, ...], message: str
) -> None:
    ended = ops("access", *arguments)
    assert ended.code == 2
    assert message in ended.err
