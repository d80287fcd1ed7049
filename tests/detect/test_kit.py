"""All knowledge of a run, compiled once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from alpheus.detect.kit import REQUEST_SOURCES, Kit
from alpheus.knowledge.model import SigmaFile, YaraFile
from alpheus.knowledge.packs import load_packs
from alpheus.parsers.base import ReadOptions
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
    assert {info.pack for info in kit.infos.values()} == {pack.id for pack in PACKS}


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
    assert all(kit.sieve(source) is not None for source in REQUEST_SOURCES)
    assert kit.sieve("ecp-server") is None


def _wanted(kit: Kit, line: bytes, times: int = 1) -> list[bool]:
    sieve = kit.sieve("iis")
    assert sieve is not None
    return [sieve.wants(line) for _ in range(times)]


@pytest.mark.parametrize(
    "page", ["/owa/auth/x7.aspx", "/aspnet_client/y.ashx", "/ecp/auth/z.asp;a", "/n%61me.aspx"]
)
def test_a_request_for_a_page_of_nobody_is_always_wanted(kit: Kit, page: str) -> None:
    """However often it comes."""
    line = f"2021-03-03 06:59:20 GET {page} - 443 - 192.0.2.1 x 200".encode()
    assert all(_wanted(kit, line, 500))


def test_a_page_of_the_product_is_wanted_at_first_only(kit: Kit) -> None:
    """Its first answers tell that the product is there; the flood of the rest is passed by."""
    line = b"2021-03-03 06:59:20 GET /owa/auth/logon.aspx - 443 - 192.0.2.1 x 200"
    wanted = _wanted(kit, line, 500)
    assert wanted[0]
    assert not wanted[-1]
    assert 0 < sum(wanted) < 100


def test_a_foreign_page_beside_one_of_the_product_is_not_missed(kit: Kit) -> None:
    """A line is passed by only if every page that it names is the product's own."""
    own = b"2021-03-03 06:59:20 GET /owa/auth/errorFE.aspx - 443 - 192.0.2.1 x 200"
    assert not _wanted(kit, own, 500)[-1]
    both = own.replace(b" - 443", b" url=/owa/auth/x7.aspx 443")
    assert all(_wanted(kit, both, 500))


@pytest.mark.parametrize("source", REQUEST_SOURCES)
def test_requests_from_published_addresses_are_found(kit: Kit, source: str) -> None:
    """By the address alone, whatever was asked for."""
    rows = [row for pack in PACKS for row in pack.indicators if row.type == "ip"]
    assert rows
    lines = [f"2021-03-03 06:59:20 GET /owa/ 443 {row.value} x 200".encode() for row in rows]
    data = b"\n".join(lines) + b"\n"
    assert len(kit.needles(source).search(data)) == len(rows)
    assert kit.needles(source).search(b"2021-03-03 06:59:20 GET /owa/ 443 192.0.2.7\n") == []


def test_each_file_asks_for_the_first_answers_of_a_page(kit: Kit) -> None:
    """What one server's log said proves nothing of the next one."""
    line = b"2021-03-03 06:59:20 GET /owa/auth/logon.aspx - 443 - 192.0.2.1 x 200"
    assert not _wanted(kit, line, 500)[-1]
    assert _wanted(kit, line)[0]
