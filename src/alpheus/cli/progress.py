"""One line of progress on a terminal; nothing anywhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alpheus.job import Progress

_EVERY = 0.2


@contextmanager
def progress_line() -> Iterator[Progress | None]:
    """Give a function that shows progress, or None when standard error is not a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - only on a terminal

    console = Console(stderr=True)
    start = time.monotonic()
    last = [0.0]
    with console.status("opening evidence") as status:

        def show(path: str, read: int, size: int) -> None:
            now = time.monotonic()
            if now - last[0] >= _EVERY:
                last[0] = now
                name = "".join(c if c.isprintable() else "?" for c in path[-40:])
                status.update(f"{_amount(read, size, now - start)}  [dim]{_plain(name)}[/dim]")

        yield show


def _amount(read: int, size: int, seconds: float) -> str:
    """Bytes read, the rate, and the time left where the whole is known and not nearly done."""
    rate = read / seconds if seconds > 0 else 0.0
    text = f"{read / 1e6:,.0f} MB, {rate / 1e6:,.0f} MB/s"
    if size > read and rate > 0:
        left = int((size - read) / rate)
        text = f"{read / size:.0%} of {size / 1e6:,.0f} MB, {rate / 1e6:,.0f} MB/s, {left} s left"
    return text


def _plain(text: str) -> str:
    from rich.markup import escape  # noqa: PLC0415 - only on a terminal

    return escape(text)
