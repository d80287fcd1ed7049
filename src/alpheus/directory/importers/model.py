"""What a reader of a list of organisations is given, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from alpheus.directory.model import Organisation, Route
from alpheus.exposure.imports.model import Loss
from alpheus.exposure.imports.opening import Source

Entry = Organisation | Route | Loss
Reader = Callable[[Source, "Context"], Iterator[Entry]]

_MOST_REMEMBERED = 2_000_000


@dataclass(slots=True)
class Context:
    """What files of one import tell each other: objects of a registry by their handles.

    `names` are organisations' names and `mailboxes` where abuse is reported. `kind` is that of the
    file that is being read.
    """

    kind: str = ""
    names: dict[str, str] = field(default_factory=dict)
    mailboxes: dict[str, str] = field(default_factory=dict)

    def remember(self, table: dict[str, str], handle: str, value: str) -> None:
        """Keep what a handle stands for, as long as there is room."""
        if len(table) < _MOST_REMEMBERED:
            table[handle.upper()] = value
