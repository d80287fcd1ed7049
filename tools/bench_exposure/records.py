"""What a run has left behind: whether it is whole, whom it asked again, and whether it is right."""

from __future__ import annotations

import importlib.util
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import msgspec
from tools.bench.race import note

from alpheus.custody.chain import check_chain, read_chain
from alpheus.exposure.journal import AUDIT, RESULTS
from alpheus.exposure.model import Observation
from alpheus.lab.internet import Truth

TESTS = Path(__file__).resolve().parents[2] / "tests"
_SHOWN = 5
_BEGIN = {"start", "resume"}
_BETTER = {"fixed", "not-affected"}


class _Place(msgspec.Struct):
    address: str


class _Named(msgspec.Struct):
    """The part of a line of the truth that says whose it is."""

    address: str


@dataclass(slots=True)
class Repeats:
    """Whom a run asked after a kill though it had asked before: `hosts` in all.

    `flying` had been asked, and had no result, when the kills came; `answered` of `hosts` had one.
    """

    hosts: int = 0
    flying: int = 0
    answered: int = 0


def addresses(folder: Path) -> list[str]:
    """Whose results there are."""
    decoder = msgspec.json.Decoder(_Place)
    path = folder / RESULTS
    if not path.exists():
        return []
    with path.open("rb") as stream:
        return [decoder.decode(line).address for line in stream if line.endswith(b"\n")]


def is_intact(folder: Path) -> bool:
    """Whether the audit log is as it was written."""
    return check_chain(folder / AUDIT).fault is None


def survives(folder: Path) -> bool:
    """Whether a log holds up to its last whole line: what a kill tore is only behind it."""
    fault = check_chain(folder / AUDIT).fault
    if fault is None:
        return True
    return fault.line == len((folder / AUDIT).read_bytes().splitlines()) and not (
        folder / AUDIT
    ).read_bytes().endswith(b"\n")


def begins(folder: Path) -> int:
    """How many processes have begun on a run, and come so far as to say so."""
    path = folder / AUDIT
    if not path.exists():
        return 0
    return sum(f'"event":"{event}"' in text for text in read_chain(path) for event in _BEGIN)


def repeats(folder: Path, done: Mapping[int, set[str]]) -> Repeats:
    """Compare what was asked before each kill and after it.

    `done` are those that had a result when the process was killed, by its number among those that
    `begins` counts.
    """
    found = Repeats()
    asked: set[str] = set()
    again: set[str] = set()
    number = 0
    finished: set[str] = set()
    before: set[str] = set()
    for text in read_chain(folder / AUDIT):
        line = json.loads(text) if text.startswith("{") else {"event": "recovered"}
        number += line["event"] in _BEGIN
        if line["event"] == "resume":
            finished = done.get(number - 1, finished)
            before |= asked
            found.flying += len(asked - finished)
            asked, again = set(), set()
        elif line["event"] in {"connect", "get"}:
            address = line["address"]
            asked.add(address)
            if address in before and address not in again:
                again.add(address)
                found.hosts += 1
                found.answered += address in finished
    return found


@dataclass(slots=True)
class Verdicts:
    """How conclusions compare with the truth. States are those of the simulator's flaws, per host.

    `settled`: what was answered decides them; `right` of these were concluded. `cleared`: said to
    be fixed or not affected, and are not. `unsaid`: undetermined without a reason, of all states.
    """

    hosts: int = 0
    settled: int = 0
    right: int = 0
    cleared: int = 0
    open: int = 0
    unsaid: int = 0
    faults: Counter[str] = field(default_factory=Counter)


def verdicts(folder: Path, truth: Path) -> Verdicts:
    """Compare every result with what is true of the server."""
    known = {}
    name = msgspec.json.Decoder(_Named)
    with truth.open("rb") as stream:
        for line in stream:
            known[name.decode(line).address] = line
    found = Verdicts()
    seen, true = msgspec.json.Decoder(Observation), msgspec.json.Decoder(Truth)
    with (folder / RESULTS).open("rb") as stream:
        for line in stream:
            observation = seen.decode(line)
            if observation.address in known:
                _compare(observation, true.decode(known[observation.address]), found)
    return found


def _compare(seen: Observation, true: Truth, found: Verdicts) -> None:
    found.hosts += 1
    states = {cve: entry.state for cve, entry in seen.cves.items()}
    if true.settled:
        found.settled += len(true.states)
        found.right += sum(states.get(cve) == state for cve, state in true.states.items())
    found.cleared += sum(
        states.get(cve) in _BETTER and state not in _BETTER for cve, state in true.states.items()
    )
    for entry in seen.cves.values():
        found.open += entry.state == "undetermined"
        found.unsaid += entry.state == "undetermined" and not entry.why
    for fault in _faults()(seen, true):
        found.faults[f"{true.kind}: {fault.partition(' (')[0]}"] += 1
        if found.faults.total() <= _SHOWN:
            note(f"  {true.address} ({true.kind}): {fault}")


@cache
def _faults() -> Callable[[Observation, Truth], Iterator[str]]:
    """The comparison of the tests."""
    spec = importlib.util.spec_from_file_location(
        "exposure_verdicts", TESTS / "exposure_verdicts.py"
    )
    if spec is None or spec.loader is None:
        raise ImportError(TESTS)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[[Observation, Truth], Iterator[str]] = module.faults
    return found
