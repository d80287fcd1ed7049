"""Shadowserver reports."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.cases.observations import page_of
from alpheus.cases.observations import report_of as named_by
from alpheus.exposure.imports.remarks import NO_PORT
from alpheus.exposure.imports.shadowserver import report_of
from alpheus.exposure.model import Status
from alpheus.exposure.output.jsonl import encode
from exposure.imports.import_samples import imported, losses, observations, write

OF_2021 = (
    "timestamp,ip,port,hostname,tag,asn,geo,region,city,naics,sic,sector,version,servername,url"
)
OF_TODAY = (
    "timestamp,severity,ip,protocol,port,hostname,tag,asn,geo,region,city,naics,hostname_source,"
    "sector,version,servername,url"
)
SPECIAL = (
    "timestamp,ip,port,protocol,asn,geo,region,city,hostname,naics,sector,tag,public_source,status,"
    "detail,method,device_vendor,severity,hostname_source,first_seen_time,last_seen_time,"
    "potential_exposure_time"
)
WEBSITE = (
    "timestamp,severity,ip,protocol,port,hostname,tag,asn,geo,region,city,naics,hostname_source,"
    "sector,application,url,http_host,category,system,detected_since,server,redirect_target,cc_url,"
    "family,status,account,detail,public_source"
)
ROW = {
    "timestamp": "2021-03-15 03:04:05", "ip": "192.0.2.7", "port": "443", "asn": "64496",
    "hostname": "mail.example.org", "geo": "DE", "tag": "exchange;cve-2021-26855",
    "version": "15.1.2176", "servername": "MADEUP-EX1",
}  # fmt: skip


def report(header: str, *rows: dict[str, str]) -> str:
    """A report with these rows; every cell is quoted."""
    stream = io.StringIO()
    columns = header.split(",")
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return stream.getvalue()


def one(folder: Path, header: str, row: dict[str, str], name: str = "report.csv") -> Any:
    """The observation of a report with one row."""
    (found,) = observations(folder, report(header, row), name)
    return found


@pytest.mark.parametrize("header", [OF_2021, OF_TODAY])
def test_the_tag_carries_the_verdict(tmp_path: Path, header: str) -> None:
    """A three-part build is undetermined where its updates differ; what the tag names is open."""
    found = one(tmp_path, header, ROW)
    assert (found.address, found.port, found.names) == ("192.0.2.7", 443, ("mail.example.org",))
    assert found.exchange is True
    assert found.status is Status.LISTED
    assert (found.build, found.precision) == ("15.1.2176", 3)
    assert found.witness == "shadowserver/scan_exchange version"
    assert found.servers == ("MADEUP-EX1",)
    assert found.cves["CVE-2021-26855"].state == "vulnerable"
    assert found.cves["CVE-2021-26855"].why.startswith("by the word of shadowserver")
    assert found.cves["CVE-2021-27065"].state == "undetermined"
    assert found.flags == ()
    assert found.attributes["tag"] == "exchange;cve-2021-26855"
    assert found.attributes["geo"] == "DE"


def test_where_it_comes_from(tmp_path: Path) -> None:
    """Source, file, hash, record, times in UTC, label."""
    name = "2021-03-15-scan_exchange-madeup-asn.csv"
    path = write(tmp_path, name, report(OF_2021, ROW, ROW))
    found, file = imported(path, tlp="TLP:AMBER")
    origin = found[1].provenance
    assert origin is not None
    assert (origin.source, origin.file, origin.row) == ("shadowserver/scan_exchange", name, 3)
    assert origin.sha256 == file.sha256
    assert origin.first_seen == origin.last_seen == found[1].time == "2021-03-15T03:04:05Z"
    assert origin.tlp == "TLP:AMBER"
    assert imported(path, source="ours")[0][0].provenance.source == "ours"  # type: ignore[union-attr]


def test_a_web_shell_says_nothing_of_patches(tmp_path: Path) -> None:
    """It is a flag of its own; the states are those of the build alone."""
    shell = one(tmp_path, OF_2021, {**ROW, "tag": "exchange;webshell"})
    plain = one(tmp_path, OF_2021, {**ROW, "tag": "exchange"})
    assert shell.flags == ("compromised-reported",)
    assert shell.cves == plain.cves
    assert shell.cves["CVE-2021-26855"].state == "undetermined"
    assert "reported as compromised" in shell.reason


def test_a_tag_that_contradicts_the_table_is_a_conflict(tmp_path: Path) -> None:
    """Neither is believed: never fixed, and the reason names both."""
    found = one(tmp_path, OF_2021, {**ROW, "version": "15.1.2308"})
    assert one(tmp_path, OF_2021, {**ROW, "version": "15.1.2308", "tag": "exchange"}).cves[
        "CVE-2021-26855"
    ].state == "fixed"  # fmt: skip
    assert found.cves["CVE-2021-26855"].state == "undetermined"
    assert found.flags == ("conflict",)
    assert "conflict" in found.reason


def test_a_compromised_website_need_not_be_exchange(tmp_path: Path) -> None:
    """The report itself is the word; nothing is claimed of patches or of what it is."""
    row = {
        "timestamp": "2021-03-15 03:04:05", "ip": "2001:DB8::7", "port": "80", "asn": "1",
           "geo": "DE", "http_host": "www.example.org", "category": "webshell",
           "detected_since": "2021-03-04 00:00:00", "url": "http://www.example.org/x.aspx",
    }  # fmt: skip
    found = one(tmp_path, WEBSITE, row, "2021-03-15-compromised_website6-x.csv")
    assert found.address == "2001:db8::7"
    assert found.exchange is None
    assert found.cves == {}
    assert found.flags == ("compromised-reported",)
    assert found.provenance.first_seen == "2021-03-04T00:00:00Z"
    assert found.provenance.source == "shadowserver/compromised_website6"
    assert found.names == ("www.example.org",)
    assert one(tmp_path, WEBSITE, row).flags == ("compromised-reported",)


def test_a_special_report(tmp_path: Path) -> None:
    """First and last seen have columns of their own; the tag tells what it is about."""
    row = {**ROW, "tag": "hafnium;exchange-victim", "first_seen_time": "2021-02-26 00:00:00",
           "last_seen_time": "2021-03-03 00:00:00"}  # fmt: skip
    found = one(tmp_path, SPECIAL, row)
    assert found.exchange is True
    assert found.build is None
    assert found.flags == ("compromised-reported",)
    assert found.provenance.first_seen == "2021-02-26T00:00:00Z"
    assert found.time == "2021-03-03T00:00:00Z"
    assert found.cves["CVE-2021-26855"].state == "undetermined"
    assert "names no build" in found.cves["CVE-2021-26855"].why


def test_any_other_report_by_its_header(tmp_path: Path) -> None:
    """A version there is not Exchange's; columns that nobody knows are kept."""
    header = "new_column,geo,asn,ip,timestamp,version"
    row = {**ROW, "version": "15.1.2176", "new_column": "x", "tag": ""}
    found = one(tmp_path, header, row, "2026-01-02-scan_something-x.csv")
    assert found.provenance.source == "shadowserver/scan_something"
    assert found.exchange is None
    assert found.build is None
    assert found.port == 0
    assert found.attributes == {
        "new_column": "x", "geo": "DE", "asn": "64496", "version": "15.1.2176",
    }  # fmt: skip


