"""A file that is there is not of the past, whatever it is called; a record is."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from alpheus.report.assessment_file import Finding
from alpheus.respond.verification_evidence import file_of, in_shadow, is_among_logs, is_kept
from clean_assessments import WEB, citation, finding

UNDATED = {"time": None}


def _file(path: str, dated: bool = True, digest: bool = True, **more: Any) -> str | None:
    cited = citation(path, **more) if digest else citation(path, None, **more)
    found = msgspec.convert(finding("r", cited, **({} if dated else UNDATED)), Finding)
    return file_of(found, found.citations[0])


@pytest.mark.parametrize("name", ["x.aspx", "x.xml", "x.jsonl", "u_ex.log", "x.txt"])
def test_a_page_is_a_file_whatever_it_is_called(name: str) -> None:
    """Nothing in a folder that is served is a log; where all of it is the finding, it is a file."""
    place = f"c:/inetpub/wwwroot/aspnet_client/{name}"
    assert _file(f"{WEB}/{name}", dated=False, line=3) == place
    assert _file(f"{WEB}/{name}") == place


@pytest.mark.parametrize("path", [
    "C/inetpub/logs/LogFiles/W3SVC1/u_ex210301.log", "EventLogs/Security.jsonl",
    "C/Windows/debug/msert.log", "logs/u_ex210301.log.gz/u_ex210301.log",
])  # fmt: skip
def test_a_line_of_a_log_is_a_record(path: str) -> None:
    """Also one that is torn, and has no time."""
    assert _file(path, line=3) is None
    assert _file(path, dated=False, line=3) is None
    assert is_among_logs(f"/{path.lower()}")


def test_what_lies_elsewhere_and_has_no_time_is_a_file() -> None:
    """A task of the system; the line is where the rule saw it."""
    path = "C/Windows/System32/Tasks/update.xml"
    assert _file(path, dated=False, line=3) == path.replace("C/", "c:/").lower()
    assert _file(path, line=3) is None
    assert _file(path, digest=False) is None


def test_events_and_the_journal_are_records() -> None:
    """They have a number, or a place in the journal."""
    assert _file("C/x/Security.evtx", record_id=4) is None
    assert _file("C/$Extend/$UsnJrnl:$J", offset=9) is None


@pytest.mark.parametrize(("used", "place"), [
    ("true", "d:/inetpub/wwwroot/x.aspx"), ("false", None),
])  # fmt: skip
def test_a_volume_names_what_is_there(used: str, place: str | None) -> None:
    """A name that is in use is a file, that of a removed one is of the past, whatever is in it."""
    text = rf"TargetFilename=\inetpub\wwwroot\x.aspx Size=4 InUse={used} Created=2021-03-01"
    assert _file("D/$MFT", record_id=44, text=text) == place
    odd = rf"TargetFilename=\w\x Size=1 InUse=false .aspx Size=4 InUse={used} Created=2021"
    assert (_file("D/$MFT", record_id=44, text=odd) is None) is (used == "false")
    assert _file("D/$MFT", record_id=44, text="TargetFilename=cut") == "d:/$mft"


def test_older_configurations_are_kept_by_iis() -> None:
    """They are not in use; what they held is of the past."""
    path = "C/inetpub/history/CFGHISTORY_0000000009/applicationHost.config"
    assert _file(path, dated=False, line=3) is None
    found = msgspec.convert(finding("r", citation(path)), Finding)
    assert is_kept(found.citations[0])


@pytest.mark.parametrize(("path", "shadow"), [
    ("disk.e01/p2/vss1/inetpub/x.aspx", True), ("HarddiskVolumeShadowCopy3/inetpub/x.aspx", True),
    ("C/inetpub/wwwroot/vss1/x.aspx", False), ("logs/x.log", False),
])  # fmt: skip
def test_a_shadow_copy_is_told_from_a_folder_of_its_name(path: str, shadow: bool) -> None:
    """Somebody may have made one."""
    assert in_shadow(path) is shadow
