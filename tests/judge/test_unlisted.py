"""Pages that no list of the product has are named, whatever rules say of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from alpheus.detect.model import CodeFile, ServerPage
from alpheus.judge import unlisted as module
from alpheus.judge.unlisted import unlisted
from alpheus.model import Citation
from making import T0, origin


def test_each_is_named_once_by_its_path() -> None:
    """In any case of letters the same order; what is listed or has no hash is only counted."""
    pages = [
        _page("C/b.aspx", "2"), _page("C/A.aspx", "1"), _page("C/b.aspx", "2"),
        _page("C/b.aspx", "3"), _page("C/none.aspx", None),
        replace(_page("C/known.aspx", "4"), known_hash=True),
    ]  # fmt: skip
    found = unlisted(pages)
    assert found is not None
    assert (found.read, found.total) == (6, 3)
    assert [(one.path, one.sha256) for one in found.files] == [
        ("C/A.aspx", "1"), ("C/b.aspx", "2"), ("C/b.aspx", "3"),
    ]  # fmt: skip


def test_too_many_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first by their paths are named: of those before the last of them all are."""
    monkeypatch.setattr(module, "MOST", 2)
    found = unlisted([_page(f"C/{number}.aspx", "1") for number in (3, 1, 2)])
    assert found is not None
    assert (found.total, [Path(one.path).stem for one in found.files]) == (3, ["1", "2"])


def test_code_beside_pages_is_named_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each once, by its path, and never in the place of pages."""
    monkeypatch.setattr(module, "MOST", 1)
    code = [CodeFile(origin(), Citation("E1", f"C/bin/{name}.dll", sha256="1"))
            for name in ("b", "a", "a")]  # fmt: skip
    found = unlisted([_page("C/x.aspx", "1")], code)
    assert found is not None
    assert found.code is not None
    assert (found.total, found.code.total) == (1, 2)
    assert [one.path for one in found.code.files] == ["C/bin/a.dll"]
    nothing = unlisted([_page("C/x.aspx", "1")])
    assert nothing is not None
    assert nothing.code is not None
    assert nothing.code.total == 0


def test_where_no_page_was_read_nothing_is_said() -> None:
    """A collection of logs alone."""
    assert unlisted([]) is None


def _page(path: str, sha256: str | None) -> ServerPage:
    return ServerPage(
        origin=origin(), citation=Citation("E1", path, sha256=sha256), windows_path=path.lower(),
        relative=None, place=None, known_name=False, known_hash=False, modified=T0, matches=(),
    )  # fmt: skip
