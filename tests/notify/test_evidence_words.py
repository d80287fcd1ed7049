"""Evidence is told in the language of the notice."""

from __future__ import annotations

import pytest

from alpheus.cases.acts import Act, ActKind
from alpheus.cases.lifecycle import Change, Seen, derive
from alpheus.notify.evidence_words import said_of
from alpheus.notify.subjects import _evidence
from alpheus.notify.wording import shipped

DAY = "2021-03-{:02d}T10:00:00Z"
NOW = "2021-04-01T00:00:00Z"


def _seen(day: int, patch: str = "", **more: object) -> Seen:
    fields: dict[str, object] = {"source": "probe", "patch": patch, **more}
    return Seen(day, DAY.format(day), **fields)  # type: ignore[arg-type]  # by their names


def _act(day: int, kind: ActKind) -> Act:
    return Act(day, DAY.format(day), "kim", kind, "EOMT was run", "plan")


STORIES: tuple[list[Seen | Act], ...] = (
    [_seen(1, "vulnerable"), _seen(2, "fixed"), _seen(3, "vulnerable")],
    [_seen(1, "vulnerable", build="15.1.2"), _seen(2, "fixed", build="15.1.3"),
     _seen(3, "vulnerable", build="15.1.2")],
    [_seen(1, "not-affected"), _seen(2, "vulnerable", build="15.1.2")],
    [_seen(1, "mitigated", build="15.1.2"), _seen(2, "vulnerable", build="15.1.3")],
    [_seen(1, verdict="suspicious", breach=DAY.format(1)), _seen(2, reported=True,
     breach=DAY.format(2)), _act(3, ActKind.CLEANED), _seen(4, verdict="no-evidence")],
    [_seen(1, verdict="compromised", breach=DAY.format(1)), _act(2, ActKind.CLEANED),
     _seen(4, verdict="compromised", breach=DAY.format(4))],
    [_seen(1, verdict="attempted", told=True)],
)  # fmt: skip


def _changes(story: list[Seen | Act]) -> tuple[Change, ...]:
    seen = [one for one in story if isinstance(one, Seen)]
    return derive(seen, [one for one in story if isinstance(one, Act)], now=NOW).changes


@pytest.mark.parametrize("language", ["es", "de"])
def test_what_our_program_says_is_translated(language: str) -> None:
    """Every reason that a change of a flaw or an intrusion has; what a person wrote stays."""
    spoken, whole = shipped().language(language), 0
    for story in STORIES:
        for change in _changes(story):
            row = {change.axis: change.after}
            lines = _evidence({"patch": "", "compromise": "", **row}, [change])
            for line in lines:
                said = said_of(line, spoken)
                why = line.partition(" UTC: ")[2].rpartition(" (")[0]
                assert (why in said) == (change.who == "kim"), line
                assert "UTC: " in said
                assert "{" not in said
                whole += 1
    assert whole > 12


def test_how_it_is_said() -> None:
    """With the time, the value and who says it."""
    line = "2021-03-03 10:00 UTC: it had been fixed, and is seen without the fix: 15.1.2 (a list)"
    assert said_of(line, shipped().language("de")) == (
        "3. März 2021, 10:00 Uhr UTC: er war behoben und wird ohne die Korrektur gesehen: "
        "15.1.2 (eine Liste)"
    )
    assert said_of(line, shipped().language("es")).endswith("sin la corrección: 15.1.2 (una lista)")
    line = "2021-03-03 10:00 UTC: assessed as compromised (Shadowserver)"
    assert said_of(line, shipped().language("en")) == (
        "3 March 2021, 10:00 UTC: assessed as compromised (Shadowserver)"
    )


@pytest.mark.parametrize(
    "line", ["", "somebody wrote this", "2021-03-03 10:00 UTC: no (", "x" * 9999]
)
def test_what_is_no_such_sentence_stays(line: str) -> None:
    """Nothing is guessed."""
    assert said_of(line, shipped().language("de")) == line
