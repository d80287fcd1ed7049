"""Loads YAML that others wrote, without letting it crash the process."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import yaml

DEPTH_LIMIT = 100
"""Nested deeper than this, a text is refused: the C library would overflow its stack."""

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
        if _may_be_deep(text):
            _check_depth(text)
        return [one for one in load() if one is not None]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise YamlError(str(error.problem), mark.line + 1 if mark else None) from error
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, OverflowError) as error:
        if isinstance(error, YamlError):
            raise
        raise YamlError(f"no valid YAML: {error}") from error


def _may_be_deep(text: str) -> bool:
    """A cheap bound: each level needs a bracket, or one more column of a line."""
    brackets = text.count("[") + text.count("{")
    return brackets + max(map(len, text.splitlines()), default=0) > _SUSPECT


def _check_depth(text: str) -> None:
    import yaml  # noqa: PLC0415 - only needed once rules are loaded

    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEPTH_LIMIT:
                reason = f"nested deeper than {DEPTH_LIMIT} levels"
                mark = event.start_mark
                raise YamlError(reason, mark.line + 1 if mark else None)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
