"""The list of kinds."""

from __future__ import annotations

from alpheus.lab.internet.applications import APPLICATIONS
from alpheus.lab.internet.builds import RELEASES
from alpheus.lab.internet.kinds import KINDS
from alpheus.lab.internet.transports import TRANSPORTS
from alpheus.model import PatchState

WORDS = {
    "identified", "build-unknown", "shielded", "exchange-online", "not-exchange", "tls-failed",
    "no-answer", "broken",
}  # fmt: skip


def test_every_kind_is_made_of_what_there_is() -> None:
    """Application, transport, builds and words are known; an Exchange has builds or draws one."""
    for kind in KINDS.values():
        assert kind.application in APPLICATIONS
        assert kind.transport in TRANSPORTS
        assert set(kind.builds) <= set(RELEASES)
        assert set(kind.seen) <= WORDS
        assert kind.seen
        assert kind.exchange == bool(kind.builds or kind.drawn), kind.name


def test_every_transport_and_application_has_a_kind() -> None:
    """Nothing that can be played is left out."""
    assert {kind.transport for kind in KINDS.values()} == set(TRANSPORTS)
    assert {kind.application for kind in KINDS.values()} == set(APPLICATIONS)


def test_the_words_for_states_are_those_of_the_model() -> None:
    """What the truth says can be compared with what is concluded."""
    assert {"vulnerable", "fixed", "not-affected"} <= {state.value for state in PatchState}
