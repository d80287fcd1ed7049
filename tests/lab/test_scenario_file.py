"""A scenario that is data is read whole or refused with its place."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from alpheus.errors import KnowledgeError
from alpheus.knowledge.model import Pack
from alpheus.knowledge.packs import load_packs
from alpheus.lab.scenario_file import files_of, filled, read_scenario, span_of
from alpheus.lab.scenarios import quiet
from alpheus.model import Stage, Verdict

GOOD = """
name: one
title: One thing happens
span: [2021-08-01T00:00:00Z, 2021-08-03T00:00:00Z]
begins: 2021-08-01T10:00:00Z
truth: {verdict: attempted, stage: attempted}
steps:
  - at: 1h30m
    first: true
    request: {stem: /x, status: 404}
"""


def _written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "one.yml"
    path.write_text(text)
    return path


def test_a_scenario_is_read(tmp_path: Path) -> None:
    """With what is not said as it usually is."""
    found = read_scenario(_written(tmp_path, GOOD))
    assert (found.name, found.product, len(found.steps)) == ("one", "exchange", 1)
    assert found.steps[0].request is not None
    assert found.steps[0].request.client == "{attacker}"


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("name: one", "name: [", r"one\.yml:\d+"),
        ("name: one", "nam: one", "nam"),
        ("stem: /x", "stam: /x", r"steps.*request"),
        ("at: 1h30m", "at: soon", r"steps\[0\]: 'soon' is no span"),
        ("at: 1h30m", "at: 9d", r"steps\[0\]: it happens outside"),
        ("    request: {stem: /x, status: 404}\n", "", r"steps\[0\]: one thing that happens"),
        ("10:00:00Z", "10:00:00", "begins: no time zone"),
        ("[2021-08-01T00:00:00Z", "[2021-09-01T00:00:00Z", "span: two times"),
        ("verdict: attempted", "verdict: bad", "truth.verdict"),
    ],
)
def test_a_wrong_scenario_is_refused(old: str, new: str, wrong: str, tmp_path: Path) -> None:
    """With file and place."""
    assert old in GOOD
    with pytest.raises(KnowledgeError, match=wrong):
        read_scenario(_written(tmp_path, GOOD.replace(old, new, 1)))


def test_a_span_has_units() -> None:
    """Several may stand side by side."""
    assert span_of("1h30m5s") == timedelta(hours=1, minutes=30, seconds=5)
    for text in ("", "5", "5 s", "1x", "s5"):
        with pytest.raises(ValueError, match="no span"):
            span_of(text)


def test_only_known_words_are_put_in() -> None:
    """Other braces are what they are."""
    assert filled("{a} {b} {A} {}", {"a": "x"}) == "x {b} {A} {}"


def test_scenarios_lie_beside_their_pack(tmp_path: Path) -> None:
    """Those of a folder come behind those that ship, with the pack's id."""
    (tmp_path / "own" / "lab").mkdir(parents=True)
    path = tmp_path / "own" / "lab" / "one.yml"
    path.write_text(GOOD)
    assert files_of((tmp_path / "own",))[-1] == ("own", path)


@pytest.mark.parametrize(
    ("old", "new"),
    [("title:", "files: " + "[" * 300_000 + "\ntitle:"),
     ("status: 404}", "status: 404}\n    times: 999999999"),
     ("title:", "size: 999999999999\ntitle:"), ("title:", "files: &a [*a]\ntitle:")],
)  # fmt: skip
def test_what_would_never_end_is_refused(tmp_path: Path, old: str, new: str) -> None:
    """Nesting that ends the process, steps and sizes that no disk holds, a list within itself."""
    with pytest.raises(KnowledgeError, match=r"one\.yml"):
        read_scenario(_written(tmp_path, GOOD.replace(old, new)))


CAMPAIGNS = [pack for pack in load_packs() if pack.window is not None]


@pytest.mark.parametrize("pack", CAMPAIGNS, ids=lambda pack: pack.id)
def test_every_campaign_has_a_quiet_scenario_over_its_whole_window(pack: Pack) -> None:
    """In which nothing happened: a triage of it (tests/test_triage.py) may raise no alarm.

    That of March 2021 is the lab's own scenario `clean`.
    """
    assert pack.window is not None
    spans = {
        scenario.span for of, path in files_of() if of == pack.id
        and (scenario := read_scenario(path)).truth.stage is Stage.NONE
        and scenario.truth.verdict.rank <= Verdict.NOT_DETERMINABLE.rank
    }  # fmt: skip
    if pack.id == "proxylogon":
        (plan,) = quiet.SCENARIOS[0][1](1)
        spans.add((plan.start, plan.end))
    begins = pack.window.early_from or pack.window.start
    assert any(first <= begins and pack.window.end <= last for first, last in spans)
