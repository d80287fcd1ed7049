"""One file of evidence, read with the packs that ship."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from alpheus.detect.collector import Collector
from alpheus.detect.examine import examine, folder_of, indicator_rule
from alpheus.detect.kit import Kit
from alpheus.evidence import OpenOptions, open_package
from alpheus.knowledge.model import Indicator
from alpheus.knowledge.packs import load_packs
from alpheus.model import Confidence, Skipped, Stage, Weight
from alpheus.parsers.base import ReadOptions
from alpheus.parsers.httpproxy import COLUMNS
from evidence_file import FileOnDisk
from textlogs import MemoryFile, generated

FIELDS = b"#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query c-ip sc-status\r\n"
SHELL = b"2021-03-04 10:00:00 10.0.0.1 POST /aspnet_client/k3y.aspx - 198.51.100.7 200\r\n"
PAGE = b"<%@ Page Language='none' %>\r\nnothing"


def httpproxy_row(**values: str) -> bytes:
    """A row of an HttpProxy log."""
    known = {
        "DateTime": "2021-03-03T06:59:20.359Z", "MajorVersion": "15", "MinorVersion": "1",
        "BuildVersion": "2176", "RevisionVersion": "2", "Protocol": "Ecp", "Method": "POST",
        "UrlStem": "/ecp/y.js", "ServerHostName": "EX1", "HttpStatus": "200",
        "ClientIpAddress": "198.51.100.7", **values,
    }  # fmt: skip
    return ",".join(known.get(name, "") for name in COLUMNS).encode() + b"\r\n"


Read = Callable[..., Collector]


@pytest.fixture(scope="module")
def kit() -> Kit:
    """The packs that ship."""
    return Kit.compile(load_packs(), ReadOptions())


@pytest.fixture
def read(tmp_path: Path, kit: Kit) -> Read:
    """Examine one file of some content and name."""

    def reading(content: bytes, address: str = "E/file", with_kit: Kit = kit) -> Collector:
        on_disk = tmp_path / "file"
        on_disk.write_bytes(content)
        collector = Collector()
        examine(FileOnDisk(on_disk, address, "E1"), with_kit, collector)
        assert (collector.files_read, collector.bytes_read >= len(content)) == (1, True)
        return collector

    return reading


def test_a_request_log_gives_hours_and_uses_and_cites_its_lines(read: Read) -> None:
    """Every row is counted; a request for a foreign page is kept with its line and file's hash."""
    content = FIELDS + SHELL * 2
    collector = read(content, "EX01/W3SVC1/u_ex210304.log")
    ((_, label), hours) = next(iter(collector.hours.items()))
    assert (label, hours.rows, hours.skipped, hours.files) == ("iis-site-1", 2, 0, 1)
    (use,) = collector.uses.values()
    assert (use.stem, use.answers) == ("/aspnet_client/k3y.aspx", {("POST", 200): 2})
    assert [event.citation.line for event in use.succeeded] == [2, 3]
    assert use.succeeded[0].citation.text == SHELL.decode().rstrip()
    assert list(collector.hashes.values()) == [hashlib.sha256(content).hexdigest()]


def test_a_rule_matches_a_row_and_a_raw_line(read: Read) -> None:
    """A forged request is a hit with its fields; in a line that does not parse it is a raw one."""
    row = httpproxy_row(
        AnchorMailbox="ServerInfo~a]@ex1.example:444/autodiscover/autodiscover.xml?#"
    )
    collector = read(row + b"\0\0,," + row[30:], "EX01/HttpProxy/Ecp/HttpProxy.log")
    hits = list(collector.hits.values())
    assert {group.raw for group in hits} == {True, False}
    assert all(
        event.fields and event.time for group in hits if not group.raw for event in group.kept()
    )
    assert all(event.time is None for group in hits if group.raw for event in group.kept())
    assert sum(hours.skipped for hours in collector.hours.values()) == 1


def test_a_log_of_http_proxy_counts_for_its_protocol(read: Read) -> None:
    """By the folder that it lies in; other logs have no parts."""
    for address, parts in (
        ("EX01/C/Logging/HttpProxy/Ecp/HttpProxy_1.LOG", ["ecp"]), ("EX01/HttpProxy_1.LOG", []),
    ):  # fmt: skip
        collector = read(httpproxy_row(), address)
        (hours,) = collector.hours.values()
        assert [*hours.parts] == parts
        assert all(seen == set(hours.hours) for seen in hours.parts.values())
    (other,) = read(FIELDS + SHELL, "EX01/C/Logging/HttpProxy/Ecp/u_ex.log").hours.values()
    assert other.parts == {}


def test_builds_are_witnessed_by_the_host_that_wrote_the_row(read: Read) -> None:
    """A version column says what ran, and where."""
    collector = read(httpproxy_row(), "x/HttpProxy.log")
    ((_, build, whose), _) = next(iter(collector.witnesses.items()))
    assert (build, whose.host, whose.folder) == ("15.1.2176.2", "EX1", "x")


def test_a_page_is_kept_with_what_is_known_of_it(read: Read) -> None:
    """A server page is no log; it is kept with its hash."""
    collector = read(PAGE, "D/inetpub/wwwroot/aspnet_client/k3y.aspx")
    (page,) = collector.pages
    assert page.citation.sha256 == hashlib.sha256(PAGE).hexdigest()
    assert page.place == "aspnet_client"


def test_code_beside_pages_is_kept_by_its_hash(read: Read) -> None:
    """Sources and assemblies that a site loads; no others, and none of them is a page."""
    for name, number in (("App_Code/x.cs", 1), ("bin/x.dll", 1), ("bin/x.txt", 0)):
        collector = read(b"class A {}", f"D/inetpub/wwwroot/{name}")
        assert [one.citation.sha256 for one in collector.code] == (
            [hashlib.sha256(b"class A {}").hexdigest()] * number
        )
        assert collector.pages == []


