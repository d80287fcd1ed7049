"""From matches to findings: merged over files, tied or not, with every line that proves them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from alpheus.detect.model import HitGroup, RuleInfo, text_of
from alpheus.detect.process_tree import ProcessTree
from alpheus.judge.record import ServerRecord
from alpheus.judge.ties import Anchors, tied_events
from alpheus.model import (
    CITATION_LIMIT,
    Citation,
    Confidence,
    Event,
    Finding,
    Stage,
    TimeBasis,
    Weight,
)

_NAMES_SHOWN = 5
_CLIENTS_SHOWN = 8
_FAR = datetime.max.replace(tzinfo=UTC)


def findings_of_hits(record: ServerRecord, anchors: Anchors, tree: ProcessTree) -> list[Finding]:
    """One finding per rule, and one more for its matches in lines that did not parse."""
    merged: dict[tuple[str, bool], list[HitGroup]] = {}
    for group in record.hits:
        merged.setdefault((group.rule.id, group.raw), []).append(group)
    return [_finding(record, groups, anchors, tree, raw=raw) for (_, raw), groups in merged.items()]


def _finding(
    record: ServerRecord,
    groups: Sequence[HitGroup],
    anchors: Anchors,
    tree: ProcessTree,
    *,
    raw: bool,
) -> Finding:
    rule = groups[0].rule
    events = [record.believed(event) for group in groups for event in group.kept()]
    total = sum(group.total for group in groups)
    weight, stage, confidence = rule.meaning.weight, rule.meaning.stage, rule.meaning.confidence
    notes: list[str] = []
    if rule.meaning.tie:
        tied = [event for group in groups for event in tied_events(group, anchors, tree)]
        if tied:
            events, total = tied, len(tied)
        else:
            weight, stage = Weight.CONTEXT, Stage.NONE
            notes.append("nothing ties it to the web server, a shell or the attacker")
    if events and all(event.malformed for event in events):
        weight, stage, confidence = Weight.CONTEXT, Stage.PROBED, Confidence.LOW
        notes.append("the record is not as its writer writes it: edited, quoted or damaged")
    elif raw:
        weight = min(weight, Weight.INDICATION, key=lambda w: w.rank)
        confidence = Confidence.LOW
        notes.append("found in lines that do not parse; read them")
    notes[:0] = _measures(groups)
    return finding_from(
        rule, events, total=total, weight=weight, stage=stage, confidence=confidence,
        detail="; ".join(notes),
    )  # fmt: skip


def finding_from(
    rule: RuleInfo,
    events: Iterable[Event],
    *,
    total: int | None = None,
    weight: Weight | None = None,
    stage: Stage | None = None,
    confidence: Confidence | None = None,
    detail: str = "",
) -> Finding:
    """A finding that cites the events, earliest first, up to the limit, and tells the total."""
    ordered = sorted(events, key=_when)
    times = [event.time for event in ordered if event.time is not None]
    clients = _clients(rule, ordered)
    local = bool(times) and all(
        event.time_basis is TimeBasis.UNKNOWN for event in ordered if event.time is not None
    )
    if local:
        detail = "; ".join(filter(None, (detail, "in local time; give --timezone to convert it")))
    return Finding(
        rule=rule.id,
        pack=rule.pack,
        title=rule.title,
        stage=stage or rule.meaning.stage,
        weight=weight or rule.meaning.weight,
        confidence=confidence or rule.meaning.confidence,
        time=times[0] if times else None,
        last=times[-1] if times else None,
        cves=rule.meaning.cves,
        techniques=rule.meaning.techniques,
        citations=tuple(event.citation for event in ordered[:CITATION_LIMIT]),
        more_files=more_files([event.citation for event in ordered]),
        citations_total=total if total is not None else len(ordered),
        detail=detail,
        summary=sentence(rule.meaning.summary, ordered[0]) if ordered else "",
        local_time=local,
        clients=clients,
        tlp=rule.tlp,
    )


def more_files(citations: Sequence[Citation]) -> tuple[Citation, ...]:
    """The files beyond the citations that are listed, each once, without a quote."""
    listed = {(one.evidence, one.path) for one in citations[:CITATION_LIMIT]}
    found: dict[tuple[str, str], Citation] = {}
    for one in citations[CITATION_LIMIT:]:
        place = one.evidence, one.path
        if one.sha256 and place not in listed:
            found.setdefault(place, Citation(one.evidence, one.path, sha256=one.sha256))
    return tuple(found.values())


def sentence(template: str, event: Event) -> str:
    """Fill `{Field}` places of a summary from an event; an absent field reads as 'unknown'."""
    return re.sub(
        r"\{([^{}]+)\}", lambda m: (text_of(event, m.group(1)) or "unknown")[:200], template
    )


def _when(event: Event) -> tuple[datetime, str, int, int]:
    """Time, then place: how the reading was shared out must not show."""
    cited = event.citation
    place = cited.line or cited.offset or cited.record_id or 0
    return event.time or _FAR, cited.path, place, cited.record_id or 0


def _clients(rule: RuleInfo, events: Iterable[Event]) -> tuple[str, ...]:
    if rule.meaning.client is None:
        return ()
    seen = dict.fromkeys(text_of(event, rule.meaning.client) for event in events)
    return tuple(client for client in seen if client)[:_CLIENTS_SHOWN]


def _measures(groups: Sequence[HitGroup]) -> list[str]:
    """The sizes and names that a rule asks to be reported."""
    meaning = groups[0].rule.meaning
    notes = []
    if meaning.measure:
        notes.append(f"{sum(group.measured for group in groups):,} bytes in {meaning.measure}")
    names = dict.fromkeys(name for group in groups for name in group.names)
    if names:
        shown = ", ".join(name[:120] for name in list(names)[:_NAMES_SHOWN])
        more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
        notes.append(f"named: {shown}{more}")
    return notes
