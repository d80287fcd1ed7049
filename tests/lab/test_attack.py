"""The traces of an intrusion."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from alpheus.lab.attack import Story
from alpheus.lab.logs.pages import make_shell
from alpheus.lab.text import SLOTS

_WHEN = datetime(2021, 3, 1, 3, tzinfo=UTC)
_FILLED = dict.fromkeys(SLOTS, "X")


def _rows(story: Story, log: str) -> list[str]:
    ordered = sorted(story.entries, key=lambda entry: entry.time)
    return [
        line % _FILLED for entry in ordered for name, line in entry.template.lines if name == log
    ]


def test_chain_in_its_order(story: Story) -> None:
    """Autodiscover, MAPI, session, read, set, reset, set: as victims' logs have it."""
    shell = make_shell(Random(1), story.server, below_owa=False)
    written = story.implant(story.enter(_WHEN), shell)
    anchors = [row.split("ServerInfo~")[1].split("#")[0] for row in _rows(story, "httpproxy/Ecp")]
    steps = [anchor.split(":444")[1].split("?")[0].rpartition("/")[2] for anchor in anchors]
    assert steps == [
        "autodiscover.xml", "", "proxyLogon.ecp", "GetObject", "SetObject", "SetObject",
        "SetObject",
    ]  # fmt: skip
    assert "ResetOABVirtualDirectory" in anchors[5]
    assert _WHEN + timedelta(seconds=16) <= written < _WHEN + timedelta(seconds=18)


def test_back_end_knows_the_computer_only(story: Story) -> None:
    """On site 2 the forged requests come from the computer's account."""
    story.enter(_WHEN)
    assert all(f" 444 {story.server.account} " in row for row in _rows(story, "iis2"))


def test_script_reaches_the_panel_and_the_event_log(story: Story) -> None:
    """The setting with the script stands in ECP Server and in MSExchange Management."""
    shell = make_shell(Random(1), story.server)
    story.implant(_WHEN, shell)
    assert sum("<script" in row for row in _rows(story, "ecp-server")) == 1
    management = _rows(story, "events:MSExchange Management")
    assert sum("<script" in row for row in management) == 1
    assert sum("Remove-OabVirtualDirectory" in row for row in management) == 1


def test_use_is_logged_where_the_page_is(story: Story) -> None:
    """A page below /owa is in HttpProxy too; one in the web root is in IIS alone."""
    story.use(_WHEN, make_shell(Random(1), story.server, below_owa=True), 2)
    assert len(_rows(story, "httpproxy/Owa")) == len(_rows(story, "iis1")) == 2
    story.use(_WHEN, make_shell(Random(1), story.server, below_owa=False), 2)
    assert len(_rows(story, "httpproxy/Owa")) == 2
    assert len(_rows(story, "iis1")) == 4


def test_refused_requests_do_not_reach_the_back_end(story: Story) -> None:
    """A forged request that failed leaves no row on site 2."""
    story.forged(_WHEN, "/mapi/emsmdb/", status=500, answered=False)
    assert _rows(story, "iis2") == []
    assert len(_rows(story, "httpproxy/Ecp")) == 1


def test_scanners_check_is_local(story: Story) -> None:
    """The scanner's request points at the server itself and is refused."""
    story.local_check(_WHEN)
    (row,) = _rows(story, "httpproxy/Owa")
    assert "ServerInfo~localhost/" in row
    assert ",500,500," in row


def test_programs_run_below_the_worker(story: Story) -> None:
    """A command is a shell below the worker, and a program below the shell."""
    story.command(_WHEN, "whoami.exe", "whoami")
    rows = _rows(story, "events:Microsoft-Windows-Sysmon/Operational")
    assert "w3wp.exe" in rows[0]
    assert "whoami.exe" in rows[1]
