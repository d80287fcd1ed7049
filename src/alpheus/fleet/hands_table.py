"""Hands as a table: a row for each piece of evidence of each intrusion, for and against it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import TextIO

from alpheus.fleet.hands_told import Hand, Hands, Member
from alpheus.report.csv_output import cell

COLUMNS = ("hand", "confidence", "server", "observation", "intrusion", "first", "last", "side",
           "kind", "value", "label", "servers", "of", "weight")  # fmt: skip
"""`side` is `for`, `against`, or `none` for an intrusion that fits no hand."""

Row = tuple[object, ...]


def write_table(found: Hands, stream: TextIO) -> None:
    """Write all of it; no cell is a formula. Give hands that are told as a whole."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(
        [one if isinstance(one, int | float) else cell(str(one)) for one in row]
        for row in hand_rows(found)
    )


def hand_rows(found: Hands) -> Iterator[Row]:
    """Row by row, hands first."""
    for hand in found.hands:
        for member in hand.members:
            yield from _of_member(hand, member)
    for member in found.alone:
        yield ("", "", *_who(member), "none", "", "", "", "", "", "")


def _of_member(hand: Hand, member: Member) -> Iterator[Row]:
    head = (hand.number, hand.confidence, *_who(member))
    for at in member.signs:
        sign = hand.signs[at]
        yield (*head, "for", sign.kind, sign.value, sign.label, sign.servers, hand.servers,
               sign.bits)  # fmt: skip
    of = {one.kind: one for one in hand.against}
    for kind in member.against:
        yield (*head, "against", kind, "", "", of[kind].servers, of[kind].of, "")


def _who(member: Member) -> Row:
    return member.name, member.observation, member.strand, member.first, member.last
