"""Observations as evidence."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.directory.evidence import LineError, read_line
from alpheus.directory.owner_model import Claim
from alpheus.exposure.model import Certificate, Observation, Provenance, Status, Tls
from alpheus.exposure.output.jsonl import encode


def _observation(**changes: object) -> Observation:
    fields = {
        "target": "mail.lakeview.example", "address": "192.0.2.7", "port": 443,
        "names": ("mail.lakeview.example", "autodiscover.lakeview.example"), "exchange": True,
        "build": None, "precision": None, "witness": None, "pool": None, "cves": {},
        "tls": None, "status": Status.IDENTIFIED, "reason": "", "requests": 1, "time": "",
    }  # fmt: skip
    return Observation(**{**fields, **changes})


LISTED = Provenance("shadowserver", "a.csv", "0" * 64, 1)
CERTIFICATE = Certificate(
    "0" * 64, "C=US, O=Lakeview, CN=mail.lakeview.example", "Lakeview",
    names=("MAIL.lakeview.example", "*.lakeview.example", "192.0.2.7", "bad name"),
)  # fmt: skip


def test_a_probe() -> None:
    """Names that lead to the server: those of mail apart; those of the certificate count there."""
    found = read_line(
        encode(_observation(tls=Tls(certificate=CERTIFICATE), servers=("EX1.lakeview.local",)))
    )
    assert found.certificate_names == ("mail.lakeview.example", "lakeview.example")
    assert (found.organisation, found.self_signed) == ("Lakeview", False)
    assert found.mail_names == ("autodiscover.lakeview.example",)
    assert found.asked_names == ("mail.lakeview.example",)
    assert found.server_names == ("ex1.lakeview.local",)
    assert found.reverse_names == ()


def test_a_list() -> None:
    """Its names are names of the address, its attributes speak of the network."""
    attributes = {
        "asn": "AS64500", "geo": "us", "naics": "622110", "sector": "Health Care",
        "isp": "Example Telecom", "org": "Lakeview Clinic", "security_txt": "mailto:a@b.example",
    }  # fmt: skip
    found = read_line(encode(_observation(provenance=LISTED, attributes=attributes)))
    assert found.reverse_names == ("mail.lakeview.example", "autodiscover.lakeview.example")
    assert found.asked_names == found.mail_names == ()
    assert (found.as_number, found.as_name, found.network_name) == (
        64500, "Example Telecom", "Lakeview Clinic",
    )  # fmt: skip
    assert (found.country, found.naics, found.sector) == ("US", "622110", "Health Care")


def test_names_that_a_list_took_from_certificates() -> None:
    """They are no names of the address."""
    found = read_line(
        encode(_observation(provenance=LISTED, attributes={"hostname_source": "sslcert"}))
    )
    assert found.reverse_names == ()


@pytest.mark.parametrize(
    "line",
    [b"", b"{}", b"[]", b'{"target": 1}', b"\xff", b'{"target":"a","address":"b","port":"c"}'],
)
def test_what_is_no_observation(line: bytes) -> None:
    """It is refused with a reason."""
    with pytest.raises(LineError, match="no observation"):
        read_line(line)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(
            ["target", "address", "port", "names", "servers", "tls", "provenance", "attributes"]
        ),
        JSON,
    )
)
def test_any_object(fields: dict[str, object]) -> None:
    """It is evidence or refused, and nothing else."""
    with contextlib.suppress(LineError):
        read_line(json.dumps(fields).encode())


@given(st.lists(st.text(max_size=30), max_size=5))
def test_any_names(names: list[str]) -> None:
    """What comes out are host names in lower case, or nothing."""
    found = read_line(encode(_observation(names=tuple(names), servers=tuple(names))))
    for host in (*found.asked_names, *found.mail_names, *found.server_names):
        assert host.isascii()
        assert host == host.lower()
        assert not host.startswith("*")


def test_pages_and_places_of_a_list() -> None:
    """The host of a page leads to the server; an address leads nowhere new."""
    found = read_line(encode(_observation(
        names=(), provenance=LISTED, attributes={
            "url": "https://owa.lakeview.example:8443/owa/", "detail": "https://192.0.2.7/x.aspx",
            "http_host": "mail.lakeview.example", "geo": "US", "region": "Texas", "as": "AS64500",
        },
    )))  # fmt: skip
    assert found.asked_names == ("owa.lakeview.example", "mail.lakeview.example")
    assert (found.country, found.region, found.as_number) == ("US", "Texas", 64500)
    for page in ("https://user@h.example/", "h.example/a", "//", "https://[2001:db8::1]/", "a b"):
        line = encode(_observation(names=(), provenance=LISTED, attributes={"url": page}))
        assert read_line(line).asked_names in {(), ("h.example",)}


def test_customers() -> None:
    """Whom a list names, with the contact; a probe claims nothing."""
    said = {"customer": " Lakeview  Clinic", "contact": "call it@lakeview.example", "phone": "+1 2"}
    found = read_line(encode(_observation(provenance=LISTED, attributes=said)))
    assert found.claims == (
        Claim("Lakeview Clinic", "it@lakeview.example", "+1 2", "shadowserver"),
    )
    assert read_line(encode(_observation(attributes=said))).claims == ()
    assert (
        read_line(encode(_observation(provenance=LISTED, attributes={"owner": " "}))).claims == ()
    )


def test_names_that_are_too_long() -> None:
    """Are none."""
    name = ".".join(["a" * 60] * 6)
    assert read_line(encode(_observation(names=(name,)))).asked_names == ()


def test_names_of_a_plain_list_are_names_from_a_list() -> None:
    """Its column says no more; the name of the address is another thing."""
    said = {"hostname_source": "column fqdn"}
    found = read_line(encode(_observation(provenance=LISTED, attributes=said)))
    assert found.listed_names
    assert found.reverse_names == ()
