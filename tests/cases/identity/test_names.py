"""Names: what they say, and which say nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.cases.identity import names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Mail.Example.COM.", "mail.example.com"),
        ("*.example.com", "example.com"),
        ("EX01", ""),
        ("192.0.2.1", ""),
        ("bad name.example", ""),
        ("", ""),
        ("[2001:db8::1]", ""),
    ],
)
def test_host(text: str, name: str) -> None:
    """A host name has a dot, and is no address; case, root and wildcard do not matter."""
    assert names.host(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ex01.corp.example", "EX01"),
        ("SPRINGFIELD-EXCHANGE01", "SPRINGFIELD-EXC"),
        ("localhost", ""),
        ("FortiGate", ""),
        ("10.1.2.3", ""),
        ("12345", ""),
        ("", ""),
        ("ex 01", ""),
    ],
)
def test_server(text: str, name: str) -> None:
    """A computer is compared by its first label as NetBIOS has it; appliances are none."""
    assert names.server(text) == name


@pytest.mark.parametrize("name", ["EXCH01", "EX2016", "MAIL", "SRV-EX-02", "NY-MAIL01", "WIN-SRV1"])
def test_common_servers(name: str) -> None:
    """What everybody calls a server tells nothing, nor do two letters more."""
    assert names.is_common_server(name)


@pytest.mark.parametrize("name", ["AFS-EXCH2019", "SSAMAIL", "PADE-EX01", "WIN-9QKD7TXL2PM"])
def test_own_servers(name: str) -> None:
    """A name with letters of its own is somebody's."""
    assert not names.is_common_server(name)
    assert names.own_letters(name) >= 3


def test_common_domains() -> None:
    """Domains that exist inside many organisations are nobody's."""
    assert names.is_common_domain("corp.local")
    assert names.is_common_domain("CONTOSO")
    assert not names.is_common_domain("springfield-schools.local")
    assert not names.is_common_domain("ad.example.com")


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("mail.example.com", "example.com"),
        ("mail.example.co.uk", "example.co.uk"),
        ("mail.springfield.k12.or.us", "springfield.k12.or.us"),
        ("mail.springfield.or.us", "springfield.or.us"),
        ("mail.ci.springfield.or.us", "ci.springfield.or.us"),
        ("mail.acme.dyndns.org", "acme.dyndns.org"),
        ("ex01.corp.local", ""),
        ("local", ""),
    ],
)
def test_registered(name: str, domain: str) -> None:
    """Neighbours below a public suffix, a locality or a dynamic DNS are strangers."""
    assert names.registered(name) == domain


def test_stem() -> None:
    """Mail and Active Directory domains of one organisation are often called alike."""
    assert names.stem("mail.paderileno.k12.or.us") == names.stem("paderileno.local") == "paderileno"
    assert names.stem("corp.local") == names.stem("acme.com") == names.stem("CORP") == ""


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("rrcs-24-172-10-5.central.biz.rr.com", "24.172.10.5"),
        ("p5b3e1f2a.dip0.t-ipconnect.de", "91.62.31.42"),
        ("static-12.isp.example", "192.0.2.9"),
        ("h024172010005.isp.example", "24.172.10.5"),
        ("5.10.172.24.isp.example", "24.172.10.5"),
        ("403439877.isp.example", "24.12.1.5"),
        ("20010db8000000000000000000000025.isp.net", "2001:db8::25"),
    ],
)
def test_lines(name: str, address: str) -> None:
    """What an access provider calls a line is no evidence of a server."""
    assert names.is_line(name, address)


@pytest.mark.parametrize(
    "name", ["mail.example.com", "owa2.example.org", "example.com", "host.example.com"]
)
def test_no_lines(name: str) -> None:
    """What somebody calls a server is none of a line."""
    assert not names.is_line(name, "192.0.2.9")


@pytest.mark.parametrize(
    ("one", "other", "slip"),
    [
        ("EXCH01", "ECXH01", True), ("EXCH01", "EXH01", True), ("EXCH01", "EXXCH01", True),
        ("EXCH01", "EXVH01", True), ("EX1", "EX01", True), ("EXCH01", "EXCH01", False),
        ("EXCH01", "EXCH02", False), ("EXCH01", "EXCH10", False), ("EXCH01", "EX01", False),
        ("MAIL", "MALI", True), ("MAIL", "MIAL", True), ("MAIL", "LIAM", False), ("A", "", True),
        ("ABCD", "BADC", False), ("LAKE-EX01", "LAKE-E0X1", True),
    ],
)  # fmt: skip
def test_a_slip_of_the_pen(one: str, other: str, slip: bool) -> None:
    """One letter left out, put in, wrong, or two exchanged; never another number."""
    assert names.is_slip(one, other) is slip
    assert names.is_slip(other, one) is slip


@given(st.text("ABX01", max_size=6), st.integers(0, 6), st.sampled_from("YZ"))
def test_any_letter_put_in_is_a_slip(name: str, at: int, letter: str) -> None:
    """Wherever it was put in."""
    assert names.is_slip(name, name[:at] + letter + name[at:])
