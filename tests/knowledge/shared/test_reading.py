"""Files of indicators become one pack, whatever their form."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alpheus.errors import KnowledgeError, UsageError
from alpheus.knowledge.packs import load_packs
from alpheus.knowledge.shared.model import SharedPaths
from alpheus.knowledge.shared.reading import (
    FileOfIndicators,
    files_of,
    read_file,
    shared_pack,
)
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
    forms = (
        (STIX, "STIX 2.1"), (MISP, "MISP"), ("45.77.1.1\n", "table or list"),
        ('["45.77.1.1"]', "JSON list"), ("[2001:db8::1]:443\n", "table or list"),
    )  # fmt: skip
    for content, form in forms:
        assert read_file(_write(tmp_path / "x.json", content)).form == form


def test_a_folder_is_all_of_its_files(tmp_path: Path) -> None:
    """As a feed of MISP lies there, without its manifest and its hashes of values."""
    one, two = _write(tmp_path / "a.json", MISP), _write(tmp_path / "b" / "c.csv", "45.77.1.1\n")
    _write(tmp_path / "manifest.json", "{}")
    _write(tmp_path / "hashes.csv", "0" * 32 + ",id\n")
    _write(tmp_path / "hashes.bin", "")
    own = _write(tmp_path / "b" / "hashes.csv", "0" * 32 + "\n")
    assert list(files_of([tmp_path])) == [one, two, own]


def test_a_folder_without_any_is_told(tmp_path: Path) -> None:
    """Nothing would be looked for."""
    _write(tmp_path / "notes.md", "45.77.1.1")
    with pytest.raises(UsageError, match="no file of indicators in this folder"):
        list(files_of([tmp_path]))


def test_what_many_use_is_context(tmp_path: Path) -> None:
    """An address of a content network, or on a list of the operator's, decides nothing."""
    path = _write(tmp_path / "x.txt", "45.77.1.1\n104.16.0.1\n45.77.1.2\nnothing\n")
    known = _write(tmp_path / "known.txt", "45.77.1.2\n")
    pack = shared_pack(SharedPaths((path,), (known,)))
    assert [(one.value, one.weight) for one in pack.indicators] == [
        ("45.77.1.1", Weight.INDICATION), ("104.16.0.1", Weight.CONTEXT),
        ("45.77.1.2", Weight.CONTEXT),
    ]  # fmt: skip
    (one,) = pack.left_out
    assert (one.path, one.count) == (path, 1)
    assert one.reason.endswith("(line 4)")


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


@pytest.mark.parametrize(
    "content",
    ["", "{", '{"type": "bundle"}', '{"objects": 7}', "[]", "{}", "#\n", "[" * 100_000,
     '{"type": "bundle", "objects": ' + "[" * 100_000],
    ids=lambda one: one[:20],
)  # fmt: skip
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


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("content", [STIX, MISP, "45.77.1.1\n", '["45.77.1.1"]'])
def test_every_encoding_that_says_what_it_is(tmp_path: Path, content: str, encoding: str) -> None:
    """Whatever the form."""
    path = tmp_path / "x"
    path.write_text(content, encoding)
    assert len(read_file(path).content.indicators) == 1


def test_half_a_character_costs_no_feed(tmp_path: Path) -> None:
    """It is replaced in what is said of a value; all values are used."""
    content = STIX.replace('"pattern_type"', r'"name": "\ud800", "pattern_type"')
    (one,) = read_file(_write(tmp_path / "x.json", content)).content.indicators
    assert one.meaning == "\ufffd"


def test_what_is_said_of_a_value_has_a_bound(tmp_path: Path) -> None:
    """A report shows it."""
    path = _write(tmp_path / "x.csv", f"value,note\n45.77.1.1,{'x' * 9_000}\n")
    (one,) = shared_pack(SharedPaths((path,))).indicators
    assert one.meaning == "x" * 500 + "…"


