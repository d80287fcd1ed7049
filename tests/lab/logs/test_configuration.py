"""IIS configuration."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

from alpheus.lab.logs import configuration
from alpheus.lab.server import Server


def test_sites(server: Server) -> None:
    """Exchange has two sites; any paths are quoted properly."""
    strange = replace(server, web_root='D:\\a & "b"\\')
    root = ElementTree.fromstring(configuration.application_host(strange, exchange=True))
    sites = root.findall(".//site")
    assert [site.get("name") for site in sites] == ["Default Web Site", "Exchange Back End"]
    folders = [one.get("physicalPath") for one in root.findall(".//virtualDirectory")]
    assert 'D:\\a & "b"' in folders
    plain = ElementTree.fromstring(configuration.application_host(server, exchange=False))
    assert len(plain.findall(".//site")) == 1


def test_mitigation_is_two_rules(server: Server) -> None:
    """The rewrite rules are there only where somebody put them."""
    mitigated = ElementTree.fromstring(configuration.web_config(mitigated=True))
    assert len(mitigated.findall(".//rule")) == 2
    assert {one.get("type") for one in mitigated.findall(".//action")} == {"AbortRequest"}
    assert not ElementTree.fromstring(configuration.web_config(mitigated=False)).findall(".//rule")
