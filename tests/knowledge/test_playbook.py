"""Which steps of a playbook apply."""

from __future__ import annotations

import pytest

from alpheus.knowledge.model import PlaybookStep
from alpheus.knowledge.packs import load_packs
from alpheus.knowledge.playbook import applies, collected, conditions, facts, next_steps
from alpheus.model import Stage, Verdict

PACKS = {pack.id: pack for pack in load_packs()}
PROXYLOGON = PACKS["proxylogon"]


def _actions(verdict, stage, **more):
    return [step.action for step in next_steps(PROXYLOGON, facts(verdict, stage, **more))]


@pytest.mark.parametrize("when", ["sometimes", "stage:none", "stage:x", "missing:", "", "a and b"])
def test_an_unknown_condition_is_refused(when):
    """A misspelt condition would hide its step for ever."""
    with pytest.raises(ValueError, match="is no condition"):
        conditions(when)


def test_conditions_are_joined_by_and():
    """A step applies when all its conditions hold."""
    step = PlaybookStep("compromised and vulnerable", 1, "a", "w")
    assert conditions(step.when) == ("compromised", "vulnerable")
    assert applies(step, {"compromised", "vulnerable"})
    assert not applies(step, {"compromised"})


def test_a_stage_holds_for_the_earlier_ones_too():
    """A server on which a shell was used is one on which it was planted."""
    holding = facts(Verdict.COMPROMISED, Stage.OPERATED)
    assert {"stage:implanted", "stage:operated", "compromised", "always"} <= holding
    assert "stage:spread" not in holding
    assert "stage:none" not in facts(Verdict.NO_EVIDENCE, Stage.NONE)


def test_the_most_urgent_step_comes_first():
    """Steps are sorted by priority."""
    priorities = [
        step.priority
        for step in next_steps(
            PROXYLOGON, facts(Verdict.COMPROMISED, Stage.SPREAD, vulnerable=True)
        )
    ]
    assert priorities == sorted(priorities)
    assert priorities[0] == 1


def test_machine_keys_are_renewed_before_passwords():
    """Whoever holds the keys gets the new passwords as well."""
    actions = _actions(Verdict.COMPROMISED, Stage.OPERATED)
    keys = next(n for n, action in enumerate(actions) if "renew the machine keys" in action)
    passwords = next(n for n, action in enumerate(actions) if "After the machine keys" in action)
    tickets = next(n for n, action in enumerate(actions) if "krbtgt" in action)
    preserve = next(n for n, action in enumerate(actions) if "Save the evidence" in action)
    remove = next(n for n, action in enumerate(actions) if "Remove what was planted" in action)
    assert preserve < remove < keys < passwords < tickets


def test_a_missing_source_is_asked_for():
    """A verdict that could not be reached names what to collect, and only that."""
    actions = _actions(Verdict.NOT_DETERMINABLE, Stage.NONE, missing=["httpproxy"])
    assert any("HttpProxy" in action for action in actions)
    assert not any("ECP" in action for action in actions)


def test_every_deciding_source_can_be_asked_for():
    """For each source the verdict hangs on, the playbook says how to get it."""
    offered = {step.when for step in PROXYLOGON.playbook}
    for group in PROXYLOGON.deciding:
        for source in group.any_of:
            assert f"missing:{source}" in offered
    for sources in PROXYLOGON.other_sources.values():
        for source in sources:
            assert f"missing:{source}" in offered


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_a_next_step(pack, verdict):
    """Nobody is left without knowing what to do."""
    assert next_steps(PACKS[pack], facts(verdict, Stage.NONE))


def test_a_clean_server_is_not_told_to_clean():
    """Steps of a compromise do not appear without one."""
    actions = _actions(Verdict.NO_EVIDENCE, Stage.NONE)
    assert not any("Cut the server off" in action or "krbtgt" in action for action in actions)


@pytest.mark.parametrize(
    "pack", [one for one in PACKS.values() if one.deciding], ids=lambda pack: pack.id
)
def test_what_is_missing_is_named_with_its_paths(pack):
    """Each step says where it lies and where more is said; no word is left unfilled."""
    steps = [step for step in pack.playbook if "missing:" in step.when]
    assert steps
    for step in steps:
        assert "{collect:" not in step.action
        assert "\\" in step.action
        assert step.action.endswith("(alpheus collect list).")


def test_only_what_no_step_speaks_of_is_taken_from_the_table():
    """Or a server would be asked for the same twice."""
    assert collected(PROXYLOGON, {"httpproxy", "ecp-server"}) == ()
    (found,) = collected(PROXYLOGON, {"httpproxy", "ews"})
    assert found.action == (
        "Collect EWS logs: %ExchangeInstallPath%\\Logging\\Ews\\*.LOG (alpheus collect list)."
    )
    assert collected(PROXYLOGON, {"nothing-such"}) == ()
