"""What became of each finding, and when a server may be called clean."""

from __future__ import annotations

from typing import Any

import pytest

from alpheus.respond.assessment_file import Server
from alpheus.respond.verification import Fate, Outcome, Verification, compare, end_of
from clean_assessments import PAGE, WEB, citation, finding, read_server

SINCE = "2021-03-12T00:00:00Z"
LOOKED = ("c:/inetpub/wwwroot/aspnet_client",)
LATER = [{"source": "httpproxy", "files": 1, "last": "2021-03-20T00:00:00Z", "deciding": True}]

FIXED = {"CVE-2021-26855": {"state": "fixed"}}


def _before() -> Server:
    return read_server(
        "MX01", finding("page-foreign", citation(f"{WEB}/x.aspx")),
        finding("shell-used", citation("C/inetpub/logs/u_ex.log", line=1)),
    )  # fmt: skip


def _compared(*findings: dict[str, Any], looked: tuple[str, ...] = LOOKED,
              coverage: Any = None, cves: Any = None) -> Verification:  # fmt: skip
    after = read_server("MX01", *findings, coverage=LATER if coverage is None else coverage,
                        cves=FIXED if cves is None else cves)  # fmt: skip
    return compare(_before(), after, since=SINCE, looked=looked, assessment="0" * 64)


PAST = finding("shell-used", citation("C/inetpub/logs/u_ex.log", line=1))


def test_gone_and_covered_is_clean() -> None:
    """Old lines in logs do not speak against it."""
    found = _compared(PAST)
    assert (found.outcome, found.files) == (Outcome.CLEAN, Outcome.CLEAN)
    assert [item.fate for item in found.items] == [Fate.GONE, Fate.PAST]


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
    new = finding("new-rule", citation("a.log"), time="2021-03-14T00:00:00Z")
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


@pytest.mark.parametrize(("looked", "seen"), [
    ((), False), (("c:/inetpub/logs",), False), (("c:/inetpub/wwwroot/aspnet_client/sub",), True),
    (("c:/inetpub/wwwroot",), True), (("C:/inetpub/wwwroot/other",), True),
    (("d:/inetpub",), False),
])  # fmt: skip
def test_a_folder_that_nobody_brought_is_told(looked: tuple[str, ...], seen: bool) -> None:
    """One that is empty now is seen by its neighbours."""
    found = _compared(PAST, looked=looked)
    assert (found.files is Outcome.CLEAN) is seen
    assert (found.outcome is Outcome.CLEAN) is seen


def test_context_is_none() -> None:
    """It raises no verdict, so it hinders none."""
    assert (
        _compared(finding("new", citation(f"{WEB}/z.aspx"), weight="context")).items[-1].rule
        != "new"
    )


def test_the_end_of_what_was_seen() -> None:
    """The last record of all sources."""
    assert end_of(_before()) == "2021-03-10T00:00:00Z"
    assert end_of(read_server("MX01", coverage=[])) == ""


def test_what_nobody_looked_at_is_not_gone() -> None:
    """A folder that was not brought shows nothing of the file that lay there."""
    (item,) = (one for one in _compared(PAST, looked=()).items if one.path)
    assert item.fate is Fate.UNSEEN


def test_a_page_of_logs_alone_needs_its_folder() -> None:
    """Its being gone is shown by nothing else."""
    log = citation("C/inetpub/logs/u_ex.log", line=1, text="x POST /owa/auth/x.aspx - 443")
    before = read_server("MX01", finding("page-used-shell", log))
    after = read_server("MX01", coverage=LATER, cves=FIXED)
    for looked, outcome in (((), Outcome.UNCOVERED),
                            (("c:/v15/frontend/httpproxy/owa/auth",), Outcome.CLEAN)):  # fmt: skip
        found = compare(before, after, since=SINCE, looked=looked, assessment="")
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
