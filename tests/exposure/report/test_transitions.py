"""What became of a host."""

from __future__ import annotations

import pytest
from hypothesis import given

from alpheus.exposure.model import CveEntry, Observation, Pool, Status
from alpheus.exposure.output.jsonl import encode
from alpheus.exposure.output.lines import Facts, LineReader
from alpheus.exposure.output.names import CHIEF
from alpheus.exposure.report.hosts import front_ends
from alpheus.exposure.report.transitions import Kind, Memory, Transition, fate, transition
from exposure_runs import CLOSED, OPEN, SHORT, observation, observations, pool

ANY = "192.0.2.1"
NEWEST = "15.2.2562.17"
SAFE = {CHIEF: CveEntry("fixed", "")}


def _facts(one: Observation) -> Facts:
    reader = LineReader()
    return reader.facts(reader.read(encode(one)))


def _through(*many: Observation) -> Transition:
    """What the last of several observations of a host amounts to."""
    before, memory = None, Memory()
    for one in many:
        facts = _facts(one)
        line = LineReader().read(encode(one))
        found = transition(before, memory, facts, front_ends(line))
        before, memory = facts, found.memory
    return found


def _away(status: Status) -> Observation:
    return observation(ANY, status=status)


SERVER, FIXED, BARE = observation(ANY, OPEN), observation(ANY, CLOSED), observation(ANY)


@pytest.mark.parametrize(
    ("seen", "kind"),
    [
        ([SERVER], Kind.NEW),
        ([SERVER, SERVER], Kind.SAME),
        ([SERVER, FIXED], Kind.FIXED),
        ([FIXED, SERVER], Kind.REGRESSED),
        ([FIXED, BARE, SERVER], Kind.REGRESSED),
        ([FIXED, _away(Status.NO_ANSWER), SERVER], Kind.REGRESSED),
        ([SERVER, FIXED, _away(Status.REFUSED), SERVER], Kind.REGRESSED),
        ([SERVER, _away(Status.NO_ANSWER), FIXED], Kind.FIXED),
        ([SERVER, BARE], Kind.HIDDEN),
        ([SERVER, _away(Status.SHIELDED)], Kind.HIDDEN),
        ([SERVER, _away(Status.TLS_FAILED)], Kind.HIDDEN),
        ([BARE, SERVER], Kind.FOUND),
        ([BARE, observation(ANY, cves=SAFE)], Kind.CLEARED),
        ([observation(ANY, SHORT), SERVER], Kind.FOUND),
        ([SERVER, observation(ANY, NEWEST)], Kind.FIXED),
        ([SERVER, _away(Status.NO_ANSWER)], Kind.GONE),
        ([SERVER, _away(Status.UNRESOLVED)], Kind.GONE),
        ([SERVER, _away(Status.NOT_EXCHANGE)], Kind.REPLACED),
        ([SERVER, _away(Status.ONLINE)], Kind.CLOUD),
        ([SERVER, _away(Status.NOT_ASKED)], Kind.ABSENT),
        ([SERVER, _away(Status.NO_ANSWER), _away(Status.NO_ANSWER)], Kind.OTHER),
        ([SERVER, _away(Status.NO_ANSWER), SERVER], Kind.BACK),
        ([_away(Status.NO_ANSWER), SERVER], Kind.NEW),
        ([_away(Status.NOT_EXCHANGE)], Kind.OTHER),
    ],
)
def test_what_a_host_became_has_a_name(seen: list[Observation], kind: Kind) -> None:
    """From all that was known of it to what is seen now."""
    assert _through(*seen).kind is kind


@given(observations())
def test_only_an_answer_that_shows_the_fix_is_fixed(one: Observation) -> None:
    """Nothing but an Exchange server's own word makes a vulnerable server fixed."""
    found = _through(SERVER, one)
    states = {cve: entry.state for cve, entry in one.cves.items()}
    if found.kind is Kind.FIXED:
        assert one.exchange
        assert one.status is not Status.ONLINE
    assert all(states[cve] in {"fixed", "not-affected"} for cve in found.fixed)
    assert all(states[cve] == "vulnerable" for cve in (*found.regressed, *found.found))


POOL = observation(
    ANY, OPEN, pool=pool(OPEN, CLOSED), flags=("mixed-pool", "several-servers")
)  # fmt: skip
WHOLE = observation(ANY, CLOSED, pool=pool(CLOSED, CLOSED), flags=("several-servers",))


