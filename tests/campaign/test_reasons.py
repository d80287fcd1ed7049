"""Why a server is left: the first reason that fits."""

from __future__ import annotations

from typing import Any

import pytest

from alpheus.campaign.notices import Telling
from alpheus.campaign.reasons import Reason, reason_of, through_provider
from alpheus.notify.model import Rung
from alpheus.notify.waits import USUAL, Waits
from campaign_filling import END, PROVIDER, member, told

BOUNCED = Telling("2021-03-09T08:00:00Z", "contact", "email", "failed")
LATER = Telling("2021-03-12T08:00:00Z", "registrant", "email", "failed")


@pytest.mark.parametrize(("fields", "reason"), [
    ({"observations": 1, "sources": 1, "patch": "regressed"}, Reason.DOUBTFUL),
    ({"observations": 1, "sources": 1, **told(29)}, Reason.WAITING),
    ({"observations": 1, "sources": 1, **told(3, "national-team")}, Reason.UNANSWERED),
    ({"observations": 1, "sources": 1, "tellings": (BOUNCED,)}, Reason.FAILED),
    ({"observations": 1, "sources": 1, "work": "acknowledged", **told(3)}, Reason.WORKING),
    ({"last_seen": "2021-03-17T23:00:00Z", **told(3)}, Reason.SILENT),
    ({"last_seen": "2021-03-18T00:00:00Z"}, Reason.UNTOLD),
    ({"patch": "regressed", **told(3)}, Reason.AGAIN),
    ({"compromise": "re-infected"}, Reason.AGAIN),
    ({"work": "needs-help", **told(3)}, Reason.WORKING),
    (told(29), Reason.WAITING), (told(28), Reason.UNANSWERED),
    (told(20, "letter", "letter"), Reason.WAITING),
    ({"tellings": (BOUNCED, LATER)}, Reason.FAILED),
    ({"tellings": (BOUNCED,), "last_seen": "2021-03-31"}, Reason.FAILED),
    (told(30, status="failed"), Reason.FAILED),
    ({}, Reason.UNTOLD), ({"contacts": PROVIDER}, Reason.PROVIDER_ONLY),
    ({"contacts": ()}, Reason.NO_CONTACT),
    ({"contacts": (), "organisation": ""}, Reason.NO_OWNER),
])  # fmt: skip
def test_reasons(fields: dict[str, Any], reason: Reason) -> None:
    """In their order."""
    assert reason_of(member(**fields), END) is reason


def test_answers_are_waited_for_as_the_notices_say() -> None:
    """By the rung of each that went out; the usual times where no settings are known."""
    waits = Waits({**USUAL.days, Rung.CONTACT: 10})
    assert reason_of(member(**told(24)), END, waits) is Reason.WAITING
    assert reason_of(member(**told(24)), END) is Reason.UNANSWERED


def test_when_a_provider_was_told() -> None:
    """'' if it was not."""
    assert through_provider(member(**told(9, rung="provider"))) == "2021-03-09T08:00:00Z"
    assert through_provider(member(**told(9))) == ""
