"""What ties an ambiguous act to the attack."""

from __future__ import annotations

from datetime import timedelta

from alpheus.detect.process_tree import ProcessTree
from alpheus.judge.findings import findings_of_hits
from alpheus.judge.ties import anchors_of
from alpheus.model import Event, Stage, Weight
from making import T0, event, group, record, rule

TIED = rule("account-created", Stage.SPREAD, Weight.INDICATION, tie=True)
SHELL = rule("shell-child", Stage.OPERATED, Weight.PROOF)


def _child(command: str = "cmd.exe /c whoami", **more: str) -> Event:
    fields = {
        "EventID": "1", "ParentImage": "C:\\w\\w3wp.exe", "Image": "C:\\w\\cmd.exe",
        "ProcessGuid": "{g-1}", "CommandLine": command, **more,
    }  # fmt: skip
    return event("sysmon", fields)


def _weight(suspect: Event, *certain: Event) -> Weight:
    tree = ProcessTree()
    for one in certain:
        tree.note(one)
    tree.note(suspect)
    hits = [group(SHELL, certain), group(TIED, [suspect])]
    server = record(hits=[hit for hit in hits if hit.total])
    anchors = anchors_of(server, tree, ["evil7.aspx"])
    found = {f.rule: f for f in findings_of_hits(server, anchors, tree)}
    return found["account-created"].weight


def test_an_untied_account_change_is_context() -> None:
    """An administrator's own act says nothing."""
    made = event("windows-security", {"EventID": "4720", "TargetUserName": "helpdesk7"})
    assert _weight(made) is Weight.CONTEXT
    assert _weight(made, _child()) is Weight.CONTEXT


def test_an_account_named_in_an_attackers_command_is_tied() -> None:
    """`net user NAME /add` by a child of the worker ties the account."""
    made = event("windows-security", {"EventID": "4720", "TargetUserName": "helpdesk7"})
    assert _weight(made, _child("cmd /c net user helpdesk7 x /add")) is Weight.INDICATION


def test_a_grandchild_of_the_worker_is_tied() -> None:
    """Processes are followed from the worker down."""
    grandchild = event(
        "sysmon",
        {
            "EventID": "1",
            "ParentProcessGuid": "{g-1}",
            "ProcessGuid": "{g-2}",
            "Image": "C:\\7z.exe",
        },
    )
    assert _weight(grandchild, _child()) is Weight.INDICATION


def test_a_logon_session_ties_unless_everybody_shares_it() -> None:
    """A session of the attacker ties; the session of SYSTEM does not."""
    made = {"EventID": "4720", "TargetUserName": "z9"}
    own = event("windows-security", {**made, "SubjectLogonId": "0x5dc3a"})
    system = event(
        "windows-security", {**made, "SubjectLogonId": "0x3e7"}, time=T0 + timedelta(days=2)
    )
    assert _weight(own, _child(LogonId="0x5dc3a")) is Weight.INDICATION
    assert _weight(system, _child(LogonId="0x3e7")) is Weight.CONTEXT


def test_an_act_of_the_system_right_after_a_child_is_tied() -> None:
    """Workers of Exchange run as SYSTEM: what it does minutes later counts."""
    made = {"EventID": "4720", "TargetUserName": "z9", "SubjectUserName": "EX01$"}
    soon = event("windows-security", made, time=T0 + timedelta(minutes=3))
    before = event("windows-security", made, time=T0 - timedelta(minutes=3))
    assert _weight(soon, _child()) is Weight.INDICATION
    assert _weight(before, _child()) is Weight.CONTEXT
