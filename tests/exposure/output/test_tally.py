"""Counts and the sentence of them."""

from __future__ import annotations

import re

from alpheus.exposure.model import CveEntry, Observation, Status
from alpheus.exposure.output.jsonl import encode
from alpheus.exposure.output.lines import LineReader
from alpheus.exposure.output.tally import STATUS_WORDS, Tally, cause_counts, sentence
from exposure_runs import CLOSED, OPEN, SHORT, observation


def _tally(*many: tuple[int, Observation]) -> Tally:
    reader, tally = LineReader(), Tally()
    for count, one in many:
        tally.add(reader.facts(reader.read(encode(one))), count)
    return tally


def test_the_sentence_says_what_matters() -> None:
    """How many are Exchange, how many of these are open, and why others cannot be told."""
    tally = _tally(
        (312, observation("192.0.2.1", OPEN)), (800, observation("192.0.2.1", CLOSED)),
        (40, observation("192.0.2.1", SHORT)), (52, observation("192.0.2.1")),
        (2796, observation("192.0.2.1", status=Status.NO_ANSWER)),
        (10, observation("192.0.2.1", status=Status.NOT_ASKED)),
    )  # fmt: skip
    assert sentence(tally) == (
        "1,204 of 4,000 asked are Exchange servers; 312 are vulnerable to ProxyLogon"
        " (CVE-2021-26855), 92 cannot be told: Exchange answers, and shows no build (52); the"
        " build shown names the cumulative update, not the security update (40)."
    )
    assert tally.any_vulnerable == 1152  # with 40 that are open to later flaws anyway
    assert [count for _, _, count in cause_counts(tally)] == [52, 40]


def test_the_causes_in_the_sentence_add_up() -> None:
    """Three are named; where there are more, what is left is counted as others."""
    kinds = [
        (43, observation("192.0.2.1", SHORT)), (33, observation("192.0.2.1")),
        (7, observation("192.0.2.1", flags=("inconsistent",))),
    ]  # fmt: skip
    fourth = (3, observation("192.0.2.1", flags=("conflict",)))
    assert _numbers(sentence(_tally(*kinds))) == [83, 43, 33, 7]
    told = sentence(_tally(*kinds, fourth))
    assert _numbers(told) == [86, 43, 33, 10]
    assert "; others (10)" in told


def _numbers(told: str) -> list[int]:
    """Those that cannot be told, and each cause's."""
    whole, causes = told.split(" cannot be told: ")
    return [int(whole.rpartition(" ")[2]), *map(int, re.findall(r"\(([0-9]+)\)", causes))]


def test_a_cause_counts_only_where_the_state_is_open() -> None:
    """Several lines of a list may settle what one of them left open."""
    reader, tally = LineReader(), Tally()
    facts = reader.facts(reader.read(encode(observation("192.0.2.1", OPEN))))
    tally.add(facts._replace(cause="no-build"))
    assert not list(cause_counts(tally))


def test_what_is_not_open_to_the_first_may_be_open_to_the_next() -> None:
    """No server that is open to a later campaign is passed over."""
    text = sentence(_tally((1, observation("192.0.2.1", CLOSED))))
    assert "none is known to be vulnerable to ProxyLogon" in text
    assert text.endswith("1 is vulnerable to ProxyShell (CVE-2021-34473).")


def test_lists_are_told_apart_from_what_was_asked() -> None:
    """Nobody is said to have been asked who was only listed."""
    listed = observation("192.0.2.1", OPEN, status=Status.LISTED, exchange=True)
    assert sentence(_tally((2, listed))).startswith("2 of 2 listed are Exchange servers")
    mixed = _tally((2, listed), (1, observation("192.0.2.1", CLOSED)))
    assert sentence(mixed).startswith("3 of 3 (1 asked, 2 listed) are Exchange servers")
    assert sentence(Tally()) == "None of 0 asked is known to be an Exchange server."


def test_the_cloud_is_nobodys_server() -> None:
    """Its states are not counted among those of servers."""
    tally = _tally((3, observation("192.0.2.1", status=Status.ONLINE)))
    assert tally.exchange == 0
    assert tally.states == {}
    assert tally.statuses[Status.ONLINE] == 3


def test_builds_are_ranked_and_the_rest_is_counted() -> None:
    """The most frequent first; none is lost."""
    tally = _tally((1, observation("192.0.2.1", OPEN)), (5, observation("192.0.2.1", CLOSED)),
                   (2, observation("192.0.2.1")))  # fmt: skip
    assert tally.top_builds(2) == ([(CLOSED, 5), (None, 2)], 1)


def test_every_status_has_words() -> None:
    """Nothing is left out of a table."""
    assert set(STATUS_WORDS) == set(Status)


def test_a_list_cannot_fill_the_memory_with_cves() -> None:
    """Beyond two hundred CVEs no new one is counted; what is vulnerable is."""
    tally = _tally(
        *((1, observation("192.0.2.1", cves={f"C-{n}": CveEntry("vulnerable", "")}))
          for n in range(300))
    )  # fmt: skip
    assert len(tally.states) == 200
    assert tally.any_vulnerable == 300
