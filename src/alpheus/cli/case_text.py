"""A case in words, 80 columns wide: what matters comes first, what it rests on after it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import replace

from alpheus.cases.acts import Act
from alpheus.cases.deadlines import Clock, Duty, Standing
from alpheus.cases.explain import CveSaid, DecisionSaid
from alpheus.cases.lifecycle import Change
from alpheus.cases.service_show import Case
from alpheus.cli.case_owner import contact_lines, reason_lines
from alpheus.report.visible import visible

WIDTH = 80
_MOST_LINES = 40
"""Lines of a part that are shown; JSON has them all."""

_COMPROMISE = {
    "unknown": "whether somebody broke in is not known: nobody has looked",
    "not-determinable": "whether somebody broke in cannot be told by the evidence there was",
    "no-evidence": "no sign of an intruder was found",
    "attempted": "it was attacked; no attempt that succeeded was seen",
    "suspicious": "something on it must be looked at by a person",
    "reported": "others report that somebody broke in",
    "compromised": "somebody broke in",
    "cleaned": "somebody had broken in; it was cleaned, and that is not verified yet",
    "verified-clean": "somebody had broken in; it was cleaned, and verified",
    "re-infected": "somebody broke in again after it had been cleaned",
}
_PATCH = {
    "unknown": "whether {flaw} is closed is not known",
    "vulnerable": "{flaw} is open",
    "mitigated": "{flaw} is not fixed; by the word of {by} it is mitigated",
    "fixed": "{flaw} is fixed",
    "regressed": "{flaw} is open again after it had been closed",
    "not-affected": "{flaw} does not concern it",
}
_WORK = {
    "new": "Nobody has been told.",
    "notified": "Its owner was told on {since}, and has not answered.",
    "acknowledged": "Its owner knows, since {since}.",
    "in-progress": "Somebody is at work on it, since {since}.",
    "needs-help": "Its owner asks for help, since {since}.",
    "closed": "The case is closed, since {since}: {why}.",
    "reopened": "The case was opened again on {since}: {why}.",
    "false-positive": "It is a false positive until {until}: {why}.",
}
_ALSO = 3
"""Later files that are named of an observation that they say again."""

_GRAVE = ("suspicious", "reported", "compromised", "cleaned", "re-infected", "verified-clean",
          "attempted")  # fmt: skip


def lines_of(case: Case) -> Iterator[str]:
    """The whole case, line by line, harmless to look at."""
    row = case.server
    yield from _wrapped(f"Server {row['id']}  {row['name']}, priority {row['priority']}", "")
    yield from _wrapped(headline(case), "  ")
    yield from _part("To be reported", _clocks(case))
    yield from _part("State", _state(case))
    yield from _part("Owner", _owner(case))
    yield from _part("Ways to reach it", contact_lines(case.ownership.contacts))
    yield from _part("Known by", _keys(case))
    yield from _part("Priority", (f"{one.points:+4d}  {one.text}" for one in case.detail.reasons))
    yield from _part("Flaws", _flaws(case))
    yield from _part("Why it is one server", case.identity.splitlines())
    yield from _part("Decisions", map(_decision, case.decisions))
    yield from _part("History", _history(case))
    yield from _part("Observations, the newest first", _sources(case))


def headline(case: Case) -> str:
    """What matters, in two or three sentences."""
    row = case.server
    by = case.detail.mitigated_by or "somebody"
    patch = _PATCH[row["patch"]].format(flaw=case.watched, by=by)
    compromise = _COMPROMISE[row["compromise"]]
    first, second = (compromise, patch) if row["compromise"] in _GRAVE else (patch, compromise)
    why = case.detail.work_why.rstrip(".") or "no reason was given"
    work = _WORK[row["work"]].format(
        since=_day(row["work_since"]), until=_day(row["until"]), why=why
    )
    overdue = [one for one in case.clocks
               if one.standing is Standing.OVERDUE and one.duty is Duty.YES]  # fmt: skip
    late = f" Overdue: {', '.join(f'{one.law} {one.step}' for one in overdue)}." if overdue else ""
    return f"{first[0].upper()}{first[1:]}, and {second}. {work}{late}"


def _part(title: str, lines: Iterable[str]) -> Iterator[str]:
    """A part with its title; nothing where there is nothing to say."""
    every = list(lines)
    if not every:
        return
    yield ""
    yield title
    for line in every[:_MOST_LINES]:
        yield from _wrapped(line, "  ")
    if len(every) > _MOST_LINES:
        yield f"  and {len(every) - _MOST_LINES:,} more; all with --format json"


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        visible(text), WIDTH, initial_indent=indent, subsequent_indent=f"{indent}    ",
        break_on_hyphens=False, drop_whitespace=True,
    )  # fmt: skip


def _clocks(case: Case) -> Iterator[str]:
    binding = [clock for clock in case.clocks if clock.duty is not Duty.NO]
    for clock in binding:
        yield f"{_clock(clock)}  {clock.law} {clock.title}  [{clock.law}:{clock.step}]"
    for law, duty, why in dict.fromkeys((one.law, one.duty, one.why) for one in binding):
        yield f"{law} {'binds' if duty is Duty.YES else 'may bind'} its owner; {why}"
    others = [clock for clock in case.clocks if clock.duty is Duty.NO]
    for law, why in dict.fromkeys((one.law, one.why) for one in others):
        steps = ", ".join(f"{one.step} {_day(one.due)}" for one in others if one.law == law)
        yield f"{law} asks for nothing, as it is {why}; else there were: {steps}"
    if any(not clock.met and clock.standing is not Standing.WAITING for clock in binding):
        number = case.server["id"]
        yield (f"once made: alpheus case note {number} --as reported-to-authority --to LAW:STEP "
               "--why TEXT")  # fmt: skip


def _clock(clock: Clock) -> str:
    minute = clock.due[:16].replace("T", " ")
    words = {
        Standing.DUE: f"due      {minute}",
        Standing.OVERDUE: f"OVERDUE  {minute}",
        Standing.MET: f"done     {clock.met[:16].replace('T', ' ')}",
        Standing.MET_LATE: f"late     {clock.met[:16].replace('T', ' ')}",
        Standing.WAITING: "waits    until it is handled",
    }
    return words[clock.standing]


def _state(case: Case) -> Iterator[str]:
    row = case.server
    for axis in ("patch", "compromise", "work"):
        since = f" since {_day(row[f'{axis}_since'])}" if row[f"{axis}_since"] else ""
        last = next((one for one in reversed(case.changes) if one.axis == axis), None)
        why = f": {last.why} ({last.who})" if last and last.why else ""
        yield f"{axis:<14}{row[axis]}{since}{why}"
    if case.detail.mitigated_by:
        yield f"{'mitigated':<14}by the word of {case.detail.mitigated_by}; nothing shows it"
    if row["assignee"]:
        yield f"{'assigned':<14}to {row['assignee']}"
    span = f"{_day(row['first_seen'])} to {_day(row['last_seen'])}"
    yield f"{'seen':<14}{span}, {row['observations']:,} observations"
    if row["product"] or row["build"]:
        yield f"{'runs':<14}{row['product']} {row['build']}".rstrip()


def _owner(case: Case) -> Iterator[str]:
    row, found = case.server, case.ownership
    sure = f", confidence {found.confidence}" if found.confidence else ""
    yield f"{'owner':<14}{found.owner}{sure}"
    for name in ("organisation", "sector", "region", "network"):
        if row[name]:
            yield f"{name:<14}{row[name]}"
    yield from reason_lines(found)


def _keys(case: Case) -> Iterator[str]:
    for kind, values in case.detail.keys.items():
        yield f"{kind:<14}{' '.join(values)}"
    for span in case.detail.addresses:
        ports = " ".join(map(str, span.ports))
        days = f"{_day(span.first_seen)} to {_day(span.last_seen)}"
        yield f"{'address':<14}{span.address}  {ports}  {days}"


def _flaws(case: Case) -> Iterator[str]:
    """Those of which the same is said by the same together, the one that is watched first."""
    groups: dict[tuple[str, CveSaid], list[str]] = {}
    for cve, said in sorted(case.cves.items(), key=lambda one: (one[0] != case.watched, one[0])):
        groups.setdefault((said.state, replace(said, why="")), []).append(cve)
    for (state, said), cves in groups.items():
        build = f", build {said.build}" if said.build else ""
        yield (f"{state:<14}{' '.join(cves)}: {said.source} on {_day(said.seen)}{build} "
               f"(observation {said.observation})")  # fmt: skip
    if case.cves:
        yield f"the patch state is about {case.watched}; another: alpheus case rebuild --cve CVE"


def _decision(one: DecisionSaid) -> str:
    numbers = ", ".join(map(str, one.observations))
    what = {
        "merge": f"merged {numbers}", "split": f"took out {numbers}",
        "never-merge": f"keeps apart {numbers}", "revoke": f"takes back decision {one.revokes}",
    }[one.kind]  # fmt: skip
    back = f" (taken back by decision {one.taken_back})" if one.taken_back else ""
    return f"{one.id}  {_minute(one.when)}  {one.who} {what}: {one.why}{back}"


def _history(case: Case) -> Iterator[str]:
    """What changed and what was done, in one order; what did both is told once."""
    told = {(change.time, change.who, change.why) for change in case.changes}
    events: list[tuple[str, int, str]] = [
        (change.time, number, _change(change)) for number, change in enumerate(case.changes)
    ]
    events += [
        (act.time, len(events) + act.id, _act(act)) for act in case.acts
        if (act.time, act.who, act.why) not in told
    ]  # fmt: skip
    for time, _, text in sorted(events):
        yield f"{_minute(time)}  {text}"


def _change(change: Change) -> str:
    shown = f" ({change.evidence})" if change.evidence else ""
    return f"{change.axis}: {change.before} -> {change.after}, {change.who}: {change.why}{shown}"


def _act(act: Act) -> str:
    words = " ".join(word for word in (act.kind.value, act.to) if word)
    said = ": ".join(word for word in (words, act.why) if word)
    shown = f" ({act.evidence})" if act.evidence else ""
    return f"{act.who}: {said}{shown}"


def _sources(case: Case) -> Iterator[str]:
    for one in case.sources:
        place = f"{one['address']}:{one['port']}" if one["address"] else "-"
        found = " ".join(word for word in (one["status"], one["verdict"], one["build"]) if word)
        where = f"{one['file']}:{one['line']}" if one["file"] else f"entered by {one['who']}"
        where += "".join(f", {place.file}:{place.line}" for place in one["also"][:_ALSO])
        if len(one["also"]) > _ALSO:
            where += " and more"
        parts = (one["id"], _minute(one["seen"]), one["source"], place, found, one["page"], where)
        yield "  ".join(str(part) for part in parts if part)


def _day(time: str) -> str:
    return time[:10] or "unknown"


def _minute(time: str) -> str:
    return time[:16].replace("T", " ") or "time unknown    "
