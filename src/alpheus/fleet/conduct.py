"""How an intruder went about it: by which programs, in which order, at which pace, and when.

A tool does the same on every server. So the same user agent in requests that prove something, and
the same steps with spans of the same kind between them, are found on the servers of one hand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from alpheus.cases.traces import Trace, TraceKind
from alpheus.model import Citation, Finding, ServerAssessment, Stage, Weight
from alpheus.parsers.base import ReadOptions
from alpheus.parsers.httpproxy import HTTPPROXY
from alpheus.parsers.w3c import W3CFormat

FEWEST = 3
"""Steps below this number are no conduct: many share them by chance."""

_MOST_STEPS = 12
_MOST_TOOLS = 10
_LONGEST = 300
_AGENTS = ("cs(User-Agent)", "UserAgent")
_PACES = ((120.0, "at once"), (3_600.0, "within the hour"), (86_400.0, "within a day"))
_LATER = "days later"


def conduct(server: ServerAssessment) -> Iterator[Trace]:
    """The tools of a server's intruder, and what was done, each with when it was first seen."""
    yield from _tools(server.findings)
    steps = _steps(server.findings)
    if len(steps) < FEWEST:
        return
    first = steps[0][0]
    spans = [
        pace((later - earlier).total_seconds()) for (earlier, _), (later, _) in pairwise(steps)
    ]
    told = steps[0][1].title + "".join(
        f"; {span}: {finding.title}" for span, (_, finding) in zip(spans, steps[1:], strict=True)
    )
    rules = [finding.rule for _, finding in steps]
    value = _hash(*(part for pair in zip(rules, ["", *spans], strict=True) for part in pair))
    seen, hour = f"{first:%Y-%m-%dT%H:%M:%SZ}", f"{first:%Y-%m-%d %H}:00"
    yield Trace(TraceKind.STEPS, value, _cut(told), seen)
    yield Trace(TraceKind.BURST, _hash(value, hour), _cut(f"from {hour} UTC on: {told}"), seen)


def _steps(findings: Sequence[Finding]) -> list[tuple[datetime, Finding]]:
    """What was proven or indicated of an intrusion, by time, each rule once."""
    timed = (
        (one.time, one) for one in findings
        if one.time is not None and not one.local_time and one.weight is not Weight.CONTEXT
        and one.stage.rank >= Stage.ATTEMPTED.rank
    )  # fmt: skip
    found: dict[str, tuple[datetime, Finding]] = {}
    for time, one in sorted(timed, key=lambda step: (step[0], step[1].rule)):
        found.setdefault(one.rule, (time, one))
    return list(found.values())[:_MOST_STEPS]


def pace(seconds: float) -> str:
    """A span between two steps, as it is compared."""
    return next((name for most, name in _PACES if seconds <= most), _LATER)


def _tools(findings: Sequence[Finding]) -> Iterator[Trace]:
    """User agents of requests that prove something, the earliest first."""
    found: dict[str, Trace] = {}
    proven = (
        one for one in findings
        if one.weight is Weight.PROOF and one.stage.rank >= Stage.EXPLOITED.rank
    )  # fmt: skip
    for one in proven:
        seen = f"{one.time:%Y-%m-%dT%H:%M:%SZ}" if one.time is not None else ""
        for citation in one.citations:
            agent = agent_of(citation)
            if agent and len(found) < _MOST_TOOLS:
                value = agent.replace(",", "")  # which HttpProxy leaves out
                found.setdefault(value, Trace(TraceKind.TOOL, _hash(value), agent, seen))
    yield from found.values()


def agent_of(citation: Citation) -> str:
    """The user agent that a line of a request names, with blanks as blanks; '' for none."""
    for reader in (W3CFormat(), HTTPPROXY):
        row = reader.start("", citation.path, ReadOptions()).row(citation.text)
        if row is not None:
            return agent_in(row.fields)
    return ""


def agent_in(fields: Mapping[str, str]) -> str:
    """The user agent that the fields of a request name; '' for none."""
    named = (fields.get(name, "") for name in _AGENTS)
    return _cut(" ".join(next(filter(None, named), "").replace("+", " ").split()))


def _hash(*parts: str) -> str:
    text = "\n".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:32]


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
