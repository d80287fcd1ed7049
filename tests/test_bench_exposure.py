"""The table for exposure counts as it says; its figures are not tested."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from alpheus.custody.chain import Chain
from alpheus.exposure.journal import AUDIT

ROOT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="`make bench` is for POSIX systems")


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Gives a module of the tool."""
    monkeypatch.syspath_prepend(str(ROOT))
    return lambda name: importlib.import_module(f"tools.bench_exposure.{name}")


def _bench(*arguments: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **({"PATH": str(path)} if path else {})}
    return subprocess.run(
        [sys.executable, "-m", "tools.bench_exposure", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def _log(folder: Path, *events: tuple[str, str]) -> Path:
    """An audit log of events and addresses."""
    with Chain(folder / AUDIT) as chain:
        chain.append(
            json.dumps(
                {"event": event, "address": address, "port": 1, "path": "/owa/"},
                separators=(",", ":"),
            )
            for event, address in events
        )
    return folder / AUDIT


@pytest.mark.system
@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs the whole of 127.0.0.0/8")
def test_a_peer_that_is_missing_is_named_as_such(tmp_path: Path) -> None:
    """Its figure is missing from the table, and nothing else; no path of the machine is in it."""
    programs = tmp_path / "programs"
    programs.mkdir()
    kept = tmp_path / "kept"
    ended = _bench(
        "probe", "import", "--few", "40", "--rows", "90", "--rounds", "1", "--folder", str(kept),
        path=programs,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.count("aiohttp not installed") == 2
    assert ended.stdout.count("| nmap not installed |") == 1
    assert "90 observations" in ended.stdout
    assert "failed" not in ended.stdout
    assert str(tmp_path) not in ended.stdout
    assert [path.name for path in kept.iterdir()] == ["2021-03-15-scan_exchange-90.csv"]


@pytest.mark.system
@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs the whole of 127.0.0.0/8")
def test_a_run_that_is_killed_is_found_whole(tmp_path: Path) -> None:
    """Every server once, each judged as it is in truth, whatever was killed."""
    ended = _bench(
        "kills", "scale", "--few", "60", "--hosts", "120", "--kills", "2", "--rounds", "1",
        "--folder", str(tmp_path),
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert "120 of 120, 0 missing, 0 twice; audit log intact" in ended.stdout
    assert "| 0 missing, 0 twice; audit log intact" in ended.stdout
    assert "wrongly said to be fixed or not affected | 0 |" in ended.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nothing"], "no such part"),
        (["--rounds", "0"], "begin at 1"),
        (["--hosts", "39"], "tell nothing"),
        (["--aiohttp", "/nowhere/python"], "has no aiohttp"),
    ],
)
def test_what_cannot_be_measured_is_refused(arguments: list[str], says: str) -> None:
    """With the reason, before anything is begun."""
    ended = _bench(*arguments)
    assert ended.returncode == 2
    assert says in ended.stderr


def test_a_plan_holds_what_the_audit_log_says(tmp_path: Path, tool) -> None:
    """Every GET, host by host, on the connection on which it was."""
    audit = _log(
        tmp_path, ("start", ""), ("connect", "a"), ("connect", "b"), ("get", "a"), ("get", "b"),
        ("get", "a"), ("connect", "a"), ("get", "a"), ("finish", ""),
    )  # fmt: skip
    a, b = "https://a:1/owa/", "https://b:1/owa/"
    assert tool("cost").plan_of(audit) == [[[a, a], [a]], [[b]]]


def test_who_is_asked_again_is_counted_once_a_process(tmp_path: Path, tool) -> None:
    """Those in flight may be; one that had a result may not, and shows."""
    _log(
        tmp_path, ("start", ""), ("connect", "a"), ("get", "a"), ("connect", "b"), ("get", "b"),
        ("resume", ""), ("connect", "b"), ("get", "b"), ("connect", "c"), ("get", "c"),
        ("resume", ""), ("connect", "a"), ("connect", "c"), ("get", "c"), ("finish", ""),
    )  # fmt: skip
    records = tool("records")
    assert records.begins(tmp_path) == 3
    found = records.repeats(tmp_path, {1: {"a"}, 2: {"a", "b"}})
    assert (found.hosts, found.flying, found.answered) == (3, 2, 1)


def test_a_log_may_be_torn_at_its_end_and_nowhere_else(tmp_path: Path, tool) -> None:
    """That is what a kill does; a changed line is something else."""
    audit = _log(tmp_path, ("start", ""), ("connect", "a"), ("get", "a"))
    records = tool("records")
    whole = audit.read_bytes()
    assert records.survives(tmp_path)
    audit.write_bytes(whole[:-9])
    assert records.survives(tmp_path)
    audit.write_bytes(whole.replace(b'"connect"', b'"nothing"'))
    assert not records.survives(tmp_path)


def test_neither_start_nor_end_weighs_in_a_steady_rate(tool) -> None:
    """A slow start and a long wait for the last ones are left out."""
    steady = tool("child").steady
    points = [(0.0, 0), (5.0, 10), (6.0, 50), (7.0, 90), (60.0, 100)]
    assert steady(points) == 40.0
    assert steady([]) == 0.0
    assert steady([(1.0, 0), (2.0, 100)]) == 0.0


def test_the_results_of_good_hosts_are_told_by_their_order(tool) -> None:
    """Lines stand in the order in which the hosts were done."""
    order = ["good", "bad", "fine"]
    points = [(1.0, 1), (2.0, 2), (3.0, 3), (4.0, 3)]
    assert tool("trouble")._of_good(points, order, {"good", "fine"}) == [
        (1.0, 1), (2.0, 1), (3.0, 2), (4.0, 2),
    ]  # fmt: skip


def test_rows_are_made_up_alike_each_time(tool) -> None:
    """With every column, and addresses that are nobody's."""
    lists = tool("lists")
    first, again = list(lists.made_up(50)), list(lists.made_up(50))
    assert first == again
    assert {len(row) for row in first} == {len(lists.COLUMNS)}
    assert len({row[1] for row in first}) == 50
    assert all(row[1].startswith("10.") for row in first)


@pytest.mark.skipif(not shutil.which("nmap"), reason="needs nmap")
def test_the_script_for_nmap_can_be_loaded() -> None:
    """Nmap itself says so."""
    script = ROOT / "tools" / "bench_exposure" / "owa.nse"
    ended = subprocess.run(
        ["nmap", "--script-help", str(script)], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0
    assert "front page of Outlook on the web" in ended.stdout
