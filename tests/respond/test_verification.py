"""What became of each finding, and when a server may be called clean."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from alpheus.report.assessment_file import Server
from alpheus.respond.verification import Fate, Outcome, Verification, compare
from alpheus.respond.verification_listing import Copy, Listing, Served, Table
from alpheus.respond.verification_looked import Looked
from clean_assessments import CLIENT, PAGE, WEB, citation, finding, looked, read_server

SINCE = "2021-03-12T00:00:00Z"
LOOKED = looked(CLIENT)
LATER = [{"source": "httpproxy", "files": 1, "last": "2021-03-20T00:00:00Z", "deciding": True}]
"""Coverage of after the clean-up."""

FIXED = {"CVE-2021-26855": {"state": "fixed"}}


def _before() -> Server:
    return read_server(
        "MX01", finding("page-foreign", citation(f"{WEB}/x.aspx")),
        finding("shell-used", citation("C/inetpub/logs/u_ex.log", line=1)),
    )  # fmt: skip


def _compared(*findings: dict[str, Any], seen: Looked = LOOKED,
              coverage: Any = None, cves: Any = None, since: str = SINCE,
              ) -> Verification:  # fmt: skip
    after = read_server("MX01", *findings, coverage=LATER if coverage is None else coverage,
                        cves=FIXED if cves is None else cves)  # fmt: skip
    return compare(_before(), after, since=since, looked=seen, assessment="0" * 64)


PAST = finding("shell-used", citation("C/inetpub/logs/u_ex.log", line=1))


def test_gone_and_covered_is_clean() -> None:
    """Old lines in logs do not speak against it."""
    found = _compared(PAST)
    assert (found.outcome, found.files) == (Outcome.CLEAN, Outcome.CLEAN)
    assert [item.fate for item in found.items] == [Fate.GONE, Fate.PAST]


def test_nothing_is_said_of_a_time_after_the_folders_were_collected() -> None:
    """Though logs go on: of two packages, the older has the folder in which a page was found."""
    early, late = (datetime(2021, 3, day, tzinfo=UTC) for day in (13, 30))
    folder = Listing("E1", {CLIENT: {"logon.aspx"}}, newest=early)
    logs = Listing("E2", {"c:/inetpub/logs/logfiles/w3svc1": set()}, newest=late)
    alone, both = (_compared(PAST, seen=Looked(some, SINCE))
                   for some in ([folder], [folder, logs]))  # fmt: skip
    assert alone.until > both.until == both.listed == "2021-03-13T00:00:00Z"
    assert alone.listed == ""
    assert alone.outcome is both.outcome is Outcome.CLEAN


def test_another_page_in_the_same_place_is_not_gone() -> None:
    """Though no rule knows it: somebody looks at it first, or says that it is right."""
    seen = Looked([Listing("E1", {CLIENT: {"logon.aspx", "x.aspx"}})])
    found = _compared(PAST, seen=seen)
    assert (found.outcome, found.files) == (Outcome.UNCOVERED, Outcome.UNCOVERED)
    assert [item.fate for item in found.items] == [Fate.UNSEEN, Fate.PAST]
    assert found.uncovered == (
        f"{WEB}/x.aspx: a page lies there again, and no rule knows it; look at it",
    )  # fmt: skip
    pages = {"read": 1, "total": 1, "files": [{"path": f"{WEB}/x.aspx", "sha256": "a" * 64}]}
    before = msgspec.structs.replace(_before(), pages=read_server("A", pages=pages).pages)
    pages["files"] = [{"path": f"{WEB}/x.aspx", "sha256": "b" * 64}]
    after = read_server("MX01", PAST, coverage=LATER, cves=FIXED, pages=pages)
    told = [compare(before, after, since=SINCE, looked=seen, assessment="0" * 64, own=own)
            for own in ((), ("b" * 64,))]  # fmt: skip
    assert [one.outcome for one in told] == [Outcome.UNCOVERED, Outcome.CLEAN]
    assert len(told[0].uncovered) == 1
    assert "another content than in the first evidence" in told[0].uncovered[0]
    assert told[1].of(Fate.GONE)


OWN = "C/Program Files/Microsoft/Exchange Server/V15/FrontEnd/HttpProxy/owa/auth/logon.aspx"


def test_another_change_to_a_page_of_the_product_is_not_gone() -> None:
    """After an update, too: a newer build has hashes that no list knows, and so has an intruder.

    One whose hash is listed is the product's own, put back; so it is by somebody's word.
    """

    def listed(*hashes: str) -> dict[str, Any]:
        files = [{"path": OWN, "sha256": one * 64} for one in hashes]
        return {"read": 1, "total": len(files), "files": files}

    was, now = ({"value": one, "precision": 4} for one in ("15.1.2106.13", "15.1.2507.58"))
    seen = Looked([Listing("E1", {OWN.rpartition("/")[0].lower().replace("c/", "c:/", 1):
                                  {"logon.aspx"}})])  # fmt: skip
    before = read_server("MX01", finding("page-modified", citation(OWN)), pages=listed("a"),
                         build=was)  # fmt: skip
    for hashes, own, outcome in (
        ("b", (), Outcome.UNCOVERED),
        ("", (), Outcome.CLEAN),
        ("b", ("b" * 64,), Outcome.CLEAN),
    ):
        after = read_server("MX01", coverage=LATER, cves=FIXED, pages=listed(*hashes), build=now)
        found = compare(before, after, since=SINCE, looked=seen, assessment="0" * 64, own=own)
        assert (found.outcome, found.files) == (outcome, outcome)
        assert bool(found.of(Fate.GONE)) is (outcome is Outcome.CLEAN)
        assert len(found.uncovered) == (outcome is Outcome.UNCOVERED)


def test_a_file_that_is_left_is_not_clean() -> None:
    """Whatever the collector calls the volume now."""
    found = _compared(
        finding("page-foreign", citation("up/c%3A/inetpub/wwwroot/aspnet_client/X.aspx"))
    )
    assert (found.outcome, found.files) == (Outcome.LEFT, Outcome.LEFT)
    assert found.of(Fate.LEFT)[0].rule == "page-foreign"


@pytest.mark.parametrize(("rule", "name", "fate"), [
    ("page-foreign", "x.aspx", Fate.BACK), ("another-rule", "x.aspx", Fate.BACK),
    ("page-foreign", "y.aspx", Fate.NEW),
])  # fmt: skip
def test_another_page_is_back_or_new(rule: str, name: str, fate: Fate) -> None:
    """In the same place, or in another."""
    found = _compared(finding(rule, citation(f"{WEB}/{name}", PAGE + b"2")))
    assert (found.outcome, found.files) == (Outcome.BACK, Outcome.BACK)
    assert len(found.of(fate)) == 1


def test_a_sign_after_the_clean_up_is_re_infection() -> None:
    """With the time of the first; files may be clean all the same."""
    found = _compared(PAST | {"last": "2021-03-15T00:00:00Z", "time": "2021-03-13T00:00:00Z"})
    assert (found.outcome, found.files) == (Outcome.BACK, Outcome.CLEAN)
    assert found.of(Fate.BACK)[0].time == "2021-03-13T00:00:00Z"
    same = {"last": "2021-03-12T00:00:00Z", "time": "2021-03-12T00:00:00Z"}
    assert _compared(PAST | same, since="2021-03-12T00:00:00.669Z").of(Fate.PAST)
    new = finding("new-rule", citation("a.log", line=1), time="2021-03-14T00:00:00Z")
    assert _compared(new).of(Fate.NEW)[0].time == "2021-03-14T00:00:00Z"


@pytest.mark.parametrize("coverage", [
    [], [LATER[0] | {"last": "2021-03-11T00:00:00Z"}], [LATER[0] | {"source": "other"}],
])  # fmt: skip
def test_what_was_not_seen_is_told(coverage: list[dict[str, Any]]) -> None:
    """A source that the verdict needs, and that does not go on: then it is not called clean."""
    found = _compared(PAST, coverage=coverage)
    assert found.outcome is Outcome.UNCOVERED
    assert found.files is Outcome.CLEAN
    assert "httpproxy" in found.uncovered[0]


@pytest.mark.parametrize(("folders", "seen"), [
    ((), False), (("c:/inetpub/logs",), False), ((f"{CLIENT}/sub",), True),
    (("c:/inetpub/wwwroot",), False), (("c:/inetpub/wwwroot/other",), False),
    (("d:/inetpub",), False),
])  # fmt: skip
def test_a_folder_that_nobody_brought_is_told(folders: tuple[str, ...], seen: bool) -> None:
    """What lies above or beside it does not show it."""
    found = _compared(PAST, seen=looked(*folders))
    assert (found.files is Outcome.CLEAN) is seen
    assert (found.outcome is Outcome.CLEAN) is seen


def test_context_is_none() -> None:
    """It raises no verdict, so it hinders none."""
    assert (
        _compared(finding("new", citation(f"{WEB}/z.aspx"), weight="context")).items[-1].rule
        != "new"
    )


def test_what_nobody_looked_at_is_not_gone() -> None:
    """A folder that was not brought shows nothing of the file that lay there."""
    (item,) = (one for one in _compared(PAST, seen=looked()).items if one.path)
    assert item.fate is Fate.UNSEEN


def test_a_page_of_logs_alone_needs_its_folder() -> None:
    """Its being gone is shown by nothing else."""
    log = citation("C/inetpub/logs/u_ex.log", line=1, text="x POST /owa/auth/x.aspx - 443")
    before = read_server("MX01", finding("page-used-shell", log))
    after = read_server("MX01", coverage=LATER, cves=FIXED)
    there = looked("c:/v15/frontend/httpproxy/owa/auth")
    for seen, outcome in ((looked(), Outcome.UNCOVERED), (there, Outcome.CLEAN)):
        found = compare(before, after, since=SINCE, looked=seen, assessment="")
        assert (found.outcome, found.files) == (outcome, outcome)


def test_an_open_entrance_is_not_clean() -> None:
    """Files may be; what no file shows is listed either way."""
    found = _compared(PAST, cves={"CVE-2021-26855": {"state": "vulnerable", "why": "its build"}})
    assert (found.outcome, found.files) == (Outcome.UNCOVERED, Outcome.CLEAN)
    assert "CVE-2021-26855" in found.way_in[0]
    assert any("machine keys" in one.step for one in _compared(PAST).unshown)


def test_what_was_lost_is_not_covered() -> None:
    """It might have been a page."""
    after = read_server("MX01", coverage=LATER, cves=FIXED)
    found = compare(_before(), after, since=SINCE, looked=LOOKED, assessment="", missing=("b.zip",))
    assert (found.outcome, found.files, found.uncovered) == (
        Outcome.UNCOVERED, Outcome.UNCOVERED, ("b.zip",),
    )  # fmt: skip


def _one(seen: Looked, *now: dict[str, Any], before: dict[str, Any]) -> Verification:
    after = read_server("MX01", *now, coverage=LATER, cves=FIXED)
    return compare(read_server("MX01", before), after, since=SINCE, looked=seen, assessment="")


@pytest.mark.parametrize("name", ["x.xml", "x.log", "x.jsonl"])
@pytest.mark.parametrize(("place", "more"), [({"line": 1}, {"time": None}), ({}, {})])
def test_a_page_with_the_name_of_a_log_is_no_past(
    name: str, place: dict[str, Any], more: dict[str, Any]
) -> None:
    """It is there, whenever it was put there; also one that a list of hashes knows."""
    page = finding("page", citation(f"{WEB}/{name}", **place), **more)
    assert _compared(page).outcome is Outcome.BACK
    assert _one(LOOKED, page, before=page).outcome is Outcome.LEFT


def test_a_torn_line_is_past_only_if_it_was_there_before() -> None:
    """It has no time; the same line of the same log is old, another may not be."""
    log = "C/inetpub/logs/LogFiles/W3SVC1/u_ex210301.log"
    torn = finding("raw", citation(log, line=9, text="torn"), time=None)
    assert _one(LOOKED, torn, before=torn).of(Fate.PAST)
    other = finding("raw", citation(log, line=11, text="torn again"), time=None)
    assert _one(LOOKED, other, before=torn).outcome is Outcome.BACK


def test_the_same_bytes_under_another_name_are_still_there() -> None:
    """A configuration may have them run."""
    digest = citation(f"{WEB}/x.aspx")["sha256"]
    seen = looked(CLIENT, copies=(Copy(f"{WEB}/x.jpg", digest),))
    found = _compared(PAST, seen=seen)
    assert (found.outcome, found.of(Fate.LEFT)[0].path) == (Outcome.LEFT, f"{WEB}/x.jpg")
    seen = looked(CLIENT, copies=(Copy(f"{WEB}/x.aspx", digest),))
    assert [one.fate for one in _compared(PAST, seen=seen).items] == [Fate.LEFT, Fate.PAST]


def test_a_name_in_the_list_of_a_volume_is_left_while_it_is_in_use() -> None:
    """The list itself changes all the time; what it says of a removed file is of the past."""
    text = r"TargetFilename=\inetpub\wwwroot\aspnet_client\x.aspx Size=4 InUse={} Created=2021"
    used, gone = (
        finding("named", citation("C/$MFT", content, record_id=4, text=text.format(said)))
        for content, said in ((b"1", "true"), (b"2", "false"))
    )
    assert _one(LOOKED, used, before=used).outcome is Outcome.LEFT
    found = _one(LOOKED, gone, before=used)
    assert (found.outcome, len(found.of(Fate.GONE)), len(found.of(Fate.PAST))) == (
        Outcome.CLEAN, 1, 1,
    )  # fmt: skip
    assert _one(looked(), gone, before=used).outcome is Outcome.UNCOVERED


def test_a_page_that_was_not_brought_is_not_gone() -> None:
    """The list of the volume has it: somebody, or an antivirus, left it out."""
    path = CLIENT.partition(":")[2]
    table = Table({path: {"x.aspx"}}, datetime(2021, 3, 20, tzinfo=UTC))
    found = _compared(PAST, seen=looked(CLIENT, since=SINCE, tables={"c": table}))
    assert (found.outcome, len(found.of(Fate.UNSEEN))) == (Outcome.UNCOVERED, 1)
    assert "x.aspx: the $MFT names it" in found.uncovered[0]


def test_a_shadow_copy_that_keeps_what_was_found_is_told() -> None:
    """Whoever restores from it brings it back."""
    found = _compared(
        PAST, finding("page-foreign", citation("p1/vss1/inetpub/wwwroot/aspnet_client/x.aspx"))
    )
    assert found.outcome is Outcome.LEFT


def test_a_folder_that_is_served_now_must_be_looked_at() -> None:
    """And the configuration that says so, where there was one."""
    served = (Served("Site", "/", "c:/inetpub/wwwroot"), Served("Site", "/oab", "d:/oab"))
    found = _compared(PAST, seen=looked(CLIENT, served=served))
    assert (found.outcome, found.uncovered[0].partition(" ")[0]) == (Outcome.UNCOVERED, "/oab")
    configured = [*LATER, {"source": "iis-configuration", "files": 1}]
    before = read_server("MX01", finding("p", citation(f"{WEB}/x.aspx")), coverage=configured)
    after = read_server("MX01", coverage=LATER, cves=FIXED)
    for seen, clean in ((LOOKED, False), (looked(CLIENT, served=served[:1]), True)):
        found = compare(before, after, since=SINCE, looked=seen, assessment="")
        assert (found.outcome is Outcome.CLEAN) is clean
        assert clean or found.uncovered[0].startswith("applicationHost.config")


def test_an_image_of_the_disk_is_compared_with_files_of_before() -> None:
    """The volume has another name; the page is the same."""
    page, there = (finding("page-foreign", citation(f"{root}/inetpub/wwwroot/aspnet_client/x.aspx"))
                   for root in ("C", "disk.e01/p2"))  # fmt: skip
    seen = looked("p2:/inetpub/wwwroot/aspnet_client")
    assert _one(seen, there, before=page).outcome is Outcome.LEFT
    assert _one(seen, before=page).outcome is Outcome.CLEAN
