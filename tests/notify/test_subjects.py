"""What a notice says of a server."""

from __future__ import annotations

import pytest

from alpheus.cases.organisations import Organisation
from alpheus.cases.server_rows import ServerDetail, Span
from alpheus.notify.subjects import Change, subject_of

ROW = {
    "id": 7, "name": "EX1", "product": "Exchange 2016", "build": "15.1.2176.4",
    "address": "192.0.2.7", "patch": "vulnerable", "patch_since": "2021-03-01T00:00:00Z",
    "compromise": "reported", "compromise_since": "2021-03-05T00:00:00Z",
    "last_seen": "2021-03-09T00:00:00Z",
}  # fmt: skip
OWNER = Organisation("school.example", "A School")


def _detail(*ports: int) -> ServerDetail:
    spans = (Span("192.0.2.6", (25,), "", ""), Span("192.0.2.7", ports, "", ""))
    return ServerDetail(addresses=spans, stage="implanted")


@pytest.mark.parametrize(("ports", "port"), [((25, 443), 443), ((8443,), 8443), ((), 0)])
def test_it_says_where_it_was_seen(ports: tuple[int, ...], port: int) -> None:
    """At the usual port, if it was seen there."""
    found = subject_of({**ROW, "detail": _detail(*ports)}, (), OWNER)
    assert (found.port, found.anchor, found.owner, found.stage) == (port, 7, "A School",
                                                                    "implanted")  # fmt: skip


def test_evidence_tells_how_it_came_into_its_states() -> None:
    """The last time of each; not what was so before, nor how far work is."""
    changes = [
        Change("patch", "2021-03-01T00:00:00Z", "vulnerable", "probe", "seen without the fix"),
        Change("patch", "2021-03-02T00:00:00Z", "fixed", "probe", "seen with the fix"),
        Change("patch", "2021-03-03T00:00:00Z", "vulnerable", "list", "seen without the fix"),
        Change("work", "2021-03-04T00:00:00Z", "notified", "kim", "told"),
        Change("compromise", "2021-03-05T08:00:00Z", "reported", "feed", "reported by others"),
    ]
    found = subject_of({**ROW, "detail": _detail()}, changes, OWNER)
    assert found.evidence == (
        "2021-03-03 00:00 UTC: seen without the fix (a list)",
        "2021-03-05 08:00 UTC: reported by others (feed)",
    )
