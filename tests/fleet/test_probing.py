"""A shard in a worker: asked once, gone on with, and left when its driver is not heard of."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alpheus.errors import OutputError
from alpheus.exposure.call import Call
from alpheus.exposure.journal import RESULTS, Journal, read_record
from alpheus.exposure.names import Resolver
from alpheus.exposure.run import ProbeRun
from alpheus.exposure.space import look_up
from alpheus.exposure.targets import read_targets
from alpheus.fleet.model import Result, Unit, UnitKind
from alpheus.fleet.probing import ALIVE, Probing, is_alive, place_of_shard, touch
from exposure_probing import QUICK, scope_of
from fleet_probing import addresses
from internet import Internet, running

COUNT = 60


@pytest.fixture(scope="module")
def internet() -> Iterator[Internet]:
    """A test internet that is asked by all tests of this file."""
    with running("plain") as found:
        yield found


@pytest.fixture
def probing(internet: Internet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Probing:
    """Shards of some of it; it counts from here. Loopback is somewhere for cases."""
    monkeypatch.setattr("alpheus.cases.observations.here", lambda _: "")
    scope = scope_of(tmp_path, internet.port)
    space = look_up(read_targets([*addresses(COUNT), "192.0.2.1"]), scope, Resolver())
    internet.server.log.requests.clear()
    touch(tmp_path / "run")
    return Probing(scope, space, tmp_path / "run", 1, 30.0, QUICK)


def _unit(place: str, attempts: int = 1) -> Unit:
    return Unit(1, 1, place, f"probe x ({place})", 0, attempts, 0, kind=UnitKind.PROBE)


def _quiet(_: str, __: int) -> None:
    pass


def _asked(result: Result) -> list[str]:
    assert result.document is not None
    return sorted(row.address for row in result.document.rows if row.address)


def test_all_shards_together_are_all_of_it(probing: Probing, internet: Internet) -> None:
    """Each once; what is not asked is told in the first, as what cases have no place for."""
    notes: list[str] = []
    read = probing()
    results = [read(_unit(f"{n}/3"), lambda text, _: notes.append(text)) for n in (1, 2, 3)]
    assert sorted(address for one in results for address in _asked(one)) == sorted(addresses(COUNT))
    assert [len(one.document.losses) for one in results if one.document] == [1, 0, 0]
    assert all(one.document.kind == "lines" for one in results if one.document)
    assert len(internet.server.log.requests) == 2 * COUNT
    assert [one for one in notes if one.startswith("probe x (3/3): ")]


def test_a_shard_that_was_finished_is_not_asked_again(probing: Probing, internet: Internet) -> None:
    """Its driver died before its end was stored: the answers are there."""
    first = probing.read(_unit("2/3"), _quiet)
    before = internet.server.log.requests.copy()
    second = probing.read(_unit("2/3", 2), _quiet)
    assert first.document is not None
    assert second.document is not None
    assert replace(second.document, rows=()) == replace(first.document, rows=())
    assert internet.server.log.requests == before


def test_a_shard_that_was_begun_goes_on(
    probing: Probing, internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is asked twice, and nobody sooner than the scope allows."""
    run = ProbeRun.run
    monkeypatch.setattr(ProbeRun, "run", _stopping_at(20))
    impatient = replace(probing, patience=30.0)
    assert "not heard of" in impatient.read(_unit("1/1"), _quiet).away
    monkeypatch.setattr(ProbeRun, "run", run)
    slow = replace(probing.scope, rates=replace(probing.scope.rates, per_host=1.0, jitter=0))
    begun = time.monotonic()
    result = replace(probing, scope=slow).read(_unit("1/1", 2), _quiet)
    assert time.monotonic() - begun > 1.0
    assert _asked(result) == sorted(addresses(COUNT))
    assert max(internet.server.log.requests.values()) <= 2


