"""The quick road through event logs says what reading every event in full says."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.detect import examine as examining
from alpheus.detect.collector import Collector
from alpheus.detect.event_wants import EventWants
from alpheus.detect.kit import Kit
from alpheus.detect.process_tree import ProcessTree
from alpheus.knowledge.packs import load_packs
from alpheus.parsers.base import ReadOptions, RecordParser
from alpheus.parsers.evtx import EventLogFile
from alpheus.parsers.json_events import JsonEvents
from evidence_file import FileOnDisk
from evtx_writer import chunk, event, log
from json_samples import WRITERS, Sample, evtx_dump
from samples import SAMPLES, real


class _InFull:
    """Reads every event in full: the slow, obvious way."""

    source = "windows-event"

    def __init__(self, parser: RecordParser) -> None:
        self.parse = parser.parse

    def recognise(self, head: bytes, path: str) -> bool:
        return True


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
            parser = EventLogFile() if path.suffix == ".evtx" else JsonEvents()
            patch.setattr(examining, "recognise", lambda _head, _path: _InFull(parser))
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


_KINDS = [
    ("Microsoft-Windows-Security-Auditing", "Security", "4624"),
    ("Microsoft-Windows-Security-Auditing", "Security", "4672"),
    ("Microsoft-Windows-Security-Auditing", "Security", "4688"),
    ("Microsoft-Windows-Sysmon", "Microsoft-Windows-Sysmon/Operational", "1"),
    ("Microsoft-Windows-Sysmon", "Microsoft-Windows-Sysmon/Operational", "11"),
    ("Any", "Application", "1000"),
    ("Other", "System", "5"),
    ("Any", "System", "5"),
    ("Any", "", "x"),
]
_DATA_NAMES = [
    "ParentProcessName", "NewProcessName", "ProcessId", "NewProcessId", "x", "CommandLine",
    "TargetUserName", "ParentProcessGuid", "ProcessGuid", "UtcTime",
]  # fmt: skip
_DATA_VALUES = [
    "C:\\w3wp.exe", "c:\\windows\\w3WP.exe", "0x10", "0x20", "16", "{aB-1}", "ab-1", "an Attacker",
    "hidden.text", "hidden%2etext", "a -ENC b", "\x01é\n", "2021-03-03 05:00:00",
]  # fmt: skip
_EVENTS = st.builds(
    lambda kind, hour, host, data: {
        "provider": kind[0],
        "channel": kind[1],
        "event_id": kind[2],
        "time": f"2021-03-03T{hour:02}:59:20.123456Z",
        "computer": host,
        "data": data,
    },
    st.sampled_from(_KINDS),
    st.sampled_from([0, 6, 7, 25]),
    st.sampled_from(["ex01", "ex02", ""]),
    st.lists(
        st.tuples(st.sampled_from(_DATA_NAMES), st.sampled_from(_DATA_VALUES)),
        max_size=6,
        unique_by=lambda pair: pair[0],
    ),
)


@settings(max_examples=60)
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


_SHAPES = st.sampled_from(
    [
        lambda value: value,
        lambda value: {"#text": value},
        lambda value: [value],
        lambda value: {"Value": value},
        lambda value: {"a": {"UtcTime": value}},
        lambda value: int(value, 16) if value.startswith("0x") else 1.5,
    ]
)
_RECORDS = st.builds(
    lambda write, kind, hour, host, data: write(
        Sample(
            provider=kind[0],
            channel=kind[1],
            event_id=int(kind[2]) if kind[2].isdigit() else 6200,
            time=datetime(2021, 3, 3, hour, 59, 20, tzinfo=UTC),
            computer=host,
            data=data,
        )
    ),
    st.sampled_from(WRITERS),
    st.sampled_from(_KINDS),
    st.sampled_from([0, 6, 7]),
    st.sampled_from(["ex01", "ex02", ""]),
    st.lists(
        st.tuples(st.sampled_from(_DATA_NAMES), st.sampled_from(_DATA_VALUES), _SHAPES), max_size=6
    ).map(lambda data: {name: shape(value) for name, value, shape in data}),
)
_EXTRAS = st.sampled_from(
    [
        {},
        {},
        {"file": {"path": "C:\\x.aspx"}, "process": {"executable": "C:\\w3wp.exe"}},
        {"EventTime": "2021-03-03T07:59:20+01:00"},
        {"big": 1e300},
    ]
)


@settings(max_examples=100)
@given(
    st.lists(st.tuples(_RECORDS, _EXTRAS, st.booleans()), min_size=1, max_size=25),
    st.sampled_from(["\n", "\r\n", ",\n", " ", "\n\nx\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    st.lists(
        st.tuples(st.integers(300, 6_000), st.sampled_from([b"\xe9", b'"', b"}", b"{", b"\\u00"])),
        max_size=3,
    ),
)
def test_both_roads_agree_on_json(
    tmp_path: Path,
    kit: Kit,
    records: list[tuple[dict[str, object], dict[str, object], bool]],
    separator: str,
    encoding: str,
    damage: list[tuple[int, bytes]],
) -> None:
    """Of every dialect, also side by side, in any layout and encoding, and damaged."""
    text = separator.join(
        json.dumps({**record, **extra}, ensure_ascii=plain) for record, extra, plain in records
    )
    content = bytearray(text.replace("1e+300", "1e999").encode(encoding))
    for place, value in damage:
        content[place : place + len(value)] = value
    path = tmp_path / "a.json"
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


@pytest.mark.parametrize("parent", ["0x10", ["0x10"], {"#text": "0x10", "#attributes": {}}, 16])
def test_children_are_followed_however_json_writes_their_parent(
    tmp_path: Path, kit: Kit, parent: object
) -> None:
    """Though other processes are named in plain."""
    starts: list[dict[str, object]] = [
        {"NewProcessId": "0x10", "ProcessId": "0x1", "ParentProcessName": "c:\\w3wp.exe"},
        {"NewProcessId": "0x20", "ProcessId": parent, "ParentProcessId": "0x5"},
    ]
    path = tmp_path / "a.json"
    path.write_text("\n".join(json.dumps(evtx_dump(Sample(data=data))) for data in starts), "utf-8")
    quick, slow = (_said(path, kit, in_full=way) for way in (False, True))
    assert quick == slow
    assert [citation.line for citation in quick[-1]] == [1, 2]  # type: ignore[attr-defined]


def test_ids_that_some_rule_of_a_source_wants(kit: Kit) -> None:
    """None where a rule takes any; a source that no rule reads has none."""
    wanted = kit.rules.wanted_ids("windows-security")
    assert wanted is not None
    assert {"4624", "4672", "4688"} <= wanted
    assert "5156" not in wanted
    assert kit.rules.wanted_ids("windows-application") is None
    assert kit.rules.wanted_ids("mars") == frozenset()
