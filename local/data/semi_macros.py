"""Macros for arrays, objects and variants, which are JSON here; ``local.data.semi`` writes the calls.

Source: docs.snowflake.com, "Semi-structured and structured data functions", FLATTEN, SPLIT_TO_TABLE.
"""

from __future__ import annotations

from local.data.faults import marker

FLATTEN = "_sf_flatten"
FLATTEN_ALL = "_sf_flatten_all"
JSON = "_sf_json"
KEYS = "_sf_keys"
LIST = "_sf_list"
MEMBER = "_sf_member"
MEMBER_OR_NULL = "_sf_member_or_null"
PARSE = "_sf_parse_json"
SPLIT_ROWS = "_sf_split_rows"
TRY_PARSE = "_sf_try_parse_json"

ARRAYS = {
    "ARRAY_APPEND": "(a, x) AS to_json(list_append(L(a), J(x)))",
    "ARRAY_PREPEND": "(a, x) AS to_json(list_prepend(J(x), L(a)))",
    "ARRAY_CAT": "(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE to_json(list_concat(L(a), L(b))) END",
    "ARRAY_COMPACT": "(a) AS to_json(list_filter(L(a), e -> e IS NOT NULL AND json_type(e) <> 'NULL'))",
    "ARRAY_CONTAINS": "(x, a) AS list_contains(L(a), J(x))",
    "ARRAY_DISTINCT": "(a) AS to_json(list_filter(L(a), (e, i) -> list_position(L(a), e) = i "
    "OR (e IS NULL AND i = list_position(list_transform(L(a), y -> y IS NULL), true))))",
    "ARRAY_EXCEPT": "(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE to_json(list_filter(L(a), (e, i) -> "
    "len(list_filter(list_slice(L(a), 1, i), y -> y IS NOT DISTINCT FROM e)) "
    "> len(list_filter(L(b), y -> y IS NOT DISTINCT FROM e)))) END",
    "ARRAY_INTERSECTION": "(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE "
    "to_json(list_filter(L(a), (e, i) -> len(list_filter(list_slice(L(a), 1, i), y -> y IS NOT DISTINCT FROM e)) "
    "<= len(list_filter(L(b), y -> y IS NOT DISTINCT FROM e)))) END",
    "ARRAYS_OVERLAP": "(a, b) AS len(list_filter(L(a), e -> len(list_filter(L(b), "
    "y -> y IS NOT DISTINCT FROM e)) > 0)) > 0",
    "ARRAY_FLATTEN": "(a) AS to_json(flatten(list_transform(L(a), e -> CAST(e AS JSON[]))))",
    "ARRAY_GENERATE_RANGE": "(a, b) AS to_json(range(a, b)), (a, b, s) AS to_json(range(a, b, s))",
    "ARRAY_INSERT": "(a, p, x) AS to_json(list_concat(list_concat(list_slice(L(a), 1, P(a, p)), [J(x)]), "
    "list_slice(L(a), P(a, p) + 1, len(L(a)))))",
    "ARRAY_MAX": "(a) AS list_last(CAST(S(_sf_array_compact(a), 'ASC', 'NULLS LAST') AS JSON[]))",
    "ARRAY_MIN": "(a) AS list_first(CAST(S(_sf_array_compact(a), 'ASC', 'NULLS LAST') AS JSON[]))",
    "ARRAY_POSITION": "(x, a) AS list_position(L(a), J(x)) - 1",
    "ARRAY_REMOVE": "(a, x) AS to_json(list_filter(L(a), e -> e IS NULL OR e <> J(x)))",
    "ARRAY_REMOVE_AT": "(a, p) AS to_json(list_filter(L(a), (e, i) -> i <> P(a, p) + 1))",
    "ARRAY_REVERSE": "(a) AS to_json(list_reverse(L(a)))",
    "ARRAY_SIZE": "(a) AS CASE WHEN json_type(J(a)) = 'ARRAY' THEN CAST(json_array_length(J(a)) AS BIGINT) END",
    "ARRAY_SLICE": "(a, f, t) AS CASE WHEN f IS NULL OR t IS NULL THEN NULL ELSE to_json(list_slice(L(a), "
    "greatest(P(a, f), 0) + 1, P(a, t))) END",
    "ARRAY_TO_STRING": "(a, d) AS list_aggregate(list_transform(L(a), e -> coalesce(e ->> '$', '')), 'string_agg', d)",
    "TO_ARRAY": "(x) AS CASE WHEN x IS NULL THEN NULL WHEN json_type(J(x)) = 'ARRAY' THEN J(x) "
    "ELSE to_json([J(x)]) END",
    "ARRAY_SORT": "(a) AS S(a, 'ASC', 'NULLS LAST'), (a, up) AS CASE WHEN up THEN S(a, 'ASC', 'NULLS LAST') "
    "ELSE S(a, 'DESC', 'NULLS FIRST') END, (a, up, nulls) AS CASE "
    "WHEN up AND nulls THEN S(a, 'ASC', 'NULLS FIRST') WHEN up THEN S(a, 'ASC', 'NULLS LAST') "
    "WHEN nulls THEN S(a, 'DESC', 'NULLS FIRST') ELSE S(a, 'DESC', 'NULLS LAST') END",
}  # fmt: skip
"""Functions of arrays: what stands behind the macro's name. L(a) is the array as a list, J(x) a value as JSON, P(a, p)
a position counted from the end if negative, S(…) the array in order."""