_ODD = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
_ANY = st.recursive(
    _ODD, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner)
)
_KEYS = {
    "STIX 2.1": ["type", "id", "name", "pattern", "pattern_type", "confidence", "valid_until",
                 "revoked", "indicator_types", "created_by_ref", "object_marking_refs",
                 "granular_markings", "definition", "definition_type", "extensions"],
    "MISP": ["Event", "response", "Attribute", "Object", "Tag", "EventTag", "AttributeTag", "info",
             "Orgc", "type", "value", "to_ids", "deleted", "comment", "name"],
}  # fmt: skip
_TYPES = st.sampled_from(["indicator", "identity", "marking-definition", "ip-dst", "domain|ip"])


def _objects(form: str) -> st.SearchStrategy[object]:
    """Objects with the keys of a form and anything, or more such objects, behind them."""
    key = st.sampled_from(_KEYS[form])
    return st.recursive(
        _ANY | _TYPES,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(key, inner, max_size=6),
        max_leaves=12,
    )


_FILES = st.one_of(
    st.lists(_objects("STIX 2.1"), max_size=4).map(
        lambda many: json.dumps({"type": "bundle", "objects": many}).encode()
    ),
    st.lists(_objects("MISP"), max_size=4).map(
        lambda many: json.dumps({"Event": {"Attribute": many, "Object": many}}).encode()
    ),
    _objects("MISP").map(lambda one: json.dumps([one]).encode()),
    st.lists(st.text(alphabet="\"',;|#\n\r\t\0. 1aé", max_size=30), max_size=6).map(
        lambda lines: "\n".join(["type,value,tlp,until,note", *lines]).encode()
    ),
    st.binary(max_size=200),
    st.text(max_size=100).map(lambda text: text.encode("utf-16", "surrogatepass")),
)


def _read_or_refused(path: Path) -> FileOfIndicators | str:
    try:
        return read_file(path)
    except KnowledgeError as error:
        return str(error)


@given(_FILES)
@example(b'{"type": "bundle", "objects": [{"type": "indicator", "valid_until": 1e999}]}')
def test_no_content_ends_the_program(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    """Whatever stands in a file: it is read, or refused with one line; all entries are counted."""
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(content)
    file = _read_or_refused(path)
    if isinstance(file, str):
        assert file.startswith(f"{path}: read as ")
        return
    held = file.content
    assert len(held.indicators) + held.left_out.total() > 0
    assert all(count > 0 and reason for reason, count in held.losses())
    assert shared_pack(SharedPaths((path,))).digest


@given(st.lists(st.text(alphabet="\"',;|#. 1aé=", max_size=30), max_size=12))
def test_no_row_is_lost_without_a_word(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    """Each line of a table is used, told, blank, a comment, or part of a cell with a line end."""
    path = tmp_path_factory.getbasetemp() / "rows.csv"
    marked = [f"45.77.1.{number},x" for number in range(len(lines))]
    both = [text for pair in zip(lines, marked, strict=True) for text in pair]
    path.write_text("\n".join(["value,note", *both, "45.77.2.1,x"]), "utf-8")
    values = {one.value for one in read_file(path).content.indicators}
    assert values >= {row.partition(",")[0] for row in marked} | {"45.77.2.1"}


def test_a_range_is_looked_for_but_for_what_many_use(tmp_path: Path) -> None:
    """Each address by itself; those of a warning list are context alone."""
    feed, known = tmp_path / "feed.txt", tmp_path / "known.txt"
    feed.write_text("45.77.1.0/30 # bots\n")
    known.write_text("45.77.1.2/31\n")
    pack = shared_pack(SharedPaths((feed,), (known,)))
    assert {one.value: one.weight for one in pack.indicators} == {
        "45.77.1.0": Weight.INDICATION, "45.77.1.1": Weight.INDICATION,
        "45.77.1.2": Weight.CONTEXT, "45.77.1.3": Weight.CONTEXT,
    }  # fmt: skip
