"""Server pages found as files."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.detect import server_pages
from alpheus.detect.kit import Kit
from alpheus.detect.known_files import OtherHashes
from alpheus.detect.model import ServerPage
from alpheus.detect.server_pages import is_server_page, read_page
from alpheus.knowledge.packs import load_packs
from alpheus.model import Skipped
from alpheus.parsers.base import ReadOptions
from evidence_file import FileOnDisk
from making import origin

INSTALL = "D/Exchange Server/V15"
LOGON = f"{INSTALL}/FrontEnd/HttpProxy/owa/auth"
# Inert by two defects: the attribute that makes script run is misspelt, and a bracket stays open.
DUMP = (
    "PollInterval : 480\nOfflineAddressBooks : \\Default\nInternalUrl : https://a.example/OAB\n"
    "ExternalUrl : http://f/<scr"
    "ipt run"
    'at="serve">function Page_'
    "Loa(){"
)


@pytest.fixture(scope="module")
def kit() -> Kit:
    """The packs that ship."""
    return Kit.compile(load_packs(), ReadOptions())


@pytest.mark.parametrize(
    ("content", "path", "expected"),
    [
        (b"", "a/x.aspx", True),
        (b"", "a/X.AsHx", True),
        (b"plain text", "a/x.txt.asp", True),
        (b"plain text", "a/x.txt", False),
        (b"plain text", "a/aspx", False),
        (b"<%@ Page Language='none' %>", "a/picture.jpg", True),
        (b"<% @ WebHandler %>", "a/nothing", True),
        (b"<SCRIPT x='1' RunAt=server>", "a/logo.png", True),
        ("<%@ Page %>".encode("utf-16"), "a/picture.jpg", True),
        (b"<script>ordinary()</script>", "a/page", False),
        (b"<%@ Page %> is how shells begin", "a/notes.md", False),
        (b"<%@ Page %>", "rules/shell.yar", False),
        (b"<%@ Page %>", "logs/ex210303.log", False),
    ],
)
def test_what_the_web_server_would_run(content: bytes, path: str, expected: bool) -> None:
    """By extension, or by a directive; documents, rules and logs merely quote one."""
    assert is_server_page(content, path) is expected


@given(st.binary(max_size=400), st.text(max_size=30))
def test_any_content_and_name_get_an_answer(content: bytes, name: str) -> None:
    """Nothing an attacker can write makes the question fail."""
    assert is_server_page(content, name) in (True, False)


def _read(
    tmp_path: Path, content: bytes, address: str, kit: Kit
) -> tuple[ServerPage, Skipped | None]:
    on_disk = tmp_path / "page"
    on_disk.write_bytes(content)
    return read_page(FileOnDisk(on_disk, address), origin(), kit, OtherHashes(()))


def test_a_page_is_compared_with_the_baseline(tmp_path: Path, kit: Kit) -> None:
    """Place and name are looked up below the install folder, wherever that is."""
    stock, _ = _read(tmp_path, b"changed", f"{LOGON}/logon.aspx", kit)
    foreign, _ = _read(tmp_path, b"changed", f"{LOGON}/x7q.aspx", kit)
    elsewhere, _ = _read(tmp_path, b"changed", "D/sites/shop/default.aspx", kit)
    assert stock.relative == "frontend/httpproxy/owa/auth/logon.aspx"
    assert (stock.known_name, stock.known_hash, stock.place) == (True, False, "owa/auth")
    assert (foreign.known_name, foreign.place) == (False, "owa/auth")
    assert (elsewhere.relative, elsewhere.place) == (None, None)
    assert elsewhere.windows_path == "/sites/shop/default.aspx"


def test_the_line_that_a_content_rule_matched_is_cited(tmp_path: Path, kit: Kit) -> None:
    """With its number and text, and the hash of the whole file."""
    content = DUMP.encode()
    page, loss = _read(tmp_path, content, f"{LOGON}/x7q.aspx", kit)
    assert loss is None
    assert page.matches
    assert page.citation.sha256 == hashlib.sha256(content).hexdigest()
    line = page.citation.line
    assert line is not None
    assert page.citation.text == DUMP.splitlines()[line - 1]


def test_a_long_page_is_searched_at_its_beginning_and_hashed_whole(
    tmp_path: Path, kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was not searched is a loss, told once with its offset."""
    monkeypatch.setattr(server_pages, "CONTENT_LIMIT", 1 << 19)
    content = DUMP.encode() + b" " * (4 << 20)
    page, loss = _read(tmp_path, content, "x.aspx", kit)
    assert page.matches
    assert page.citation.sha256 == hashlib.sha256(content).hexdigest()
    assert loss is not None
    assert (loss.offset, loss.count) == (1 << 19, 1)
    assert "only its beginning searched" in loss.reason


def test_a_page_that_stands_out_names_its_structure(kit: Kit, tmp_path: Path) -> None:
    """The same under another name with another key; an ordinary page has none."""
    parts = ('<scr', 'ipt language="JScript" run', 'at="server">function Page_Loa(){{{{ev',
             'al(Request["{}"],"unsafe");}}</scr', "ipt>")  # fmt: skip
    shells = [
        _read(tmp_path, "".join(parts).format(key).encode(), f"{LOGON}/{key}.aspx", kit)
        for key in ("alpha7", "omega9")
    ]
    names = {page.citation.structure for page, _ in shells}
    assert len(names) == 1
    assert "" not in names
    plain, _ = _read(tmp_path, b"<p>ordinary</p>", f"{LOGON}/p.aspx", kit)
    assert plain.citation.structure == ""
