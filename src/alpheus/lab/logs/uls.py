"""SharePoint's trace log (ULS): columns padded with blanks and parted by tabs, in local time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from alpheus.lab.text import slot

_WIDTHS = (23, 40, 6, 30, 30, 8, 10)


@dataclass(frozen=True, slots=True)
class Trace:
    """One row; `correlation` is made up where it is empty."""

    message: str
    process: str = "w3wp.exe (0x1F34)"
    area: str = "SharePoint Foundation"
    category: str = "Logging Correlation Data"
    event: str = "xmnv"
    level: str = "Medium"


def header(_opened: datetime) -> str:
    """The heading, which stands once in each file."""
    names = ("Timestamp", "Process", "TID", "Area", "Category", "EventID", "Level")
    return _padded(names) + "\tMessage \tCorrelation\r\n"


def line(trace: Trace) -> str:
    """The row of a trace."""
    first = slot("uls") + " "
    others = (trace.process, "0x0B84", trace.area, trace.category, trace.event, trace.level)
    padded = [text.ljust(width) for text, width in zip(others, _WIDTHS[1:], strict=True)]
    return "\t".join([first, *padded, trace.message, slot("act")])


def _padded(names: tuple[str, ...]) -> str:
    return "\t".join(name.ljust(width) for name, width in zip(names, _WIDTHS, strict=True))
