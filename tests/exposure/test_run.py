"""A run from targets to results: complete, resumable after a kill, inside its scope."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from alpheus.custody.chain import check_chain
from alpheus.exposure.journal import AUDIT, RESULTS, read_record
from alpheus.exposure.model import Observation, Status
from alpheus.exposure.named import not_asked
from alpheus.exposure.run import fitted, folder_for
from alpheus.exposure.targets import read_targets
from alpheus.exposure.wiring import Limits
from exposure_probing import Seen, probe_run, probed, scope_of
from internet import running

KILLED = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from exposure_probing import probe_run
from alpheus.exposure.scope_file import read_scope
from alpheus.exposure.wiring import Limits
folder = Path(sys.argv[2])
scope = read_scope(folder / "scope.yaml")
probe_run(folder, scope, [str(folder / "targets")], [], limits=Limits(busy=16)).run()
"""


def test_a_run_that_is_killed_again_and_again_asks_nobody_twice(tmp_path: Path) -> None:
    """Beyond what was on its way at the moment of the kill; results and audit log stay whole."""
    with running("plain", access_log=tmp_path / "access") as internet:
        scope = scope_of(tmp_path, internet.port)
        addresses = internet.addresses(600)
        (tmp_path / "targets").write_text("\n".join(addresses))
        command = [sys.executable, "-c", KILLED, str(Path(__file__).parents[1]), str(tmp_path)]
        kills = 0
        for wanted in (50, 200, 350):
            with subprocess.Popen(command) as process:
                _wait_for_results(tmp_path / "run" / RESULTS, wanted)
                process.send_signal(signal.SIGKILL)
                process.wait()
            kills += 1
        assert probe_run(tmp_path, scope, addresses, []).run()
        asked = internet.server.log.requests
    lines = (tmp_path / "run" / RESULTS).read_text().splitlines()
    assert sorted(json.loads(one)["address"] for one in lines) == sorted(addresses)
    again = sum(count - 1 for count in asked.values())
    assert again <= kills * 16
    assert check_chain(tmp_path / "run" / AUDIT).fault is None


def _wait_for_results(path: Path, wanted: int) -> None:
    for _ in range(600):
        if path.exists() and path.read_bytes().count(b"\n") >= wanted:
            return
        time.sleep(0.05)
    pytest.fail(f"no {wanted} results came")


def test_nothing_leaves_for_what_is_outside_the_scope(tmp_path: Path) -> None:
    """Shown at the socket: the servers that are denied or not named are not even connected to."""
    with running("plain") as internet:
        addresses = internet.addresses(12)
        scope = scope_of(
            tmp_path, internet.port, f"deny: [{addresses[3]}]\n",
            allow=f"[{addresses[2]}, {addresses[3]}, {addresses[4]}]",
        )  # fmt: skip
        seen = probed(tmp_path, scope, addresses)
        met = set(internet.server.log.connections)
    assert met == {addresses[2], addresses[4]}
    outside = [one for one in seen.values() if one.status is Status.NOT_ASKED]
    assert all(one.requests == 0 and one.reason for one in outside)
    assert {one.target for one in outside} >= {addresses[3]}


def test_a_name_that_is_denied_is_not_said_even_if_a_server_tells_it(tmp_path: Path) -> None:
    """Names of certificates are put before the scope like all others."""
    with running("every-kind") as internet:
        address = next(one for one in internet.addresses() if internet.truth(one).needs_name)
        names = internet.truth(address).names
        allowed = probed(tmp_path, scope_of(tmp_path, internet.port), [address])[address]
        (tmp_path / "more").mkdir()
        denied = scope_of(tmp_path / "more", internet.port, f"deny: [{', '.join(names)}]\n")
        internet.server.log.heads.clear()
        seen = probed(tmp_path / "more", denied, [address])[address]
        said = b"".join(head for _, head in internet.server.log.heads)
    assert allowed.exchange
    assert not seen.exchange
    assert not any(name.encode() in said for name in names)


