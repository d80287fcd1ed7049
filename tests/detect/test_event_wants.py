"""The quick road through event logs says what reading every event in full says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alpheus.detect import examine as examining
from alpheus.detect.collector import Collector
from alpheus.detect.event_wants import EventWants
from alpheus.detect.kit import Kit
from alpheus.detect.process_tree import ProcessTree
from alpheus.evidence.base import EvidenceFile
from alpheus.knowledge.packs import load_packs
from alpheus.model import BuildWitness, Event, Skipped
from alpheus.parsers.base import ReadOptions
from alpheus.parsers.evtx import EventLogFile
from evidence_file import FileOnDisk
from evtx_writer import chunk, event, log
from samples import SAMPLES, real


class _InFull:
    """Reads every event in full: the slow, obvious way."""

    source = "windows-event"

    def recognise(self, head: bytes, path: str) -> bool:
        return True

    def parse(
        self, file: EvidenceFile, options: ReadOptions
    ) -> Iterator[Event | Skipped | BuildWitness]:
        return EventLogFile().parse(file, options)


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    """Our packs and rules of others: with a search, with keywords, and without either."""
    folder = tmp_path_factory.mktemp("rules")
    conditions = {
        "a": ("service: security", "{EventID: 4624, TargetUserName|contains: attacker}"),
        "b": ("service: security", "{EventID: 4672}"),
        "c": ("service: application", "[hidden.text]"),
        "d": ("category: process_creation", "{CommandLine|contains: ' -enc '}"),
        "e": ("service: system", "{Provider_Name: Other, x|exists: true}"),
    }
    for name, (source, selection) in conditions.items():
        (folder / f"{name}.yml").write_text(
            f"title: {name}\nlogsource: {{product: windows, {source}}}\n"
            f"detection:\n  s: {selection}\n  condition: s\nlevel: high\n",
            encoding="utf-8",
        )
    return Kit.compile(load_packs(None, [folder]), ReadOptions())


def _said(path: Path, kit: Kit, *, in_full: bool) -> tuple[object, ...]:
    collector = Collector()
    with pytest.MonkeyPatch.context() as patch:
        if in_full:
            patch.setattr(examining, "recognise", lambda _head, _path: _InFull())
        examining.examine(FileOnDisk(path), kit, collector)
    return (
        collector.hits,
        list(collector.hours.items()),
        collector.skipped,
        list(collector.origins),
        collector.mitigations,
        collector.uses,
        [event.citation for event in collector.processes.commands()],
    )


_EVENTS = st.builds(
    lambda kind, hour, host, data: {
        "provider": kind[0],
        "channel": kind[1],
        "event_id": kind[2],
        "time": f"2021-03-03T{hour:02}:59:20.123456Z",
        "computer": host,
        "data": data,
    },
    st.sampled_from(
        [
            ("Microsoft-Windows-Security-Auditing", "Security", "4624"),
            ("Microsoft-Windows-Security-Auditing", "Security", "4672"),
            ("Microsoft-Windows-Security-Auditing", "Security", "4688"),
            ("Microsoft-Windows-Sysmon", "Microsoft-Windows-Sysmon/Operational", "1"),
            ("Any", "Application", "1000"),
            ("Other", "System", "5"),
            ("Any", "System", "5"),
            ("Any", "", "x"),
        ]
    ),
    st.sampled_from([0, 6, 7, 25]),
    st.sampled_from(["ex01", "ex02", ""]),
    st.lists(
        st.tuples(
            st.sampled_from(
                ["ParentProcessName", "NewProcessName", "ProcessId", "NewProcessId", "x",
                 "CommandLine", "TargetUserName", "ParentProcessGuid", "ProcessGuid"]
            ),
            st.sampled_from(
                ["C:\\w3wp.exe", "c:\\windows\\w3WP.exe", "0x10", "0x20", "16", "{aB-1}", "ab-1",
                 "an Attacker", "hidden.text", "hidden%2etext", "a -ENC b", "\x01é\n"]
            ),
        ),
        max_size=6,
        unique_by=lambda pair: pair[0],
    ),
)  # fmt: skip


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(_EVENTS, min_size=1, max_size=25),
    st.lists(st.tuples(st.integers(4096, 20_000), st.integers(0, 255)), max_size=3),
)
def test_both_roads_agree(
    tmp_path: Path, kit: Kit, events: list[dict[str, object]], damage: list[tuple[int, int]]
) -> None:
    """Hits, hours in their order, losses, origins, mitigations, uses and processes."""
    records = [event(number, **values) for number, values in enumerate(events, 1)]
    content = bytearray(log([chunk(records), chunk(records[:2], 100)]))
    for place, value in damage:
        content[place] = value
    path = tmp_path / "a.evtx"
    path.write_bytes(content)
    assert _said(path, kit, in_full=False) == _said(path, kit, in_full=True)


@real
def test_both_roads_agree_on_every_real_log(kit: Kit) -> None:
    """Also on those that are damaged."""
    for path in sorted((SAMPLES / "evtx").rglob("*.evtx")):
        assert _said(path, kit, in_full=False) == _said(path, kit, in_full=True), path


def test_what_no_rule_reads_is_not_wanted(kit: Kit) -> None:
    """By event id, channel and provider; a mitigation wants its own records."""
    wants = EventWants(kit.event_rules, ProcessTree())
    security = "Microsoft-Windows-Security-Auditing"
    assert wants.of("windows-security", security, "Security", "4672") is True
    assert wants.of("windows-security", security, "Security", "5156") is False
    assert wants.of("windows-event", "P", "Some/Channel", "4672") is False
    assert wants.of("windows-system", "Any", "System", "5") is False
    assert wants.of("windows-system", "Other", "System", "5") is True
    assert wants.of("windows-system", "Service Control Manager", "System", "7036") is True
    assert not isinstance(wants.of("windows-security", security, "Security", "4624"), bool)


@pytest.mark.parametrize("same_chunk", [True, False])
def test_children_of_a_followed_process_are_followed(
    tmp_path: Path, kit: Kit, same_chunk: bool
) -> None:
    """Though nothing in their own text is looked for, and their parent stands just before them."""
    starts = [
        [("NewProcessId", "0x10"), ("ProcessId", "0x1"), ("ParentProcessName", "c:\\W3wp.exe")],
        [("NewProcessId", "0x20"), ("ProcessId", "16"), ("ParentProcessName", "c:\\a.exe")],
        [("NewProcessId", "0x30"), ("ProcessId", "0x20"), ("ParentProcessName", "c:\\b.exe")],
        [("NewProcessId", "0x40"), ("ProcessId", "0x2"), ("ParentProcessName", "c:\\c.exe")],
    ]
    records = [
        event(
            number,
            provider="Microsoft-Windows-Security-Auditing",
            channel="Security",
            event_id="4688",
            data=data,
        )
        for number, data in enumerate(starts, 1)
    ]
    chunks = [chunk(records)] if same_chunk else [chunk([r], n) for n, r in enumerate(records, 1)]
    path = tmp_path / "a.evtx"
    path.write_bytes(log(chunks))
    quick, slow = (_said(path, kit, in_full=way) for way in (False, True))
    assert quick == slow
    assert [citation.record_id for citation in quick[-1]] == [1, 2, 3]  # type: ignore[attr-defined]


def test_ids_that_some_rule_of_a_source_wants(kit: Kit) -> None:
    """None where a rule takes any; a source that no rule reads has none."""
    wanted = kit.rules.wanted_ids("windows-security")
    assert wanted is not None
    assert {"4624", "4672", "4688"} <= wanted
    assert "5156" not in wanted
    assert kit.rules.wanted_ids("windows-application") is None
    assert kit.rules.wanted_ids("mars") == frozenset()
