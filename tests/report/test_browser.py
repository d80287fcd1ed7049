"""The report in a real browser."""

from __future__ import annotations

import subprocess
from pathlib import Path

from alpheus.report import write_report
from assessments import compromised, hostile
from system import find, needs

_QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--virtual-time-budget=3000",
)  # fmt: skip


def _browse(page: Path, profile: Path, *wish: str) -> subprocess.CompletedProcess[str]:
    command = [find("chromium"), *_QUIET, f"--user-data-dir={profile}", *wish, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=90, check=True)


@needs("chromium", "chromium")
def test_the_report_opens_without_a_network(tmp_path: Path) -> None:
    """A browser shows headline and findings from the file alone."""
    page = write_report(compromised(), tmp_path / "report")["report.html"]
    shown = _browse(page, tmp_path / "profile", "--dump-dom").stdout
    assert compromised().servers[0].headline.split(":")[0] in shown
    assert "Next steps" in shown


@needs("chromium", "chromium")
def test_what_an_attacker_wrote_runs_nothing_in_a_browser(tmp_path: Path) -> None:
    """Script in evidence stays text: it changes nothing, and the policy blocks nothing else."""
    page = write_report(hostile(), tmp_path / "report")["report.html"]
    done = _browse(page, tmp_path / "profile", "--dump-dom", "--enable-logging=stderr", "--v=0")
    assert "<script" not in done.stdout
    assert "CONSOLE" not in done.stderr


@needs("chromium", "chromium")
def test_the_report_is_drawn_on_a_phone(tmp_path: Path) -> None:
    """At the width of a phone the page is drawn, not refused."""
    page = write_report(compromised(), tmp_path / "report")["report.html"]
    picture = tmp_path / "phone.png"
    _browse(page, tmp_path / "profile", "--window-size=390,844", f"--screenshot={picture}")
    assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
