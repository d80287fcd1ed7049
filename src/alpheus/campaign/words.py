"""What a campaign's numbers say, in sentences: the same in text, page and picture."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from alpheus.campaign.breakdown import Count, Decoys
from alpheus.campaign.channels import Channels, Way
from alpheus.campaign.estimates import Range
from alpheus.campaign.pace import Pace, Trend
from alpheus.campaign.reasons import Reason
from alpheus.campaign.remaining import Group, Left
from alpheus.campaign.series import SILENT_DAYS
from alpheus.campaign.service import Overview
from alpheus.campaign.survival import Curve
from alpheus.notify.model import Status

RAW = (
    "Raw numbers add up what lists say: each entry of address, port and page once for each list, "
    "the days of a daily list together. Servers are what is left when all of that is merged."
)
SYSTEMS = (
    "A system is a service with all its members, however many servers these are, or a server that "
    "is of none."
)
NO_EXPERIMENT = (
    "This is no experiment: who is told by another way was not reached by the first, and who is "
    "told first may be the most careful. It says what to try next, not what causes what."
)
GROUPS = (
    "Of those that ever had something to do, how many are left, and how many times as often as all "
    "others. Only groups of ten or more that are left, and surely more often: the interval, of "
    "95 % for all {} groups that were looked at together, lies above 1. Groups overlap."
)


class Words(NamedTuple):
    """A reason in words: its name, what is so, and what to do next."""

    title: str
    so: str
    act: str


REASONS = {
    Reason.DOUBTFUL: Words(
        "one list only", "one list saw them once, and nobody else ever; nobody was told",
        "look at them (`alpheus probe`) before anybody is told"),
    Reason.SILENT: Words(
        "not seen since",
        f"they were not seen for {SILENT_DAYS} days or more: gone, hidden, or not looked at",
        "look again; who is gone is closed as gone, not counted as fixed"),
    Reason.AGAIN: Words(
        "open again",
        "they were fixed or clean and are open again: their owners believe that it is done",
        "call each of them; a later update may have taken the fix away"),
    Reason.WORKING: Words(
        "owner at work", "their owners know, and are at work or ask for help",
        "ask how far they are, and help those that asked for it first"),
    Reason.WAITING: Words(
        "told just now", "they were told, and the time to answer is not over", "wait"),
    Reason.FAILED: Words(
        "nothing arrived", "all that was sent to them bounced or was refused",
        "write a letter, or call: no more mail to these addresses"),
    Reason.NOT_PASSED_ON: Words(
        "not passed on", "their providers were told, and hardly any of their customers has fixed",
        "call these providers"),
    Reason.UNANSWERED: Words(
        "no answer", "they were told, and nobody has answered",
        "take the next rung (`alpheus notify plan`): the same once more does not help"),
    Reason.UNTOLD: Words(
        "not told", "their owners can be reached, and nobody has told them",
        "tell them (`alpheus notify plan`)"),
    Reason.PROVIDER_ONLY: Words(
        "provider only", "nobody has told them, and only their providers can be reached",
        "ask the providers to pass it on (`alpheus notify plan`)"),
    Reason.NO_CONTACT: Words(
        "no way to them", "whose they are is known, and no way to reach them",
        "find a telephone number or a postal address, and write a letter"),
    Reason.NO_OWNER: Words(
        "owner unknown", "nobody knows whose they are",
        "ask their providers and the national team; import registers (`alpheus directory`)"),
}  # fmt: skip

_ACTS = {
    "network": "call this network's provider, with the list of these {left}",
    "sector": "ask the sector's association or its regulator to write to these {left}",
    "region": "ask the region's own team to take these {left}",
    "product": "write to these {left} how this product is brought to a supported update",
    "build age": "write to these {left} how to get to a supported update first, then the fix",
    "owner": "find the owners of these {left}: registers, providers, the certificate's name",
    "contact": "find a telephone number or a postal address for these {left}",
    "addresses": "tell their providers address and time: the address alone is somebody else's now",
    "intrusion": "offer these {left} help with cleaning: an update does not throw anybody out",
}
_NAMES = {"network": "AS"}
_MANY, _MANY_SERVERS = 0.2, 10
_INFINITE = 3_650
"""Days beyond which a half-life is said to have no end."""


def number(count: int) -> str:
    """`1,204`."""
    return f"{count:,}"


def servers(count: int) -> str:
    """`1 server`, `1,204 servers`."""
    return f"{count:,} server" + ("" if count == 1 else "s")


def systems(count: int, members: int) -> str:
    """`430 systems (474 servers)`; where every system is a server, `1,204 servers`."""
    if count == members:
        return servers(members)
    return f"{count:,} system{'' if count == 1 else 's'} ({servers(members)})"


def organisations(count: int) -> str:
    """`1 organisation`, `402 organisations`."""
    return f"{count:,} organisation" + ("" if count == 1 else "s")


def days(count: float) -> str:
    """`1 day`, `12 days`."""
    shown = round(count)
    return f"{shown:,} day" + ("" if shown == 1 else "s")


def percent(found: Range) -> str:
    """`28 % (21 to 37)`."""
    return f"{100 * found.value:.0f} % ({100 * found.low:.0f} to {100 * found.high:.0f})"


def day(text: str) -> str:
    """`31 March 2021`."""
    months = ("January", "February", "March", "April", "May", "June", "July", "August",
              "September", "October", "November", "December")  # fmt: skip
    year, month, number_ = text.split("-")
    return f"{int(number_)} {months[int(month) - 1]} {year}"


def value_of(kind: str, value: str) -> str:
    """A value as people name it: `AS64500`."""
    if not value:
        return "unknown"
    return f"{_NAMES[kind]}{value}" if kind in _NAMES and value.isdigit() else value


def headline(overview: Overview) -> str:
    """The sentence that matters."""
    left, ever, pace = overview.remaining.left, overview.remaining.ever, overview.pace
    if not ever:
        return "No server is known that had anything to do."
    if not left:
        return f"None is left: all of {servers(ever)} that had something to do are done."
    whole = f"{number(left)} of {servers(ever)} that had something to do" if ever > 1 else \
        "The only server that had something to do"  # fmt: skip
    verb = "is" if left == 1 else "are"
    total = overview.total.lines[0].systems.left if overview.total.lines else left
    same = "" if total in {0, left} else f" ({number(total)} system{'' if total == 1 else 's'})"
    return f"{whole} {verb} left{same}, {_going(pace)}."


def _going(pace: Pace) -> str:
    if pace.trend is Trend.STOPPED:
        return f"and the number stopped falling around {day(pace.since)}"
    if pace.trend is Trend.FALLING:
        return f"and the number falls by {_share(pace)} a day"
    return {
        Trend.RISING: "and the number is rising",
        Trend.UNSEEN: "and most of them have not been seen for two weeks: look again first",
        Trend.FEW: "few enough to be called one by one",
        Trend.FLAT: "and the number does not fall",
    }.get(pace.trend, "and it is too early to say how fast the number falls")


def _share(pace: Pace) -> str:
    return f"{100 * pace.per_day.value:.1f} %" if pace.per_day else "an unknown share"


def merged(overview: Overview) -> str:
    """Raw and merged, side by side."""
    if not overview.total.lines:
        return "Nothing has been imported that is a server."
    total, owners = overview.total.lines[0], overview.owners
    unowned = f", and {servers(owners.unowned)} of unknown owners" if owners.unowned else ""
    entries = f"{number(total.entries)} entries of lists and " if total.entries else ""
    return (
        f"{_victims(total, f'{organisations(owners.victims)}{unowned}')} In all, {entries}"
        f"{number(total.observations)} sighting{' is' if total.observations == 1 else 's are'} "
        f"{systems(total.systems.systems, total.servers)} of {organisations(owners.organisations)}."
        f"{_decoys(overview.total.decoys)}"
    )


def _decoys(found: Decoys) -> str:
    """What is taken for a decoy and is in no number."""
    if not found.servers:
        return ""
    named = f", {number(found.victims)} of which lists name as victims" if found.victims else ""
    return f" Not counted: {number(found.servers)} taken for decoys{named}."


def _victims(total: Count, whose: str) -> str:
    """Who says that somebody was broken into: lists, or assessments and people alone."""
    raw, found = total.victim_entries, systems(total.systems.victims, total.victims)
    if not total.victims:
        return (
            f"Raw lists say {number(raw)} victims; all of these were found to be none." if raw
            else "No list, no assessment and nobody else names a victim."
        )  # fmt: skip
    if not raw:
        verb = "was" if total.victims == 1 else "were"
        return (
            f"No list names a victim; by assessments, or by the word of people, {found} of {whose} "
            f"{verb} broken into."
        )
    named = "1 victim" if raw == 1 else f"{number(raw)} victims"
    return (
        f"Raw lists say {named}; merged, and with what assessments and people say, they are "
        f"{found} of {whose}."
    )


def both_axes(overview: Overview) -> str:
    """What of those left is to be done."""
    if not overview.total.lines or not overview.remaining.left:
        return ""
    total = overview.total.lines[0]
    both = total.open_flaw + total.open_intrusion - total.left
    of_both = f"; {servers(both)} {'is' if both == 1 else 'are'} both" if both else ""
    flaw = systems(total.systems.open_flaw, total.open_flaw)
    intrusion = systems(total.systems.open_intrusion, total.open_intrusion)
    has = "has" if total.systems.open_intrusion == 1 else "have"
    return (
        f"Of those left, {flaw} {'is' if total.systems.open_flaw == 1 else 'are'} without the fix "
        f"and {intrusion} {has} an intrusion that is not shown to be over{of_both}."
    )


def speed(pace: Pace) -> Iterator[str]:
    """How fast, and until when."""
    if pace.per_day is None:
        if pace.projection.why_not and pace.left:
            yield f"How fast it falls cannot be told yet: {pace.projection.why_not}."
        return
    found = pace.per_day
    yield (
        f"Over the last {pace.window} days the number fell by {100 * found.value:.1f} % a day "
        f"({100 * found.low:.1f} to {100 * found.high:.1f}; below 0 it rose){_half(pace.half_life)}"
        "."
    )
    if pace.fastest_day:
        yield (
            f"The fastest {pace.window} days ended on {day(pace.fastest_day)}, with "
            f"{100 * pace.fastest:.1f} % a day; the highest number was {number(pace.peak)}, on "
            f"{day(pace.peak_day)}."
        )
    yield _projection(pace)


def _half(found: Range | None) -> str:
    if found is None:
        return ""
    end = "without end" if found.high > _INFINITE else f"{found.high:.0f}"
    if math.isinf(found.value) or found.value > _INFINITE:
        return ""
    return f": half of them in {days(found.value)} ({found.low:.0f} to {end})"


def _projection(pace: Pace) -> str:
    found = pace.projection
    if found.why_not:
        return f"No date can be foretold: {found.why_not}."
    latest = day(found.latest) if found.latest else "a day that cannot be told"
    return (
        f"If it goes on as in the last {pace.window} days, half of those left are done between "
        f"{day(found.earliest)} and {latest}; a plateau may come before."
    )


def alerts(overview: Overview) -> Iterator[str]:
    """What must not be overlooked."""
    points = overview.series.points
    if not points:
        return
    lately = points[-overview.pace.window :]
    last = points[-1]
    for state, now, words in (
        ("regressed", last.patch, "vulnerable again after a fix or a mitigation"),
        ("re-infected", last.compromise, "broken into again after cleaning"),
    ):
        came = sum(point.entered.get(state, 0) for point in lately)
        if now.get(state) or came:
            axis = "patch" if state == "regressed" else "compromise"
            yield (
                f"{servers(now.get(state, 0))} {words}; {number(came)} came in the last "
                f"{len(lately)} days (`alpheus case list --{axis} {state}`)."
            )
    if last.silent:
        yield (
            f"{servers(last.silent)} of those left not seen for {SILENT_DAYS} days or more: still "
            "counted as left, since nothing shows that they are fixed."
        )


def waited(overview: Overview) -> str:
    """For how long an answer is waited for, and who says so; '' where nobody was told."""
    found = overview.remaining
    channels = overview.channels
    if not found.wait_days or not (channels.told.servers or channels.ways):
        return ""
    told = ", ".join(f"{name.replace('-', ' ')} {days(n)}" for name, n in found.wait_days.items())
    whose = "the usual times: no notices are planned here, whose settings would say (wait_days)"
    if found.wait_planned:
        whose = "as the notices' settings say (wait_days)"
    return f"An answer is waited for, by the way that was told: {told}; {whose}."


def reason(left: Left) -> tuple[str, str]:
    """What is so, and what to do next."""
    words = REASONS[left.reason]
    of = f" of {organisations(left.organisations)}" if left.organisations else ""
    name, count = left.top[0]
    most = (
        f"; {'all' if count == left.servers else number(count)} of them in "
        f"{value_of('network', name)}"
        if name != "unknown" and count >= max(_MANY * left.servers, _MANY_SERVERS) else ""
    )  # fmt: skip
    act = words.act
    if left.reason in {Reason.NOT_PASSED_ON, Reason.PROVIDER_ONLY}:
        named = (f"{value_of('network', network)} with {number(n)}" for network, n in left.top)
        act, most = f"{act}: {', '.join(named)}", ""
    return f"{servers(left.servers)}{of}: {words.so}{most}", act


def group(found: Group) -> tuple[str, str]:
    """How much more often a group is left, and what to do next."""
    times = f"{found.times.value:.1f} times as often as others"
    said = (
        f"{found.kind} {value_of(found.kind, found.value)}: {number(found.left)} of "
        f"{number(found.ever)} left, {percent(found.share)}, {times} "
        f"({found.times.low:.1f} to {found.times.high:.1f})"
    )
    return said, _ACTS[found.kind].format(left=number(found.left))


def way(found: Way) -> str:
    """A way to reach people, in words."""
    name = f"{found.rung} by {found.channel}" if found.rung else f"told {found.channel}"
    if found.rung == found.channel:
        name = found.rung
    return f"{name}, {found.status}" if found.status else name


def fixed(found: Way, within: int) -> str:
    """What came of a way."""
    early = f"; {number(found.early)} were told too lately to count" if found.early else ""
    if not found.counted:
        done = "written to, and it failed" if found.status == Status.FAILED else "told"
        return f"{servers(found.told)} {done}{early or '; too lately to count'}"
    return (
        f"{number(found.fixed)} of {number(found.counted)} fixed within {days(within)}, "
        f"{percent(found.share)}{early}"
    )


def waiting(channels: Channels) -> Iterator[str]:
    """How long it took, with and without a notice."""
    for name, curve in (("After the notice", channels.told), ("Without one", channels.untold)):
        if curve.servers:
            yield f"{name}: {_curve(curve)}."
    if channels.told.servers:
        return
    if channels.ways:
        yield (
            "None that was told was seen since while it was open, so what a notice does cannot be "
            "said yet."
        )
    else:
        yield "Nobody is known to have been told, so what a notice does cannot be said."


def _curve(curve: Curve) -> str:
    if curve.median is None:
        half = "less than half were fixed as long as they were seen"
    else:
        end = "?" if curve.median_high is None else f"{curve.median_high}"
        half = f"half were fixed in {days(curve.median)} ({curve.median_low} to {end})"
    rate = (
        f", {curve.per_100_days.value:.1f} fixes of 100 servers a day" if curve.per_100_days else ""
    )
    return f"{servers(curve.servers)}, {half}{rate}"
