"""Files of indicators become one pack, whatever their form."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alpheus.errors import KnowledgeError
from alpheus.knowledge.packs import load_packs
from alpheus.knowledge.shared.model import SharedPaths
from alpheus.knowledge.shared.reading import files_of, read_file, shared_pack
from alpheus.model import Weight


def _write(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")
    return path


STIX = json.dumps(
    {
        "type": "bundle",
        "id": "bundle--1",
        "objects": [
            {
                "type": "indicator",
                "pattern": "[ipv4-addr:value = '45.77.1.1']",
                "pattern_type": "stix",
            }
        ],
    }
)
MISP = json.dumps(
    {
        "Event": {
            "info": "x",
            "Attribute": [{"type": "domain", "value": "evil.example", "to_ids": True}],
        }
    }
)


def test_forms_are_told_by_content(tmp_path: Path) -> None:
    """Not by the name of the file."""
    for content, form in ((STIX, "STIX 2.1"), (MISP, "MISP"), ("45.77.1.1\n", "table or list")):
        assert read_file(_write(tmp_path / "x.json", content)).form == form


def test_a_folder_is_all_of_its_files(tmp_path: Path) -> None:
    """As a feed of MISP lies there, without its manifest."""
    one, two = _write(tmp_path / "a.json", MISP), _write(tmp_path / "b" / "c.csv", "45.77.1.1\n")
    _write(tmp_path / "manifest.json", "{}")
    _write(tmp_path / "hashes.bin", "")
    assert list(files_of([tmp_path])) == [one, two]


def test_what_many_use_is_context(tmp_path: Path) -> None:
    """An address of a content network, or on a list of the operator's, decides nothing."""
    path = _write(tmp_path / "x.txt", "45.77.1.1\n104.16.0.1\n45.77.1.2\nnothing\n")
    known = _write(tmp_path / "known.txt", "45.77.1.2\n")
    pack = shared_pack(SharedPaths((path,), (known,)))
    assert [(one.value, one.weight) for one in pack.indicators] == [
        ("45.77.1.1", Weight.INDICATION), ("104.16.0.1", Weight.CONTEXT),
        ("45.77.1.2", Weight.CONTEXT),
    ]  # fmt: skip
    assert [(one.path, one.count) for one in pack.left_out] == [(path, 1)]


def test_of_one_value_what_lasts_longest_counts(tmp_path: Path) -> None:
    """Several files may share the same value."""
    path = _write(
        tmp_path / "x.csv",
        "value,until\n45.77.1.1,2021-01-01\n45.77.1.1,2023-01-01\n45.77.1.1,2022-01-01\n",
    )
    (one,) = shared_pack(SharedPaths((path,))).indicators
    assert one.until == datetime(2023, 1, 1, 23, 59, 59, 999999, tzinfo=UTC)


def test_what_changes_shows_in_the_digest(tmp_path: Path) -> None:
    """So that nothing is remembered of older indicators."""
    path = _write(tmp_path / "x.txt", "45.77.1.1\n")
    one = shared_pack(SharedPaths((path,)))
    two = shared_pack(SharedPaths((path,), (_write(tmp_path / "w.txt", "45.77.1.1\n"),)))
    three = shared_pack(SharedPaths((_write(tmp_path / "x.txt", "45.77.1.2\n"),)))
    assert len({one.digest, two.digest, three.digest}) == 3


@pytest.mark.parametrize("content", ["", "{", '{"type": "bundle"}', '{"objects": 7}'])
def test_what_holds_none_is_told(tmp_path: Path, content: str) -> None:
    """With the file, and as what it was read."""
    with pytest.raises(KnowledgeError, match=r"x\.json: read as "):
        read_file(_write(tmp_path / "x.json", content))
    with pytest.raises(KnowledgeError, match="No such file"):
        read_file(tmp_path / "missing.txt")


def test_they_are_one_more_pack(tmp_path: Path) -> None:
    """Beside all others, or alone."""
    path = _write(tmp_path / "x.txt", "45.77.1.1\n")
    assert [one.id for one in load_packs([], (), SharedPaths((path,)))] == ["shared"]
