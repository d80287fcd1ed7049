"""`scale` and `verdicts`: a run of as many servers as there were, killed and resumed on its way."""

from __future__ import annotations

from pathlib import Path

from tools.bench.race import Row, note, times
from tools.bench_exposure import records
from tools.bench_exposure.child import Watched, steady, watch
from tools.bench_exposure.internet import Internet, running
from tools.bench_exposure.setting import Setting

from alpheus.exposure.journal import RESULTS

MIX = "march-2021"
PART = 40
"""The small run has one host of so many."""


def rows(setting: Setting) -> list[Row]:
    """A small run, then all; the large one is killed in its middle, and resumed once.

    The small one is done again in the end: each half is compared with the one next to it, since
    a large run takes long enough for the machine to become another one.
    """
    note(f"  scale: a test internet of {setting.hosts:,} servers")
    with running(setting.scratch / MIX, MIX, setting.hosts) as internet:
        addresses = internet.addresses()
        few = internet.some("small", addresses[::PART])
        note(f"  scale: {len(addresses[::PART]):,} of them")
        small = _asked(internet, few, setting.scratch / "small")
        folder = setting.scratch / "large"
        note("  scale: all of them, until the kill")
        first = _asked(internet, internet.targets, folder, kill_at=setting.hosts // 2)
        done = records.addresses(folder)
        note(f"  scale: killed with {len(done):,} results; the rest")
        second = _asked(internet, internet.targets, folder)
        note(f"  scale: {len(addresses[::PART]):,} of them again")
        smalls = small, _asked(internet, few, setting.scratch / "small-again")
        note("  scale: looking at what was written")
        return [
            *_size(smalls, (first, second), len(addresses), len(addresses[::PART])),
            _whole(folder, addresses, {1: set(done)}),
            *_verdicts(folder, internet.truth),
        ]


def _asked(internet: Internet, targets: Path, folder: Path, kill_at: int | None = None) -> Watched:
    stop = None if kill_at is None else lambda lines, _: lines >= kill_at
    return watch(internet.probe(targets, folder), folder / RESULTS, stop=stop)


def _size(
    smalls: tuple[Watched, Watched], halves: tuple[Watched, Watched], hosts: int, few: int
) -> list[Row]:
    peak = max(one.used.peak for one in halves)
    wall = sum(one.used.wall for one in halves)
    rates = [steady(one.points) for one in halves]
    beside = [steady(one.points) for one in smalls]
    ratio = min((mine / (small or mine or 1) for mine, small in zip(rates, beside, strict=True)))
    cost = sum(one.used.processor for one in halves) / hosts
    small_cost = sum(one.used.processor for one in smalls) / (2 * few)
    return [
        Row("scale", f"{hosts:,} servers, 2 cores shared with them: resident at most",
            f"{peak / 1e6:.0f} MB", f"{few:,} servers: {smalls[0].used.peak / 1e6:.0f} MB", "",
            "500 MB"),
        Row("scale", f"hosts per second in its course ({wall:,.0f} s in all, killed after"
            f" {halves[0].points[-1][1]:,} results, resumed): first and second half",
            f"{rates[0]:,.0f}, {rates[1]:,.0f}",
            f"{few:,} servers, before and after: {beside[0]:,.0f}, {beside[1]:,.0f}",
            times(ratio), "0.80 ×"),
        Row("scale", "hosts per second of the client's processor, start included",
            f"{1 / cost:,.0f}", f"{few:,} servers: {1 / small_cost:,.0f}",
            times(small_cost / cost), "0.80 ×"),
    ]  # fmt: skip


def _whole(folder: Path, addresses: list[str], done: dict[int, set[str]]) -> Row:
    found = records.addresses(folder)
    missing = len(set(addresses) - set(found))
    double = len(found) - len(set(found))
    again = records.repeats(folder, done)
    intact = "intact" if records.is_intact(folder) else "BROKEN"
    return Row(
        "scale", "results after a kill and a resumption",
        f"{len(set(found)):,} of {len(addresses):,}, {missing} missing, {double} twice; audit log"
        f" {intact}; {again.hosts} asked again, {again.answered} of them with a result",
        f"in flight when it was killed: {again.flying}", "", "all, once",
    )  # fmt: skip


def _verdicts(folder: Path, truth: Path) -> list[Row]:
    found = records.verdicts(folder, truth)
    return [
        Row("verdicts", f"{found.hosts:,} hosts: states that the answers settle, concluded rightly",
            f"{found.right:,} of {found.settled:,} ({found.right / (found.settled or 1):.4%})",
            "", "", "100 %"),
        Row("verdicts", "wrongly said to be fixed or not affected", f"{found.cleared}", "", "",
            "0"),
        Row("verdicts", "undetermined states without a reason",
            f"{found.unsaid} of {found.open:,}", "", "", "0"),
        Row("verdicts", "anything else that is not as in truth",
            f"{found.faults.total()} in {len(found.faults)} ways", "", "", "0"),
    ]  # fmt: skip
