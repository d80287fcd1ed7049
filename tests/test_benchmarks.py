"""The benchmarks run anywhere and leave nothing behind; figures are not tested."""

from __future__ import annotations

import importlib
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from alpheus.knowledge.shared.reading import read_file

ROOT = Path(__file__).resolve().parents[1]
NEEDED = ("sh", "cat", "find", "xargs")

pytestmark = pytest.mark.skipif(os.name != "posix", reason="`make bench` is for POSIX systems")


def _bench(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tools.bench", *arguments]


@pytest.mark.system
@pytest.mark.skipif(not all(map(shutil.which, NEEDED)), reason="needs find and xargs")
def test_a_peer_that_is_missing_is_named_as_such(tmp_path: Path) -> None:
    """Its figure is missing from the table, and nothing else; no path of the machine is in it."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in NEEDED:
        (programs / name).symlink_to(str(shutil.which(name)))
    kept = tmp_path / "kept"
    parts = ["triage", "archive", "readers"]
    ended = subprocess.run(
        _bench(*parts, "--size", "2MB", "--rounds", "1", "--folder", str(kept)),
        cwd=ROOT, env={**os.environ, "PATH": str(programs)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    rows = [line for line in ended.stdout.splitlines() if line.startswith("| ")][2:]
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows] == [*parts, "readers"]
    assert all("not installed" in row for row in rows)
    assert not any(str(place) in ended.stdout for place in (ROOT, tmp_path))
    assert {path.name for path in kept.iterdir()} == {"webshell-2MB", "mixed-2MB.zip"}


def test_an_interrupt_leaves_nothing_behind(tmp_path: Path) -> None:
    """Neither scratch, nor half of the evidence, nor a process that writes it."""
    running = subprocess.Popen(
        _bench("triage", "--size", "5GB", "--folder", str(tmp_path)),
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert running.stderr is not None
    with running, running.stderr as said:
        assert any(line.startswith("writing") for line in said)
        running.send_signal(signal.SIGINT)
        rest = said.read()
        assert running.wait(30) == 130
    assert "stopped" in rest
    assert list(tmp_path.iterdir()) == []


def test_only_the_table_on_the_page_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands before and after the markers stays; a page without them is refused."""
    monkeypatch.syspath_prepend(str(ROOT))
    table = importlib.import_module("tools.bench.table")
    page = tmp_path / "page.md"
    page.write_text(f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n")
    table.write(page, "new\n")
    assert page.read_text() == f"before\n{table.BEGIN}\nnew\n{table.END}\nafter\n"
    page.write_text("no place\n")
    with pytest.raises(ValueError, match="are missing"):
        table.write(page, "new\n")


def test_indicators_are_measured_in_pairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What loading takes and holds, and the ratio of a triage with them to one without.

    Of each form every indicator is read.
    """
    monkeypatch.syspath_prepend(str(ROOT))
    monkeypatch.chdir(ROOT)
    indicators = importlib.import_module("tools.bench.indicators")
    race = importlib.import_module("tools.bench.race")
    monkeypatch.setattr(indicators, "MANY", 300)
    monkeypatch.setattr(indicators, "LEAST", 1)
    assert len(set(indicators.lines(300))) == 301
    setting = race.Setting(tmp_path, tmp_path / "scratch", "2MB", 1, 1, 1)
    setting.scratch.mkdir()
    loaded, stix, misp, slowed = indicators.rows(setting)
    assert loaded.what.startswith("300 read")
    assert (loaded.target, slowed.target) == ("10 s", race.times(1.1))
    assert [stix.what, misp.what] == [
        "300 read from a bundle of STIX 2.1: processor time",
        "300 read from an event of MISP: processor time",
    ]
    for form in (indicators.stix, indicators.misp):
        feed = tmp_path / "feed.json"
        feed.write_text("".join(form(300)), "utf-8")
        found = read_file(feed).content
        assert (len(found.indicators), found.left_out) == (300, Counter())
    assert slowed.ratio.endswith(race.times(0)[-1])