def test_the_name_tells_type_and_date(tmp_path: Path) -> None:
    """The columns tell the type where the name does not."""
    assert report_of((), "2021-03-15-scan6_exchange-a-b.csv.gz") == ("scan6_exchange", "2021-03-15")
    assert report_of(OF_2021.split(","), "x.csv") == ("scan_exchange", "")
    assert report_of(("ip",), "x.csv") == ("report", "")
    found = one(tmp_path, OF_2021, {**ROW, "timestamp": "?"}, "2021-03-15-scan_exchange-x.csv")
    assert found.time == "2021-03-15T00:00:00Z"


def test_an_address_may_stand_in_the_url(tmp_path: Path) -> None:
    """Also its name and port; a row without any place is a loss."""
    row = {**ROW, "ip": "", "hostname": "", "port": "", "url": "https://a.example:8443/owa/"}
    found = one(tmp_path, OF_2021, row)
    assert (found.address, found.names, found.port) == ("", ("a.example",), 8443)
    assert losses(tmp_path, report(OF_2021, {**ROW, "ip": "", "hostname": ""})) == [
        (2, "neither an address nor a name")
    ]


def test_a_computer_is_a_place_where_no_other_is_known(tmp_path: Path) -> None:
    """As in a list of victims that was made from evidence of the servers themselves."""
    row = {**ROW, "ip": "", "hostname": ""}
    found = one(tmp_path, f"{SPECIAL},servername,tlp", {**row, "servername": "MADEUP-EX1"})
    assert (found.target, found.servers, found.names) == ("MADEUP-EX1", ("MADEUP-EX1",), ())


