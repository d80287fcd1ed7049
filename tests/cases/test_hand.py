"""Entries by hand are observations like others, by somebody's word."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database
from alpheus.cases.hand import Entered, Entry, enter, fingerprint, row_of
from alpheus.cases.observations import RowError
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service import Cases
from cases_filling import NOW, derived_rows, fill, seen
from exposure_runs import CLOSED, OPEN, tls

WHOLE = Entry(
    address="192.0.2.1", port=444, names=("Mail.Org1.example",), computer="QQ0001XY",
    ad_domain="org1.example", certificate=":".join(["AB"] * 32), product="Exchange Server 2016",
    url="https://mail.org1.example/owa", build=OPEN, verdict="compromised",
    told_by="the sector's CERT", seen="2021-03-09T08:00:00Z", note="by telephone", country="DE",
    sector="hospital",
)  # fmt: skip


def _cases(database: Database) -> Cases:
    rebuild(database, now=NOW)
    return Cases(database, lambda: NOW)


def test_an_entry_tells_all_that_is_known(database: Database) -> None:
    """With who entered it, who told it, and when."""
    assert enter(database, WHOLE, "kim", now=NOW) == Entered(1, new=True)
    found = _cases(database).show(1)
    assert (found.server["name"], found.server["build"]) == ("QQ0001XY", OPEN)
    assert (found.server["patch"], found.server["compromise"]) == ("vulnerable", "reported")
    assert found.detail.keys["certificate"] == ("ab" * 32,)
    assert found.detail.keys["ad-domain"] == ("org1.example",)
    assert found.detail.addresses[0].ports == (444,)
    (source,) = found.sources
    assert (source["kind"], source["source"], source["who"]) == (
        "hand", "the sector's CERT", "kim",
    )  # fmt: skip
    assert [change.who for change in found.changes if change.axis == "compromise"] == [
        "the sector's CERT"
    ]


def test_the_same_entry_twice_changes_nothing(database: Database) -> None:
    """With its time, or without one; another time or another word is another entry."""
    later = NOW + timedelta(hours=5)
    for entry in (WHOLE, WHOLE._replace(seen="")):
        first = enter(database, entry, "kim", now=NOW)
        before = derived_rows(_cases(database).database)
        again = enter(database, entry, "lou", now=later)
        assert (again.observation, again.new) == (first.observation, False)
        assert derived_rows(_cases(database).database) == before
    assert enter(database, WHOLE._replace(seen="2021-03-10T08:00:00Z"), "kim", now=NOW).new
    assert enter(database, WHOLE._replace(told_by="its owner"), "kim", now=NOW).new


def test_an_entry_joins_the_server_that_it_is_of(database: Database) -> None:
    """By any key."""
    fill(database, [seen(1, OPEN, 1), seen(2, OPEN, 1, tls=tls("ab" * 32))])
    enter(database, Entry(names=("mail.org1.example",), build=CLOSED), "kim", now=NOW)
    enter(database, Entry(address="192.0.2.2", certificate="ab" * 32), "kim", now=NOW)
    servers = dict(derived_rows(_cases(database).database)["members"])
    assert (servers[3], servers[4]) == (1, 2)


def test_by_somebodys_word_nothing_becomes_clean(database: Database) -> None:
    """That no evidence was found is told of a server that nobody has looked at, no more."""
    entry = Entry(address="192.0.2.1", verdict="no-evidence", told_by="its owner",
                  seen="2021-03-01T00:00:00Z")  # fmt: skip
    enter(database, entry, "kim", now=NOW)
    cases = _cases(database)
    found = cases.show(1)
    assert found.server["compromise"] == "no-evidence"
    assert found.changes[0].why == "said to be no-evidence"
    bad = entry._replace(verdict="compromised", seen="2021-03-02T00:00:00Z")
    enter(database, bad, "kim", now=NOW)
    cases = _cases(database)
    cases.act(1, ActKind.CLEANED, who="kim", evidence="plan", when="2021-03-03T00:00:00Z")
    enter(database, entry._replace(seen="2021-03-04T00:00:00Z"), "kim", now=NOW)
    assert _cases(database).show(1).server["compromise"] == "cleaned"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"address": "192.0.2.256"}, "no address"),
        ({"port": 0}, "no port"),
        ({"names": ("a b",)}, "no host name"),
        ({"names": ("evil\x1b[2J.example",)}, "cannot be printed"),
        ({"certificate": "abc"}, "SHA-256"),
        ({"url": "javascript:alert(1)"}, "not an address"),
        ({"build": "new"}, "not a build"),
        ({"verdict": "owned"}, "none of"),
        ({"told_by": ""}, "by whose word"),
        ({"seen": "2031-01-01T00:00:00Z"}, "not been yet"),
        ({"note": "x" * 2_001}, "longer"),
        ({"note": "a\u202eb"}, "cannot be printed"),
        ({"country": "Germany"}, "two letters"),
        ({"address": "", "names": (), "computer": ""}, "needs an address"),
    ],
)
def test_what_is_no_entry_is_refused(change: dict[str, Any], said: str) -> None:
    """With what is wrong; nothing hostile comes in this way."""
    with pytest.raises(RowError, match=said):
        row_of(WHOLE._replace(**change), NOW)


@pytest.mark.parametrize(("name", "said"), [
    ("localhost", "'localhost' is the machine itself"), ("mail", "'mail' is no whole host name"),
])  # fmt: skip
def test_a_name_that_leads_nowhere_is_no_entry(name: str, said: str) -> None:
    """Unless something else tells which server it is."""
    with pytest.raises(RowError, match=said):
        row_of(Entry(names=(name,)), NOW)
    assert row_of(Entry(names=(name,), computer="QQ0001XY"), NOW)
    assert row_of(Entry(names=(name, "mail.a.example")), NOW)


def test_somebody_enters_it(database: Database) -> None:
    """Nameless entries are refused."""
    with pytest.raises(RowError, match="say who"):
        enter(database, WHOLE, " ", now=NOW)


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
def test_any_text_is_kept_or_refused(name: str, note: str, url: str) -> None:
    """Nothing else happens."""
    try:
        row = row_of(Entry(address="192.0.2.1", names=(name,), note=note, url=url), NOW)
    except RowError:
        return
    assert row.kind == "hand"


def test_fingerprints_in_all_their_forms() -> None:
    """With colons or spaces, in either case."""
    assert fingerprint("AB:" * 31 + "ab") == fingerprint("ab " * 32) == "ab" * 32
