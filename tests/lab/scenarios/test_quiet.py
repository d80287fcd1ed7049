"""Nothing happened."""

from __future__ import annotations

import pytest

from alpheus.lab.plan import Plan
from alpheus.lab.scenarios import quiet
from alpheus.model import Stage, Verdict

_BUILDERS = {scenario.name: builder for scenario, builder in quiet.SCENARIOS}


def _text(plan: Plan) -> str:
    return "\n".join(line for entry in plan.entries for _, line in entry.template.lines)


@pytest.mark.parametrize("name", ["clean", "clean-iis", "admin-work"])
def test_no_attacker(name: str) -> None:
    """No entry is forged, and the truth has no attacker in it."""
    (plan,) = _BUILDERS[name](1)
    assert plan.truth.stage is Stage.NONE
    assert plan.truth.first_seen is None
    assert not plan.truth.clients
    assert "ServerInfo~" not in _text(plan)
    assert "<script" not in _text(plan)


def test_administrators_look_suspicious() -> None:
    """Address book settings, mailbox exports and accounts, by a person with a right to."""
    (plan,) = _BUILDERS["admin-work"](1)
    text = _text(plan)
    for word in ("Set-OabVirtualDirectory", "New-MailboxExportRequest", '"event_id":4720'):
        assert word in text
    assert plan.truth.verdict is Verdict.NO_EVIDENCE


def test_plain_server_has_no_exchange() -> None:
    """Only IIS logs and a site's own pages."""
    (plan,) = _BUILDERS["clean-iis"](1)
    assert plan.collected == {"iis1"}
    assert not plan.exchange
    assert plan.truth.build is None
