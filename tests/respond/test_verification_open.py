"""What lies in no file is told by name."""

from __future__ import annotations

from typing import Any

import pytest

from alpheus.respond.verification_open import unshown_of, way_in
from clean_assessments import WEB, citation, finding, read_server

CVE = "CVE-2021-26855"


def _state(state: str) -> dict[str, Any]:
    return {"cves": {CVE: {"state": state, "why": "its build"}}}


FIXED = read_server("A", **_state("fixed"))


def _steps(*findings: dict[str, Any], **more: Any) -> str:
    found = unshown_of(read_server("A", *findings, **more), FIXED)
    return "\n".join(f"{one.step} {one.names} {one.titles}" for one in found)


@pytest.mark.parametrize(("rule", "techniques", "text", "word", "name"), [
    ("x-account-created", ["T1136"], '{"TargetUserName":"helpdesk7"}', "accounts", "helpdesk7"),
    ("x-task-created", ["T1053.005"], r'{"TaskName":"\\Upd"}', "scheduled tasks", "Upd"),
    ("x-service-installed", ["T1543.003"], '{"ServiceName":"svcx"}', "services", "svcx"),
    ("x-virtual-directory-url", [], "-Identity 'EX01\\OAB'", "virtual directories", "OAB"),
    ("x-mailbox-export", [], "-Mailbox 'ceo' -FilePath 'y'", "export mailboxes", "ceo"),
])  # fmt: skip
def test_what_was_made_is_told_by_its_name(
    rule: str, techniques: list[str], text: str, word: str, name: str
) -> None:
    """The account, the task, the directory: from the records of its finding."""
    found = _steps(finding(rule, citation("a.log", None, text=text), techniques=techniques))
    assert word in found
    assert name in found
    assert f"The title of {rule}" in found


def test_secrets_and_a_rebuild_are_told_by_stage() -> None:
    """What lies in files is not among it."""
    planted = finding("page-foreign", citation(f"{WEB}/x.aspx"))
    assert "machine keys" in _steps(planted)
    assert "planted." not in _steps(planted)
    assert "krbtgt" not in _steps(planted, stage="operated")
    spread = _steps(planted, stage="spread")
    assert all(word in spread for word in ("krbtgt", "Build the server anew", "local admin"))


def test_an_update_is_shown_where_the_new_evidence_names_the_build() -> None:
    """Open or unknown, it is told, and why."""
    before = read_server("A", **_state("vulnerable"))
    for state, said in (("undetermined", "does not say"), ("mitigated", "mitigated"),
                        ("vulnerable", "open")):  # fmt: skip
        told = [one for one in unshown_of(before, read_server("A", **_state(state)))
                if "update" in one.step]  # fmt: skip
        assert said in told[0].titles[0]
    assert "update" not in _steps(**_state("vulnerable"))
    assert "which build" in str(unshown_of(before, read_server("A", cves={})))
    assert list(way_in(FIXED)) == []
    assert CVE in next(way_in(before))
