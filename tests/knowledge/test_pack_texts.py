"""Texts of a pack in another language are a table, and what is wrong with one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.errors import KnowledgeError
from alpheus.knowledge.pack_texts import LANGUAGES, read_texts
from alpheus.web import settings


def test_a_pack_may_speak_the_languages_of_the_console() -> None:
    """And no other: nobody would see it."""
    assert sorted((*LANGUAGES, "en")) == sorted(settings.LANGUAGES)


def test_a_text_is_read_with_its_paths(tmp_path: Path) -> None:
    """`{collect:SOURCE}` stands for the same paths in both."""
    (tmp_path / "texts").mkdir()
    path = tmp_path / "texts" / "de.csv"
    path.write_text("text,said\nLook at {collect:httpproxy},Sehen Sie {collect:httpproxy}\n")
    ((text, said),) = read_texts(path).items()
    assert text.removeprefix("Look at ") == said.removeprefix("Sehen Sie ")
    assert "HttpProxy" in text


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"", "columns"), (b"a,b\n", "columns"), (b"text,said\na\n", ":2:"),
        (b"text,said\na,\n", ":2:"), (b"text,said\na,b\na,c\n", "already"),
        (b"text,said\na,{collect:x}\n", ":2: .*'x'"),
        (b"text,said\n\xff,b\n", "cannot be read"), (b'text,said\n"a"b,c\n', "cannot be read"),
    ],
)  # fmt: skip
def test_a_broken_file_is_named(content: bytes, wrong: str, tmp_path: Path) -> None:
    """With what is wrong with it."""
    path = tmp_path / "de.csv"
    path.write_bytes(content)
    with pytest.raises(KnowledgeError, match=wrong):
        read_texts(path)
    with pytest.raises(KnowledgeError):
        read_texts(tmp_path / "none.csv")
