"""All knowledge of a run, compiled once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from alpheus.detect.kit import REQUEST_SOURCES, Kit
from alpheus.knowledge.model import SigmaFile, YaraFile
from alpheus.knowledge.packs import load_packs
from alpheus.parsers.base import LineKind, ReadOptions
from making import general_pack

PACKS = load_packs()


@pytest.fixture(scope="module")
def kit() -> Kit:
    """The packs that ship."""
    return Kit.compile(PACKS, ReadOptions())


def test_every_rule_that_ships_is_compiled(kit: Kit) -> None:
    """Nothing of our own is rejected, and the judge knows what each rule means."""
    assert list(kit.rules.rejected) == []
    assert list(kit.yara.rejected) == []
    assert set(kit.infos) == {rule.id for rule in kit.rules.rules}
    assert {info.pack for info in kit.infos.values()} == {one.id for one in PACKS if one.sigma}


def test_files_that_are_the_very_same_are_compiled_once(kit: Kit) -> None:
    """Whoever triages again in a process waits for no rule; a copy of a file may differ."""
    again = Kit.compile(load_packs(), ReadOptions(), keep=False)
    assert again.rules is kit.rules
    assert again.yara is kit.yara
    copied = [replace(PACKS[0], sigma=tuple(map(replace, PACKS[0].sigma))), *PACKS[1:]]
    other = Kit.compile(copied, ReadOptions())
    assert other.rules is not kit.rules
    assert {rule.id for rule in other.rules.rules} == {rule.id for rule in kit.rules.rules}
    assert other.yara is kit.yara


def test_a_broken_rule_costs_only_itself() -> None:
    """What cannot be compiled is listed, and the rest is used."""
    broken = SigmaFile("extra", Path("x.yml"), {"title": "x", "logsource": {}}, None)
    pack = general_pack()
    kit = Kit.compile(
        [replace(pack, sigma=(broken,), yara=(YaraFile("extra", Path("y.yar"), "rule {"),))],
        ReadOptions(),
    )
    assert len(kit.rules.rejected) == 1
    assert [one.path for one in kit.yara.rejected] == ["y.yar"]


def test_needles_of_a_source_are_compiled_once(kit: Kit) -> None:
    """Ten thousand files of one kind share one matcher."""
    assert kit.needles("httpproxy") is kit.needles("httpproxy")
    assert kit.needles("httpproxy") is not kit.needles("iis")


def test_only_logs_of_requests_have_a_sieve(kit: Kit) -> None:
    """Requests for pages are looked for where requests are logged."""
    assert all(kit.page_sieve(source, "x.log") is not None for source in REQUEST_SOURCES)
    assert kit.page_sieve("ecp-server", "x.log") is None


@pytest.mark.parametrize("folder", ["W3SVC1", "W3SVC2"])
def test_the_back_end_has_pages_that_the_front_end_lacks(kit: Kit, folder: str) -> None:
    """In its own log they are the product's; in front nothing excuses them."""
    sieve = kit.page_sieve("iis", f"C/inetpub/logs/LogFiles/{folder}/u_ex210303.log")
    assert sieve is not None
    line = b"2021-03-03 06:59:20 10.0.0.5 GET /owa/auth/error2.aspx - 443 - 192.0.2.1 x 200"
    assert [sieve.wants(line) for _ in range(9)][-1] is (folder == "W3SVC1")


def test_marks_name_the_rules_that_want_a_line(kit: Kit) -> None:
    """A line is judged by the rules that its needles belong to, an encoded one by all."""
    line = b"2021-03-03 06:59:20 10.0.0.5 POST /ecp/y.js - 443 - 192.0.2.1 x 241\n"
    ((_, _, marks),) = kit.needles("iis", LineKind.REQUESTS).search(line)
    wanted = {rule.id for rule in kit.marked("iis", marks)}
    assert "proxylogon-iis-post-to-static-answered" in wanted
    assert "iis-webshell-archive-fetched" not in wanted
    assert set(kit.marked("iis", -1)) == set(kit.rules.of_source("iis"))
    assert kit.marked("iis", 0) == ()


@pytest.mark.parametrize("source", REQUEST_SOURCES)
def test_requests_from_published_addresses_are_found(kit: Kit, source: str) -> None:
    """By the address alone, whatever was asked for."""
    rows = [row for pack in PACKS for row in pack.indicators if row.type == "ip"]
    assert rows
    lines = [f"2021-03-03 06:59:20 GET /owa/ 443 {row.value} x 200".encode() for row in rows]
    data = b"\n".join(lines) + b"\n"
    assert len(kit.needles(source).search(data)) == len(rows)
    assert kit.needles(source).search(b"2021-03-03 06:59:20 GET /owa/ 443 192.0.2.7\n") == []
