"""Reading the tables that ship."""

from __future__ import annotations

import gzip

import pytest

from alpheus.errors import KnowledgeError
from alpheus.knowledge import tables


def test_every_row_comes_as_a_mapping(tmp_path, monkeypatch):
    """A plain and a compressed table are read alike."""
    monkeypatch.setattr(tables, "FOLDER", tmp_path)
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"x,y\n1,2\n"))
    expected = [{"x": "1", "y": "2"}]
    assert tables.read_table("a.csv", ("x",)) == expected
    assert tables.read_table("a.csv.gz", ("x", "y")) == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("x\n1\n", "the column y is missing"),
        ("", "the column x is missing"),
        ("x,y\n1\n", "line 2: not as many columns"),
        ("x,y\n1,2,3\n", "line 2: not as many columns"),
        ('x,y\n1,"2\n', "line 2"),
    ],
)
def test_a_wrong_table_is_named_with_its_place(content, message):
    """The error says which file and where, so that it can be mended."""
    with pytest.raises(KnowledgeError, match=message) as caught:
        tables.read_rows(content, ("x", "y"), "tables/t.csv")
    assert str(caught.value).startswith("tables/t.csv: ")


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"not gzip"])
def test_an_unreadable_table_says_what_to_do(content, tmp_path, monkeypatch):
    """A missing or damaged table is a broken installation."""
    monkeypatch.setattr(tables, "FOLDER", tmp_path)
    name = "t.csv.gz" if content == b"not gzip" else "t.csv"
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(KnowledgeError, match="reinstall the package"):
        tables.read_table(name, ("x",))
