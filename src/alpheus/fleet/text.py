"""A campaign run for a terminal of 80 columns: first the sentence that matters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap

from alpheus.fleet.hands_text import hands_lines
from alpheus.fleet.progress import Parked, Progress
from alpheus.fleet.report import Report, Shared, Victim
from alpheus.model import Verdict
from alpheus.report.visible import visible

WIDTH = 80
_VICTIMS = 30
_SHARED = 10
_NAMED = 5
_PARKED = 20
_WORKERS = 12
_NAME = 34
_LONG = frozenset({"steps", "burst"})
_LONGEST = 300
_TOLD = frozenset({"family", "tool", *_LONG})
"""Kinds of which the label says all."""

_KINDS = {
    "triage": "packages", "part": "parts of packages", "probe": "shards of probes",
    "notify": "batches of notices",
}  # fmt: skip
_PACKAGES = frozenset({"triage", "part"})
_COMMANDS = {
    "triage": "alpheus campaign run", "part": "alpheus campaign run",
    "probe": "alpheus campaign probe", "notify": "alpheus campaign notify",
}  # fmt: skip

_HEADS = {
    "page": "THE SAME PAGE ON SEVERAL SERVERS",
    "family": "THE SAME KIND OF WEB SHELL",
    "address": "THE SAME ADDRESS OF AN INTRUDER",
    "secret": "THE SAME SECRET (KEYED HASH)",
    "tool": "THE SAME TOOL, BY ITS USER AGENT",
    "steps": "THE SAME STEPS IN THE SAME ORDER AND PACE",
    "burst": "THE SAME STEPS, BEGUN WITHIN ONE HOUR",
}


def progress_lines(found: Progress) -> Iterator[str]:
    """How far it is, line by line, without line ends."""
    yield from _paragraph(_headline(found))
    if found.verdicts:
        yield from _paragraph(f"Packages by their worst server: {_verdicts(found.verdicts)}.")
    if any(one.name not in _PACKAGES for one in found.kinds):
        yield ""
        yield f"{'kind':<24}" + _cells("waiting", "running", "done", "parked")
        for kind in found.kinds:
            yield f"{_KINDS.get(kind.name, kind.name):<24}" + _cells(
                f"{kind.waiting:,}", f"{kind.running:,}", f"{kind.done:,}", f"{kind.parked:,}"
            )
    if len(found.lanes) > 1 or any(one.budget for one in found.lanes):
        yield ""
        yield f"{'lane':<24}" + _cells("waiting", "running", "done", "parked", "budget")
        for lane in found.lanes:
            budget = f"{lane.budget:,}" if lane.budget else "-"
            yield f"{_cut(lane.name, 24):<24}" + _cells(
                f"{lane.waiting:,}", f"{lane.running:,}", f"{lane.done:,}", f"{lane.parked:,}",
                budget,
            )  # fmt: skip
    if found.workers:
        yield ""
        yield f"{'driver':<{_NAME}}" + _cells("running", "done", "CPU s", "MB/s")
        for worker in found.workers[:_WORKERS]:
            yield f"{_cut(worker.name, _NAME):<{_NAME}}" + _cells(
                f"{worker.running:,}", f"{worker.done:,}", f"{worker.cpu:,.0f}",
                f"{worker.rate / 1e6:,.1f}",
            )  # fmt: skip
        if len(found.workers) > _WORKERS:
            yield f"and {len(found.workers) - _WORKERS:,} more"
    yield from _parked(found.parked_units)


def report_lines(found: Report) -> Iterator[str]:
    """What was found, line by line, without line ends."""
    units = sum(found.units.values())
    open_ = found.units["waiting"] + found.units["running"]
    said = f"{found.units['done']:,} of {units:,} packages are judged"
    if open_:
        said += f", {open_:,} {_are(open_)} left to do"
    if found.units["parked"]:
        said += f", {found.units['parked']:,} {_are(found.units['parked'])} parked"
    yield from _paragraph(f"{said}. {_many(len(found.judged), 'server')}: "
                          f"{_verdicts(found.verdicts) or 'none'}.")  # fmt: skip
    yield from _victims(found)
    yield from hands_lines(found.hands)
    for kind, head in _HEADS.items():
        yield from _shared(head, [one for one in found.shared if one.kind == kind])
    if found.sources:
        yield from ("", "SERVERS FROM WHICH AN INTRUDER CAME TO OTHERS")
        for source in found.sources[:_SHARED]:
            yield from _item(
                f"{source.name} (server {source.server}, {source.address}; {source.compromise}): "
                f"seen at {_names(source.victims, len(source.victims))}"
            )
    yield from _parked(found.parked)


def _headline(found: Progress) -> str:
    if not found.units:
        return "Nothing is registered yet; run: alpheus campaign run FOLDER"
    said = f"{found.done:,} of {_many(found.units, 'unit')} are done"
    if found.bytes:
        said += f" ({sizes(found.bytes_done, found.bytes)})"
    if found.running:
        said += f", {found.running:,} under way"
    if found.parked:
        said += f", {found.parked:,} parked"
    said += "."
    if found.waiting + found.running and found.units_a_second:
        said += f" Lately {_pace(found)}; {span(found.seconds_left)} left."
    elif found.waiting:
        said += f" The rest waits for: {', '.join(commands_of(found))}"
    return said


def commands_of(found: Progress) -> list[str]:
    """The commands by which what waits is done."""
    waiting = [_COMMANDS[one.name] for one in found.kinds if one.waiting]
    return list(dict.fromkeys(waiting))


def _pace(found: Progress) -> str:
    units = found.units_a_second
    if found.rate:
        return f"{units:,.1f} units and {found.rate / 1e6:,.1f} MB a second"
    return f"{units:,.1f} units a second" if units >= 1 else f"{units * 3_600:,.0f} units an hour"


def span(seconds: float) -> str:
    """A span of time as people say it."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7_200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3_600:.1f} h"


