"""Baselines that an operator makes."""

from __future__ import annotations

import hashlib
import io
import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.detect.webshell import baseline_file
from alpheus.detect.webshell.baseline_file import (
    BaselineEntry,
    OperatorBaseline,
    baseline_entries,
    read_baseline,
    write_baseline,
)
from alpheus.errors import KnowledgeError
from alpheus.evidence import OpenOptions, open_package
from alpheus.model import Skipped

HASH = "ab" * 32
HEADER = '{"schema": "alpheus.baseline/1"}\n'


def _entries(root: Path) -> list[BaselineEntry | Skipped]:
    return list(baseline_entries(open_package(root, "E1", OpenOptions())))


def _baseline(*paths: str) -> OperatorBaseline:
    return OperatorBaseline("b", {path: frozenset({HASH}) for path in paths}, frozenset({HASH}))


def test_pages_assemblies_configuration_and_scripts_are_listed(tmp_path: Path) -> None:
    """By name, or by a directive whatever the name; pictures and texts are not."""
    (tmp_path / "Bin").mkdir()
    for name in ("Default.ASPX", "Web.config", "a.js", "Bin/x.dll"):
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "odd.gif").write_text('<%@ Page Language="C#" %>')
    (tmp_path / "picture.gif").write_bytes(b"GIF89a")
    (tmp_path / "notes.txt").write_text('<%@ Page Language="C#" %>')
    found = {one.path: one for one in _entries(tmp_path) if isinstance(one, BaselineEntry)}
    assert set(found) == {"default.aspx", "web.config", "a.js", "bin/x.dll", "odd.gif"}
    one = found["default.aspx"]
    assert (one.sha256, one.size) == (hashlib.sha256(b"Default.ASPX").hexdigest(), 12)


def test_long_files_are_hashed_to_their_end(tmp_path: Path) -> None:
    """Also beyond the block that is read at once."""
    content = b"x" * (baseline_file._BLOCK * 2 + 5)
    (tmp_path / "x.dll").write_bytes(content)
    (one,) = _entries(tmp_path)
    assert one == BaselineEntry("x.dll", hashlib.sha256(content).hexdigest(), len(content))


def test_what_cannot_be_read_is_a_loss(tmp_path: Path) -> None:
    """A link is not followed, and said."""
    (tmp_path / "x.aspx").symlink_to("/etc/hostname")
    (loss,) = _entries(tmp_path)
    assert isinstance(loss, Skipped)
    assert "symbolic link" in loss.reason


@given(
    st.lists(
        st.builds(
            BaselineEntry,
            st.text(st.characters(codec="utf-8"), min_size=1).map(
                lambda text: text.replace("\\", "").strip("/").lower() or "x"
            ).filter(lambda text: text == text.lower() and len(text) < 200),
            st.binary(min_size=32, max_size=32).map(bytes.hex),
            st.integers(min_value=0),
        ),
        min_size=1,
    )
)  # fmt: skip
def test_what_was_written_is_read(tmp_path_factory, entries) -> None:
    """Whatever the names; the order of the entries makes no difference to the file."""
    first, second = io.StringIO(), io.StringIO()
    assert write_baseline(entries, first) == len(set(entries))
    write_baseline(reversed(entries), second)
    assert first.getvalue() == second.getvalue()
    path = tmp_path_factory.getbasetemp() / "round.jsonl"
    path.write_text(first.getvalue(), "utf-8")
    found = read_baseline(path)
    assert found.hashes == {entry.sha256 for entry in entries}
    assert set(found.entries) == {entry.path for entry in entries}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1: empty"),
        ("path,sha256\n", "line 1: not JSON"),
        ('{"schema": "other/1"}\n', "line 1: the schema is not"),
        ("[" * 20_000, "line 1: not JSON"),
        (HEADER, "lists no file"),
        (HEADER + "[]\n", "line 2: not an object"),
        (HEADER + '{"path": 1}\n', "line 2: path is not"),
        (HEADER + '{"path": "x", "sha256": "zz"}\n', "line 2: sha256 is not"),
        (HEADER + f'{{"path": "x", "sha256": "{HASH}", "size": true}}\n', "line 2: size is not"),
        (HEADER + "x" * 70_000, "line 2: longer than"),
        (HEADER + '{"path": "\xff', "line 2: not JSON"),
    ],
)
def test_an_error_names_file_and_line(tmp_path: Path, text: str, says: str) -> None:
    """And says what is wrong there."""
    path = tmp_path / "base.jsonl"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(KnowledgeError, match=r"base\.jsonl: ") as caught:
        read_baseline(path)
    assert says in str(caught.value)


@given(st.binary())
def test_any_bytes_are_read_or_refused(tmp_path_factory, content: bytes) -> None:
    """Only with the one error that says why."""
    path = tmp_path_factory.getbasetemp() / "bytes.jsonl"
    path.write_bytes(HEADER.encode() + content)
    with suppress(KnowledgeError):
        assert read_baseline(path).entries


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """With the reason of the system."""
    with pytest.raises(KnowledgeError, match="no such file"):
        read_baseline(tmp_path / "none")


def test_spelling_of_paths_and_hashes_is_forgiven(tmp_path: Path) -> None:
    """As other programs on Windows may write them."""
    row = {"path": "\\Owa\\X.aspx", "sha256": HASH.upper(), "size": 1}
    (tmp_path / "b").write_text(HEADER + json.dumps(row) + "\n")
    assert read_baseline(tmp_path / "b").entries == {"owa/x.aspx": frozenset({HASH})}


def test_the_root_is_where_most_of_the_baseline_is_repeated() -> None:
    """Also below other folders, at several places, and not where one common name is repeated."""
    names = ["web.config", "a/1.aspx", "a/2.aspx", "b/3.aspx", "b/4.aspx", "b/5.aspx"]
    known = _baseline(*names)
    tree = [f"c/inetpub/{name}" for name in names]
    assert known.roots([*tree, "c/other/web.config", "c/inetpub/new/x.aspx"]) == ("c/inetpub/",)
    assert known.roots(names) == ("",)
    twice = [f"{root}/{name}" for root in "xy" for name in names]
    assert known.roots(twice) == ("x/", "y/")
    assert _baseline(*(f"{n}.aspx" for n in range(9))).roots(["q/1.aspx"]) == ()
    assert known.roots([]) == ()
