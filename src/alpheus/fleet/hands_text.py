"""Hands for a terminal of 80 columns: which, how sure, by what, and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from alpheus.fleet.hands_told import Hand, Hands, Sign
from alpheus.report.visible import visible

WIDTH = 80
_HANDS = 12
_NAMED = 5
_LISTED = 8
_SHORT = 60

_KINDS = {
    "secret": "secret", "token": "token of a session", "word": "common parameter", "page": "page",
    "structure": "structure of a page", "page-name": "name of a page", "address": "address",
    "network": "network", "carrier": "path for forged requests", "request": "form of request",
    "agent": "program", "command": "command", "commands": "row of commands",
    "name": "task or service", "steps": "steps", "hour": "hour of beginning",
}  # fmt: skip
_AGAINST = {
    "other-secret": "another secret than the rest",
    "no-network": "no network in common with the rest",
    "other-program": "no program in common with the rest",
    "other-path": "another path for forged requests than the rest",
    "other-name": "another name of a page than the rest",
    "other-hours": "work at other hours than the rest",
    "silence": "begun more than 60 days after the rest ended",
}


def hands_lines(found: Hands) -> Iterator[str]:
    """All of it, line by line, without line ends; nothing where no intruder was seen."""
    if not found.strands and not found.untold:
        return
    yield from ("", "THE SAME HAND")
    if found.strands:
        yield from _paragraph(_summary(found))
    for one in found.hands[:_HANDS]:
        yield from _hand(one)
    if found.hands_total > _HANDS:
        yield f"and {found.hands_total - _HANDS:,} more: --format csv"
    yield from _crowded(found)
    for between in found.between[:_LISTED]:
        a, b = between.hands
        what = " and ".join(f"{_KINDS[one.kind]} {_named(one)}" for one in between.shared)
        many = _servers(between.shared[0].servers)
        yield from _item(
            f"Hands {a} and {b} are kept apart: they share {what} on {many}, but {between.against}"
        )
    if found.alone_total:
        names = ", ".join(one.name for one in found.alone[:_NAMED])
        more = found.alone_total - min(_NAMED, len(found.alone))
        yield from _item(f"fit none: {names}" + (f" and {more:,} more" if more > 0 else ""))
    if found.untold:
        yield from _item(
            f"of {_servers(found.untold)} that are broken into nothing tells by whom; what an "
            "older version judged is told once it is judged again"
        )
    if found.passed_over:
        first = found.passed_over[0]
        yield from _item(
            f"{found.passed_over_total:,} traits were passed over, as too many have them; such as "
            f"{_KINDS[first.kind]} {_named(first)} on {_servers(first.servers)}"
        )


def _summary(found: Hands) -> str:
    intruders = f"{found.strands:,} intrusion{'' if found.strands == 1 else 's'}"
    said = f"{intruders} on {_servers(found.servers)}: "
    if not found.hands:
        return f"{said}no two of them are by one hand, as far as can be seen."
    hands = f"{found.hands_total:,} hand{'' if found.hands_total == 1 else 's'}"
    told = f"{said}{hands}, by what few share; {found.alone_total:,} fit none."
    return f"{told} A hand is a number: who it is, no log says."


def _hand(one: Hand) -> Iterator[str]:
    since = f", {one.first[:10]} to {one.last[:10]}" if one.first else ""
    yield ""
    yield from _item(f"Hand {one.number}: {_servers(one.servers)}, {one.confidence} confidence"
                     f"{since}; first {one.first_victim}")  # fmt: skip
    yield from _more("for: " + "; ".join(_signs(one.signs)))
    if one.against:
        counts = (f"{_AGAINST[each.kind]}: {each.servers:,} of {each.of:,}" for each in one.against)
        yield from _more("against: " + "; ".join(counts))
    names = ", ".join(dict.fromkeys(each.name for each in one.members[:_NAMED]))
    more = one.servers - min(_NAMED, one.servers)
    yield from _more(f"on: {names}" + (f" and {more:,} more" if more > 0 else ""))


def _signs(signs: Sequence[Sign]) -> Iterator[str]:
    """Of each kind the one that most share, those that say something first."""
    by_kind: dict[str, list[Sign]] = {}
    for one in signs:
        if one.bits >= 1:
            by_kind.setdefault(one.kind, []).append(one)
    if "address" in by_kind:
        by_kind.pop("network", None)  # it says the same once more
    for kind, several in list(by_kind.items())[:_LISTED]:
        top = max(several, key=lambda one: (one.servers, one.bits))
        more = f" and {len(several) - 1:,} more" if len(several) > 1 else ""
        yield f"same {_KINDS[kind]} on {top.servers:,} ({_named(top)}){more}"


def _crowded(found: Hands) -> Iterator[str]:
    """Servers that several hands were on."""
    if found.several:
        yield ""
    for one in found.several[:_LISTED]:
        hands = [f"hand {number}" for number in one.hands if number]
        if 0 in one.hands:
            hands.append("one that fits none")
        yield from _item(f"{one.name}: {len(one.hands)} intrusions, kept apart: {', '.join(hands)}")
    if len(found.several) > _LISTED:
        yield f"and {len(found.several) - _LISTED:,} more: --format json"


def _named(one: Sign) -> str:
    shown = one.label or one.value
    if one.kind == "page":
        shown = f"{one.value[:12]}, {one.label}"
    return shown if len(shown) <= _SHORT else f"{shown[: _SHORT - 1]}…"


def _servers(number: int) -> str:
    return f"{number:,} server{'' if number == 1 else 's'}"


def _paragraph(text: str) -> Iterator[str]:
    yield from wrap(visible(text), WIDTH, break_on_hyphens=False)


def _item(text: str) -> Iterator[str]:
    yield from wrap(visible(text), WIDTH, initial_indent="- ", subsequent_indent="  ",
                    break_on_hyphens=False)  # fmt: skip


def _more(text: str) -> Iterator[str]:
    yield from wrap(visible(text), WIDTH, initial_indent="  ", subsequent_indent="    ",
                    break_on_hyphens=False)  # fmt: skip
