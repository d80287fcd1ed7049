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
    assert found.what(Shared("domain", "a.proxy.example")) == ""
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
