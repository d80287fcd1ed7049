"""What a campaign run found, in sentences and tables."""

from __future__ import annotations

from itertools import chain

import pytest

from alpheus.fleet import hands_told
from alpheus.fleet.hands_told import Hands, tell_hands
from alpheus.fleet.hands_words import English
from alpheus.fleet.report import SCHEMA, Report, Shared, Victim
from alpheus.fleet.report_blocks import MOST_VICTIMS, Block, blocks, hand_blocks
from strand_filling import seen, trait

SECRET, OTHER = trait("secret", "5ec1"), trait("secret", "5ec2")
ENGLISH = English()


def _report(hands: Hands, victims: int = 1) -> Report:
    units = {"waiting": 1, "running": 0, "done": 2, "parked": 0}
    judged = tuple(
        Victim(at, f"srv{at:05d}", "compromised", "operated", "2021-03-01", "", "/a/EX.zip", at)
        for at in range(1, victims + 1)
    )
    shared = Shared("page", "ab" * 32, "x.aspx", 9, judged[0], "2021-03-01", judged)
    return Report(SCHEMA, "2021-04-01T00:00:00Z", units, {"compromised": victims}, judged, hands,
                  (shared,), (), ())  # fmt: skip


def _text(several: list[Block]) -> str:
    cells = ([one.text, *one.heads, *chain.from_iterable(one.rows)] for one in several)
    return "\n".join(" | ".join(each) for each in cells)


def test_the_sentence_that_matters_comes_first() -> None:
    """Then hands, then victims, then what they share."""
    found = list(blocks(_report(tell_hands([seen(1, SECRET), seen(2, SECRET)])), ENGLISH))
    assert found[1].text == "2 of 3 packages are judged. 1 server: 1 compromised."
    assert [one.text for one in found if one.level == 2] == [
        "The same hand", "Victims", "The same page"
    ]  # fmt: skip


def test_a_hand_is_told_with_what_speaks_for_and_against_it_and_where() -> None:
    """Each server with the kinds of evidence that it has."""
    page = trait("page", "ab" * 32)
    several = [seen(at, page, SECRET) for at in (1, 2)] + [seen(3, page, OTHER)]
    text = _text(list(hand_blocks(tell_hands(several), ENGLISH)))
    assert "Hand 1: 3 servers" in text
    assert "First seen on srv00001; from 2021-03-01 to 2021-03-01." in text
    assert "Page, by its SHA-256 | abababababababab…" in text
    assert "Another secret than the rest | 1 of 3" in text
    assert (
        "srv00003 | 2021-03-01 | 2021-03-01 | Page, by its SHA-256 | Another secret than the rest"
    ) in text


def test_servers_of_several_hands_and_who_fits_none_are_told() -> None:
    """And of how many victims nothing tells."""
    several = [seen(1, SECRET, server="ex01"), seen(1, OTHER, server="ex01", place=2),
               seen(2, SECRET), seen(3, OTHER), seen(4, trait("secret", "5ec3"))]  # fmt: skip
    text = _text(list(hand_blocks(tell_hands(several, broken_into=[9]), ENGLISH)))
    assert "Several hands on one server" in text
    assert "ex01 | 1, 2" in text
    assert "Intrusions that fit no hand" in text
    assert "Of 1 server that is broken into nothing tells by whom." in text


def test_no_hand_is_said_and_no_intruder_needs_no_section() -> None:
    """So that nobody takes silence for an oversight."""
    text = _text(list(hand_blocks(tell_hands([seen(1, SECRET), seen(2, OTHER)]), ENGLISH)))
    assert "No two of them are by one hand" in text
    assert list(hand_blocks(tell_hands([]), ENGLISH)) == []


def test_what_is_cut_off_is_counted() -> None:
    """Very many victims stand in the JSON."""
    text = _text(list(blocks(_report(tell_hands([]), MOST_VICTIMS + 2), ENGLISH)))
    assert "2 more stand in the JSON." in text


def test_hands_and_servers_that_are_not_listed_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The CSV has all of them."""
    monkeypatch.setattr(hands_told, "MOST_HANDS", 1)
    monkeypatch.setattr(hands_told, "MOST_MEMBERS", 2)
    several = [seen(at, SECRET if at < 6 else OTHER) for at in range(1, 9)]
    several += [seen(at, trait("secret", f"0{at}")) for at in range(10, 15)]
    text = _text(list(hand_blocks(tell_hands(several), ENGLISH)))
    assert "3 more servers are in the CSV." in text
    assert "1 more hand is in the CSV." in text
    assert "3 more intrusions are in the CSV." in text
