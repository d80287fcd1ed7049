"""Loads YAML that others wrote, without letting it crash the process."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import yaml

DEPTH_LIMIT = 100
"""Nested deeper than this, a text is refused: the C library would overflow its stack."""

SIZE_LIMIT = 4 << 20
"""Characters of a document that somebody wrote by hand."""

NODES_LIMIT = 200_000
"""So many values a text may stand for, once each alias is what it names."""

_ANCHOR = re.compile(r"(?:^|[\s\[{,])&[^\s,\[\]{}]")

_SUSPECT = 1_000


class YamlError(ValueError):
    """The text is no YAML that we read; `line` counts from 1, None if the place is not known."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


Loaded = TypeVar("Loaded")


def load_documents(text: str) -> list[object]:
    """Every document of a text, without empty ones. Raises YamlError."""
    import yaml  # noqa: PLC0415 - only needed once rules are loaded

    if len(text) > SIZE_LIMIT:
        raise YamlError(f"longer than {SIZE_LIMIT >> 20} MiB")
    return _guarded(text, lambda: yaml.load_all(text, Loader=yaml.CSafeLoader))


def load_nodes(text: str) -> list[yaml.Node]:
    """Every document as its tree of nodes: each has its line, and scalars are as written.

    Nothing is converted, so `20:00` stays the time that it is, and a key given twice is seen.
    Raises YamlError.
    """
    import yaml  # noqa: PLC0415 - only needed once rules are loaded

    return _guarded(text, lambda: yaml.compose_all(text, Loader=yaml.CSafeLoader))


def _guarded(text: str, load: Callable[[], Iterable[Loaded]]) -> list[Loaded]:
    import yaml  # noqa: PLC0415 - only needed once rules are loaded

    try:
        if _ANCHOR.search(text) is not None or _may_be_deep(text):
            _check_nodes(text)
        return [one for one in load() if one is not None]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise YamlError(str(error.problem), mark.line + 1 if mark else None) from error
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, OverflowError) as error:
        if isinstance(error, YamlError):
            raise
        place = _unread(text) if isinstance(error, ValueError) else None
        raise YamlError(f"no valid YAML: {error}", place) from error


def _unread(text: str) -> int | None:
    """The line of the first scalar that cannot be what it looks like, such as a 30th of February.

    The text was found to be no bomb before.
    """
    import yaml  # noqa: PLC0415 - only needed once rules are loaded

    try:
        waiting = [one for one in yaml.compose_all(text, Loader=yaml.CSafeLoader) if one]
    except (yaml.YAMLError, ValueError):
        return None
    waiting.reverse()
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            try:
                yaml.constructor.SafeConstructor().construct_object(node)
            except (ValueError, yaml.YAMLError):
                return int(node.start_mark.line) + 1
        elif isinstance(node, yaml.CollectionNode):
            waiting += reversed(list(_parts(node)))
    return None


def _parts(node: yaml.CollectionNode) -> Iterator[yaml.Node]:
    """Keys and values of a mapping, entries of a list, in their order."""
    for one in node.value:
        yield from one if isinstance(one, tuple) else (one,)


def _may_be_deep(text: str) -> bool:
    """A cheap bound: each level needs a bracket, or one more column of a line."""
    brackets = text.count("[") + text.count("{")
    return brackets + max(map(len, text.splitlines()), default=0) > _SUSPECT


def _check_nodes(text: str) -> None:
    """Raises YamlError for what is nested too deep, or stands for too much, aliases followed."""
    import yaml  # noqa: PLC0415 - only needed once rules are loaded

    open_, known = [_Open("")], dict[str, _Open]()
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.CollectionStartEvent):
            open_.append(_Open(event.anchor or ""))
        node = _ended(event, open_, known)
        if len(open_) + (node.depth if node else 0) > DEPTH_LIMIT + 1:
            raise YamlError(f"nested deeper than {DEPTH_LIMIT} levels", line)
        if node is None:
            continue
        if node.anchor:
            known[node.anchor] = node
        open_[-1].take(node)
        if known and open_[-1].nodes > NODES_LIMIT:
            raise YamlError(f"its aliases stand for more than {NODES_LIMIT:,} values", line)


def _ended(event: yaml.Event, open_: list[_Open], known: Mapping[str, _Open]) -> _Open | None:
    """The node that is whole with this event, if one is. An unknown alias is the loader's to tell.

    Raises YamlError for an alias that stands within what it names.
    """
    import yaml  # noqa: PLC0415 - only needed once rules are loaded

    if isinstance(event, yaml.CollectionEndEvent):
        return open_.pop()
    if isinstance(event, yaml.ScalarEvent):
        return _Open(event.anchor or "")
    if not isinstance(event, yaml.AliasEvent):
        return None
    if any(one.anchor == event.anchor for one in open_):
        line = event.start_mark.line + 1 if event.start_mark else None
        raise YamlError(f"*{event.anchor} stands within what it names", line)
    return known.get(event.anchor or "")


@dataclass(slots=True)
class _Open:
    """A node that is being read: how much it stands for so far, and how deep that is."""

    anchor: str
    nodes: int = 1
    depth: int = 0

    def take(self, node: _Open) -> None:
        """A node within this one."""
        self.nodes += node.nodes
        self.depth = max(self.depth, node.depth + 1)
