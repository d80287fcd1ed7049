"""How far a run is, on standard error: a calm block on a terminal, a line now and then elsewhere.

It looks at the counts from a thread of its own, a few times a second; the loop knows nothing of it.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TextIO

from alpheus.exposure.model import Status
from alpheus.exposure.output.names import CHIEF, campaign, cve_name

if TYPE_CHECKING:
    from rich.text import Text

WIDTH = 80
PLAIN_EVERY = 30.0
"""Seconds between lines where standard error is no terminal."""

_PER_SECOND = 4
_WINDOW = 15.0
"""Seconds over which the rate is measured."""

_BAR = 30
_COLUMNS = 2
_KNOWN = ("vulnerable", "fixed", "undetermined")
_STYLES = {"vulnerable": "bold red", "fixed": "green", "undetermined": "yellow"}
_GROUPS: tuple[tuple[str, tuple[Status, ...]], ...] = (
    ("Exchange with build", (Status.IDENTIFIED,)),
    ("build not shown", (Status.BUILD_UNKNOWN,)),
    ("behind a gateway", (Status.SHIELDED,)),
    ("cloud", (Status.ONLINE,)),
    ("not Exchange", (Status.NOT_EXCHANGE,)),
    ("TLS too old", (Status.TLS_FAILED,)),
    ("no answer", (Status.NO_ANSWER, Status.REFUSED, Status.UNREACHABLE, Status.BROKEN)),
    ("not asked", (Status.NOT_ASKED, Status.UNRESOLVED)),
)
_UNASKED = (Status.NOT_ASKED, Status.UNRESOLVED)
_SERVERS = (Status.IDENTIFIED, Status.BUILD_UNKNOWN)


class Counting(Protocol):
    """The part of `exposure.run.Counts` that is shown."""

    total: int

    @property
    def statuses(self) -> Mapping[str, int]:
        """Results per status."""

    @property
    def states(self) -> Mapping[str, Mapping[str, int]]:
        """Results per CVE and state."""


class Running(Protocol):
    """The part of `exposure.run.ProbeRun` that is shown."""

    @property
    def counts(self) -> Counting:
        """How far it is."""

    @property
    def open(self) -> int:
        """Conversations in progress."""

    def opens_at(self) -> datetime | None:
        """When the hours of the scope allow asking again; None if they do now."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at a run shows. `rate` is results per second, `left` seconds; None if unknown."""

    done: int
    total: int
    rate: float
    left: float | None
    open: int
    opens: datetime | None
    groups: Mapping[str, int]
    states: Mapping[str, int]


@dataclass(slots=True)
class Gauge:
    """Looks at a run. `cve` is the one whose states are shown."""

    probe: Running
    cve: str = CHIEF
    clock: Callable[[], float] = time.monotonic
    _seen: deque[tuple[float, int]] = field(default_factory=deque)
    _states: dict[str, int] = field(default_factory=dict)

    def look(self) -> Look:
        """The run as it is now; may be called from any thread."""
        counts = self.probe.counts
        # A copy in one step: the loop goes on counting meanwhile.
        statuses = dict(counts.statuses)
        with contextlib.suppress(RuntimeError):  # changed under the hands; the next look is near
            self._states = dict(counts.states.get(self.cve, {}))
        states = self._states
        done = sum(statuses.values()) - sum(statuses.get(one, 0) for one in _UNASKED)
        total = max(counts.total, done)
        rate = self._rate(done)
        servers = sum(statuses.get(one, 0) for one in _SERVERS)
        settled = sum(count for state, count in states.items() if state != "undetermined")
        shown = {name: states.get(name, 0) for name in _KNOWN}
        # Of what did not answer the state is open as well; only servers are meant here.
        shown["undetermined"] = max(servers - settled, 0)
        return Look(
            done, total, rate, (total - done) / rate if rate > 0 else None, self.probe.open,
            self.probe.opens_at(),
            {name: sum(statuses.get(one, 0) for one in group) for name, group in _GROUPS}, shown,
        )  # fmt: skip

    def _rate(self, done: int) -> float:
        now = self.clock()
        self._seen.append((now, done))
        while len(self._seen) > 2 and now - self._seen[1][0] > _WINDOW:
            self._seen.popleft()
        began, before = self._seen[0]
        return (done - before) / (now - began) if now > began else 0.0