OBJECTS = {
    "OBJECT_DELETE": "(o, keys) AS _sf_object(o, list_filter(json_keys(J(o)), k -> NOT list_contains(keys, k)))",
    "OBJECT_PICK": "(o, keys) AS _sf_object(o, list_filter(json_keys(J(o)), k -> list_contains(keys, k)))",
    "OBJECT_INSERT": "(o, k, x, again) AS CASE WHEN k IS NULL OR o IS NULL THEN NULL "
    "WHEN list_contains(json_keys(J(o)), k) AND NOT again THEN CAST(error('{duplicate}' || k || '''') AS JSON) "
    "WHEN x IS NULL OR J(x) IS NULL THEN _sf_object(o, list_filter(json_keys(J(o)), y -> y <> k)) "
    "ELSE CAST(concat('{{', substr(concat(list_aggregate(list_transform(list_filter(json_keys(J(o)), y -> y <> k), "
    "y -> _sf_member(y, json_extract(J(o), _sf_pointer(y)))), 'string_agg', ''), _sf_member(k, x)), 2), '}}') "
    "AS JSON) END",
    "OBJECT_KEYS": "(o) AS to_json(list_sort(json_keys(J(o))))",
    "GET_IGNORE_CASE": "(o, k) AS json_extract(J(o), _sf_pointer(coalesce("
    "list_first(list_filter(json_keys(J(o)), y -> y = k)), "
    "list_first(list_filter(json_keys(J(o)), y -> lower(y) = lower(k))))))",
}  # fmt: skip
"""Functions of objects; ``keys`` is a list."""

KINDS = {
    "IS_ARRAY": "ARRAY", "IS_OBJECT": "OBJECT", "IS_BOOLEAN": "BOOLEAN", "IS_VARCHAR": "VARCHAR", "IS_CHAR": "VARCHAR",
    "IS_INTEGER": "BIGINT, UBIGINT, HUGEINT", "IS_DECIMAL": "BIGINT, UBIGINT, HUGEINT, DOUBLE",
    "IS_DOUBLE": "BIGINT, UBIGINT, HUGEINT, DOUBLE", "IS_REAL": "BIGINT, UBIGINT, HUGEINT, DOUBLE",
    "IS_NULL_VALUE": "NULL",
}  # fmt: skip
"""Predicates of variants → DuckDB's names of the kinds of JSON for which they are true."""

READS = {
    "AS_ARRAY": ("ARRAY", "JSON"), "AS_OBJECT": ("OBJECT", "JSON"), "AS_BOOLEAN": ("BOOLEAN", "BOOLEAN"),
    "AS_VARCHAR": ("VARCHAR", "VARCHAR"), "AS_CHAR": ("VARCHAR", "VARCHAR"),
    "AS_INTEGER": ("BIGINT, UBIGINT, HUGEINT", "DECIMAL(38,0)"),
    "AS_DOUBLE": ("BIGINT, UBIGINT, HUGEINT, DOUBLE", "DOUBLE"),
    "AS_REAL": ("BIGINT, UBIGINT, HUGEINT, DOUBLE", "DOUBLE"),
}  # fmt: skip
"""Functions that give a variant's value if it is of the kind, NULL else → kinds and DuckDB's type."""


def name_of(function: str) -> str:
    """The macro of a function of Snowflake."""
    return f"_sf_{function.lower()}"


def _kinds(names: str) -> str:
    return ", ".join(f"'{name}'" for name in names.split(", "))


