"""What gives a victim away."""

from __future__ import annotations

import time

import pytest

from alpheus.model import Stage, Verdict
from alpheus.report.assessment_file import Server
from alpheus.sharing.victims import Victims


def _victims(*names: str) -> Victims:
    servers = (Server(one, "", Verdict.COMPROMISED, Stage.NONE, "", ()) for one in names)
    return Victims(servers)


@pytest.mark.parametrize(
    "text",
    ["EX01.corp.acme.example was entered", "on ex01", "seen in ACME", "xacme-2.aspx",
     "\\\\corp.acme.example\\share", "from 10.1.2.3", "from fe80::1 and others", "10.1.2.3."],
)  # fmt: skip
def test_names_domains_labels_and_addresses_inside(text: str) -> None:
    """In any case, as a part of a word, too, where the label is long enough."""
    assert _victims("EX01.corp.acme.example").are_in(text)


@pytest.mark.parametrize(
    "text",
    ["A web shell answered requests", "page-used-shell", "proxylogon", "CVE-2021-26855",
     "T1505.003", "from 45.77.252.175", "build 15.1.2176.2", "at 12:30:00", "abx1y",
     "Exchange mail server"],
)  # fmt: skip
def test_what_says_nothing_of_them_stays(text: str) -> None:
    """Words of any report, labels of anybody's server, short labels inside a word."""
    assert not _victims("mail.corp.example.com", "BX1", "", "exchange").are_in(text)


def test_own_addresses_count() -> None:
    """An intruder may come from one victim to the next: its address is that of a victim."""
    one = Server("a.b.example", "", Verdict.COMPROMISED, Stage.NONE, "", (), addresses=("8.8.4.4",))
    assert Victims([one]).are_in("from 8.8.4.4")
    assert not Victims([one]).are_in("from 8.8.4.5")


def test_every_name_and_alias_counts() -> None:
    """A finding on one server may speak of another."""
    one = Server("a.b.example", "", Verdict.COMPROMISED, Stage.NONE, "", (), aliases=("QWERT9",))
    victims = Victims([one, Server("zz-9", "", Verdict.COMPROMISED, Stage.NONE, "", ())])
    assert victims.without("via qwert9", "hidden") == "hidden"
    assert victims.without("via ZZ-9", "hidden") == "hidden"
    assert victims.without("via others", "hidden") == "via others"


@pytest.mark.parametrize(
    ("text", "told"),
    [("at mail.corp.com now", True), ("owa.mail.corp.com.evil.example", True), ("corp.com", True),
     ("mail.corp", False), ("other.com", False), ("xcorp.com", False)],
)  # fmt: skip
def test_a_name_of_common_labels_counts_as_a_whole(text: str, told: bool) -> None:
    """And so does its domain, also within a longer name."""
    assert _victims("mail.corp.com").are_in(text) is told


def test_many_victims_cost_little() -> None:
    """A text is looked up, and not compared with each of 100,000 names."""
    victims = _victims(*(f"EX{n:05}.d{n:05}.example" for n in range(100_000)))
    begin = time.perf_counter()
    told = [victims.are_in(f"/owa/auth/page{n}-{'x' * 40}.aspx") for n in range(2_000)]
    assert not any(told)
    assert victims.are_in("a page on ex00042")
    assert time.perf_counter() - begin < 5
