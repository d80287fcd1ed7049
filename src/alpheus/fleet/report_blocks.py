"""What a campaign run found, as headings, sentences and tables in the reader's language.

Markdown and HTML are made of the same blocks, so that they say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from alpheus.fleet.hands import LEAST
from alpheus.fleet.hands_told import Hand, Hands, Member
from alpheus.fleet.hands_words import (
    AGAINST,
    CONFIDENCE,
    SHARED,
    SIGNS,
    VERDICTS,
    WEIGHT,
    Speech,
    sign_text,
)
from alpheus.fleet.report import Report, Victim

MOST_VICTIMS = 1_000
_SIGNS = 12
_SHARED = 10
_NAMED = 5


class Block(NamedTuple):
    """A heading (`level`), a sentence (`text` alone), or a table (`heads`, `rows`).

    `numbers` are the columns that hold numbers.
    """

    text: str = ""
    level: int = 0
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    numbers: frozenset[int] = frozenset()


def blocks(found: Report, speech: Speech) -> Iterator[Block]:
    """All of it, what matters first."""
    say = speech.gettext
    yield Block(say("What a campaign run found"), 1)
    yield Block(_headline(found, speech))
    yield from hand_blocks(found.hands, speech)
    grave = [one for one in found.judged if one.verdict in {"compromised", "suspicious"}]
    if grave:
        yield Block(say("Victims"), 2)
        yield _victims(grave[:MOST_VICTIMS], speech)
        yield from _count(speech.ngettext(
            "%(number)s more stands in the JSON.", "%(number)s more stand in the JSON.",
            more := len(grave) - MOST_VICTIMS,
        ), more, speech)  # fmt: skip
    for kind, head in SHARED.items():
        several = [one for one in found.shared if one.kind == kind][:_SHARED]
        if several:
            yield Block(say(head), 2)
            yield Block(
                heads=(say("What"), say("Servers"), say("First"), say("Then")), numbers=_at(1),
                rows=[
                    (sign_text(kind, one.value, one.label), speech.number(one.servers),
                     _dated(one.first.name, one.since, speech),
                     _names([each.name for each in one.victims[1:]], one.servers - 1, speech))
                    for one in several
                ],
            )  # fmt: skip


def hand_blocks(found: Hands, speech: Speech) -> Iterator[Block]:
    """The same hand; nothing where no intruder was seen."""
    say = speech.gettext
    if not found.strands and not found.untold:
        return
    yield Block(say("The same hand"), 2)
    if found.strands:
        yield Block(hands_sentence(found, speech))
    if found.hands:
        yield Block(say("A hand is a number: who it is, no log says."))
        yield Block(say(WEIGHT))
    for hand in found.hands:
        yield from _hand(hand, speech)
    yield from _count(speech.ngettext(
        "%(number)s more hand is in the CSV.", "%(number)s more hands are in the CSV.",
        more := found.hands_total - len(found.hands),
    ), more, speech)  # fmt: skip
    yield from _apart(found, speech)
    yield from _alone(found, speech)
    yield from _count(speech.ngettext(
        "%(number)s trait was passed over, as too many have it.",
        "%(number)s traits were passed over, as too many have them.",
        found.passed_over_total,
    ), found.passed_over_total, speech)  # fmt: skip


def _apart(found: Hands, speech: Speech) -> Iterator[Block]:
    """Servers of several hands, and hands that share something."""
    say = speech.gettext
    if found.several:
        yield Block(say("Several hands on one server"), 3)
        yield Block(
            heads=(say("Server"), say("Hands")),
            rows=[(one.name, ", ".join(str(each) if each else say("fits none")
                                       for each in one.hands)) for one in found.several],
        )  # fmt: skip
    if found.between:
        yield Block(say("Hands that share something and are kept apart"), 3)
        yield Block(
            heads=(say("Hands"), say("What they share"), say("Why they are kept apart")),
            rows=[
                (", ".join(map(str, one.hands)),
                 "; ".join(f"{say(SIGNS[each.kind])}: "
                           f"{sign_text(each.kind, each.value, each.label)}"
                           for each in one.shared),
                 say(one.against)) for one in found.between
            ],
        )  # fmt: skip


def _alone(found: Hands, speech: Speech) -> Iterator[Block]:
    """Intrusions that fit no hand, and victims of which nothing tells."""
    say = speech.gettext
    if found.alone:
        yield Block(say("Intrusions that fit no hand"), 3)
        yield Block(
            heads=(say("Server"), say("First seen"), say("Last seen")),
            rows=[(one.name, speech.day(one.first), speech.day(one.last)) for one in found.alone],
        )
    yield from _count(speech.ngettext(
        "%(number)s more intrusion is in the CSV.", "%(number)s more intrusions are in the CSV.",
        more := found.alone_total - len(found.alone),
    ), more, speech)  # fmt: skip
    yield from _count(speech.ngettext(
        "Of %(number)s server that is broken into nothing tells by whom.",
        "Of %(number)s servers that are broken into nothing tells by whom.",
        found.untold,
    ), found.untold, speech)  # fmt: skip


def _count(text: str, number: int, speech: Speech) -> Iterator[Block]:
    """A sentence that says how many; none where there are none."""
    if number > 0:
        yield Block(text % {"number": speech.number(number)})


def hands_sentence(found: Hands, speech: Speech) -> str:
    """How many intrusions by how many hands."""
    say, many = speech.gettext, speech.ngettext
    seen = many("%(number)s intrusion on %(servers)s servers was seen.",
                "%(number)s intrusions on %(servers)s servers were seen.",
                found.strands)  # fmt: skip
    said = [seen % {"number": speech.number(found.strands),
                    "servers": speech.number(found.servers)}]  # fmt: skip
    if not found.hands:
        return f"{said[0]} {say('No two of them are by one hand, as far as can be seen.')}"
    number = many("%(number)s hand is told by what few share; %(alone)s fit none.",
                  "%(number)s hands are told by what few share; %(alone)s fit none.",
                  found.hands_total)  # fmt: skip
    said.append(number % {"number": speech.number(found.hands_total),
                          "alone": speech.number(found.alone_total)})  # fmt: skip
    return " ".join(said)


def hand_title(hand: Hand, speech: Speech) -> str:
    """Which hand, on how many servers, and how sure that is."""
    text = speech.ngettext("Hand %(hand)s: %(number)s server, %(sure)s",
                           "Hand %(hand)s: %(number)s servers, %(sure)s",
                           hand.servers)  # fmt: skip
    return text % {"hand": hand.number, "number": speech.number(hand.servers),
                   "sure": speech.gettext(CONFIDENCE[hand.confidence])}  # fmt: skip


def _hand(hand: Hand, speech: Speech) -> Iterator[Block]:
    say = speech.gettext
    yield Block(hand_title(hand, speech), 3)
    if hand.first:
        text = say("First seen on %(server)s; from %(first)s to %(last)s.")
        yield Block(text % {"server": hand.first_victim, "first": speech.day(hand.first),
                            "last": speech.day(hand.last)})  # fmt: skip
    of = speech.number(hand.servers)
    yield Block(
        heads=(say("Evidence for it"), say("What"), say("Servers"), say("Weight")),
        numbers=_at(2, 3),
        rows=[
            (say(SIGNS[one.kind]), sign_text(one.kind, one.value, one.label),
             say("%(number)s of %(all)s") % {"number": speech.number(one.servers), "all": of},
             speech.number(one.bits)) for one in hand.signs[:_SIGNS]
        ],
    )  # fmt: skip
    if hand.against:
        yield Block(
            heads=(say("Evidence against it"), say("Servers")), numbers=_at(1),
            rows=[
                (say(AGAINST[one.kind]),
                 say("%(number)s of %(all)s") % {"number": speech.number(one.servers),
                                                 "all": speech.number(one.of)})
                for one in hand.against
            ],
        )  # fmt: skip
    yield Block(
        heads=(say("Server"), say("First seen"), say("Last seen"), say("Evidence for it"),
               say("Evidence against it")),
        rows=[_member(hand, one, speech) for one in hand.members],
    )  # fmt: skip
    yield from _count(speech.ngettext(
        "%(number)s more server is in the CSV.", "%(number)s more servers are in the CSV.",
        more := hand.servers - len({one.observation for one in hand.members}),
    ), more, speech)  # fmt: skip


def _member(hand: Hand, one: Member, speech: Speech) -> Sequence[str]:
    signs = (hand.signs[at] for at in one.signs)
    kinds = dict.fromkeys(each.kind for each in signs if each.bits >= LEAST)
    return (
        one.name, speech.day(one.first), speech.day(one.last),
        "; ".join(speech.gettext(SIGNS[kind]) for kind in kinds),
        "; ".join(speech.gettext(AGAINST[kind]) for kind in one.against),
    )  # fmt: skip


def _headline(found: Report, speech: Speech) -> str:
    units = sum(found.units.values())
    text = speech.ngettext("%(done)s of %(number)s package is judged.",
                           "%(done)s of %(number)s packages are judged.", units)  # fmt: skip
    said = text % {"done": speech.number(found.units["done"]), "number": speech.number(units)}
    counts = ", ".join(
        f"{speech.number(found.verdicts[verdict])} {speech.gettext(name)}"
        for verdict, name in VERDICTS.items() if verdict in found.verdicts
    )  # fmt: skip
    if not counts:
        return said
    servers = sum(found.verdicts.values())
    whole = speech.ngettext("%(number)s server: %(counts)s.", "%(number)s servers: %(counts)s.",
                            servers)  # fmt: skip
    return f"{said} {whole % {'number': speech.number(servers), 'counts': counts}}"


def _victims(grave: Sequence[Victim], speech: Speech) -> Block:
    say = speech.gettext
    return Block(
        heads=(say("Server"), say("Verdict"), say("Last sign"), say("Package")),
        rows=[
            (one.name, say(VERDICTS[one.verdict]), speech.day(one.since),
             one.package.rpartition("/")[2]) for one in grave
        ],
    )  # fmt: skip


def _dated(name: str, since: str, speech: Speech) -> str:
    return f"{name} ({speech.day(since)})" if since else name


def _names(names: Sequence[str], many: int, speech: Speech) -> str:
    shown = ", ".join(names[:_NAMED])
    more = many - min(_NAMED, len(names))
    text = speech.gettext("%(names)s and %(number)s more")
    return text % {"names": shown, "number": speech.number(more)} if more > 0 else shown


def _at(*places: int) -> frozenset[int]:
    return frozenset(places)
