"""Any table of servers."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alpheus.exposure.imports.plain_csv import has_header, names_a_place, roles_of
from exposure.imports.import_samples import losses, observations


def test_columns_by_their_names(tmp_path: Path) -> None:
    """Whatever they are called; what has no role is kept."""
    content = (
        "IP Address;FQDN;Port;Exchange Version;Last Seen;TLP;Owner\n"
        "192.0.2.7;Mail.example.org;8443;15.1.2176.9;2021-03-10 04:05:06;amber;Town of X\n"
    )
    (found,) = observations(tmp_path, content)
    assert (found.address, found.port, found.names) == ("192.0.2.7", 8443, ("mail.example.org",))
    assert (found.build, found.precision, found.exchange) == ("15.1.2176.9", 4, True)
    assert found.cves["CVE-2021-26855"].state == "fixed"
    assert found.provenance.tlp == "TLP:AMBER"
    assert found.time == "2021-03-10T04:05:06Z"
    assert found.attributes == {"owner": "Town of X"}


@pytest.mark.parametrize(
    ("version", "product", "build"),
    [
        ("15.1.2176", "", "15.1.2176"),
        ("15.1.2176", "PostgreSQL", None),
        ("8.0.32", "", None),
        ("8.3.83.6", "Microsoft Exchange", "8.3.83.6"),
        ("15.1.3", "", None),
        ("1.18.0", "", None),
    ],
)
def test_a_version_is_exchange_s_only_where_it_can_be(
    tmp_path: Path, version: str, product: str, build: str | None
) -> None:
    """Other products have versions that look like it."""
    (found,) = observations(tmp_path, f"ip,version,product\n192.0.2.7,{version},{product}\n")
    assert found.build == build


def test_flaws_and_tags_are_the_source_s_word(tmp_path: Path) -> None:
    """A column that holds CVEs alone, and tags; text around them is no verdict."""
    content = (
        "host,cve,tags\n"
        "a.example,cve-2021-26855; CVE-2021-27065,\n"
        "b.example,CVE-2021-26855: not vulnerable,\n"
        "c.example,,exchange webshell CVE-2021-26855\n"
    )
    one, two, three = observations(tmp_path, content)
    assert one.cves["CVE-2021-27065"].state == "vulnerable"
    assert two.cves == {}
    assert three.cves["CVE-2021-26855"].state == "vulnerable"
    assert three.flags == ("compromised-reported",)


def test_urls_and_ports_in_a_cell(tmp_path: Path) -> None:
    """A URL, `host:port`, IPv6 in brackets."""
    content = "target\nhttps://a.example/owa/\n192.0.2.7:444\n[2001:db8::7]:8443\n2001:db8::8\n"
    found = observations(tmp_path, content)
    assert [(o.address, o.names, o.port) for o in found] == [
        ("", ("a.example",), 443), ("192.0.2.7", (), 444), ("2001:db8::7", (), 8443),
        ("2001:db8::8", (), 0),
    ]  # fmt: skip


def test_without_a_header_the_cells_tell(tmp_path: Path) -> None:
    """An address, a name, a port, a build and a time, wherever they stand."""
    content = "# made up\n192.0.2.7,443,mail.example.org,15.1.2176.9,2021-03-10 04:05:06\n"
    content += "x,443,?,\n"
    (found,) = observations(tmp_path, content, kind="csv")
    assert (found.address, found.port, found.names) == ("192.0.2.7", 443, ("mail.example.org",))
    assert found.build == "15.1.2176.9"
    assert found.time == "2021-03-10T04:05:06Z"
    assert losses(tmp_path, content, kind="csv") == [(3, "neither an address nor a name")]


def test_a_list_of_addresses(tmp_path: Path) -> None:
    """One a line."""
    found = observations(tmp_path, "192.0.2.7\n2001:db8::7\nmail.example.org\n")
    assert [o.target for o in found] == ["192.0.2.7", "2001:db8::7", "mail.example.org"]


def test_bad_rows(tmp_path: Path) -> None:
    """Are counted with the reason."""
    assert losses(tmp_path, "ip,port\n192.0.2.7,x\n?,1\n192.0.2.7,1\n1,2,3\n") == [
        (1, "the port is no number from 0 to 65535"), (2, "neither an address nor a name"),
        (4, "not 2 cells, as the header has"),
    ]  # fmt: skip


def test_what_is_a_header() -> None:
    """A name of a column that tells a place, and no address."""
    assert has_header(["IP", "x"])
    assert not has_header(["version"])
    assert not has_header(["ip", "192.0.2.7"])
    assert roles_of(["Host", "x", "CVE"]) == {0: "host", 2: "cve"}
    assert names_a_place(["x", "mail.example.org"])
    assert not names_a_place(["hello world", "x"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.binary(max_size=300))
def test_any_bytes(tmp_path: Path, data: bytes) -> None:
    """Nothing raises, with a header and without; a good row is imported."""
    observations(tmp_path, data, kind="csv")
    content = b"ip,port\n" + data.replace(b'"', b"") + b"\n192.0.2.7,443\n"
    assert observations(tmp_path, content)[-1].address == "192.0.2.7"


def test_wide_rows_cost_no_time(tmp_path: Path) -> None:
    """With a header and without."""
    wide = ",".join(f"n{n}.example" for n in range(60_000))
    start = time.process_time()
    observations(tmp_path, f"{wide}\n{wide}\n", kind="csv")
    observations(tmp_path, f"ip,{'host,' * 60_000}\n192.0.2.7,{wide},\n", kind="csv")
    assert time.process_time() - start < 10
