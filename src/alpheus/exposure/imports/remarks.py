"""What was not taken of a row that was imported: told with line and value, and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

Remark = tuple[str, str]
"""A sort, and what stood there."""

NO_PLACE = "no address, name or URL, and kept as text only"
NO_PORT = "no port from 0 to 65535, and left out"
NO_TIME = "no time that there is, and kept as text only"
FUTURE = "times that have not been yet, and left out"
NOT_KNOWN = "labels not understood, and kept"
BOTH = "said to be broken into and not to be, so not taken for victims"
PRIVATE = "private addresses, which nobody reaches from outside"
TITLE = "taken as titles, no rows"

SHOWN = 20
"""Lines of a sort that are told one by one; of the others, how many there are."""

_VALUE = 60


class Remarks:
    """Gathers remarks; `told` gives one sentence for each sort."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._shown: dict[str, list[str]] = {}

    def add(self, line: int, remark: Remark) -> None:
        """One more."""
        sort, value = remark
        self._counts[sort] += 1
        shown = self._shown.setdefault(sort, [])
        if len(shown) < SHOWN:
            plain = " ".join(value.split())
            cut = f"{plain[:_VALUE]}..." if len(plain) > _VALUE else plain
            shown.append(f"line {line:,} '{cut}'")

    def told(self) -> Iterator[str]:
        """The sentences, in the order in which the sorts were met."""
        for sort, shown in self._shown.items():
            more = self._counts[sort] - len(shown)
            rest = f" and {more:,} more" if more else ""
            yield f"{sort}: {', '.join(shown)}{rest}"
