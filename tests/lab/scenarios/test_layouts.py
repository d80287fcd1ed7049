"""As other people hand it in."""

from __future__ import annotations

from collections.abc import Callable

from alpheus.lab import GroundTruth
from alpheus.model import Stage, Verdict


def test_utf16(written: Callable[[str], GroundTruth]) -> None:
    """Every text log and the page begin with a byte order mark."""
    evidence = written("utf16").evidence
    logs = [*evidence.rglob("*.LOG"), *(evidence / "C/inetpub").rglob("*.log")]
    assert logs
    for file in [*logs, *evidence.rglob("*.aspx")]:
        assert file.read_bytes()[:2] == b"\xff\xfe"


def test_velociraptor(written: Callable[[str], GroundTruth]) -> None:
    """Files of the volume lie below uploads/auto, the colon escaped."""
    evidence = written("velociraptor").evidence
    assert (evidence / "uploads/auto/C%3A/inetpub/logs/LogFiles/W3SVC1").is_dir()
    assert not (evidence / "C").exists()


def test_two_servers(written: Callable[[str], GroundTruth]) -> None:
    """A folder for each host; the truth knows both, and the worst speaks."""
    truth = written("two-servers")
    names = {server.server for server in truth.servers}
    assert {folder.name for folder in truth.evidence.iterdir()} == names
    assert [server.verdict for server in truth.servers] == [
        Verdict.NO_EVIDENCE,
        Verdict.COMPROMISED,
    ]
    assert truth.verdict is Verdict.COMPROMISED


def test_exported_tables(written: Callable[[str], GroundTruth]) -> None:
    """Three tables and nothing else; the page was written, its use is not to be seen."""
    truth = written("exported-csv")
    files = sorted(file.name for file in truth.evidence.rglob("*") if file.is_file())
    assert [name.partition("-")[2].partition("-")[2] for name in files] == [
        "Cve-2021-26855.csv",
        "Cve-2021-27065-ResetVDir.csv",
        "LogAgeDays.csv",
    ]
    assert truth.stage is Stage.IMPLANTED
    table = next(truth.evidence.rglob("*26855.csv")).read_text()
    assert table.startswith("#TYPE Selected")
    assert truth.first_seen is not None
    assert truth.first_seen.strftime("%Y-%m-%dT%H:%M:%S") in table.splitlines()[2]
    assert "ResetOABVirtualDirectory" in table
