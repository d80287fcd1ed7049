"""What many use is told, by range, name or value."""

from __future__ import annotations

import ipaddress
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.errors import KnowledgeError
from alpheus.knowledge.shared.model import Shared
from alpheus.knowledge.shared.warnings import Warnings


@pytest.fixture(scope="module")
def shipped() -> Warnings:
    """The table that ships."""
    return Warnings.load()


@pytest.mark.parametrize(
    ("kind", "value", "what"),
    [
        ("ip", "10.1.2.3", "private network"), ("ip", "8.8.8.8", "public resolver"),
        ("ip", "104.16.0.1", "content network of Cloudflare"), ("ip", "::1", "this machine"),
        ("ip", "2606:4700:4700::1111", "public resolver of Cloudflare"),
        ("ip", "2606:4700::1", "content network of Cloudflare"),
        ("domain", "raw.githubusercontent.com", "code of very many people"),
        ("domain", "notgithub.com", ""), ("ip", "45.77.252.175", ""), ("ip", "2a03::1", ""),
        ("md5", "d41d8cd98f00b204e9800998ecf8427e", "the empty file"),
    ],
)  # fmt: skip
def test_what_ships(shipped: Warnings, kind: str, value: str, what: str) -> None:
    """Private networks, resolvers, content networks, large hosts, the empty file; and no others."""
    found = shipped.what(Shared(kind, value))
    assert found.startswith(what) if what else found == ""


def test_lists_of_misp_and_plain_ones(tmp_path: Path) -> None:
    """Both forms are read; a broken one is told with its file."""
    (tmp_path / "list.json").write_text(json.dumps({
        "name": "sinkholes", "type": "cidr", "version": 1, "description": "x",
        "list": ["45.77.0.0/16", "192.42.116.41"], "matching_attributes": ["ip-dst"],
    }), "utf-8")  # fmt: skip
    (tmp_path / "own.txt").write_text("# ours\n.partner.example\nproxy.example # one\n", "utf-8")
    found = Warnings.load([tmp_path / "list.json", tmp_path / "own.txt"])
    assert found.what(Shared("ip", "45.77.252.175")) == "sinkholes"
    assert found.what(Shared("ip", "192.42.116.41")) == "sinkholes"
    assert found.what(Shared("domain", "a.partner.example")) == "own.txt"
    assert found.what(Shared("domain", "proxy.example")) == "own.txt"
    assert found.what(Shared("domain", "a.proxy.example")) == "own.txt"
    assert found.what(Shared("domain", "otherproxy.example")) == ""
    assert [(one.kind, one.count) for one in found.lists] == [("cidr", 2), ("ranges and names", 2)]
    (tmp_path / "bad.json").write_text('{"name": 1}', "utf-8")
    with pytest.raises(KnowledgeError, match=r"bad\.json: no list"):
        Warnings.load([tmp_path / "bad.json"])


_RANGES = st.lists(
    st.tuples(st.integers(0, 2**32 - 1), st.integers(8, 32)).map(
        lambda one: ipaddress.ip_network(one, strict=False)
    ),
    max_size=12,
)


@given(_RANGES, st.integers(0, 2**32 - 1), st.data())
def test_ranges_nest(ranges: list[ipaddress.IPv4Network], number: int, data: st.DataObject) -> None:
    """Whatever ranges there are, the narrowest around an address is told, or none."""
    made = Warnings()
    for one in ranges:
        made.add("cidr", str(one), str(one))
    inside = [int(one.network_address) for one in ranges]
    address = ipaddress.IPv4Address(data.draw(st.sampled_from([number, *inside])))
    around = sorted((one for one in ranges if address in one), key=lambda one: -one.prefixlen)
    assert made.what(Shared("ip", str(address))) == (str(around[0]) if around else "")


def _warned(path: Path, content: object, encoding: str = "utf-8") -> Warnings:
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, encoding)
    return Warnings.load([path])


def _list(kind: str, *values: object) -> dict[str, object]:
    return {"name": "a list", "type": kind, "list": list(values)}