def test_a_back_end_that_can_be_reached_is_flagged(tmp_path: Path) -> None:
    """Only where the scope file enables the port is it asked."""
    with running("every-kind", back_end=True) as internet:
        kind = next(one for one in internet.addresses() if internet.truth(one).back_end)
        more = f"back_end: true\nback_end_port: {internet.server.back_end_port}\n"
        without = probed(tmp_path, scope_of(tmp_path, internet.port), [kind])[kind]
        (tmp_path / "more").mkdir()
        scope = scope_of(tmp_path / "more", internet.port, more)
        seen = probed(tmp_path / "more", scope, [kind])[kind]
    assert "back-end-exposed" not in without.flags
    assert "back-end-exposed" in seen.flags


def test_the_greeting_of_a_mail_server_is_read_and_nothing_is_said(every_kind: Seen) -> None:
    """Only where the scope file enables it."""
    seen = every_kind.found.values()
    assert sum("smtp-exchange" in one.flags for one in seen) > 3
    assert any(one.exchange and "smtp-exchange" in one.flags for one in seen)


def test_a_greeting_does_not_hide_why_nothing_else_was_answered(every_kind: Seen) -> None:
    """A server that speaks TLS only with those who know its name has not fallen silent."""
    (seen,) = (
        every_kind.found[address]
        for address, true in every_kind.truth.items()
        if true.kind == "virtual-host-sni"
    )
    assert "smtp-exchange" in seen.flags
    assert seen.status is Status.TLS_FAILED
    assert "called by a name" in seen.reason


def test_a_run_that_is_done_is_not_gone_on_with(tmp_path: Path) -> None:
    """The same targets begin another one beside it; one that is not done goes on."""
    targets = read_targets(["192.0.2.1"])
    first = folder_for(targets, tmp_path)
    assert first == folder_for(targets, tmp_path)
    with running("plain") as internet:
        scope = scope_of(tmp_path, internet.port)
        addresses = internet.addresses(3)
        probed(tmp_path, scope, addresses)
        record = read_record(tmp_path / "run")
        assert record is not None
        assert record.finished
        assert (record.owner, record.count) == ("Test", 3)
        (tmp_path / "run").rename(folder_for(read_targets(addresses), tmp_path))
    assert folder_for(read_targets(addresses), tmp_path).name.endswith("-2")


def test_counts_are_those_of_the_results(tmp_path: Path) -> None:
    """By status, and per CVE and state."""
    heard: list[Observation] = []
    with running("march-2021") as internet:
        run = probe_run(tmp_path, scope_of(tmp_path, internet.port), internet.addresses(60), heard)
        assert run.run()
    assert run.counts.done == run.counts.total == len(heard) == 60
    assert run.counts.statuses == Counter(one.status.value for one in heard)
    states = Counter(one.cves["CVE-2021-26855"].state for one in heard if one.cves)
    assert run.counts.states["CVE-2021-26855"] == states
    assert run.counts.requests == sum(one.requests for one in heard)


def test_counts_of_a_run_that_goes_on_are_those_of_the_whole(tmp_path: Path) -> None:
    """Results of before count, each once; so do targets that nobody was asked for."""
    with running("march-2021") as internet:
        scope = scope_of(tmp_path, internet.port)
        addresses = [*internet.addresses(40), "192.0.2.77"]
        heard: list[Observation] = []
        first = probe_run(tmp_path, scope, addresses, heard, limits=Limits(busy=4))
        first._heard = lambda one, line: first.stop() if len(heard) > 8 else heard.append(one)
        assert not first.run()
        second = probe_run(tmp_path, scope, addresses, [])
        before = second.counts.done
        assert second.run()
    lines = [json.loads(one) for one in (tmp_path / "run" / RESULTS).read_text().splitlines()]
    assert 0 < before < second.counts.done == second.counts.total == len(lines) == 41
    assert second.counts.statuses == Counter(one["status"] for one in lines)
    states = Counter(one["cves"]["CVE-2021-26855"]["state"] for one in lines if one["cves"])
    assert second.counts.states["CVE-2021-26855"] == states


def test_what_is_not_asked_says_why() -> None:
    """It is a result like others, with no request."""
    one = not_asked("a.example", "", 443, "outside")
    assert (one.status, one.exchange, one.requests, one.reason) == (
        Status.NOT_ASKED, None, 0, "outside",
    )  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")
def test_connections_fit_into_what_the_system_grants() -> None:
    """More than there are descriptors are not asked for."""
    assert 8 <= fitted(Limits(open=10_000_000)).open < 10_000_000
    assert fitted(Limits(open=20)).open == 20
