"""`trouble`: how much dead and hostile hosts slow down the others."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import msgspec
from tools.bench.race import Row, note
from tools.bench_exposure import records
from tools.bench_exposure.child import Points, steady, watch
from tools.bench_exposure.internet import Internet, running
from tools.bench_exposure.setting import Setting

from alpheus.custody.chain import read_chain
from alpheus.exposure.journal import AUDIT, RESULTS
from alpheus.lab.internet import Truth

MIX = "trouble"
GOOD = "country-exchange"
SHARE = 0.5
"""Part of the full speed at which the good ones are offered where nothing is short."""


@dataclass(frozen=True, slots=True)
class Pass:
    """One run: good hosts per second in its course, per second of the processor, and in all.

    `tail` is how many seconds it went on after the last good one; `connections` how many it made.
    """

    rate: float
    cost: float
    tail: float
    connections: int


def rows(setting: Setting) -> list[Row]:
    """The good ones alone and among the others: as fast as can be, and at one pace."""
    with running(setting.scratch / MIX, MIX, setting.few) as internet:
        decoder = msgspec.json.Decoder(Truth)
        with internet.truth.open("rb") as stream:
            good = {one.address for one in map(decoder.decode, stream) if one.kind == GOOD}
        every = internet.addresses()
        alone = internet.some("good", [one for one in every if one in good])
        passes: dict[str, list[Pass]] = {}
        for number in range(setting.rounds):
            note(f"  trouble, round {number + 1} of {setting.rounds}")
            a = _pass(internet, setting.scratch / f"alone-{number}", alone, good)
            b = _pass(internet, setting.scratch / f"all-{number}", internet.targets, good)
            speed = SHARE * a.rate / len(good)
            c = _pass(internet, setting.scratch / f"alone-paced-{number}", alone, good,
                      speed * a.connections)  # fmt: skip
            d = _pass(internet, setting.scratch / f"all-paced-{number}", internet.targets, good,
                      speed * b.connections)  # fmt: skip
            for name, one in (("a", a), ("b", b), ("c", c), ("d", d)):
                passes.setdefault(name, []).append(one)
    share = 1 - len(good) / len(every)
    return _rows(passes, share, len(good))


def _pass(
    internet: Internet, folder: Path, targets: Path, good: set[str], total: float = 0.0
) -> Pass:
    scope = internet.paced(total) if total else None
    seen = watch(internet.probe(targets, folder, scope=scope), folder / RESULTS)
    points = _of_good(seen.points, records.addresses(folder), good)
    last = next((when for when, count in points if count >= len(good)), seen.used.wall)
    connects = sum('"event":"connect"' in line for line in read_chain(folder / AUDIT))
    return Pass(steady(points), len(good) / seen.used.processor, seen.used.wall - last, connects)


def _of_good(points: Points, order: list[str], good: set[str]) -> Points:
    """How the results of the good ones grew: lines stand in the order in which they came."""
    sums = [0, *accumulate(address in good for address in order)]
    return [(when, sums[min(count, len(order))]) for when, count in points]


def _rows(passes: dict[str, list[Pass]], share: float, good: int) -> list[Row]:
    def median(name: str, what: str) -> float:
        return statistics.median(getattr(one, what) for one in passes[name])

    a, b, c, d = (median(name, "rate") for name in "abcd")
    cost_a, cost_b = median("a", "cost"), median("b", "cost")
    return [
        Row("trouble", f"{good:,} good hosts among {share:.0%} dead and hostile ones, at a pace"
            " that leaves the machine room: good ones per second",
            f"{d:,.0f}", f"without the others: {c:,.0f}", _change(d, c), "less than −10 %"),
        Row("trouble", "the same as fast as two cores allow, where the others take work as well",
            f"{b:,.0f}", f"without the others: {a:,.0f}", _change(b, a), ""),
        Row("trouble", "good ones per second of the client's processor, the others' work included",
            f"{cost_b:,.0f}", f"without the others: {cost_a:,.0f}", _change(cost_b, cost_a), ""),
        Row("trouble", "seconds of waiting for the last time-outs, after the last good one",
            f"{median('b', 'tail'):.0f} s", "", "", ""),
    ]  # fmt: skip


def _change(now: float, before: float) -> str:
    return f"{(now / before - 1) * 100:+.1f} %" if before else ""
