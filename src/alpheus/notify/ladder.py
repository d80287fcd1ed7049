"""Whom to tell next, and why; or why nobody.

Contact, registrant, provider, national team, letter. An address that failed is never used again.
Nobody is told the same twice: who has not answered in time is passed over for the next rung. What
is new goes to whom the organisation answered by, or else to who was told last. A mailbox that may
lie on the server in question is never alone, whatever is known of the server: with it goes the next
way that does not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from alpheus.notify.model import LADDER, Channel, Recipient, Rung, Status
from alpheus.notify.news import Facts, covers, later
from alpheus.notify.recipients import Ways
from alpheus.notify.records import Reason
from alpheus.notify.status import ALIVE, OPEN, OUT

_PLACE = {rung: place for place, rung in enumerate(LADDER)}


class Told(NamedTuple):
    """What an earlier notice says of a server, by the number that the server has now.

    `alone`: the notice is about one organisation. `answered`: a person wrote back.
    """

    notice: int
    reference: str
    alone: bool
    rung: Rung
    channel: Channel
    address: str
    status: Status
    made: str
    handed_over: str
    answered: str
    server: int
    facts: Facts

    @property
    def way(self) -> tuple[Channel, str]:
        """The channel and the address."""
        return self.channel, self.address


class Open(NamedTuple):
    """A server that is to be told of. `known` says who knows already, '' for nobody."""

    server: int
    facts: Facts
    known: str = ""


class Rules(NamedTuple):
    """What the ladder goes by: the time, how long to wait, and whether an intruder reads mail."""

    now: str
    wait_days: Mapping[Rung, int]
    breached: bool = False


class Step(NamedTuple):
    """A recipient to be told of servers, and why this one now."""

    recipient: Recipient
    servers: tuple[int, ...]
    why: str


class Left(NamedTuple):
    """Servers of which nobody is told now, and why."""

    reason: Reason
    servers: tuple[int, ...]
    why: str
    until: str = ""


class Decision(NamedTuple):
    """What follows for an organisation. `superseded` are planned notices that others replace."""

    steps: tuple[Step, ...] = ()
    left: tuple[Left, ...] = ()
    superseded: frozenset[int] = frozenset()


def decide(
    servers: Sequence[Open], ways: Mapping[int, Ways], told: Sequence[Told], rules: Rules
) -> Decision:
    """The next steps for the servers of one organisation. `told` may be about others of it, too."""
    found = _decide(servers, ways, told, rules)
    asked = {(step.recipient.channel, step.recipient.address) for step in found.steps}
    superseded = frozenset(
        one.notice for one in told
        if one.status is Status.PLANNED and one.alone and one.way in asked
    )  # fmt: skip
    if not superseded:
        return found
    kept = [one for one in told if one.notice not in superseded]
    return _decide(servers, ways, kept, rules)._replace(superseded=superseded)


def _decide(
    servers: Sequence[Open], ways: Mapping[int, Ways], told: Sequence[Told], rules: Rules
) -> Decision:
    steps: dict[tuple[Recipient, str], list[int]] = {}
    left: dict[tuple[Reason, str, str], list[int]] = {}
    for one in servers:
        next_ = _next(one, ways[one.server], told, rules)
        if isinstance(next_, Left):
            left.setdefault((next_.reason, next_.why, next_.until), []).append(one.server)
            continue
        for recipient, why in next_:
            steps.setdefault((recipient, why), []).append(one.server)
    return Decision(
        _joined(steps),
        tuple(Left(reason, tuple(n), why, until) for (reason, why, until), n in left.items()),
    )


def _joined(steps: Mapping[tuple[Recipient, str], list[int]]) -> tuple[Step, ...]:
    """One step for each address, also where servers are told of for different reasons."""
    found: dict[tuple[Channel, str], Step] = {}
    for (recipient, why), numbers in steps.items():
        key = (recipient.channel, recipient.address)
        before = found.get(key)
        if before is None:
            found[key] = Step(recipient, tuple(numbers), why)
        else:
            reasons = before.why if why in before.why else f"{before.why}; {why}"
            servers = tuple(sorted({*before.servers, *numbers}))
            found[key] = Step(before.recipient, servers, reasons)
    return tuple(found.values())


_Next = Left | list[tuple[Recipient, str]]


def _next(one: Open, ways: Ways, told: Sequence[Told], rules: Rules) -> _Next:
    """The next recipients for one server, or why there are none."""
    same = [
        t for t in told
        if t.server == one.server and t.status in ALIVE and covers(t.facts, t.made, one.facts)
    ]  # fmt: skip
    return _held_up(one, same, rules) or _climb(one, ways, told, same, rules)


def _held_up(one: Open, same: Sequence[Told], rules: Rules) -> Left | None:
    """Why there is nothing to do yet; None where there is."""
    here = (one.server,)
    for told in same:
        if told.status is Status.UNCERTAIN:
            why = f"whether {told.reference} went out is not known; alpheus notify settle"
            return Left(Reason.UNCERTAIN, here, why)
    by_code = [t.reference for t in same if t.status is Status.ACKNOWLEDGED]
    if by_code or one.known:
        return Left(Reason.ACKNOWLEDGED, here, one.known or f"{by_code[0]} was acknowledged")
    waits = _planned(same)
    if waits is not None:
        why = f"{waits.reference} is {waits.status}, and not sent yet"
        return Left(Reason.PLANNED, here, why)
    until = max((_until(t, rules) for t in same if t.status in OUT), default="")
    if until > rules.now:
        return Left(Reason.WAITING, here, f"told, and an answer is waited for until {until}", until)
    return None


def _planned(same: Sequence[Told]) -> Told | None:
    """A notice that is still to go out. A call does not hold up mail that was tried since."""
    waits = [t for t in same if t.status in OPEN]
    mail = [t for t in waits if t.channel is not Channel.PHONE]
    if mail:
        return mail[0]
    others = any(t.status in OUT for t in same)
    return waits[0] if waits and not others else None


def _until(told: Told, rules: Rules) -> str:
    since = max(told.handed_over, told.answered) or told.made
    return later(since, rules.wait_days[told.rung])


def _climb(
    one: Open, ways: Ways, told: Sequence[Told], same: Sequence[Told], rules: Rules
) -> _Next:
    failed = {t.way: t for t in told if t.status is Status.FAILED}
    tried = {t.way for t in same}
    left = [w for w in ways.recipients if (w.channel, w.address) not in failed.keys() | tried]
    expired = [t for t in same if t.status in OUT]
    mails = _above(left, expired)
    first = _worked(mails, told, same) or next(iter(mails), None)
    why = _why(expired, failed.values(), told, same)
    chosen = [] if first is None else [first]
    if first is None or rules.breached or expired or failed:
        chosen += _calls(left, first)
    if first is not None and first.on_server and len(chosen) == 1:
        beside = next((w for w in left if not w.on_server), None)
        if beside is not None:
            chosen.append(beside)
        elif not _was_told_elsewhere(ways, expired):
            why = f"only {first.address} is known, which may lie on the server in question: call"
            return Left(Reason.ON_SERVER, (one.server,), why)
    return [(w, why) for w in chosen] or _nobody(one, ways, expired, failed)


def _was_told_elsewhere(ways: Ways, expired: Iterable[Told]) -> bool:
    """Whether the same was told by a way that does not lie on the server."""
    on_server = {(w.channel, w.address) for w in ways.recipients if w.on_server}
    return any(t.way not in on_server for t in expired)


def _above(left: Iterable[Recipient], expired: Sequence[Told]) -> list[Recipient]:
    """Mail and letters of rungs that were not tried yet, above the first that was."""
    rungs = {t.rung for t in expired}
    lowest = min((_PLACE[rung] for rung in rungs), default=-1)
    return [
        w for w in left
        if w.channel is not Channel.PHONE and w.rung not in rungs and _PLACE[w.rung] > lowest
    ]  # fmt: skip


def _worked(
    mails: Sequence[Recipient], told: Sequence[Told], same: Collection[Told]
) -> Recipient | None:
    """For what is new: by whom the organisation answered, else who was told last."""
    if same:
        return None
    out = [t for t in told if t.status in OUT or t.status is Status.ACKNOWLEDGED]
    out.sort(key=lambda t: (t.status is Status.ACKNOWLEDGED, bool(t.answered), t.handed_over),
             reverse=True)  # fmt: skip
    by_way = {(w.channel, w.address): w for w in mails}
    return next((by_way[t.way] for t in out if t.way in by_way), None)


def _calls(left: Iterable[Recipient], first: Recipient | None) -> list[Recipient]:
    """One telephone number: of the organisation, or of a rung up to that of the mail."""
    highest = len(LADDER) if first is None else _PLACE[first.rung]
    numbers = (w for w in left if w.channel is Channel.PHONE)
    return [w for w in numbers if _PLACE[w.rung] <= max(highest, _PLACE[Rung.CONTACT])][:1]


def _why(
    expired: Sequence[Told], failed: Iterable[Told], told: Sequence[Told], same: Sequence[Told]
) -> str:
    if expired:
        last = max(expired, key=lambda t: t.handed_over)
        return f"nobody has answered {last.reference} to the {last.rung}, {last.address}"
    lost = max(failed, key=lambda t: t.handed_over, default=None)
    if lost is not None:
        return f"{lost.reference} did not arrive at {lost.address}"
    return "there is something new" if told and not same else "nobody was told yet"


def _nobody(
    one: Open, ways: Ways, expired: Sequence[Told], failed: Collection[tuple[Channel, str]]
) -> Left:
    here = (one.server,)
    if expired:
        return Left(Reason.FOLLOWED_UP, here, "every known way was tried, and nobody has answered")
    if failed:
        return Left(Reason.NO_CONTACT, here, "every known address has failed")
    if ways.barred:
        return Left(Reason.NEVER, here, "all that is known is never to be written to")
    return Left(Reason.NO_CONTACT, here, "no list and no record says how to reach anybody")
