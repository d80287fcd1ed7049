"""What is left of a compiled page names the page."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from alpheus.model import Event, Skipped, TimeBasis
from alpheus.parsers.aspnet_compiled import CompiledPages
from alpheus.parsers.base import ReadOptions
from evidence_file import FileOnDisk

_PRESERVE = """<?xml version="1.0" encoding="utf-8"?>
<preserve resultType="3" virtualPath="/owa/auth/a&amp;b.aspx" hash="1" assembly="App_Web_x1"
 type="ASP.a_aspx">
    <filedeps><filedep name="/owa/auth/a.aspx" /><filedep name="/owa/web.config" /></filedeps>
</preserve>"""


def _file(folder: Path, name: str, content: bytes) -> FileOnDisk:
    path = folder / name
    path.write_bytes(content)
    return FileOnDisk(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_preserved_compilation(tmp_path: Path, encoding: str) -> None:
    """Virtual path and assembly; the time is the file's."""
    file = _file(tmp_path, "a.aspx.cdcab7d2.compiled", _PRESERVE.encode(encoding))
    assert CompiledPages().recognise(_PRESERVE.encode(encoding), file.path)
    (event,) = CompiledPages().parse(file, ReadOptions())
    assert isinstance(event, Event)
    assert event.fields == {
        "VirtualPath": "/owa/auth/a&b.aspx",
        "Assembly": "App_Web_x1",
        "Type": "ASP.a_aspx",
        "FileDependencies": ("/owa/auth/a.aspx", "/owa/web.config"),
    }
    assert event.time == file.modified
    assert event.time_basis is TimeBasis.UTC
    assert event.time is not None
    assert event.time < datetime.now(UTC)
    assert event.citation.line == 2


def test_a_broken_one_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    """And is a loss."""
    file = _file(tmp_path, "a.compiled", _PRESERVE[:-20].encode())
    event, loss = CompiledPages().parse(file, ReadOptions())
    assert isinstance(event, Event)
    assert isinstance(loss, Skipped)
    assert event.fields["VirtualPath"] == "/owa/auth/a&b.aspx"


def test_one_without_a_path_is_a_loss(tmp_path: Path) -> None:
    """There is nothing to say of it."""
    (loss,) = CompiledPages().parse(_file(tmp_path, "a.compiled", b"<preserve/>"), ReadOptions())
    assert isinstance(loss, Skipped)


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("App_Web_logon.aspx.f5dba9b9.k2x8qz1w.dll", "logon.aspx"),
        ("App_Web_my.page.ASHX.f5dba9b9.k2x8qz1w.DLL", "my.page.ASHX"),
        ("App_Web_k2x8qz1w.dll", None),
    ],
)
def test_an_assembly_tells_its_page_by_its_name_only(
    tmp_path: Path, name: str, page: str | None
) -> None:
    """A random name tells nothing, and is no loss."""
    file = _file(tmp_path, name, b"MZ")
    assert CompiledPages().recognise(b"MZ", file.path)
    records = list(CompiledPages().parse(file, ReadOptions()))
    pages = [record.fields["VirtualPath"] for record in records if isinstance(record, Event)]
    assert pages == ([] if page is None else [page])


@pytest.mark.parametrize(
    ("head", "path"),
    [
        (b"MZ", "bin/owaauth.dll"),
        (b"", "a.compiled"),
        (b"<a/>", "a.compiled"),
        (b"x<preserve ", "b"),
    ],
)
def test_other_files_are_not_recognised(head: bytes, path: str) -> None:
    """Content decides."""
    assert not CompiledPages().recognise(head, path)
