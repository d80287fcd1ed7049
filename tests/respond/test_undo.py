"""Random trees and plans: undone, they are byte for byte and time for time what they were."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.respond.journal import Journal
from alpheus.respond.model import Plan
from alpheus.respond.undo import looks_other
from alpheus.respond.volumes import opened
from clean_work import applied, plan_of, tree_of, undone

NAMES = st.sampled_from(["a", "B", "web", "x.aspx", "ü.aspx", "a b", "-r", "q'\".asp", "$(x)", "é"])
TREES = st.dictionaries(st.tuples(NAMES, NAMES, NAMES), st.binary(max_size=50), max_size=12)


@settings(max_examples=25, deadline=None)
@given(TREES, st.data())
def test_undone_is_as_before(
    tmp_path_factory: pytest.TempPathFactory,
    tree: dict[tuple[str, ...], bytes],
    data: st.DataObject,
) -> None:
    """Whatever is named of it, in whatever order, also when undone in the middle."""
    place = tmp_path_factory.mktemp("undo")
    root = place / "c"
    root.mkdir()
    for number, (parts, content) in enumerate(tree.items()):
        path = root.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(data.draw(st.sampled_from([0o600, 0o644, 0o444])))
        os.utime(path, ns=(number * 1000, 10**18 + number))
    for number, folder in enumerate(sorted(root.rglob("*"))):
        if folder.is_dir():
            os.utime(folder, ns=(10**18, 10**18 + number * 7))
    before = tree_of(root)
    named = data.draw(st.lists(st.sampled_from(sorted(tree)), unique=True)) if tree else []
    plan = plan_of([(parts, tree[parts]) for parts in named])
    assert {one.result for one in applied(plan, root, place / "v")} <= {"done"}
    after = tree_of(root)
    assert set(before) - set(after) == {"/".join(parts) for parts in named}
    assert {one.result for one in undone(plan, root, place / "v")} <= {"done"}
    assert tree_of(root) == before


def test_a_folder_that_others_changed_keeps_its_time(tmp_path: Path) -> None:
    """What they did is not hidden."""
    root = tmp_path / "c"
    (root / "web").mkdir(parents=True)
    (root / "web" / "x.aspx").write_bytes(b"x")
    os.utime(root / "web", ns=(5, 5))
    plan = plan_of([(("web", "x.aspx"), b"x")])
    applied(plan, root, tmp_path / "v")
    (root / "web" / "new.txt").touch()
    undone(plan, root, tmp_path / "v")
    assert (root / "web").stat().st_mtime_ns > 10**18


def _three(root: Path) -> Plan:
    (root / "web").mkdir(parents=True)
    named = [(("web", name), name.encode() * 40) for name in ("a.aspx", "b.aspx", "c.aspx")]
    for parts, content in named:
        root.joinpath(*parts).write_bytes(content)
    return plan_of(named)


def test_one_damaged_record_stops_no_other(tmp_path: Path) -> None:
    """It is told with its path and the file of the vault; a next run says the same."""
    root, segment = tmp_path / "c", tmp_path / "v" / "segments" / "000001"
    plan = _three(root)
    applied(plan, root, tmp_path / "v")
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 1
    segment.write_bytes(content)
    outcomes = undone(plan, root, tmp_path / "v")
    assert [one.result.value for one in outcomes] == ["done", "refused", "done"]
    assert outcomes[1].action.parts[-1] == "b.aspx"
    assert str(segment) in outcomes[1].why
    assert sorted(one.name for one in (root / "web").iterdir()) == ["a.aspx", "c.aspx"]
    again = undone(plan, root, tmp_path / "v")
    assert [one.result.value for one in again] == ["already", "refused", "already"]


def test_already_is_only_what_is_in_its_place(tmp_path: Path) -> None:
    """A vault that took nothing puts nothing back, and says so."""
    root = tmp_path / "c"
    plan = _three(root)
    applied(plan, root, tmp_path / "v")
    (root / "web" / "a.aspx").write_bytes(b"a.aspx" * 40)
    (root / "web" / "b.aspx").write_bytes(b"another")
    (tmp_path / "other").mkdir()
    applied(plan, tmp_path / "other", tmp_path / "wrong")
    outcomes = undone(plan, root, tmp_path / "wrong")
    assert [one.result.value for one in outcomes] == ["absent", "refused", "already"]
    assert "this vault did not take" in outcomes[0].why
    assert [one.result.value for one in undone(plan, tmp_path / "other", tmp_path / "wrong")] == [
        "not-found"
    ] * 3


def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    """With what to do; where nothing on its way is there, the volume is asked for."""
    root = tmp_path / "c"
    content = b"x" * 9
    (root / "web" / "below").mkdir(parents=True)
    (root / "web" / "below" / "x.aspx").write_bytes(content)
    plan = plan_of([(("web", "below", "x.aspx"), content)])
    applied(plan, root, tmp_path / "v")
    (root / "web" / "below").rmdir()
    (outcome,) = undone(plan, root, tmp_path / "v")
    assert outcome.result.value == "not-found"
    assert r"make C:\web\below again" in outcome.why
    (root / "web").rename(root / "moved")
    (outcome,) = undone(plan, root, tmp_path / "v")
    assert "is C the volume" in outcome.why
    (root / "web" / "below").mkdir(parents=True)
    (outcome,) = undone(plan, root, tmp_path / "v")
    assert outcome.result.value == "done"
    assert (root / "web" / "below" / "x.aspx").read_bytes() == content


def test_folders_that_others_worked_in_are_told(tmp_path: Path) -> None:
    """Where none is as it was left; not before."""
    root = tmp_path / "c"
    plan = _three(root)
    applied(plan, root, tmp_path / "v")
    found = []
    for _ in range(2):
        with (
            opened({"C": root}) as volumes,
            Journal(tmp_path / "v" / "journals", plan.digest) as journal,
        ):
            found.append(looks_other(volumes, journal))
        (root / "web" / "new.txt").touch()
    assert found == [False, True]


def test_holes_of_a_file_come_back_as_holes(tmp_path: Path) -> None:
    """What takes a few blocks takes a few blocks again; each byte is where it was."""
    root, size = tmp_path / "c", 20 << 20
    (root / "web").mkdir(parents=True)
    path = root / "web" / "x.aspx"
    with path.open("wb") as stream:
        stream.write(b"begin")
        stream.seek(7 << 20)
        stream.write(b"middle")
        stream.truncate(size)
    if path.stat().st_blocks * 512 > 1 << 20:
        pytest.skip("this file system has no holes")
    content = path.read_bytes()
    plan = plan_of([(("web", "x.aspx"), content)])
    applied(plan, root, tmp_path / "v")
    (outcome,) = undone(plan, root, tmp_path / "v")
    assert (outcome.result, outcome.why) == ("done", "")
    assert path.read_bytes() == content
    assert path.stat().st_blocks * 512 < 1 << 20


def test_other_names_that_a_file_had_are_told(tmp_path: Path) -> None:
    """It comes back as a file of its own; what the other name leads to is not touched."""
    root = tmp_path / "c"
    (root / "web").mkdir(parents=True)
    (root / "web" / "x.aspx").write_bytes(b"x")
    (root / "web" / "y.txt").hardlink_to(root / "web" / "x.aspx")
    plan = plan_of([(("web", "x.aspx"), b"x")])
    applied(plan, root, tmp_path / "v")
    (outcome,) = undone(plan, root, tmp_path / "v")
    assert outcome.result == "done"
    assert outcome.why == "without its other names (it had 2: hard links, or a short one)"
    assert (root / "web" / "y.txt").read_bytes() == b"x"


def test_a_journal_that_was_cut_short_is_told_where_the_content_is_kept(tmp_path: Path) -> None:
    """The vault has the file; whence it came is in the journal, of which a copy is asked for."""
    root = tmp_path / "c"
    (root / "inetpub").mkdir(parents=True)
    (root / "inetpub" / "x.aspx").write_bytes(b"shell")
    plan = plan_of([(("inetpub", "x.aspx"), b"shell")])
    applied(plan, root, tmp_path / "v")
    (journal,) = (tmp_path / "v" / "journals").iterdir()
    whole = journal.read_bytes()
    journal.write_bytes(b"")
    (told,) = undone(plan, root, tmp_path / "v")
    assert (told.result, "put back a copy of the journal" in told.why) == ("absent", True)
    assert "it was of another volume and is back there" in told.why
    journal.write_bytes(whole)
    (back,) = undone(plan, root, tmp_path / "v")
    assert back.result == "done"
