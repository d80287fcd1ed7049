"""Small makers of nouns for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alpheus.detect.model import HitGroup, Hours, Origin, RuleInfo
from alpheus.judge.identity import Identity
from alpheus.judge.record import ServerRecord
from alpheus.knowledge.model import DecidingGroup, Pack, RuleMeaning, Window
from alpheus.model import Citation, Confidence, Event, Finding, Stage, TimeBasis, Weight

T0 = datetime(2021, 3, 3, 6, 59, 20, tzinfo=UTC)


def at(text: str) -> datetime:
    """A time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def origin(host: str | None = "EX01", folder: str = "C/logs", evidence: str = "E1") -> Origin:
    """Whose record."""
    return Origin(evidence, host, folder, "")


def event(
    source: str = "httpproxy",
    fields: Mapping[str, str | tuple[str, ...]] | None = None,
    *,
    time: datetime | None = T0,
    host: str | None = "EX01",
    line: int = 1,
    malformed: bool = False,
) -> Event:
    """A record."""
    shown = ",".join(f"{k}={v}" for k, v in (fields or {}).items())
    return Event(
        source, time, TimeBasis.UTC, host, fields or {},
        Citation("E1", "C/logs/a.log", line=line, text=shown), malformed,
    )  # fmt: skip


def rule(
    name: str = "r",
    stage: Stage = Stage.EXPLOITED,
    weight: Weight = Weight.INDICATION,
    *,
    pack: str = "proxylogon",
    confidence: Confidence = Confidence.HIGH,
    **meaning: object,
) -> RuleInfo:
    """A rule as the judge sees it."""
    return RuleInfo(
        name, pack, f"title of {name}", RuleMeaning(stage, weight, confidence, **meaning)
    )  # type: ignore[arg-type]


def group(info: RuleInfo, events: Sequence[Event], *, raw: bool = False) -> HitGroup:
    """The matches of one rule."""
    made = HitGroup(info, origin(), raw)
    for one in events:
        made.add(one)
    return made


def finding(
    stage: Stage = Stage.EXPLOITED,
    weight: Weight = Weight.INDICATION,
    *,
    name: str = "r",
    pack: str = "proxylogon",
    time: datetime | None = T0,
    confidence: Confidence = Confidence.HIGH,
) -> Finding:
    """A finding."""
    return Finding(name, pack, f"title of {name}", stage, weight, confidence, time, last=time)


def hours(start: str, end: str, *, without: tuple[str, str] | None = None) -> Hours:
    """A row in every hour of a span, except in another span."""
    made = Hours(files=1)
    moment, stop = at(start), at(end)
    while moment < stop:
        if not (without and at(without[0]) <= moment < at(without[1])):
            made.rows += 1
            made.note(moment)
        moment += timedelta(hours=1)
    return made


def record(name: str = "EX01", **parts: object) -> ServerRecord:
    """A server."""
    return ServerRecord(Identity(name, {name}), **parts)  # type: ignore[arg-type]


def campaign_pack() -> Pack:
    """A pack with a window, a front end and a control panel."""
    return Pack(
        id="proxylogon", version="1", title="ProxyLogon", folder=Path(),
        products=("Microsoft Exchange Server",), cves=("CVE-2021-26855",),
        window=Window(at("2021-02-26"), at("2021-03-20"), at("2021-01-03")),
        deciding=(
            DecidingGroup("front-end", ("httpproxy", "iis-site-1")),
            DecidingGroup("control-panel", ("ecp-server", "msexchange-management")),
        ),
    )  # fmt: skip


def general_pack() -> Pack:
    """A pack without a window."""
    return Pack(
        id="iis-webshell", version="1", title="Web shells", folder=Path(),
        products=("Microsoft IIS",), cves=(), window=None, deciding=(),
    )  # fmt: skip
