"""What lies where the table says is read by a triage as the source that the table says."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import pytest

from alpheus import lab
from alpheus.collect.chosen import Chosen, choose, each_path
from alpheus.detect.server_pages import is_server_page
from alpheus.detect.web_code import is_web_code
from alpheus.job import TriageOptions
from alpheus.knowledge.collection import Collection
from alpheus.parsers import recognise
from alpheus.pipeline import Pipeline
from ntfs_records import file_name, mft_record, usn_record

SIZE = 400_000
NOW = datetime(2026, 1, 1, tzinfo=UTC)
_MADE = datetime(2021, 3, 1, tzinfo=UTC)

ELSEWHERE = {
    "ExchangeInstallPath": ["E:\\Applications\\Exchange2016"],
    "IisLogs": ["D:\\Journaux\\IIS"],
    "WebRoot": ["D:\\Sites\\wwwroot"],
}
"""Where the scenario `other-drive` has them."""

_PROVIDERS = {
    "windows-system": "Service Control Manager",
    "defender": "Microsoft-Windows-Windows Defender",
    "powershell": "Microsoft-Windows-PowerShell",
    "windows-event": "Microsoft-Windows-TaskScheduler",
    "windows-application": "MSExchange Unified Messaging",
    "windows-security": "Microsoft-Windows-Security-Auditing",
    "msexchange-management": "MSExchange CmdletLogs",
    "sysmon": "Microsoft-Windows-Sysmon",
}
_CHANNELS = {"windows-application": "Application"}
_SAMPLES = {"*.as*": "x.aspx", "*.c*html": "x.cshtml"}
_WRITTEN = {
    "web-access": '192.0.2.7 - - [01/Mar/2021:00:00:00 +0000] "GET / HTTP/1.1" 200 7\n',
    "rps-http": (
        "#Software: Microsoft Exchange Server\r\n#Log-type: Rps Http Logs\r\n"
        "#Fields: DateTime,ShellId,CommandName,UrlStem\r\n"
        "2021-03-01T00:00:00.000Z,a,b,/powershell\r\n"
    ),
    "exchange-log": (
        "#Software: Microsoft Exchange Server\r\n#Log-type: Message Tracking Log\r\n"
        "#Fields: date-time,event-id,message-id\r\n2021-03-01T00:00:00.000Z,RECEIVE,<a@b>\r\n"
    ),
    "sharepoint-uls": (
        "Timestamp\tProcess\tTID\tArea\tCategory\tEventID\tLevel\tMessage\tCorrelation\r\n"
        "03/01/2021 00:00:00.12 \tw3wp.exe\t0x1\tA\tC\txmnv\tMedium\tName=Request\tg\r\n"
    ),
    "msert": (
        "Microsoft Safety Scanner v1.333, (build 1.333.600.0)\r\n"
        "Started On Mon Mar 15 10:00:00 2021\r\n\r\nThreat Detected: Backdoor:ASP/Chopper.F!dha\r\n"
        "        file://C:\\inetpub\\wwwroot\\x.aspx\r\n"
    ),
}  # fmt: skip


def _takes(path: str) -> re.Pattern[str]:
    """What a path of the table takes, in any case of letters."""
    parts = (
        r"(?:[^\\]+\\)*" if part == "**\\" else re.escape(part).replace(r"\*", r"[^\\]*")
        for part in re.split(r"(?<=\\)", path)
    )
    return re.compile("".join(parts), re.IGNORECASE)


def _evidence(folder: Path) -> Iterator[tuple[str, Path]]:
    r"""Every file with its path on the server, `C:\…`; exports of event logs have none."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            parts = [unquote(part) for part in path.relative_to(folder).parts]
            drives = [n for n, part in enumerate(parts) if re.fullmatch(r"[A-Z]:?", part)]
            place = parts[drives[0] :] if drives else parts
            drive = f"{place[0].rstrip(':')}:" if drives else place[0]
            yield "\\".join([drive, *place[1:]]), path


