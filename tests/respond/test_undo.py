"""Random trees and plans: undone, they are byte for byte and time for time what they were."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