def test_our_own_files_are_no_evidence(read: Read, kit: Kit) -> None:
    """A rule that quotes a page, found beside the evidence, is not a page."""
    own = kit.packs[0].sigma[0].path.read_bytes()
    assert read(own, "tools/hidden.aspx").pages == []


def test_an_unknown_file_is_read_to_its_end_for_its_hash(read: Read, kit: Kit) -> None:
    """A published hash is recognised whatever the file is; another unknown file says nothing."""
    content = b"\x7fsomething" * 200_000
    assert read(content, "a/tool.bin").file_matches == []
    published = Indicator(
        "proxylogon", "sha256", hashlib.sha256(content).hexdigest(), "a tool",
        Stage.OPERATED, Weight.PROOF, Confidence.HIGH, "test",
    )  # fmt: skip
    pack = replace(kit.packs[0], indicators=(published,))
    (match,) = read(content, "a/tool.bin", Kit.compile([pack], ReadOptions())).file_matches
    assert (match.citation.path, match.citation.sha256) == ("a/tool.bin", published.value)
    assert match.rule == indicator_rule(published)


def test_a_file_that_fails_costs_itself_and_is_told(kit: Kit) -> None:
    """An error while reading is a loss of that file, told once, and no exception."""
    collector = Collector()
    blocks = iter([FIELDS + SHELL])
    file = MemoryFile(generated(blocks, OSError("the archive is cut off")), "u_ex.log")
    examine(file, kit, collector)
    assert [loss.path for loss in collector.losses()] == ["u_ex.log"]
    assert "the archive is cut off" in collector.losses()[0].reason
    assert collector.files_read == 1


def test_a_cut_archive_is_told_once(tmp_path: Path, kit: Kit) -> None:
    """A log in a compressed file that breaks off is read so far, without a hash, as one loss."""
    noise = b"".join(b"#" + hashlib.sha256(b"%d" % n).hexdigest().encode() for n in range(20_000))
    whole = gzip.compress(FIELDS + SHELL * 50 + noise)
    (tmp_path / "u_ex.log.gz").write_bytes(whole[: len(whole) // 2])
    collector = Collector()
    for file in open_package(tmp_path, "E1", OpenOptions()).files():
        assert not isinstance(file, Skipped)
        examine(file, kit, collector)
    (loss,) = [loss for loss in collector.losses() if "broke off" in loss.reason]
    assert [one for one in collector.losses() if "not read to its end" in one.reason] == []
    assert loss.path.startswith("u_ex.log.gz")
    assert [use.answers for use in collector.uses.values()] == [{("POST", 200): 50}]
    assert set(collector.hashes.values()) == {""}


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 70_000, b"ElfFile\0" + b"\xff" * 5000, b"FILE0\0" * 900, b"<configuration>" * 99],
    ids=["empty", "zeros", "event log", "file table", "configuration"],
)
def test_rubbish_never_raises(read: Read, content: bytes) -> None:
    """Whatever a file promises by its first bytes, it is read or told as a loss."""
    collector = read(content)
    assert collector.hits == {}
    assert all(isinstance(loss, Skipped) and loss.reason for loss in collector.losses())


def test_records_are_counted_by_source_and_host(tmp_path: Path, kit: Kit) -> None:
    """Events of a log that is no text are covered, judged and cited with their file's hash."""
    events = (
        b'{"EventID": 1102, "Channel": "Security", "Computer": "EX01.corp.example", '
        b'"TimeCreated": "2021-03-04T10:00:00.000Z", "EventRecordID": 7, '
        b'"ProviderName": "Microsoft-Windows-Eventlog"}\n'
    )
    (tmp_path / "security.json").write_bytes(events)
    collector = Collector()
    for file in open_package(tmp_path, "E1", OpenOptions()).files():
        assert not isinstance(file, Skipped)
        examine(file, kit, collector)
    assert [label for _, label in collector.hours] == ["windows-security"]
    assert {origin.host for origin, _ in collector.hours} == {"EX01.corp.example"}
    assert "iis-webshell-log-cleared" in {rule for rule, _, _ in collector.hits}
    assert list(collector.hashes.values()) == [hashlib.sha256(events).hexdigest()]


def test_the_folder_of_an_address() -> None:
    """The part before the last slash; nothing at the root."""
    assert [folder_of(path) for path in ("a/b/c.log", "c.log", "a/")] == ["a/b", "", "a"]


class _Far(FileOnDisk):
    """A file in a store, which need not be read on where nothing reads it."""

    def leave(self, head: bytes) -> bool:
        return not head.startswith(b"MZ")


def test_what_nothing_reads_is_left_where_that_costs(tmp_path: Path, kit: Kit) -> None:
    """Its beginning is looked at and no more; what something reads is read to its end, once."""
    for content, address, least, most in (
        (b"regf" + bytes(200_000), "C/SOFTWARE", 1, 70_000),
        (b"MZ" + bytes(200_000), "C/tool.bin", 200_002, 200_002),
        (FIELDS + SHELL * 3_000, "C/u_ex210304.log", 200_000, 300_000),
        (b"x" * 200_000, "C/inetpub/wwwroot/bin/a.dll", 200_000, 270_000),
    ):
        (tmp_path / "f").write_bytes(content)
        file = _Far(tmp_path / "f", address)
        examine(file, kit, Collector())
        assert least <= file.bytes_read <= most, address
        assert (file.sha256 is None) == (address == "C/SOFTWARE")