@contextmanager
def live_counts(probe: Running, cve: str = CHIEF) -> Iterator[None]:
    """Show how far a run is while the block runs."""
    gauge = Gauge(probe, cve)
    with _block(gauge) if sys.stderr.isatty() else _lines(gauge, sys.stderr):
        yield


@contextmanager
def _block(gauge: Gauge) -> Iterator[None]:
    from rich.console import Console  # noqa: PLC0415 - only on a terminal
    from rich.live import Live  # noqa: PLC0415 - as above

    console = Console(stderr=True, highlight=False)
    mark = "━" if console.encoding.lower().startswith("utf") else "-"
    with Live(
        console=console, refresh_per_second=_PER_SECOND, get_renderable=lambda: block(gauge, mark),
        transient=True, redirect_stdout=False,
    ):  # fmt: skip
        yield


@contextmanager
def _lines(gauge: Gauge, stream: TextIO, every: float = PLAIN_EVERY) -> Iterator[None]:
    ended = threading.Event()

    def tell() -> None:
        while not ended.wait(every):
            # Who reads the counts may have left; the run goes on.
            with contextlib.suppress(OSError, ValueError):
                print(f"alpheus: {line(gauge)}", file=stream, flush=True)

    gauge.look()
    thread = threading.Thread(target=tell, name="live counts", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def line(gauge: Gauge) -> str:
    """A look as one line of text."""
    look = gauge.look()
    groups = [f"{name} {count:,}" for name, count in look.groups.items() if count]
    states = [f"{look.states[name]:,} {name}" for name in _KNOWN]
    parts = [", ".join(_progress(look)), ", ".join(groups)]
    if look.groups["Exchange with build"] or look.groups["build not shown"]:
        parts.append(f"{cve_name(gauge.cve)}: {', '.join(states)}")
    return "; ".join(part for part in parts if part)


def block(gauge: Gauge, mark: str = "-") -> Text:
    """A look as a few lines of at most 80 columns; `mark` is what the bar is made of."""
    from rich.text import Text  # noqa: PLC0415 - only on a terminal

    look = gauge.look()
    share = look.done / look.total if look.total else 0.0
    full = int(_BAR * share)
    text = Text(no_wrap=True, overflow="crop")
    text.append(mark * full, "green").append((" " if mark == "-" else mark) * (_BAR - full), "dim")
    text.append(f" {share:4.0%}  asked {look.done:,} of {look.total:,}\n")
    text.append("  ".join(_progress(look)[1:]), "dim").append("\n")
    names = list(look.groups)
    for first in range(0, len(names), _COLUMNS):
        cells = (f"{look.groups[name]:,} {name}" for name in names[first : first + _COLUMNS])
        text.append("".join(cell.ljust(WIDTH // _COLUMNS) for cell in cells).rstrip() + "\n")
    text.append(f"{campaign(gauge.cve) or gauge.cve}:")
    for name in _KNOWN:
        style = _STYLES[name] if look.states[name] else "dim"
        text.append(f"  {look.states[name]:,} {name}", style)
    return text


def _progress(look: Look) -> list[str]:
    share = f" ({look.done / look.total:.0%})" if look.total else ""
    parts = [f"asked {look.done:,} of {look.total:,}{share}"]
    if look.opens is not None:
        parts.append(f"the hours of the scope begin at {look.opens:%Y-%m-%d %H:%M} UTC")
    else:
        parts.append(f"{look.rate:,.0f} a second")
        if look.left is not None and look.done < look.total:
            parts.append(f"{duration(look.left)} left")
    parts.append(f"{look.open:,} in progress")
    return parts


def duration(seconds: float) -> str:
    """`45 s`, `12 min`, `3 h 20 min`, `2 d 4 h`."""
    whole = int(seconds)
    if whole < 90:
        return f"{whole} s"
    minutes = round(whole / 60)
    if minutes < 90:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes // 1440} d {minutes % 1440 // 60} h"