def _stopping_at(number: int) -> Callable[[ProbeRun], bool]:
    """A run that is stopped when so many have a result."""
    run = ProbeRun.run

    def stopping(probe: ProbeRun) -> bool:
        def watch() -> None:
            while probe.counts.done < number:
                time.sleep(0.001)
            probe.stop()

        thread = threading.Thread(target=watch)
        thread.start()
        whole = run(probe)
        thread.join()
        return whole

    return stopping


def test_nobody_is_asked_when_the_driver_is_not_heard_of(
    probing: Probing, internet: Internet
) -> None:
    """By then somebody else may have the shard; it is tried again."""
    old = time.time() - 60
    os.utime(probing.folder / ALIVE, (old, old))
    slow = replace(probing.scope.rates, per_host=0.5, total=1.0)
    waiting = replace(probing, scope=replace(probing.scope, rates=slow))
    result = waiting.read(_unit("1/3"), _quiet)
    assert result.away == "its driver was not heard of for 30 seconds"
    assert not internet.server.log.requests
    assert not is_alive(probing.folder, 30)
    touch(probing.folder)
    assert is_alive(probing.folder, 30)
    shutil.rmtree(probing.folder)
    assert not is_alive(probing.folder, 30)


def test_what_was_due_in_a_pause_is_not_made_up_for(
    probing: Probing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that is paused, and goes on, would send all of it at once."""
    slow = replace(probing.scope.rates, per_host=100.0, total=10.0, jitter=0)
    paused = replace(probing, scope=replace(probing.scope, rates=slow))
    write, begun = Journal.write, list[float]()

    def pausing(journal: Journal, connecting: Sequence[Call], *more: Sequence[Call]) -> None:
        begun.extend(time.monotonic() for _ in connecting)
        if len(begun) == 9:
            time.sleep(3.0)
        write(journal, connecting, *more)

    monkeypatch.setattr(Journal, "write", pausing)
    assert len(_asked(paused.read(_unit("1/1"), _quiet))) == COUNT
    after = [one for one in begun if one > begun[8] + 3]
    assert len(after) >= COUNT - 20
    assert sum(one < after[0] + 0.5 for one in after) <= 6 + 1


def test_the_end_of_the_scope_parks_a_shard_with_what_it_has(
    probing: Probing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lost, and nothing is asked beyond it."""
    monkeypatch.setattr(ProbeRun, "run", _stopping_at(20))
    monkeypatch.setattr(ProbeRun, "has_ended", property(lambda _: True))
    result = probing.read(_unit("1/1"), _quiet)
    assert result.refused.startswith("the scope has ended; ")
    assert 20 <= len(_asked(result)) < COUNT
    ended = replace(probing.scope, valid_until=datetime.now(UTC) - timedelta(1))
    assert probing.scope.opens_at(datetime.now(UTC)) is not None
    assert ended.opens_at(datetime.now(UTC)) is None


def test_a_folder_that_another_has_is_waited_for(probing: Probing) -> None:
    """Two never ask the same shard: the second attempt is for later."""
    shard = probing.folder / "0001-of-0003"
    shard.mkdir()
    (shard / "run.json").write_text("{", "utf-8")
    assert "no record of a run" in probing.read(_unit("1/3"), _quiet).away
    with pytest.raises(OutputError, match="name another folder"):
        touch(shard / "run.json" / "below")


def test_an_empty_shard_has_nothing_to_say(probing: Probing) -> None:
    """It is done, and brings nothing."""
    empty = next(
        number for number in range(2, 200)
        if (found := probing.read(_unit(f"{number}/200"), _quiet)).document is None
    )  # fmt: skip
    record = read_record(probing.folder / f"{empty:04d}-of-0200")
    assert record is not None
    assert record.finished
    assert not (probing.folder / f"{empty:04d}-of-0200" / RESULTS).read_bytes()
    assert (found.refused, found.away) == ("", "")


def test_the_place_of_a_unit_says_which_shard_it_is() -> None:
    """Counted from 1 by people."""
    assert place_of_shard("1/64") == (0, 64)