def _one(name: str, build: str = CLOSED) -> Observation:
    return observation(ANY, build, servers=(name,))


@pytest.mark.parametrize(
    ("seen", "kind"),
    [
        ([POOL, WHOLE], Kind.FIXED),
        ([POOL, _one("EX0")], Kind.HIDDEN),
        ([POOL, _one("EX0"), _one("EX0")], Kind.HIDDEN),
        ([POOL, *[_one("EX0")] * 9], Kind.HIDDEN),
        ([POOL, _one("EX0"), _one("ex1")], Kind.FIXED),
        ([POOL, _one("EX0"), _away(Status.NO_ANSWER), _one("EX1")], Kind.FIXED),
        ([POOL, _one("EX7"), _one("EX7")], Kind.HIDDEN),
        ([POOL, FIXED, FIXED], Kind.HIDDEN),
        ([POOL, _one("EX0"), _one("EX0", OPEN), _one("EX1")], Kind.HIDDEN),
        ([POOL, WHOLE, POOL], Kind.REGRESSED),
        ([POOL, POOL], Kind.SAME),
    ],
)
def test_a_member_of_a_pool_does_not_speak_for_the_others(
    seen: list[Observation], kind: Kind
) -> None:
    """A pool is fixed when each server that was met there has answered with the fix."""
    found = _through(*seen)
    assert found.kind is kind
    assert (CHIEF in found.fixed) == (kind is Kind.FIXED)
    assert (dict(found.memory.states)[CHIEF] == "fixed") == (kind is Kind.FIXED)


def test_servers_of_one_build_are_a_pool_as_well() -> None:
    """Both were vulnerable; the fix of one is held back until the other shows it."""
    both = observation(ANY, OPEN, pool=pool(OPEN, OPEN), flags=("several-servers",))
    assert _through(both, _one("EX1")).kind is Kind.HIDDEN
    assert _through(both, _one("EX1"), _one("EX0")).kind is Kind.FIXED


@pytest.mark.parametrize(
    "without_names",
    [
        observation(ANY, OPEN, flags=("mixed-pool",)),
        observation(ANY, OPEN, flags=("mixed-pool",), pool=Pool((), (OPEN, CLOSED), mixed=True)),
        observation(
            ANY, OPEN, flags=("mixed-pool",), pool=Pool(("EX0",), (OPEN, CLOSED), mixed=True)
        ),
    ],
)
def test_a_member_without_a_name_is_never_known_to_be_fixed(without_names: Observation) -> None:
    """Whatever answers later may be another one."""
    assert _through(without_names, FIXED, FIXED).kind is Kind.HIDDEN
    assert _through(without_names, WHOLE, WHOLE).kind is Kind.HIDDEN


def test_what_is_held_back_is_no_fix_in_the_fates() -> None:
    """It cannot be told."""
    assert fate(CHIEF, _facts(FIXED), held=True) == "undetermined"


def test_what_was_not_told_is_not_forgotten() -> None:
    """A server that hid its build for a while is still the vulnerable one of before."""
    found = _through(SERVER, observation(ANY, SHORT), FIXED)
    assert CHIEF in found.fixed
    assert dict(found.memory.states)[CHIEF] == "fixed"


def test_one_flaw_may_come_while_another_goes() -> None:
    """Each CVE is told by itself; the gravest names the kind."""
    found = _through(observation(ANY, OPEN), observation(ANY, "15.1.2507.37"), SERVER)
    assert CHIEF in found.regressed
    assert found.fixed == ()


@pytest.mark.parametrize(
    ("after", "word"),
    [
        (SERVER, "vulnerable"), (FIXED, "fixed"), (BARE, "undetermined"), (None, "absent"),
        (_away(Status.SHIELDED), "undetermined"), (_away(Status.ONLINE), "replaced"),
        (_away(Status.NOT_EXCHANGE), "replaced"), (_away(Status.BROKEN), "gone"),
        (_away(Status.LISTED), "absent"),
    ],
)  # fmt: skip
def test_every_vulnerable_server_has_a_fate(after: Observation | None, word: str) -> None:
    """Together they are all that were vulnerable before."""
    assert fate(CHIEF, _facts(after) if after else None) == word
