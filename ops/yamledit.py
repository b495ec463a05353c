"""One value set or removed in a YAML text that people wrote; comments, order and layout of the rest stay."""

from collections.abc import Sequence

import yaml

from ops.errors import BadInput

STEP = 2


def put(text: str, path: Sequence[str], value: str) -> str:
    """The text with a plain scalar at a path of mapping keys; missing mappings on the way are made.

    Raises BadInput where something on the way is a list, a scalar or a mapping in braces.
    """
    node, rest = _walk(yaml.compose(text), path)
    if node is None:
        return text + _block(path, value, 0)
    if not rest:
        return _replaced(text, node, value)
    if not isinstance(node, yaml.MappingNode):
        raise BadInput(f"{'.'.join(path)} cannot be set", why="something on the way is no mapping")
    if not node.value:
        indent = _indent(text, node.start_mark.index) + STEP
        return _replaced(text, node, "\n" + _block(rest, value, indent).rstrip("\n"))
    if node.flow_style:
        raise BadInput(
            f"{'.'.join(path)} cannot be set", why="the mapping is written in braces", do="write it in lines"
        )
    return _before(text, node, _block(rest, value, int(node.value[0][0].start_mark.column)))


def put_in_item(text: str, path: Sequence[str], name: str, key: str, value: str | None) -> str:
    """Like put and drop, for the mapping called `name` (its field `name`) in the list at the path."""
    node, rest = _walk(yaml.compose(text), path)
    if rest or not isinstance(node, yaml.SequenceNode):
        raise BadInput(f"there is no list {'.'.join(path)}")
    for item in node.value:
        fields = {left.value: right for left, right in item.value} if isinstance(item, yaml.MappingNode) else {}
        if isinstance(fields.get("name"), yaml.ScalarNode) and fields["name"].value.upper() == name:
            if value is None:
                return _drop(text, item, key)
            if key in fields:
                return _replaced(text, fields[key], value)
            return _before(text, item, f"{key}: {value}\n")
    raise BadInput(f"{name} is not in {'.'.join(path)}")


def drop(text: str, path: Sequence[str]) -> str:
    """The text without the key at a path; unchanged where it is not there. The mapping around it must keep a key."""
    node, rest = _walk(yaml.compose(text), path[:-1])
    return text if rest or not isinstance(node, yaml.MappingNode) else _drop(text, node, path[-1])


def _drop(text: str, node: yaml.MappingNode, key: str) -> str:
    if node.flow_style:
        raise BadInput(f"{key} cannot be removed", why="the mapping is written in braces", do="write it in lines")
    for position, (left, right) in enumerate(node.value):
        if left.value != key:
            continue
        if position + 1 < len(node.value):
            return text[: int(left.start_mark.index)] + text[int(node.value[position + 1][0].start_mark.index) :]
        start = text.rindex("\n", 0, int(left.start_mark.index)) if position else int(left.start_mark.index)
        return text[:start] + text[int(right.end_mark.index) :]
    return text


def _before(text: str, mapping: yaml.MappingNode, lines: str) -> str:
    first = mapping.value[0][0].start_mark
    index, column = int(first.index), int(first.column)
    return text[:index] + lines.lstrip() + " " * column + text[index:]


def _replaced(text: str, node: yaml.Node, value: str) -> str:
    start, end = int(node.start_mark.index), int(node.end_mark.index)
    return text[:start] + value + text[end:]


def _walk(node: yaml.Node | None, path: Sequence[str]) -> tuple[yaml.Node | None, Sequence[str]]:
    for position, key in enumerate(path):
        following = None
        if isinstance(node, yaml.MappingNode):
            following = next((right for left, right in node.value if left.value == key), None)
        if following is None:
            return node, path[position:]
        node = following
    return node, ()


def _block(path: Sequence[str], value: str, indent: int) -> str:
    lines = [f"{' ' * (indent + STEP * depth)}{key}:" for depth, key in enumerate(path)]
    return "\n".join(lines) + f" {value}\n"


def _indent(text: str, index: int) -> int:
    line = text[text.rfind("\n", 0, index) + 1 : index]
    return len(line) - len(line.lstrip())
