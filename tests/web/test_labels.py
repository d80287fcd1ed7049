"""Every state has its words and colour, in every language."""

from __future__ import annotations

import pytest

from alpheus.cases.acts import ActKind, Closing
from alpheus.cases.deadlines import Standing
from alpheus.cases.states import OPEN_COMPROMISE, OPEN_PATCH, Compromise, Patch, Work
from alpheus.directory.sectors import sectors
from alpheus.model import Stage, Verdict
from alpheus.notify.model import Channel, EventKind, Rung, Status
from alpheus.notify.records import Reason
from alpheus.report.secret_patterns import SecretKind
from alpheus.web import labels
from alpheus.web.access.roles import Role
from alpheus.web.rendering import environment, said_in
from alpheus.web.settings import LANGUAGES
from alpheus.web.words import words

KINDS = {
    "patch": Patch, "compromise": Compromise, "work": Work, "stage": Stage, "verdict": Verdict,
    "rung": Rung, "channel": Channel, "status": Status, "event": EventKind, "act": ActKind,
    "closing": Closing, "clock": Standing, "unreached": Reason, "role": Role,
    "secret": SecretKind,
}  # fmt: skip
HOSTILE = "<b>\u202e\x1b[2J%(x)s"


@pytest.mark.parametrize("kind", KINDS)
def test_every_value_that_there_is_has_a_label(kind: str) -> None:
    """Whoever adds a state adds its words."""
    assert [one.value for one in KINDS[kind] if labels.label(kind, one.value) is None] == []


def test_every_sector_has_a_label() -> None:
    """They come from the table of sectors."""
    assert [name for name in sectors() if labels.label("sector", name) is None] == []


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_every_label_is_translated(language: str) -> None:
    """Into every language."""
    assert sorted({text for text in labels.texts() if not words(language).knows(text)}) == []


def test_what_is_to_be_acted_on_is_red_or_in_doubt() -> None:
    """Nothing that is open looks as if it were done."""
    for state in OPEN_PATCH:
        assert labels.tone("patch", state.value) == labels.BAD
    for state in OPEN_COMPROMISE:
        assert labels.tone("compromise", state.value) in {labels.BAD, labels.DOUBT, labels.NOTE}


def test_nothing_is_unknown_and_what_nobody_foresaw_stays_as_it_is() -> None:
    """A value of others is never a text of ours, and inert."""
    assert labels.label("sector", "") == labels.Label("Unknown")
    assert labels.label("sector", HOSTILE) is None
    assert labels.tone("sector", HOSTILE) == labels.PLAIN
    with pytest.raises(KeyError):
        labels.label("no such kind", "")
    made = environment().from_string("{{ said('sector', value) }}|{{ meaning('sector', value) }}")
    text = made.render(value=HOSTILE, **said_in("de"))
    assert text == "&lt;b&gt;{U+202E}{ESC}[2J%(x)s|"