def test_bad_rows_are_counted_and_the_rest_is_imported(tmp_path: Path) -> None:
    """With their lines and the reason."""
    content = report(OF_2021, ROW, {**ROW, "ip": "192.0.2"}, {**ROW, "port": "x"}, ROW)
    content = content + '"cut","192.0'
    found, file = imported(write(tmp_path, "report.csv", content))
    assert [o.provenance.row for o in found if o.provenance] == [2, 4, 5]
    assert (found[1].port, file.notes) == (0, [f"{NO_PORT}: line 4 'x'"])
    assert (file.tally.imported, file.tally.lost) == (3, 2)
    assert [(loss.row, loss.reason) for loss in file.tally.losses] == [
        (3, "the ip is no address"), (6, "a quote that nothing closes"),
    ]  # fmt: skip


def test_an_empty_report_is_no_failure(tmp_path: Path) -> None:
    """Nothing to report is good news."""
    assert observations(tmp_path, f"{OF_2021}\n") == []


@settings(max_examples=60)
@given(data=st.binary(max_size=300))
def test_a_good_row_among_any_bytes(tmp_path: Path, data: bytes) -> None:
    """Whatever stands before it, but an open quote."""
    content = report(OF_2021, ROW).encode()
    header, row = content.splitlines()
    junk = data.replace(b'"', b"'")
    found = observations(tmp_path, header + b"\n" + junk + b"\n" + row + b"\n", "r.csv")
    assert found[-1].address == "192.0.2.7"
    imported(write(tmp_path, "r.csv", header + b"\n" + data))


@pytest.mark.parametrize("column", ["url", "http_path", "path", "uri"])
def test_the_page_of_an_intruder_stays_with_its_server(tmp_path: Path, column: str) -> None:
    """As a URL, whichever column has it, also as a path alone; each is an entry of its own."""
    content = (
        f"timestamp,ip,port,hostname,tag,asn,geo,http_host,category,{column}\n"
        "2021-03-15 03:04:05,192.0.2.7,443,r.example,webshell,1,DE,mail.example,x,/a/b.aspx\n"
        "2021-03-15 03:04:05,192.0.2.7,80,r.example,webshell,1,DE,,x,/a/c.aspx\n"
        "2021-03-15 03:04:05,192.0.2.7,8443,,webshell,1,DE,,x,/a/d.aspx\n"
        "2021-03-15 03:04:05,192.0.2.7,443,,webshell,1,DE,,x,https://e.example/e.aspx\n"
    )
    found = observations(tmp_path, content, "2021-03-15-compromised_website-x.csv")
    assert [one.attributes["url"] for one in found] == [
        "https://mail.example/a/b.aspx", "http://r.example/a/c.aspx",
        "https://192.0.2.7:8443/a/d.aspx", "https://e.example/e.aspx",
    ]  # fmt: skip
    reports = {named_by(encode(one).decode()) for one in found}
    assert len(reports) == 4
    assert {page_of(encode(one).decode()) for one in found} == {
        one.attributes["url"] for one in found
    }


def test_a_name_and_a_time_that_are_none_are_told(tmp_path: Path) -> None:
    """With the line; the row is taken."""
    row = {**ROW, "hostname": "x" * 300, "timestamp": "31.02.2021"}
    found, file = imported(write(tmp_path, "report.csv", report(OF_2021, ROW, row)))
    assert len(found) == 2
    assert any("line 3 'xxx" in note for note in file.notes)
    assert any("line 3 '31.02.2021'" in note for note in file.notes)


def test_a_table_of_somebody_else_is_his_word(tmp_path: Path) -> None:
    """One with a column `tlp`, which no report has: its maker is named, and its label kept."""
    row = {**ROW, "public_source": "A CERT", "tlp": "TLP:GREEN", "status": "vulnerable"}
    columns = f"{SPECIAL},version,servername,url,tlp"
    found = one(tmp_path, columns, row)
    assert (found.provenance.source, found.provenance.tlp) == ("A CERT", "TLP:GREEN")
    assert (found.build, found.servers) == ("15.1.2176", ("MADEUP-EX1",))
    assert one(tmp_path, columns, {**row, "tag": "sharepoint", "version": ""}).exchange is None
    assert one(tmp_path, SPECIAL, row).provenance.source == "shadowserver/special"
