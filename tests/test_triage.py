"""The whole road: packages in, verdicts out."""

from __future__ import annotations

import compileall
import re
import shutil
import struct
from datetime import datetime
from pathlib import Path

import pytest

from alpheus import lab
from alpheus.job import TriageOptions
from alpheus.judge.headline import first_seen
from alpheus.lab.scenarios import REGISTRY
from alpheus.model import Assessment, ServerAssessment, Stage, Verdict, Weight
from alpheus.triage import triage
from samples import SAMPLES, real

SIZE = 3_000_000


@pytest.fixture(scope="module")
def truths(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for evidence of the lab."""
    return tmp_path_factory.mktemp("lab")


def _assess(*paths: Path) -> Assessment:
    result = triage(paths, TriageOptions())
    assert result.unopened == ()
    return result.assessment


def _server(assessment: Assessment, name: str) -> ServerAssessment:
    for server in assessment.servers:
        if server.name.lower() == name.lower():
            return server
    (only,) = assessment.servers
    return only


@pytest.mark.parametrize("scenario", [scenario.name for scenario in lab.SCENARIOS])
def test_every_scenario_gets_its_truth(truths: Path, scenario: str) -> None:
    """Verdict, stage, first-seen time and campaign are those of the ground truth; nothing is lost.

    All packs are loaded: none raises an alarm about the attack of another.
    """
    size = SIZE if scenario in {one.name for one, _ in REGISTRY} else None
    truth = lab.generate(truths / scenario, scenario, size=size, seed=5)
    assessment = _assess(truths / scenario / "evidence")
    for expected in truth.servers:
        server = _server(assessment, expected.server)
        found = first_seen(server.findings)
        seen = found.replace(microsecond=0) if found else None
        assert (server.verdict.value, server.stage.value, seen) == (
            str(expected.verdict), str(expected.stage), expected.first_seen,
        )  # fmt: skip
        if expected.stage == Stage.NONE:
            assert _alarming(server) == []
        assert _alarmed(server) == ({expected.campaign} if expected.campaign else set())
    assert sum(loss.count for loss in assessment.skipped) == 0


def _alarmed(server: ServerAssessment) -> set[str]:
    """The campaigns that are said to have got as far as a try, or further."""
    return {one.pack for one in server.campaigns
            if one.assessed and one.verdict.rank >= Verdict.ATTEMPTED.rank}  # fmt: skip


def _alarming(server: ServerAssessment) -> list[str]:
    return [f.rule for f in server.findings if f.stage.rank >= Stage.ATTEMPTED.rank
            and f.weight is not Weight.CONTEXT]  # fmt: skip


def test_the_labs_markers_change_no_verdict(truths: Path) -> None:
    """Without the comment that marks a page as a fixture the verdict is the same."""
    out = truths / "unmarked"
    truth = lab.generate(out, "webshell", size=SIZE, seed=8)
    for page in (out / "evidence").rglob("*.aspx"):
        text = page.read_text("utf-8")
        for marker in lab.MARKERS:
            text = text.replace(marker, "")
        page.write_text(text, "utf-8")
    server = _server(_assess(out / "evidence"), truth.servers[0].server)
    assert (server.verdict, server.stage) == (Verdict.COMPROMISED, Stage.OPERATED)


def test_the_program_of_sharepoint_decides_its_patch_state(truths: Path) -> None:
    """By the fixes that the pack lists; it is told what to install, and no Exchange is seen."""
    out = truths / "sharepoint-build"
    lab.generate(out, "sharepoint-clean", seed=3)
    (logs,) = (out / "evidence").rglob("LOGS")
    program = logs.parent / "ISAPI" / "Microsoft.SharePoint.dll"
    program.parent.mkdir()
    version = struct.pack("<IIII", 0xFEEF04BD, 0x10000, 16 << 16, 10417 << 16 | 20027)
    program.write_bytes(b"MZ" + bytes(98) + version + bytes(36))
    (server,) = _assess(out / "evidence").servers
    assert (server.verdict, server.product) == (
        Verdict.NO_EVIDENCE, "Microsoft SharePoint Server 2019",
    )  # fmt: skip
    assert {cve: one.state.value for cve, one in server.cves.items()} == {
        "CVE-2025-49704": "fixed", "CVE-2025-49706": "fixed",
        "CVE-2025-53770": "vulnerable", "CVE-2025-53771": "vulnerable",
    }  # fmt: skip
    assert any(step.action.startswith("Install the updates of") for step in server.next_steps)


def test_an_input_that_cannot_be_opened_costs_only_itself(truths: Path, tmp_path: Path) -> None:
    """The other packages are done, and the failure is one clear sentence."""
    lab.generate(truths / "one", "exported-csv", seed=2)
    missing = tmp_path / "not-there.zip"
    result = triage([missing, truths / "one" / "evidence"], TriageOptions())
    assert [unopened.path for unopened in result.unopened] == [missing]
    assert str(missing) in str(result.unopened[0].error)
    assert [server.verdict for server in result.assessment.servers] == [Verdict.COMPROMISED]


def test_a_package_with_nothing_in_it_is_not_determinable(tmp_path: Path) -> None:
    """An answer is given, and it does not say that all is well."""
    (tmp_path / "notes.txt").write_text("nothing here")
    (server,) = _assess(tmp_path).servers
    assert (server.verdict, server.name) == (Verdict.NOT_DETERMINABLE, tmp_path.name)


BENIGN = [
    "exchange-2016-cu22-benign", "iis/iis6.log", "iis/iis7_owa.log", "iis/iis10.log",
    "iis/iis10_cookies.log", "iis/iis10_edge_cases.log", "iis/iis_without_date.log", "iis/other",
    "iis/etw", "exchange-config",
]  # fmt: skip


@real
@pytest.mark.parametrize("name", BENIGN)
def test_real_benign_evidence_raises_nothing(name: str) -> None:
    """Real logs of an ordinary server hold nothing at `attempted` or beyond."""
    assessment = _assess(SAMPLES / name)
    for server in assessment.servers:
        assert [f.rule for f in server.findings if f.stage.rank >= Stage.ATTEMPTED.rank] == []
        assert server.verdict is Verdict.NOT_DETERMINABLE
    assert [loss for loss in assessment.skipped if "not read" in loss.reason] == []


@real
def test_the_real_proxyshell_line_is_read(tmp_path: Path) -> None:
    """One line without any header is still an IIS row."""
    (server,) = _assess(SAMPLES / "iis" / "proxyshell-one-line.log").servers
    (coverage,) = server.coverage
    assert (coverage.rows, coverage.skipped) == (1, 0)
    assert coverage.first == datetime.fromisoformat("2021-08-23T09:13:18+00:00")


@real
def test_every_real_event_log_is_read_and_only_damaged_ones_lose() -> None:
    """Losses stand only in files that were made damaged, and are counted."""
    assessment = _assess(SAMPLES / "evtx")
    lost = {loss.path for loss in assessment.skipped}
    assert all(path.startswith("parser-cases/") for path in lost), lost
    rows = sum(c.rows for server in assessment.servers for c in server.coverage)
    assert rows > 5_000


def test_nothing_matches_a_drive_or_translated_prose() -> None:
    """No rule of the packs depends on a drive letter or a fixed install path."""
    packs = Path(lab.__file__).parents[1] / "knowledge" / "packs"
    for path in packs.glob("*/sigma/*.yml"):
        detection = path.read_text("utf-8").split("alpheus:")[0]
        assert not re.search(r"['\"]?[cC]:\\\\?(?:inetpub|Program Files)", detection), path.name


def test_a_row_at_the_end_of_the_calendar_harms_nobody(tmp_path: Path) -> None:
    """One damaged date must not cost another package its verdict."""
    head = "#Fields: date time cs-method cs-uri-stem s-port c-ip sc-status\n"
    row = "9999-12-31 23:59:59 GET /owa/ 443 192.0.2.1 200\n"
    (tmp_path / "u_ex99.log").write_text(head + row)
    (server,) = _assess(tmp_path).servers
    assert server.verdict is Verdict.NOT_DETERMINABLE


def test_the_programs_own_rules_and_tables_raise_nothing(tmp_path: Path) -> None:
    """Whoever scans a disk with Alpheus on it does not find Alpheus, nor what Python compiled."""
    program = tmp_path / "alpheus"
    shutil.copytree(Path(lab.__file__).parents[1], program)
    assert compileall.compile_dir(program, quiet=1)
    (server,) = _assess(program).servers
    assert server.findings == ()


def test_packages_of_the_same_name_stay_two_servers(tmp_path: Path) -> None:
    """Two folders called `logs` that name no host are two servers."""
    head = "#Fields: date time cs-method cs-uri-stem s-port c-ip sc-status\n"
    for number, stem in enumerate(("/owa/", "/aspnet_client/q7.aspx")):
        folder = tmp_path / f"server{number}" / "logs"
        folder.mkdir(parents=True)
        row = f"2021-03-03 07:00:00 POST {stem} 443 192.0.2.1 200\n"
        (folder / "u_ex210303.log").write_text(head + row)
    servers = _assess(*sorted(tmp_path.glob("*/logs"))).servers
    assert [server.verdict for server in servers] == [
        Verdict.COMPROMISED, Verdict.NOT_DETERMINABLE,
    ]  # fmt: skip
    assert len({server.name for server in servers}) == 2


def test_the_same_package_given_twice_counts_once(tmp_path: Path) -> None:
    """Handing in a folder twice doubles nothing."""
    head = "#Fields: date time cs-method cs-uri-stem s-port c-ip sc-status\n"
    (tmp_path / "u_ex.log").write_text(head + "2021-03-03 07:00:00 GET / 443 192.0.2.1 200\n")
    (server,) = _assess(tmp_path, tmp_path).servers
    assert [coverage.rows for coverage in server.coverage] == [1]


@pytest.mark.parametrize("content", [b"", bytes(range(256)) * 400])
def test_evidence_that_holds_nothing_is_a_loss(tmp_path: Path, content: bytes) -> None:
    """An empty or encrypted log does not vanish behind 'nothing lost'."""
    for name in ("Security.evtx", "u_ex210303.log", "$MFT"):
        (tmp_path / name).write_bytes(content)
    lost = {loss.path: loss.reason for loss in _assess(tmp_path).skipped}
    assert set(lost) == {"Security.evtx", "u_ex210303.log", "$MFT"}


def test_an_attack_behind_a_damaged_beginning_is_found(tmp_path: Path) -> None:
    """70 KB of NUL bytes before the header hide nothing."""
    head = "#Fields: date time cs-method cs-uri-stem s-port c-ip sc-status\n"
    row = "2021-03-03 07:00:00 POST /aspnet_client/q7.aspx 443 192.0.2.1 200\n"
    (tmp_path / "u_ex210303.log").write_bytes(b"\0" * 70_000 + b"\n" + (head + row).encode())
    (server,) = _assess(tmp_path).servers
    assert server.verdict is Verdict.COMPROMISED


def test_a_row_with_surplus_columns_does_not_disappear(tmp_path: Path) -> None:
    """A blank in the stem shifts the columns; the row is still shown, and proves nothing."""
    head = "#Fields: date time cs-method cs-uri-stem cs-uri-query s-port c-ip sc-status\n"
    row = "2021-03-03 07:00:00 POST /aspnet_client/a b.aspx cmd=whoami 443 192.0.2.1 200\n"
    (tmp_path / "u_ex210303.log").write_text(head + row)
    (server,) = _assess(tmp_path).servers
    assert server.findings
    assert {finding.weight for finding in server.findings} == {Weight.CONTEXT}


@pytest.mark.parametrize("oddity", ['"\\ud800"', "NaN", '"a\tb"'])
def test_what_strict_json_refuses_hides_no_event(tmp_path: Path, oddity: str) -> None:
    """A lone surrogate, a NaN or a bare tab beside an attack does not hide it."""
    line = (
        '{"EventID": 1, "Channel": "Microsoft-Windows-Sysmon/Operational", "SourceName": '
        '"Microsoft-Windows-Sysmon", "Hostname": "EX01.corp.example", "UtcTime": '
        '"2021-03-03 07:00:00.000", "Image": "C:\\\\Windows\\\\cmd.exe", "CommandLine": '
        '"cmd /c whoami", "ParentImage": "C:\\\\Windows\\\\inetsrv\\\\w3wp.exe", '
        '"ParentCommandLine": "w3wp.exe -ap \\"MSExchangeOWAAppPool\\"", "Odd": %s}\n'
    )
    (tmp_path / "sysmon.json").write_text(line % oddity)
    (server,) = _assess(tmp_path).servers
    assert (server.name, server.verdict) == ("EX01", Verdict.COMPROMISED)


def test_local_time_is_not_called_utc(tmp_path: Path) -> None:
    """A log whose zone is not known gives a time, and says that its zone is not known."""
    row = "192.0.2.1, -, 03/03/21, 7:00:00, W3SVC1, EX01, 10.0.0.1, 15, 200, 900, 200, 0, POST, "
    (tmp_path / "in210303.log").write_text(row + "/aspnet_client/q7.aspx, -,\n")
    (server,) = _assess(tmp_path).servers
    assert server.verdict is Verdict.COMPROMISED
    assert "local time of an unknown zone" in server.headline
    assert "UTC" not in server.headline