def script() -> str:
    """The macros; idempotent."""
    duplicate = marker("100104", "22000", "Duplicate field key ''")
    bad = marker("100069", "22P02", "Error parsing JSON: ")
    created = [
        _BASIS.replace("{bad}", bad),
        *(f"{name_of(name)}{body}" for name, body in ARRAYS.items()),
        *(f"{name_of(name)}{body.format(duplicate=duplicate)}" for name, body in OBJECTS.items()),
        *(f"{name_of(name)}(x) AS json_type(J(x)) IN ({_kinds(kinds)})" for name, kinds in KINDS.items()),
        *(
            f"{name_of(name)}(x) AS CASE WHEN json_type(J(x)) IN ({_kinds(kinds)}) THEN "
            + ("J(x)" if kind == "JSON" else "J(x) ->> '$'" if kind == "VARCHAR" else f"CAST(J(x) AS {kind})")
            + " END"
            for name, (kinds, kind) in READS.items()
        ),
    ]
    short = {"L(": f"{LIST}(", "J(": f"{JSON}(", "P(": "_sf_place(", "S(": "_sf_sorted("}
    statements = []
    for text in created:
        for letter, macro in short.items():
            for before in (" ", "(", ",", "["):
                text = text.replace(f"{before}{letter}", f"{before}{macro}")
        statements.append(text if text.lstrip().startswith("CREATE") else f"CREATE OR REPLACE MACRO main.{text}")
    return ";\n".join(statements) + ";"


