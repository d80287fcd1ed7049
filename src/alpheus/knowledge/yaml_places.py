"""Where in a YAML text a key stands, so that an error can name the line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from alpheus.knowledge.yaml_text import SIZE_LIMIT, YamlError, load_nodes

if TYPE_CHECKING:
    import yaml

_PART = re.compile(r"\[(\d+)\]|([^.\[\]$]+)")


def line_of(text: str, place: str, document: int = 1) -> int:
    """The line (from 1) of `playbook[2].when`; of what is nearest above it where it is not there.

    `document` counts from 1. A text that is no YAML, or too long, has everything in line 1.
    """
    if len(text) > SIZE_LIMIT:
        return 1
    try:
        nodes = load_nodes(text)
    except YamlError as error:
        return error.line or 1
    if not 1 <= document <= len(nodes):
        return 1
    node = nodes[document - 1]
    line = node.start_mark.line + 1
    for index, key in _PART.findall(place):
        found = _below(node, int(index) if index else key)
        if found is None:
            break
        node, line = found
    return line


def given_twice(text: str) -> Iterator[tuple[str, int]]:
    """Each key of a mapping that stands there once more, and its line; none of what is no YAML."""
    if len(text) > SIZE_LIMIT:
        return
    try:
        waiting = list(reversed(load_nodes(text)))
    except YamlError:
        return
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen or not isinstance(node.value, list):
            continue
        seen.add(id(node))
        keys: set[str] = set()
        for one in node.value:
            if not isinstance(one, tuple):
                waiting.append(one)
                continue
            key, value = one
            waiting.append(value)
            if isinstance(key.value, str):
                if key.value in keys and key.value != "<<":
                    yield key.value, key.start_mark.line + 1
                keys.add(key.value)


def _below(node: yaml.Node, key: str | int) -> tuple[yaml.Node, int] | None:
    """The node of a key or index, and its line."""
    value = node.value
    if isinstance(key, int):
        if not isinstance(value, list) or key >= len(value) or isinstance(value[key], tuple):
            return None
        return value[key], value[key].start_mark.line + 1
    for pair in value if isinstance(value, list) else ():
        if isinstance(pair, tuple) and str(pair[0].value) == key:
            return pair[1], pair[0].start_mark.line + 1
    return None
