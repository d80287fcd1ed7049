"""What an assessment says that may be found on other servers too: traces of an intruder.

Only what proves something leaves a trace: a page that no product brings, an address that a proven
exploit or a shell was used from, a secret that a finding quotes; and how the intruder went about it
(see `conduct`).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence

from alpheus.cases.traces import Trace, TraceKind
from alpheus.fleet.conduct import conduct
from alpheus.fleet.said import public_address
from alpheus.model import Finding, ServerAssessment, Stage, Weight
from alpheus.report.redact import Clear
from alpheus.report.views import iso
from alpheus.sharing.traces import is_planted

MOST = 200
"""Traces of a server that are kept."""

_MARK = re.compile(r"\[secret:[0-9a-f]{8}\]")
_LONGEST = 300


def traces_of(
    server: ServerAssessment, secrets: Mapping[str, Sequence[Clear]], key: bytes
) -> tuple[Trace, ...]:
    """The traces of a server whose texts are redacted, each once, with when it was first seen.

    What has no time is as old as the first proof of the intruder.
    `secrets` are what hashes in it stand for, by hash; under `key` they are hashed anew, longer, so
    that of very many no two are taken for one.
    """
    found: dict[tuple[TraceKind, str], Trace] = {}
    proven = (one for one in server.findings if one.weight is Weight.PROOF)
    times = [_time(one) for one in proven if one.stage.rank >= Stage.EXPLOITED.rank]
    begun = min((time for time in times if time), default="")
    several = (
        trace for finding in server.findings
        for trace in _of(finding, secrets, key, _time(finding) or begun)
    )  # fmt: skip
    for trace in (*conduct(server), *several):
        known = found.get((trace.kind, trace.value))
        if known is None or (trace.seen and not "" < known.seen <= trace.seen):
            found[trace.kind, trace.value] = trace
    return tuple(found.values())[:MOST]


def _time(finding: Finding) -> str:
    return f"{said[:19]}Z" if (said := iso(finding.time)) else ""


def _of(
    finding: Finding, secrets: Mapping[str, Sequence[Clear]], key: bytes, seen: str
) -> Iterator[Trace]:
    if finding.weight is Weight.CONTEXT:
        return
    pages = [
        one
        for one in finding.citations
        if is_planted(finding.rule, finding.stage, one.path, one.sha256)
    ]
    for one in pages:
        name = one.path.rpartition("/")[2][-_LONGEST:]
        yield Trace(TraceKind.PAGE, one.sha256 or "", name, seen)
    if pages and finding.weight is Weight.PROOF:
        yield Trace(TraceKind.FAMILY, finding.rule, finding.title[:_LONGEST], seen)
    if finding.weight is Weight.PROOF and finding.stage.rank >= Stage.EXPLOITED.rank:
        for client in finding.clients:
            if address := public_address(client):
                yield Trace(TraceKind.ADDRESS, address, finding.title[:_LONGEST], seen)
    marks = {mark for one in finding.citations for mark in _MARK.findall(one.text)}
    for mark in sorted(marks):
        for clear in secrets.get(mark, ()):
            digest = hmac.new(key, clear.value.encode("utf-8", "surrogatepass"), hashlib.sha256)
            yield Trace(TraceKind.SECRET, digest.hexdigest()[:32], f"{clear.kind.value} {mark}",
                        seen)  # fmt: skip