_BASIS = r"""
CREATE OR REPLACE MACRO main._sf_json(x) AS CASE WHEN x IS NULL THEN NULL WHEN typeof(x) = 'JSON' THEN CAST(x AS JSON)
    WHEN starts_with(typeof(x), 'TIMESTAMP') OR typeof(x) = 'BLOB' THEN to_json(_sf_text(x)) ELSE to_json(x) END;
CREATE OR REPLACE MACRO main._sf_list(x) AS CASE WHEN json_type(_sf_json(x)) = 'ARRAY'
    THEN CAST(_sf_json(x) AS JSON[]) END;
CREATE OR REPLACE MACRO main._sf_pointer(k) AS '/' || replace(replace(k, '~', '~0'), '/', '~1');
CREATE OR REPLACE MACRO main._sf_place(a, p) AS CASE WHEN p < 0 THEN p + len(_sf_list(a)) ELSE p END;
CREATE OR REPLACE MACRO main._sf_numbers(a) AS list_filter(list_transform(_sf_list(a), e -> TRY_CAST(e AS DOUBLE)),
    e -> e IS NOT NULL);
CREATE OR REPLACE MACRO main._sf_sorted(a, direction, nulls) AS to_json(CASE
    WHEN len(_sf_numbers(a)) = len(list_filter(_sf_list(a), e -> e IS NOT NULL))
    THEN list_transform(list_sort(list_transform(_sf_list(a), e -> {'n': CASE WHEN e IS NULL THEN NULL
        ELSE TRY_CAST(e AS DOUBLE) END, 'e': e}), direction, nulls), s -> s.e)
    ELSE list_sort(_sf_list(a), direction, nulls) END);
CREATE OR REPLACE MACRO main._sf_object(o, keys) AS CAST(concat('{', list_aggregate(list_transform(keys,
    k -> concat(CAST(to_json(k) AS VARCHAR), ':', CAST(json_extract(_sf_json(o), _sf_pointer(k)) AS VARCHAR))),
    'string_agg', ','), '}') AS JSON);
CREATE OR REPLACE MACRO main._sf_variant_number(x) AS CAST(_sf_json(x) ->> '$' AS DOUBLE);
CREATE OR REPLACE MACRO main._sf_variant_rank(x) AS TRY_CAST(_sf_json(x) AS DOUBLE);
CREATE OR REPLACE MACRO main._sf_variant_key(x) AS CASE WHEN x IS NOT NULL THEN
    {'n': _sf_variant_rank(x), 't': CASE
        WHEN abs(_sf_variant_rank(x)) < 9007199254740992 THEN '' ELSE CAST(x AS VARCHAR) END} END;
CREATE OR REPLACE MACRO main._sf_variant_boolean(x) AS CAST(_sf_json(x) ->> '$' AS BOOLEAN);
CREATE OR REPLACE MACRO main._sf_variant_date(x) AS CAST(_sf_json(x) ->> '$' AS DATE);
CREATE OR REPLACE MACRO main._sf_variant_moment(x) AS CAST(_sf_json(x) ->> '$' AS TIMESTAMP);
CREATE OR REPLACE MACRO main._sf_text_number(x) AS CAST(x AS DECIMAL(18, 5));
CREATE OR REPLACE MACRO main._sf_text_decimal(x) AS CAST(CAST(x AS VARCHAR) AS DECIMAL(38, 5));
CREATE OR REPLACE MACRO main._sf_text_double(x) AS CAST(CAST(x AS VARCHAR) AS DOUBLE);
CREATE OR REPLACE MACRO main._sf_keys(a) AS list_transform(_sf_list(a), e -> e ->> '$');
CREATE OR REPLACE MACRO main._sf_member(k, v) AS CASE WHEN k IS NULL OR _sf_json(v) IS NULL THEN ''
    ELSE concat(',', CAST(to_json(CAST(k AS VARCHAR)) AS VARCHAR), ':', CAST(_sf_json(v) AS VARCHAR)) END;
CREATE OR REPLACE MACRO main._sf_member_or_null(k, v) AS CASE WHEN k IS NULL THEN '' ELSE
    concat(',', CAST(to_json(CAST(k AS VARCHAR)) AS VARCHAR), ':', coalesce(CAST(_sf_json(v) AS VARCHAR), 'null')) END;
CREATE OR REPLACE MACRO main._sf_parse_json(x) AS CASE WHEN trim(CAST(x AS VARCHAR), E' \t\n\r') = '' THEN NULL
    ELSE json(CAST(x AS VARCHAR)) END;
CREATE OR REPLACE MACRO main._sf_try_parse_json(x) AS CASE WHEN trim(CAST(x AS VARCHAR), E' \t\n\r') = '' THEN NULL
    ELSE try(json(CAST(x AS VARCHAR))) END;
CREATE OR REPLACE MACRO main._sf_flatten_path(prefix, k) AS concat(prefix, CASE
    WHEN NOT regexp_full_match(k, '[A-Za-z_][A-Za-z0-9_$]*') THEN concat('[''', k, ''']')
    WHEN prefix = '' THEN k ELSE concat('.', k) END);
CREATE OR REPLACE MACRO main._sf_flatten(input, path, prefix, outer_, mode) AS TABLE
    SELECT seq AS "SEQ", r.k AS "KEY", r.p AS "PATH", r.i AS "INDEX", r.v AS "VALUE", r.t AS "THIS" FROM (
    SELECT seq, unnest(CASE WHEN coalesce(len(l), 0) = 0 AND outer_
        THEN [{'k': NULL::VARCHAR, 'p': prefix, 'i': NULL::BIGINT, 'v': NULL::JSON, 't': t}] ELSE l END) AS r FROM (
    SELECT CAST(coalesce(hash(t), 0) >> 1 AS BIGINT) AS seq, t, CASE
        WHEN json_type(t) = 'OBJECT' AND mode <> 'ARRAY' THEN list_transform(json_keys(t), x -> {'k': x,
            'p': _sf_flatten_path(prefix, x), 'i': NULL::BIGINT, 'v': json_extract(t, _sf_pointer(x)), 't': t})
        WHEN json_type(t) = 'ARRAY' AND mode <> 'OBJECT' THEN list_transform(
            range(CAST(json_array_length(t) AS BIGINT)), x -> {'k': NULL::VARCHAR, 'p': concat(prefix, '[', x, ']'),
            'i': x, 'v': json_extract(t, '/' || x), 't': t})
        ELSE [] END AS l
    FROM (SELECT json_extract(_sf_json(input), path) AS t)));
CREATE OR REPLACE MACRO main._sf_flatten_all(input, path, prefix, mode) AS TABLE
    SELECT CAST(coalesce(hash(s.t), 0) >> 1 AS BIGINT) AS "SEQ",
        CASE WHEN j.fullkey NOT LIKE '%]' THEN j.key END AS "KEY",
        CASE WHEN prefix = ''
            THEN ltrim(regexp_replace(replace(j.fullkey, '$', ''), '\."([^"]*)"', '[''\1'']', 'g'), '.')
            ELSE concat(prefix, regexp_replace(replace(j.fullkey, '$', ''), '\."([^"]*)"', '[''\1'']', 'g')) END
            AS "PATH",
        CASE WHEN j.fullkey LIKE '%]' THEN TRY_CAST(j.key AS BIGINT) END AS "INDEX",
        j.value AS "VALUE", json_extract(s.t, j.path) AS "THIS"
    FROM (SELECT json_extract(_sf_json(input), path) AS t) AS s, json_tree(s.t) AS j
    WHERE j.parent IS NOT NULL AND (mode <> 'OBJECT' OR j.fullkey NOT LIKE '%[%')
        AND (mode <> 'ARRAY' OR j.fullkey NOT LIKE '%.%') ORDER BY j.id;
CREATE OR REPLACE MACRO main._sf_split_rows(text, separator) AS TABLE
    SELECT CAST(coalesce(hash(text), 0) >> 1 AS BIGINT) AS "SEQ", r.i AS "INDEX", r.v AS "VALUE" FROM (SELECT
    unnest(list_transform(CASE WHEN separator = '' THEN [text] ELSE string_split(text, separator) END,
        (v, i) -> {'v': v, 'i': CAST(i AS BIGINT)})) AS r)
"""