def sizes(done: int, of: int) -> str:
    """Bytes as people say them: so many of so many."""
    for each, unit in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB")):
        if of >= each or unit == "MB":
            digits = 1 if of >= 10 * each or unit == "TB" else 2
            return f"{done / each:,.{digits}f} of {of / each:,.{digits}f} {unit}"
    raise AssertionError(of)


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _verdicts(counts: dict[str, int]) -> str:
    ordered = sorted(counts, key=lambda one: -_rank(one))
    return ", ".join(f"{counts[one]:,} {one}" for one in ordered)


def _rank(verdict: str) -> int:
    return next((one.rank for one in Verdict if one.value == verdict), -1)


def _victims(found: Report) -> Iterator[str]:
    grave = [one for one in found.judged if one.verdict in {"compromised", "suspicious"}]
    if not grave:
        return
    yield from ("", "WHO IS A VICTIM")
    for one in grave[:_VICTIMS]:
        since = f", last sign {one.since[:10]}" if one.since else ""
        package = one.package.rpartition("/")[2]
        yield from _item(f"{one.name}: {one.verdict}, {one.stage}{since}; observation "
                         f"{one.observation}, package {package}")  # fmt: skip
    if len(grave) > _VICTIMS:
        yield f"and {len(grave) - _VICTIMS:,} more: --format json"


def _shared(head: str, several: list[Shared]) -> Iterator[str]:
    if not several:
        return
    yield from ("", head)
    for one in several[:_SHARED]:
        since = f" on {one.since[:10]}" if one.since else ""
        others = _names(one.victims[1:], one.servers - 1)
        value = one.value if one.kind != "page" else one.value[:16]
        label = f" ({one.label})" if one.kind in {"page", "secret"} else ""
        title = one.label if one.kind in _TOLD else f"{value}{label}"
        if one.kind in _LONG:  # what matters would stand behind it
            told = f"{_many(one.servers, 'server')}, first {one.first.name}{since}, then {others}: "
            yield from _item(_cut(f"{told}{title}", _LONGEST))
            continue
        yield from _item(
            f"{title}: {_many(one.servers, 'server')}; first {one.first.name}{since}, then {others}"
        )
    if len(several) > _SHARED:
        yield f"and {len(several) - _SHARED:,} more: --format json"


def _names(victims: Iterable[Victim], many: int) -> str:
    names = [one.name for one in victims][:_NAMED]
    more = f" and {many - len(names):,} more" if many > len(names) else ""
    return ", ".join(names) + more


def _parked(parked: tuple[Parked, ...]) -> Iterator[str]:
    if not parked:
        return
    yield from ("", "PARKED, LEFT ALONE (again: alpheus campaign retry)")
    for one in parked[:_PARKED]:
        at = f", at {one.position}" if one.position else ""
        yield from _item(f"unit {one.unit}, {one.name}: {one.reason}{at} "
                         f"({_many(one.attempts, 'attempt')})")  # fmt: skip
    if len(parked) > _PARKED:
        yield f"and {len(parked) - _PARKED:,} more: --format json"


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _cells(*texts: str) -> str:
    return "".join(f"{text:>10}" for text in texts)


def _cut(text: str, room: int) -> str:
    shown = visible(text)
    return shown if len(shown) <= room else f"{shown[: room - 1]}…"


def _paragraph(text: str) -> Iterator[str]:
    yield from wrap(visible(text), WIDTH, break_on_hyphens=False)


def _item(text: str) -> Iterator[str]:
    yield from wrap(visible(text), WIDTH, initial_indent="- ", subsequent_indent="  ",
                    break_on_hyphens=False)  # fmt: skip
