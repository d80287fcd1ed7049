"""What a server's page says of states, days, findings and flaws."""

from __future__ import annotations

import pytest

from alpheus.cases.acts import ActKind, Closing
from alpheus.cases.database import Database
from alpheus.cases.states import Compromise, Patch, Work
from alpheus.web import labels, server_view
from alpheus.web.settings import LANGUAGES
from alpheus.web.words import words
from assessments import compromised, hostile
from server_filling import document, filled, findings, kept_of, number_of

NOW = "2021-04-01T00:00:00Z"
ENGLISH = words("en")


def test_every_state_is_in_the_headline() -> None:
    """Whoever adds a state says what it means for a server."""
    assert server_view.PATCH_SAID.keys() == {*Patch}
    assert server_view.COMPROMISE_SAID.keys() == {*Compromise}
    assert server_view.WORK_SAID.keys() == {*Work}


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_every_text_is_translated(language: str) -> None:
    """Into every language."""
    assert [text for text in server_view.texts() if not words(language).knows(text)] == []


def test_the_graver_comes_first(database: Database) -> None:
    """One sentence: an intruder before a flaw, a flaw before what nobody looked at."""
    cases = filled(database, document(compromised()))
    broken = server_view.headline(cases.look(number_of(cases, "compromised")), ENGLISH)
    assert broken.text.startswith("EX01: somebody broke in, and CVE-2021-26855 is")
    assert (broken.tone, broken.work) == (labels.BAD, "Nobody has been told.")
    other = server_view.headline(cases.look(1), ENGLISH)
    assert other.text.endswith(
        "CVE-2021-26855 is open again after it had been closed, and nobody has looked whether "
        "somebody broke in."
    )
    cases.act(1, ActKind.CLOSED, who="mia", why="torn down", to=Closing.GONE)
    closed = server_view.headline(cases.look(1), words("de"))
    assert closed.work == "Der Fall ist seit dem 01.04.2021 geschlossen: torn down"


def test_states_are_drawn_from_the_first_day_to_now(database: Database) -> None:
    """Both axes and the work, for a phone and for a desk; assessments are marked."""
    cases = filled(database, document(compromised()))
    narrow, wide = server_view.axes(cases.look(1), [], ENGLISH, now=NOW)
    assert "narrow" in narrow
    for state in ("Vulnerable", "Fixed", "Vulnerable again", "Not looked at", "New"):
        assert f"<title>{state}</title>" in wide
    broken = server_view.axes(cases.look(number_of(cases, "compromised")), [], ENGLISH, now=NOW)
    assert "<title>Assessed</title>" in broken[1]


def test_what_changed_and_what_was_done_is_one_history(database: Database) -> None:
    """The newest first; an act that changed a state is told once."""
    cases = filled(database)
    cases.act(1, ActKind.NOTE, who="mia", why="called them")
    cases.act(1, ActKind.MITIGATED, who="mia", why="rewrite rules")
    events = server_view.history(cases.look(1))
    assert [one.time for one in events] == sorted((one.time for one in events), reverse=True)
    told = [(one.act.kind if one.act else "", one.change.after if one.change else "")
            for one in events]  # fmt: skip
    assert told.count(("mitigated", "mitigated")) == 1
    assert ("note", "") in told
    assert ("", "fixed") in told


def test_findings_are_grouped_by_stage() -> None:
    """The furthest stage first, proof before anything else in it; each with its first record."""
    whole = document(compromised())
    whole["servers"][0]["findings"] = findings(
        ("probed", "context", "", ["a"]), ("operated", "indication", "", ["b"]),
        ("operated", "proof", "", ["c", "d"]), ("exploited", "proof", "", []),
    )  # fmt: skip
    kept = kept_of(whole)
    groups, fitting = server_view.groups(kept)
    assert fitting == 4
    assert [(one.stage, one.number) for one in groups] == [
        ("operated", 2), ("exploited", 1), ("probed", 1),
    ]  # fmt: skip
    assert [one.weight for _, one, _ in groups[0].findings] == ["proof", "indication"]
    assert [cited and cited.text for one in groups for _, _, cited in one.findings] == [
        "c", "b", None, "a",
    ]  # fmt: skip
    assert server_view.groups(kept, each=1)[0][0].number == 2
    assert len(server_view.groups(kept, each=1)[0][0].findings) == 1
    assert server_view.groups(kept, stage="probed")[1] == 1
    assert server_view.groups(kept, weight="proof", first=1, size=1)[0][0].stage == "exploited"


def test_flaws_of_which_the_same_is_said_stand_together(database: Database) -> None:
    """The one that is watched first."""
    groups = server_view.cve_groups(filled(database).look(1))
    assert groups[0].cves[0] == "CVE-2021-26855"
    assert sum(len(one.cves) for one in groups) == len({c for one in groups for c in one.cves})


def test_coverage_is_drawn_for_every_source() -> None:
    """Those that decide first; without times there is no strip."""
    outline = kept_of(document(compromised())).outline
    covered, span = server_view.coverage(outline, ENGLISH)
    assert [one.coverage.deciding for one in covered] == sorted(
        (one.coverage.deciding for one in covered), reverse=True
    )
    assert span is not None
    assert all(one.strip for one in covered)
    assert len(server_view.days_of(span, ENGLISH)) == 2
    whole = document(compromised())
    whole["servers"][0].update(campaigns=[], coverage=[{"source": "x", "rows": 1}])
    covered, span = server_view.coverage(kept_of(whole).outline, ENGLISH)
    assert (span, [str(one.strip) for one in covered]) == (None, [""])


def test_a_log_of_decades_does_not_hide_the_window() -> None:
    """The strips show the window and what is around it."""
    whole = document(compromised())
    whole["servers"][0]["coverage"] = [
        {"source": "x", "first": "1601-01-01T00:00:00Z", "last": "9999-12-30T00:00:00Z"}
    ]
    _, span = server_view.coverage(kept_of(whole).outline, ENGLISH)
    assert span is not None
    assert span.length < 120 * 86_400_000


def test_hostile_sources_do_nothing() -> None:
    """In the words of strips."""
    for number in range(3):
        covered, _ = server_view.coverage(kept_of(document(hostile()), number).outline, ENGLISH)
        assert "<script" not in "".join(str(one.strip) for one in covered)