@pytest.fixture(scope="module")
def webshell(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Evidence of the demonstration."""
    out = tmp_path_factory.mktemp("lab") / "webshell"
    lab.generate(out, "webshell", size=SIZE, seed=3)
    return out / "evidence"


@pytest.mark.parametrize("scenario", ["webshell", "other-drive", "velociraptor", "clean-iis"])
def test_all_that_the_lab_writes_would_be_collected(
    table: Collection, webshell: Path, tmp_path: Path, scenario: str
) -> None:
    """But for a static page, which no verdict needs; exports of event logs lie nowhere."""
    if scenario == "webshell":
        folder = webshell
    else:
        lab.generate(tmp_path / scenario, scenario, size=SIZE, seed=3)
        folder = tmp_path / scenario / "evidence"
    places = ELSEWHERE if scenario == "other-drive" else {}
    taken = [_takes(path) for _, path in each_path(choose(table, table.entries, places))]
    left = {
        place for place, _ in _evidence(folder) if not any(one.fullmatch(place) for one in taken)
    }
    names = {place.rpartition("\\")[2] for place in left if not place.startswith("EventLogs\\")}
    assert names == {"iisstart.htm"}


def test_every_log_of_the_lab_is_taken_as_what_it_is(
    chosen: Sequence[Chosen], webshell: Path
) -> None:
    """By entries of its source alone, or by one for the whole folder."""
    for place, path in _evidence(webshell):
        head = path.read_bytes()[:65_536]
        reader = recognise(head, "C/" + place[3:].replace("\\", "/"))
        if reader is None or place.startswith("EventLogs\\"):
            continue
        sources = {entry.source for entry, p in each_path(chosen) if _takes(p).fullmatch(place)}
        site = re.search(r"W3SVC(\d)", place)
        wanted = f"iis-site-{site.group(1)}" if site else reader.source
        assert wanted in sources, place


def _sample(path: str) -> str:
    """A file that a path of the table takes."""
    folder, _, mask = path.replace("**", "one\\two").rpartition("\\")
    return folder.replace("*", "3") + "\\" + _SAMPLES.get(mask, mask.replace("*", "3"))


def _event(source: str, host: str) -> bytes:
    return json.dumps({
        "Channel": _CHANNELS.get(source, "x"), "Provider": _PROVIDERS[source], "EventID": 1,
        "TimeCreated": "2021-03-01T00:00:00Z", "Computer": host, "EventRecordID": 7, "Data": "a",
    }).encode() + b"\n"  # fmt: skip


def _contents(chosen: Sequence[Chosen], evidence: Path) -> dict[str, bytes]:
    """A file of each source: of the lab where it has one."""
    found = {source: text.encode() for source, text in _WRITTEN.items()}
    found |= {source: _event(source, "MX01") for source in _PROVIDERS}
    page = file_name("x.aspx", 5 | 5 << 48, _MADE)
    found["mft"] = mft_record(page, created=_MADE) * 2
    found["usnjrnl"] = usn_record("x.aspx", 0x100, _MADE)
    for place, path in _evidence(evidence):
        for entry, pattern in each_path(chosen):
            if entry.source and "*" not in entry.source and _takes(pattern).fullmatch(place):
                found.setdefault(entry.source, path.read_bytes())
    return found


@pytest.fixture(scope="module")
def coverage(
    chosen: Sequence[Chosen], webshell: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Files by source: as the table says, and as a triage of them says."""
    contents = _contents(chosen, webshell)
    root = tmp_path_factory.mktemp("collected")
    said: Counter[str] = Counter()
    for entry, path in each_path(chosen):
        if entry.source in contents and entry.source != "server-page":
            sample = root / _sample(path).replace(":", "", 1).replace("\\", "/")
            if sample.exists():
                continue
            sample.parent.mkdir(parents=True, exist_ok=True)
            sample.write_bytes(contents[entry.source])
            said[entry.source] += 1
    result = Pipeline([root], TriageOptions(workers=1), None).run(NOW)
    read: Counter[str] = Counter()
    for server in result.assessment.servers:
        read.update({row.source: row.files for row in server.coverage})
    return said, read


def test_every_path_fills_the_source_that_the_table_says(
    table: Collection, coverage: tuple[Mapping[str, int], Mapping[str, int]]
) -> None:
    """A triage of one file for each path counts each under its source, and under no other."""
    said, read = coverage
    assert read == said
    uncovered = {"", "server-page", "file-version", "iis-site-*"}
    assert {one.source for one in table.entries} - uncovered == set(said)


def test_pages_and_programs_are_read_as_such(chosen: Sequence[Chosen]) -> None:
    """They have no row of coverage: they are judged one by one, or tell the build."""
    for entry, path in each_path(chosen):
        sample = "C/" + _sample(path)[3:].replace("\\", "/")
        if entry.source == "server-page" and not sample.endswith(("/3", ".dll")):
            assert is_server_page(b"", sample) or is_web_code(sample), path
        if entry.source == "file-version":
            reader = recognise(b"MZ", sample)
            assert reader is not None
            assert reader.source == "file-version"


def test_a_triage_names_what_is_missing_with_its_paths(table: Collection, tmp_path: Path) -> None:
    """Logs that begin too late are asked for, all that may decide, among the first steps."""
    lab.generate(tmp_path / "short", "short-logs", size=SIZE, seed=3)
    result = Pipeline([tmp_path / "short" / "evidence"], TriageOptions(workers=1), None).run(NOW)
    (server,) = result.assessment.servers
    first = [step.action for step in server.next_steps if step.priority == 1]
    for source in ("httpproxy", "iis-site-1", "ecp-server", "msexchange-management"):
        assert any(table.paths_of(source) in action for action in first), source
