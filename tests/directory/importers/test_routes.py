"""Routes, and what networks are called."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.directory.model import Organisation, Route
from list_samples import read


def test_pyasn(tmp_path: Path) -> None:
    """Prefix and number; remarks are passed over, other lines listed."""
    content = "; IP-ASN32-DAT file\n192.0.2.0/24\t64500\n2001:db8::/32\t64501\nbad\n0.0.0.0/0\t1\n"
    entries, losses, kind = read(tmp_path, content)
    assert kind == "routes"
    assert entries == [Route("192.0.2.0/24", 64500), Route("2001:db8::/32", 64501)]
    assert [loss.row for loss in losses] == [3, 4]


def test_maxmind(tmp_path: Path) -> None:
    """Routes, and each network's name once."""
    content = (
        "network,autonomous_system_number,autonomous_system_organization\n"
        '192.0.2.0/24,64500,"Example Telecom, Inc."\n198.51.100.0/24,64500,Example\nx,1,y\n'
        "203.0.113.0/24,,\n"
    )
    entries, losses, kind = read(tmp_path, content)
    assert kind == "route-table"
    assert [type(entry) for entry in entries] == [Route, Organisation, Route]
    assert entries[1].name == "Example Telecom, Inc."
    assert [loss.reason for loss in losses] == ["no network", "no number of a network"]


@pytest.mark.parametrize(
    "content",
    [
        "64500 EXAMPLE-NET, DE\n64501\tOther\nbad\n",
        '{"64500": "EXAMPLE-NET, DE", "64501": "Other", "x": "y"}',
    ],
)
def test_names(content: str, tmp_path: Path) -> None:
    """Lines or one object; a country may stand behind the name."""
    entries, losses, kind = read(tmp_path, content)
    assert kind == "as-names"
    assert [(one.as_number, one.name, one.country) for one in entries] == [
        (64500, "EXAMPLE-NET", "DE"), (64501, "Other", ""),
    ]  # fmt: skip
    assert len(losses) == 1


@settings(max_examples=60)
@given(st.sampled_from(["routes", "route-table", "as-names"]), st.binary(max_size=300))
def test_any_bytes(tmp_path: Path, kind: str, content: bytes) -> None:
    """Nothing upsets it."""
    read(tmp_path, b"network,asn\n" + content, kind)
    read(tmp_path, content, kind)
