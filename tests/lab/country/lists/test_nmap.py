"""nmap's report."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from random import Random

from alpheus.lab.country.lists.nmap import Xml
from made_country import Made

Paths = Callable[[str], list[str]]


def test_each_report_is_whole_and_read_to_the_end(made: Made, paths: Paths) -> None:
    """A record is a host; nothing is lost."""
    files = paths("nmap")
    assert len(files) == 2
    for path in files:
        root = ET.parse(made.list_file(path)).getroot()
        found, lost = made.imported(path)
        lines = made.rows_of(path)
        assert not lost
        assert {one.provenance.row for one in found if one.provenance} == set(lines)
        assert len(root.findall("host")) == len(lines)


def test_the_script_tells_the_update(made: Made, paths: Paths) -> None:
    """Three parts, by the logon page; the certificate's names are there as text."""
    found, _ = made.imported(paths("nmap")[0])
    told = [one for one in found if one.build]
    assert len(told) > 0.8 * len(found)
    assert {one.precision for one in told} == {3}
    shown = [one.attributes.get("script.ssl-cert", "") for one in found]
    assert sum("Subject Alternative Name: DNS:" in one for one in shown) > 0.9 * len(found)


def test_no_server_of_a_pool_is_told(made: Made, paths: Paths) -> None:
    """The page names none: of a pool only its unit is known."""
    lines = made.rows_of(paths("nmap")[0]).values()
    assert any(line["unit"] and line["server"] is None for line in lines)


def test_a_host_is_never_broken() -> None:
    """It would take the others along."""
    assert Xml(3).damaged([], Random(1)) is None