@pytest.mark.parametrize(
    ("kind", "entry", "held", "free"),
    [
        ("string", "a.example", "a.example", "b.a.example"),
        ("hostname", "a.example", "b.a.example", "ba.example"),
        ("substring", ".CDN.", "x.cdn.example", "xcdn.example"),
        ("substring", ".*", "", "a.example"),
        ("regex", r"/^[a-z0-9]+\.cdn\.example$/", "a1.cdn.example", "a.b.cdn.example"),
        ("regex", r"/CDN\d+/i", "cdn7.example", "cdn.example"),
        ("regex", "^a{3}[.]", "aaa.example", "aa.example"),
    ],
)
def test_each_kind_of_misp_has_its_effect(
    tmp_path: Path, kind: str, entry: str, held: str, free: str
) -> None:
    """As MISP means it: whole, a host and all below it, a part, an expression."""
    found = _warned(tmp_path / "x.json", _list(kind, "zzz.zzz", entry))
    assert held == "" or found.what(Shared("domain", held)) == "a list"
    assert found.what(Shared("domain", free)) == ""


def test_parts_of_hashes_and_addresses_are_held_too(tmp_path: Path) -> None:
    """A part or an expression is not of names alone."""
    found = _warned(tmp_path / "x.json", _list("regex", "^45[.]77[.]", "^aaa"))
    for one in (Shared("ip", "45.77.1.1"), Shared("md5", "a" * 32)):
        assert found.what(one) == "a list"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (_list("regex", "a(?=b)"), "without look-around"), (_list("regex", r"(a)\1"), "RE2"),
        (_list("regex", "("), "RE2"), (_list("soundex", "a"), "its type 'soundex' is none of"),
        (_list("string"), "there is nothing in it"), ("# nothing\n", "there is nothing in it"),
        ([], "there is nothing in it"), ([7], "does not appear"), (_list("string", 7), "Expected"),
        ('["a"', "truncated"), ("[" * 100_000, "Expected"), (_list("cidr", None), "Expected"),
    ],
    ids=lambda one: str(one)[:40],
)  # fmt: skip
def test_a_list_without_effect_is_refused(tmp_path: Path, content: object, words: str) -> None:
    """With its file and the reason."""
    with pytest.raises(KnowledgeError, match=r"x\.json: no list of values") as caught:
        _warned(tmp_path / "x.json", content)
    assert words in str(caught.value)


def test_a_search_takes_time_by_the_text_alone(tmp_path: Path) -> None:
    """An expression that sends others round and round is like any."""
    found = _warned(tmp_path / "x.json", _list("regex", "/^(a+)+$/"))
    assert found.what(Shared("domain", "a" * 240 + ".b")) == ""


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_plain_lists_and_arrays(tmp_path: Path, encoding: str) -> None:
    """In every encoding that says what it is; the first word of a line."""
    lines = "45.77.0.0/16 # a range\npartner.example, ours\n*.other.example\n" + "a" * 32
    lines += "\n[2a03::7]:443\nmünchen.example\nhxxps://url.example/x\n"
    array = json.dumps(
        [line.partition(",")[0].partition(" #")[0] for line in lines.split("\n")[:-1]]
    )
    for content in (lines, array):
        found = _warned(tmp_path / "x", content, encoding)
        for kind, value in (
            ("ip", "45.77.1.1"), ("domain", "partner.example"), ("domain", "a.partner.example"),
            ("domain", "b.other.example"), ("md5", "a" * 32),
            ("ip", "2a03::7"), ("domain", "a.xn--mnchen-3ya.example"), ("domain", "url.example"),
        ):  # fmt: skip
            assert found.what(Shared(kind, value)) == "x"


def test_the_digest_is_that_of_the_files(tmp_path: Path) -> None:
    """So that a change of a list shows; without one there is none."""
    assert Warnings.load().digest == ""
    one = _warned(tmp_path / "x", "a.example").digest
    assert one == _warned(tmp_path / "x", "a.example").digest
    assert one != _warned(tmp_path / "x", "b.example").digest
