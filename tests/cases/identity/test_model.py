"""Sightings are made from observations and assessments."""

from __future__ import annotations

from dataclasses import replace

from alpheus.cases.identity.model import (
    Demotion,
    Explanation,
    Kind,
    Link,
    Near,
    Sighting,
    said_of_links,
)
from alpheus.exposure.model import Certificate, Observation, Pool, Provenance, Status, Tls
from alpheus.model import Build, Confidence, ServerAssessment, Stage, Verdict
from exposure_runs import observation

OBSERVATION = Observation(
    target="192.0.2.1",
    address="192.0.2.1",
    port=443,
    names=("mail.example.com",),
    exchange=True,
    build="15.2.792.10",
    precision=4,
    witness="X-OWA-Version",
    pool=None,
    cves={},
    tls=Tls(
        "TLSv1.2", "x", Certificate("a" * 64, "CN=EX01", "", "CN=EX01", ("EX01",), self_signed=True)
    ),
    status=Status.IDENTIFIED,
    reason="",
    requests=1,
    time="2021-03-05T00:00:00Z",
    servers=("EX01", "EX07", "ex01.corp.example"),
)
ASSESSMENT = ServerAssessment(
    "EX01",
    ("ex01.corp.example", "WIN-ABCDEFGHIJK"),
    "Exchange",
    Build("15.2.792.10", 4, ()),
    {},
    Verdict.COMPROMISED,
    Stage.IMPLANTED,
    Confidence.HIGH,
    "",
    (),
    (),
    (),
    (),
    (),
)


def test_a_probe() -> None:
    """A probe's observation: the front end is the server, the back end is another one."""
    one = Sighting.from_observation(OBSERVATION, 7)
    assert (one.id, one.kind, one.source, one.address) == (7, Kind.PROBE, "probe", "192.0.2.1")
    assert one.servers == ("EX01", "ex01.corp.example")
    assert (one.certificate, one.self_signed, one.hosts) == ("a" * 64, True, ("mail.example.com",))
    assert (one.first_seen, one.build, one.members) == ("2021-03-05T00:00:00Z", "15.2.792.10", ())


def test_an_import() -> None:
    """What an import knew beside the columns is found under its own names."""
    said = {
        "servername": "SSAMAIL",
        "hostname": "mail.example.org",
        "asn": "AS64500",
        "url": "https://owa.example.org/x.aspx",
        "DNS_Domain_Name": "corp.example.org",
    }
    listed = replace(
        OBSERVATION,
        servers=(),
        attributes=said,
        flags=("compromised-reported",),
        provenance=Provenance("shadowserver/special", "f", "0", 1, "2021-03-01T00:00:00Z", ""),
    )
    one = Sighting.from_observation(listed, 8)
    assert (one.kind, one.source, one.servers) == (Kind.LIST, "shadowserver/special", ("SSAMAIL",))
    assert (one.ad_domain, one.network, one.url_host) == (
        "corp.example.org",
        "64500",
        "owa.example.org",
    )
    assert one.hosts == ("mail.example.com", "mail.example.org")
    assert (one.first_seen, one.last_seen, one.compromised) == (
        "2021-03-01T00:00:00Z",
        OBSERVATION.time,
        True,
    )


def test_names_that_a_sign_on_reveals() -> None:
    """The answer of a Windows sign-on, as nmap prints it, names computer and domain."""
    text = (
        "NetBIOS_Computer_Name: EX05\n  DNS_Domain_Name: corp.example\n"
        "  DNS_Computer_Name: ex05.corp.example"
    )
    one = Sighting.from_observation(
        replace(OBSERVATION, servers=(), attributes={"script.http-ntlm-info": text}), 1
    )
    assert set(one.servers) == {"EX05", "ex05.corp.example"}
    assert one.ad_domain == "corp.example"


def test_a_pool_and_the_cloud() -> None:
    """Several servers are members; those of Microsoft's cloud service are nobody's here."""
    pool = replace(OBSERVATION, pool=Pool(("ex01", "ex02"), ("15.2.792.10",), mixed=False))
    assert Sighting.from_observation(pool, 1).members == ("ex01", "ex02")
    cloud = replace(pool, status=Status.ONLINE)
    assert (
        Sighting.from_observation(cloud, 1).members
        == Sighting.from_observation(cloud, 1).servers
        == ()
    )


def test_an_assessment() -> None:
    """One sighting per known address, or one without: names, domain, build, verdict."""
    (one,) = Sighting.from_assessment(ASSESSMENT, 3)
    assert (one.id, one.kind, one.ad_domain, one.compromised) == (
        3,
        Kind.ASSESSMENT,
        "corp.example",
        True,
    )
    assert one.servers == ("EX01", "ex01.corp.example", "WIN-ABCDEFGHIJK")
    both = Sighting.from_assessment(
        ASSESSMENT, 3, addresses=("192.0.2.1", "192.0.2.2"), seen="2021-03-09T00:00:00Z"
    )
    assert [(s.id, s.address, s.last_seen[:10]) for s in both] == [
        (3, "192.0.2.1", "2021-03-09"),
        (4, "192.0.2.2", "2021-03-09"),
    ]


def test_a_broken_url() -> None:
    """A URL that is none has no host."""
    assert (
        Sighting(1, "x", url="https://[bad/x").url_host
        == Sighting(1, "x", url="owa").url_host
        == ""
    )


def test_the_text_of_an_explanation() -> None:
    """People read why, and why not."""
    link = Link(1, 2, "host", "h", 0.9, "the same host name leads to both: h")
    near = (Near(9, "server", "EX01", "their computers are in other domains: a and b"),)
    text = Explanation(
        1, (link,), near, (Demotion("certificate", "c", "38 computers have it"),)
    ).text()
    assert "1 and 2: same server because the same host name leads to both: h" in text
    assert "not merged with server 9 because their computers are in other domains" in text
    assert "certificate c decides nothing: 38 computers have it" in text
    assert Explanation(1, (), ()).text() == "one sighting"


def test_a_url_among_the_remarks() -> None:
    """Reports of victims have it there; other remarks are none."""

    def url(**said: str) -> str:
        return Sighting.from_observation(observation("192.0.2.1", None, attributes=said), 1).url

    assert url(detail="https://mail.example.com/x.aspx") == "https://mail.example.com/x.aspx"
    assert url(url="https://a.example/x", detail="https://b.example/x") == "https://a.example/x"
    assert url(detail="seen twice") == ""


def test_the_path_of_a_url() -> None:
    """Without its host; '' for what is none."""
    assert Sighting(1, "a", url="https://a.example/owa/x.aspx?y").url_path == "/owa/x.aspx"
    assert Sighting(1, "a", url="//[").url_path == Sighting(1, "a", url="x").url_path == ""


def test_sightings_that_one_reason_holds_together_are_told_in_one_line() -> None:
    """Forty daily reports of one address are one line, not thirty-nine."""
    links = [
        Link(10, number, "address", "a", 0.9, "the same address: a") for number in range(1, 10)
    ]
    links.append(Link(10, 20, "host", "h", 0.9, "the same host name: h"))
    assert list(said_of_links(links)) == [
        "1, 2, 3, 4, 5, 6 and 4 more: same server because the same address: a",
        "10 and 20: same server because the same host name: h",
    ]
