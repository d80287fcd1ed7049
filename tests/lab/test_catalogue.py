"""Which logs there are, and where."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from alpheus.lab.catalogue import open_store
from alpheus.lab.plan import Plan
from alpheus.lab.scenarios.quiet import quiet_truth
from alpheus.lab.server import Server
from alpheus.model import Verdict

_NOON = datetime(2021, 3, 1, 12, tzinfo=UTC)


def _files(server: Server, out: Path, size: int, *names: str) -> list[str]:
    plan = Plan(server, quiet_truth(server, Verdict.NO_EVIDENCE))
    store = open_store(plan, out, size)
    for name in names:
        store.write(name, _NOON, ["row"])
    store.close()
    return sorted(str(file.relative_to(out)) for file in out.rglob("*") if file.is_file())


def test_names_and_places(server: Server, tmp_path: Path) -> None:
    """Files lie where Exchange and IIS put them, under their names."""
    names = ("iis1", "httpproxy/Ecp", "ecp-server", "rps-cmdlet", "events:Security")
    logging = "C/Program Files/Microsoft/Exchange Server/V15/Logging/"
    assert _files(server, tmp_path, 10**7, *names) == [
        f"{logging}CmdletInfra/Powershell-Proxy/Cmdlet/Rps_Cmdlet_2021030100-1.LOG",
        f"{logging}ECP/Server/ECPServer20210301-1.LOG",
        f"{logging}HttpProxy/Ecp/HttpProxy_2021030100-1.LOG",
        "C/inetpub/logs/LogFiles/W3SVC1/u_ex210301.log",
        "EventLogs/Security.jsonl",
    ]


def test_big_evidence_rolls_by_the_hour(server: Server, tmp_path: Path) -> None:
    """In big evidence a busy log has a file per hour."""
    files = _files(server, tmp_path, 10**10, "httpproxy/Owa")
    assert files[0].endswith("HttpProxy_2021030112-1.LOG")


def test_header_names_the_build(server: Server, tmp_path: Path) -> None:
    """HttpProxy's header has the padded build; the control panel's always says 15.0.0.0."""
    for name, version in (("ews", server.build_before.padded), ("ecp-server", "15.0.0.0")):
        folder = tmp_path / name
        (path,) = _files(server, folder, 10**7, name)
        assert f"#Version: {version}\r\n".encode() in (folder / path).read_bytes()


def test_uncollected_logs_are_left_out(server: Server, tmp_path: Path) -> None:
    """Only collected kinds are held."""
    plan = Plan(server, quiet_truth(server, Verdict.NO_EVIDENCE), collected=frozenset({"iis1"}))
    store = open_store(plan, tmp_path, 10**7)
    assert store.holds("iis1")
    assert not store.holds("iis2")
    assert not store.holds("events:Security")
