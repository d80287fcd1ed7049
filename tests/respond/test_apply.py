"""A plan carried out: what it names goes, nothing else does, and nothing is lost on the way."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest

from alpheus.respond.apply import Result, look
from alpheus.respond.model import Plan
from alpheus.respond.vault import Vault
from alpheus.respond.volumes import opened
from clean_work import PASSPHRASE, applied, killed_at, plan_of, tree_of, undone

SHELL = b"<%@ Page Language='Jscript' %> a page that is none"
WEB = ("inetpub", "wwwroot", "aspnet_client")


def _put(root: Path, parts: tuple[str, ...], content: bytes, age: int = 0) -> Path:
    path = root.joinpath(*parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, ns=(1_614_500_000_000_000_000 + age, 1_614_600_000_000_000_123 + age))
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A volume with two shells beside pages that stay."""
    root = tmp_path / "c"
    _put(root, (*WEB, "x.aspx"), SHELL)
    _put(root, (*WEB, "y.aspx"), SHELL + b"2")
    _put(root, (*WEB, "system_web", "stays.aspx"), b"stock")
    for folder in (root.joinpath(*WEB), root.joinpath(*WEB[:2])):
        os.utime(folder, ns=(1_600_000_000_000_000_000, 1_600_000_000_000_000_007))
    return root


@pytest.fixture
def plan() -> Plan:
    """The plan for them."""
    return plan_of([((*WEB, "x.aspx"), SHELL), ((*WEB, "y.aspx"), SHELL + b"2")])


def _results(outcomes: object) -> list[str]:
    return [outcome.result.value for outcome in outcomes]  # type: ignore[attr-defined]


def test_what_is_named_goes_and_comes_back(tmp_path: Path, root: Path, plan: Plan) -> None:
    """Undone, the tree is as it was: content, times, rights, also those of folders."""
    before = tree_of(root)
    assert _results(applied(plan, root, tmp_path / "v")) == ["done", "done"]
    assert {name for name in before if name.endswith(".aspx")} - set(tree_of(root)) == {
        "inetpub/wwwroot/aspnet_client/x.aspx", "inetpub/wwwroot/aspnet_client/y.aspx",
    }  # fmt: skip
    with Vault(tmp_path / "v", PASSPHRASE) as vault:
        assert b"".join(vault.read(sha256(SHELL).hexdigest())) == SHELL
    assert _results(undone(plan, root, tmp_path / "v")) == ["done", "done"]
    assert tree_of(root) == before


def test_twice_is_as_once(tmp_path: Path, root: Path, plan: Plan) -> None:
    """A second run finds nothing to do; a second undo neither."""
    before = tree_of(root)
    applied(plan, root, tmp_path / "v")
    after = tree_of(root)
    assert _results(applied(plan, root, tmp_path / "v")) == ["already", "already"]
    assert tree_of(root) == after
    undone(plan, root, tmp_path / "v")
    assert _results(undone(plan, root, tmp_path / "v")) == ["already", "already"]
    assert tree_of(root) == before
    assert _results(applied(plan, root, tmp_path / "v")) == ["done", "done"]
    undone(plan, root, tmp_path / "v")
    assert tree_of(root) == before


def test_a_look_changes_nothing(root: Path, plan: Plan) -> None:
    """It says of each file what would become of it."""
    before = tree_of(root)
    with opened({"C": root}) as volumes:
        assert _results(look(plan, volumes)) == ["would", "would"]
    with opened({"D": root}) as volumes:
        assert [one.why for one in look(plan, volumes)] == ["no --root says where C is mounted"] * 2
    assert tree_of(root) == before


def test_another_file_in_its_place_stays(tmp_path: Path, root: Path, plan: Plan) -> None:
    """What the assessment did not see is not touched; what is not there is told."""
    root.joinpath(*WEB, "x.aspx").write_bytes(b"an administrator's own page")
    root.joinpath(*WEB, "y.aspx").unlink()
    before = tree_of(root)
    outcomes = applied(plan, root, tmp_path / "v")
    assert _results(outcomes) == ["refused", "absent"]
    assert "another file" in outcomes[0].why
    assert tree_of(root) == before


def test_a_file_that_came_back_is_taken_again(tmp_path: Path, root: Path, plan: Plan) -> None:
    """The same shell in the same place, after it was removed."""
    applied(plan, root, tmp_path / "v")
    _put(root, (*WEB, "x.aspx"), SHELL)
    assert _results(applied(plan, root, tmp_path / "v")) == ["done", "already"]
    assert not root.joinpath(*WEB, "x.aspx").exists()


def test_nothing_is_put_over_what_is_there_now(tmp_path: Path, root: Path, plan: Plan) -> None:
    """Undo refuses where something else has taken the place, and puts back the rest."""
    applied(plan, root, tmp_path / "v")
    taken = _put(root, (*WEB, "x.aspx"), b"new")
    outcomes = undone(plan, root, tmp_path / "v")
    assert _results(outcomes) == ["done", "refused"]
    assert taken.read_bytes() == b"new"
    assert root.joinpath(*WEB, "y.aspx").read_bytes() == SHELL + b"2"
    taken.unlink()
    assert _results(undone(plan, root, tmp_path / "v")) == ["already", "done"]
    assert taken.read_bytes() == SHELL


@pytest.mark.parametrize("of", ["apply", "undo"])
def test_killed_at_any_change_of_the_disk(tmp_path: Path, root: Path, plan: Plan, of: str) -> None:
    """Each file is in its place or in the vault, and the next run finishes.

    Every write, rename, link, unlink and sync is tried, one after another.
    """
    before = tree_of(root)
    count = 0
    killed = True
    while killed:
        count += 1
        vault = tmp_path / f"v{count}"
        if of == "apply":
            killed = killed_at(count, lambda: applied(plan, root, vault))  # noqa: B023
            for path, content in ((root.joinpath(*WEB, "x.aspx"), SHELL),
                                  (root.joinpath(*WEB, "y.aspx"), SHELL + b"2")):  # fmt: skip
                if not path.exists():
                    with Vault(vault, PASSPHRASE) as kept:
                        assert b"".join(kept.read(sha256(content).hexdigest())) == content
            assert set(_results(applied(plan, root, vault))) <= {"done", "already"}
        else:
            applied(plan, root, vault)
            killed = killed_at(count, lambda: undone(plan, root, vault))  # noqa: B023
        left = [path for path in tree_of(root) if ".alpheus" in path]
        assert of == "undo" or left == []
        assert set(_results(undone(plan, root, vault))) <= {"done", "already"}
        assert tree_of(root) == before, count
    assert count > 15


def test_a_failing_disk_loses_nothing(
    tmp_path: Path, root: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that cannot be taken away stays, is told, and can be taken later."""
    real = os.rename
    monkeypatch.setattr(os, "rename", _fails)
    outcomes = applied(plan, root, tmp_path / "v")
    assert [(one.result, one.why) for one in outcomes] == [
        (Result.REFUSED, "read-only file system")
    ] * 2
    monkeypatch.setattr(os, "rename", real)
    assert _results(applied(plan, root, tmp_path / "v")) == ["done", "done"]


def _fails(*_: object, **__: object) -> None:
    raise OSError(30, "Read-only file system")
