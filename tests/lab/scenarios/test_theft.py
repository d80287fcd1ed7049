"""What they came for."""

from __future__ import annotations

from alpheus.lab.scenarios import theft
from alpheus.model import Stage, Verdict

_BUILDERS = {scenario.name: builder for scenario, builder in theft.SCENARIOS}


def test_mail_without_a_shell() -> None:
    """Forged EWS requests with large answers, mailboxes named, no page, no program."""
    (plan,) = _BUILDERS["mail-theft"](1)
    assert (plan.truth.verdict, plan.truth.stage) == (Verdict.COMPROMISED, Stage.SPREAD)
    assert not plan.truth.shells
    logs = [log for entry in plan.entries for log, _ in entry.template.lines]
    assert logs.count("ews") == logs.count("httpproxy/Ecp") == 42
    assert not any(log.startswith("events:") for log in logs)
    assert plan.truth.first_seen == min(entry.time for entry in plan.entries)


def test_everything_with_one() -> None:
    """Memory dump, packed mail and a new administrator, all through the page."""
    (plan,) = _BUILDERS["spread"](1)
    assert plan.truth.stage is Stage.SPREAD
    text = "\n".join(line for entry in plan.entries for _, line in entry.template.lines)
    for word in ("comsvcs.dll", "net user", "7z.exe", '"EventID":4720', '"EventID":4732'):
        assert word in text
