"""Windows events as JSON."""

from __future__ import annotations

import json
from dataclasses import replace

from alpheus.lab.logs import events
from alpheus.lab.logs.cmdlets import Cmdlet
from alpheus.lab.logs.events import WindowsEvent
from alpheus.lab.server import Server
from alpheus.lab.text import SLOTS, compiled

_FILLED: dict[str, object] = dict.fromkeys(SLOTS, "X") | {"number": 42}
_CMDLET = Cmdlet("Set-X", (("A", 'b "c"'),), "adm", "S-1-5-21-1")


def _document(event: WindowsEvent, server: Server, *, beats: bool) -> dict[str, dict[str, object]]:
    text = compiled(events.line(event, server, beats=beats)) % _FILLED
    document: dict[str, dict[str, object]] = json.loads(text)
    return document


def test_evtx_dump_form(server: Server) -> None:
    """System and EventData as evtx_dump writes them; the record's number is a number."""
    event = events.process_created(server, "C:\\a.exe", "a", "C:\\b.exe")
    system = _document(event, server, beats=False)["Event"]["System"]
    assert isinstance(system, dict)
    assert (system["EventID"], system["EventRecordID"]) == (4688, 42)
    assert system["Computer"] == server.fqdn


def test_winlogbeat_form(server: Server) -> None:
    """Named values under winlog.event_data, unnamed ones as param1 and on."""
    winlog = _document(events.cmdlet_ran(_CMDLET, server), server, beats=True)["winlog"]
    data = winlog["event_data"]
    assert isinstance(data, dict)
    assert data["param1"] == "Set-X"
    assert winlog["record_id"] == 42


def test_cmdlet_event_has_27_values(server: Server) -> None:
    """The unnamed values have their places; the culture is the last."""
    values = events.cmdlet_ran(_CMDLET, replace(server, french=True)).data
    assert isinstance(values, list)
    assert len(values) == 27
    assert values[1] == '-A "b "c""'
    assert values[-1] == "fr-FR"


def test_process_and_file_and_account(server: Server) -> None:
    """Numbers and names of the events that stories need."""
    made = (
        events.sysmon_process("a", "b", "c", "d", "e"),
        events.sysmon_file("System", "C:\\x"),
        events.account_created(server, "x", "y"),
        events.group_member_added(server, "x", "Administrators", "y"),
        events.application("P", 7, ["a"], level=2),
    )
    assert [event.number for event in made] == [1, 11, 4720, 4732, 7]
    assert dict(made[1].data)["TargetFilename"] == "C:\\x"  # type: ignore[arg-type]
