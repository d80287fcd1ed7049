"""Descendants of worker processes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alpheus.detect.process_tree import ProcessTree, own_key, parent_is_worker
from alpheus.model import Event
from making import T0, event


def _sysmon(own: str, parent: str, parent_image: str = "C:\\Windows\\System32\\cmd.exe") -> Event:
    fields = {
        "EventID": "1",
        "ProcessGuid": own,
        "ParentProcessGuid": parent,
        "ParentImage": parent_image,
    }
    return event("sysmon", fields)


def _security(own: str, parent: str, *, parent_name: str = "", minutes: int = 0) -> Event:
    fields = {
        "EventID": "4688",
        "NewProcessId": own,
        "ProcessId": parent,
        "ParentProcessName": parent_name,
    }
    return event("windows-security", fields, time=T0 + timedelta(minutes=minutes))


@pytest.mark.parametrize("worker", ["C:\\inetsrv\\w3wp.exe", "D:\\X\\UMWorkerProcess.exe"])
def test_children_and_grandchildren_descend(worker: str) -> None:
    """The line is followed from the worker down, whatever its path and letter case."""
    tree = ProcessTree()
    child, grandchild = _sysmon("{A}", "{W}", worker), _sysmon("{B}", "{A}")
    stranger = _sysmon("{C}", "{Z}")
    for one in (child, grandchild, stranger):
        tree.note(one)
    assert parent_is_worker(child)
    assert [tree.descends(own_key(e), e) for e in (child, grandchild, stranger)] == [
        True,
        True,
        False,
    ]


def test_process_numbers_of_the_security_log_are_followed() -> None:
    """Without GUIDs the numbers are used, hexadecimal as the log writes them."""
    tree = ProcessTree()
    tree.note(_security("0x1f4", "0x10", parent_name="C:\\w\\w3wp.exe"))
    later = _security("0x2bc", "0x1F4", minutes=1)
    tree.note(later)
    assert tree.descends(own_key(later), later)


def test_a_number_seen_a_day_ago_is_another_process() -> None:
    """Windows reuses process numbers."""
    tree = ProcessTree()
    tree.note(_security("0x1f4", "0x10", parent_name="C:\\w\\w3wp.exe"))
    later = _security("0x2bc", "0x1f4", minutes=60 * 30)
    tree.note(later)
    assert not tree.descends(own_key(later), later)


def test_the_same_number_on_another_host_is_another_process() -> None:
    """Processes belong to a host."""
    tree = ProcessTree()
    tree.note(_security("0x1f4", "0x10", parent_name="C:\\w\\w3wp.exe"))
    fields = {"EventID": "4688", "NewProcessId": "0x2bc", "ProcessId": "0x1f4"}
    other = event("windows-security", fields, host="OTHER")
    assert not tree.descends(("other", "windows-security:500"), other)


def test_the_start_of_a_process_that_may_descend_is_told_by_its_text() -> None:
    """However its JSON writes the parent; another's is refused, all while none is followed."""
    tree = ProcessTree()
    plain = '{"ProcessId": "0x1F4", "ParentProcessGuid": "{Z}"}'
    assert not tree.could_descend(plain)
    tree.note(_security("0x1f4", "0x10", parent_name="C:\\w\\w3wp.exe"))
    assert tree.could_descend(plain)
    for parent in ("500", '["0x1f4"]', '{"#text": "0x1f4"}', '"\\u0030x1f4"'):
        assert tree.could_descend('{"ProcessId": ' + parent + ', "ParentProcessGuid": "{Z}"}')
    assert tree.could_descend('[{"@Name": "ProcessId", "#text": "0x1f4"}]')
    assert not tree.could_descend('{"ProcessId": "0x2", "ParentProcessGuid": "{Z}"}')
