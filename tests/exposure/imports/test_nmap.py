"""nmap's XML."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from exposure.imports.import_samples import imported, losses, observations, write

BEGIN = '<?xml version="1.0"?>\n<!DOCTYPE nmaprun>\n<nmaprun scanner="nmap" start="1615348800">\n'
HOST = """<host starttime="1615348800" endtime="1615349106"><status state="up"/>
<address addr="192.0.2.7" addrtype="ipv4"/><address addr="00:00:5E:00:53:01" addrtype="mac"/>
<hostnames><hostname name="Mail.example.org" type="PTR"/></hostnames>
<ports><port protocol="tcp" portid="443"><state state="open"/>
<service name="http" product="Microsoft IIS httpd" version="10.0" tunnel="ssl"/>
%s</port>
<port protocol="tcp" portid="25"><state state="closed"/></port>
<port protocol="udp" portid="53"><state state="open"/></port></ports></host>
"""
HEADERS = (
    '<script id="http-headers" output="&#xa;  X-OWA-Version: 15.1.2176.9&#xa;'
    '  X-FEServer: MADEUP-EX1&#xa;  (Request type: HEAD)&#xa;"/>'
)
VERSION = '<script id="http-ms-exchange-version" output="Exchange 15.1.2176 (CU19)"/>'
VULNERABLE = (
    '<script id="http-vuln-cve2021-26855" output="VULNERABLE:&#xa; State: VULNERABLE&#xa;'
    ' IDs: CVE:CVE-2021-26855"/>'
)
END = "</nmaprun>"


def document(*hosts: str) -> str:
    """A scan of these hosts."""
    return BEGIN + "".join(hosts) + END


def test_open_ports_with_what_is_known(tmp_path: Path) -> None:
    """The version of IIS is not that of Exchange; closed ports and UDP are no servers."""
    (found,) = observations(tmp_path, document(HOST % ""))
    assert (found.address, found.port, found.names) == ("192.0.2.7", 443, ("mail.example.org",))
    assert found.build is None
    assert found.exchange is None
    assert found.attributes["service.version"] == "10.0"
    assert found.time == "2021-03-10T04:05:06Z"


def test_headers_are_read_anew(tmp_path: Path) -> None:
    """They go before what a script says of the version."""
    (found,) = observations(tmp_path, document(HOST % (HEADERS + VERSION)))
    assert found.build == "15.1.2176.9"
    assert "conflict" not in found.flags
    assert "MADEUP-EX1" in found.servers


def test_scripts_are_the_source_s_word(tmp_path: Path) -> None:
    """A build, and a flaw that was found open."""
    (found,) = observations(tmp_path, document(HOST % (VERSION + VULNERABLE)))
    assert found.build == "15.1.2176"
    assert found.witness == "nmap script http-ms-exchange-version"
    assert found.cves["CVE-2021-26855"].state == "vulnerable"


def test_a_raw_fingerprint_is_read_anew(tmp_path: Path) -> None:
    """Nmap keeps the answer to GET / where it does not know the service."""
    raw = (
        r'SF-Port443-TCP:V=7.9%T=SSL%I=7%D=3/10%r(GetRequest,50,"HTTP/1\.1\x20302\x20Found\r\n'
        r'X-OWA-Version:\x2015\.1\.2176\.9\r\nX-FEServer:\x20MADEUP\r\n\r\n")'
    )
    service = f'<service name="https" servicefp="{raw.replace(chr(34), "&quot;")}"/>'
    (found,) = observations(tmp_path, document(HOST % service))
    assert found.build == "15.1.2176.9"


def test_a_file_that_is_cut_off(tmp_path: Path) -> None:
    """The hosts before come, and the ports of the last that are whole; the cut is a loss."""
    whole = document(HOST % "", HOST % "")
    cut = whole[: whole.rindex('<port protocol="udp"')]
    found, file = imported(write(tmp_path, "x", cut))
    assert len(found) == 2
    assert [loss.row for loss in file.tally.losses] == [2]
    assert "cut off" in file.tally.losses[0].reason


def test_a_broken_host_costs_itself(tmp_path: Path) -> None:
    """And hosts without an address or with a port that is none."""
    broken = "<host><address addr='192.0.2.9'></host>\n"
    nowhere = "<host><status state='up'/></host>\n"
    odd = (HOST % "").replace('portid="443"', 'portid="x"')
    content = document(broken, nowhere, odd, HOST % "")
    assert [found.provenance.row for found in observations(tmp_path, content)] == [4]
    assert [row for row, _ in losses(tmp_path, content)] == [1, 2, 3]


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    """A declaration has no part in a host; one that uses it is a loss."""
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE nmaprun [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">'
        f'<!ENTITY c SYSTEM "file:///etc/passwd">]><nmaprun>{HOST % "<x>&b;&c;</x>"}{HOST % ""}'
    )
    found = observations(tmp_path, bomb)
    assert [observation.provenance.row for observation in found] == [2]
    assert len(losses(tmp_path, bomb)) == 1


def test_a_host_that_is_too_long_is_a_loss(tmp_path: Path) -> None:
    """The next one comes."""
    content = document(HOST % ("<!--" + "x" * 9_000_000 + "-->"), HOST % "")
    assert len(observations(tmp_path, content)) == 1
    assert losses(tmp_path, content) == [(1, "a host of more than 8 MB")]


def test_masscan_writes_the_same(tmp_path: Path) -> None:
    """Without names and services."""
    content = (
        '<?xml version="1.0"?>\n<!-- masscan v1.0 scan -->\n<nmaprun scanner="masscan">'
        '<host endtime="1615349106"><address addr="192.0.2.7" addrtype="ipv4"/><ports>'
        '<port protocol="tcp" portid="443"><state state="open" reason="syn-ack"/></port>'
        "</ports></host><runstats/></nmaprun>"
    )
    (found,) = observations(tmp_path, content)
    assert (found.address, found.port) == ("192.0.2.7", 443)


@settings(max_examples=60)
@given(data=st.binary(max_size=200))
def test_any_bytes(tmp_path: Path, data: bytes) -> None:
    """A good host after whatever comes before it, unless that begins a host."""
    junk = data.replace(b"<host", b"")
    content = BEGIN.encode() + junk + (HOST % "").encode()
    assert observations(tmp_path, content, kind="nmap")[-1].address == "192.0.2.7"
    observations(tmp_path, BEGIN.encode() + b"<host>" + data, kind="nmap")
