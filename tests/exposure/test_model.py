"""The nouns of exposure."""

from __future__ import annotations

import msgspec

from alpheus.exposure.model import (
    Answer,
    Certificate,
    Conversation,
    Endpoint,
    Observation,
    ProbeKind,
    Status,
    Tls,
    Witness,
)  # fmt: skip

CONTRACT = (
    "target", "address", "port", "names", "exchange", "build", "precision", "witness", "pool",
    "cves", "tls", "status", "reason", "requests", "time",
)  # fmt: skip


def test_the_fields_of_a_line_stand_in_the_order_of_the_contract() -> None:
    """What others read begins with these fields; what was added later follows."""
    assert Observation.__match_args__[: len(CONTRACT)] == CONTRACT


def test_a_conversation_survives_being_written_down() -> None:
    """All that is known of an endpoint comes back, so that a run goes on where it was killed."""
    conversation = Conversation(
        Endpoint("mail.example", "192.0.2.1", 443, ("mail.example",)),
        [Answer(ProbeKind.OWA, "mail.example", 302, witnesses=(Witness("page", "15.1.2176"),))],
        Tls("TLSv1.2", "x", Certificate("ab", names=("mail.example",))),
        Status.BROKEN, "the answer was reset", 2,
    )  # fmt: skip
    written = msgspec.json.encode(conversation)
    assert msgspec.json.decode(written, type=Conversation) == conversation
