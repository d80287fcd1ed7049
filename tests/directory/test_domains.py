"""Whose a host name is."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from publicsuffixlist import PublicSuffixList

from alpheus.directory.domains import HOST_LABELS, STATES, domain_of

LIST = PublicSuffixList(accept_unknown=False)
LABEL = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=12)
SUFFIX = st.sampled_from(
    ["com", "co.uk", "de", "sch.uk", "kawasaki.jp", "ck", "github.io", "nhs.uk", "gv.at", "jp",
     "city.kawasaki.jp", "www.ck", "s3.amazonaws.com", "bank", "us", "nosuchtld", "local"]
)  # fmt: skip


@given(st.lists(LABEL, max_size=4), SUFFIX)
def test_the_public_suffix_list_decides(labels: list[str], suffix: str) -> None:
    """Outside the localities of the United States, the list's own library says the same."""
    host = ".".join([*labels, suffix])
    found = domain_of(host)
    if suffix == "us":
        return
    assert (found.name if found else None) == LIST.privatesuffix(host)


@pytest.mark.parametrize(
    ("host", "domain", "kind", "title"),
    [
        ("mail.ci.springfield.or.us", "ci.springfield.or.us", "city", "City of Springfield, OR"),
        ("police.ci.springfield.or.us", "ci.springfield.or.us", "city", "City of Springfield, OR"),
        ("co.lane.or.us", "co.lane.or.us", "county", "Lane County, OR"),
        ("mx.town.weston.ma.us", "town.weston.ma.us", "town", "Town of Weston, MA"),
        ("vil.oak-park.il.us", "vil.oak-park.il.us", "village", "Village of Oak Park, IL"),
        ("twp.cheltenham.pa.us", "twp.cheltenham.pa.us", "township", "Cheltenham Township, PA"),
        ("mail.lane.k12.or.us", "lane.k12.or.us", "schools", ""),
        ("a.st-mary.pvt.k12.ma.us", "st-mary.pvt.k12.ma.us", "private-school", ""),
        ("mail.lane.cc.or.us", "lane.cc.or.us", "community-college", ""),
        ("x.tec.or.us", "x.tec.or.us", "technical-school", ""),
        ("mail.lane.lib.or.us", "lane.lib.or.us", "library", ""),
        ("x.mus.or.us", "x.mus.or.us", "museum", ""),
        ("water.dst.or.us", "water.dst.or.us", "district", ""),
        ("lane.cog.or.us", "lane.cog.or.us", "council-of-governments", ""),
        ("club.gen.or.us", "club.gen.or.us", "general", ""),
        ("mail.dot.state.or.us", "dot.state.or.us", "state", ""),
        ("mail.state.or.us", "state.or.us", "state", ""),
        ("mail.fs.fed.us", "fs.fed.us", "federal", ""),
        ("mail.acushnet.ma.us", "acushnet.ma.us", "locality", "Acushnet, MA"),
        ("bakery.springfield.or.us", "bakery.springfield.or.us", "in-locality", ""),
        ("mail.somebody.us", "somebody.us", "", ""),
        ("server.bank.example", "bank.example", "", ""),
        ("mail.bsi.bund.de", "bsi.bund.de", "", ""),
        ("mail.bund.de", "bund.de", "", ""),
        ("bund.de", "bund.de", "", ""),
    ],
)  # fmt: skip
def test_localities_and_authorities(host: str, domain: str, kind: str, title: str) -> None:
    """By RFC 1480 the owner is the locality, district or agency, not the place above it."""
    found = domain_of(host)
    assert found is not None
    assert (found.name, found.kind, found.title) == (domain, kind, title)


@pytest.mark.parametrize(
    "host", ["k12.ca.us", "lib.or.us", "or.us", "us", "com", "server", "a.lan"]
)
def test_a_suffix_is_nobodys(host: str) -> None:
    """What people register below belongs to nobody, nor does a name that is not the internet's."""
    assert domain_of(host) is None


@given(st.lists(LABEL | st.sampled_from(sorted(HOST_LABELS)), max_size=5),
       st.sampled_from(sorted(STATES)))  # fmt: skip
def test_an_owner_is_above_its_hosts(labels: list[str], state: str) -> None:
    """Whatever stands in a locality: the owner's name ends the host's, and is its own owner."""
    host = ".".join([*labels, state, "us"])
    found = domain_of(host)
    if found is not None:
        assert host == found.name or host.endswith(f".{found.name}")
        again = domain_of(found.name)
        assert again is not None
        assert again.name == found.name


@given(st.text(max_size=60))
def test_nothing_upsets_it(text: str) -> None:
    """Any text has an owner or none."""
    found = domain_of(text)
    assert found is None or text.removeprefix("*.").endswith(found.name)
