"""Inert pages."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from xml.etree import ElementTree

from alpheus.lab.logs import pages
from alpheus.lab.server import Server

_WHEN = datetime(2021, 3, 1, tzinfo=UTC)


def test_every_page_has_two_defects(server: Server) -> None:
    """Braces never balance; and the script is no server's, or it takes nothing from a visitor."""
    for seed in range(60):
        script = pages.make_shell(Random(seed), server).script
        assert script.count("{") != script.count("}")
        assert 'runat="server"' not in script or "Request" not in script


def test_both_kinds_and_places_occur(server: Server) -> None:
    """Half have the one defect, half the other; both folders are used."""
    made = [pages.make_shell(Random(seed), server) for seed in range(60)]
    assert 15 < sum("sever" in shell.script.split(">")[0][-8:] for shell in made) < 45
    assert 15 < sum(shell.url.startswith("/owa/auth/") for shell in made) < 45


def test_dump_is_recognisable(server: Server) -> None:
    """A settings dump of an address book with script in its external URL, in either encoding."""
    shell = pages.make_shell(Random(1), server)
    for encoding in ("utf-8", "utf-16"):
        text = pages.settings_dump(shell, server, _WHEN, encoding).decode(encoding)
        assert f"ExternalUrl                     : {shell.external_url}\r\n" in text
        assert "OfflineAddressBooks" in text
        assert pages.MARKERS[0] in text


def test_leftover_names_the_page(server: Server) -> None:
    """The compiled leftover is XML that names the page's virtual path."""
    shell = pages.make_shell(Random(1), server)
    path, content = pages.compiled_leftover(shell, Random(2))
    assert path.endswith(".compiled")
    assert "Temporary ASP.NET Files" in path
    root = ElementTree.fromstring(content)
    assert root.get("virtualPath") == shell.url
