"""A plan carried out: what it names goes, nothing else does, and nothing is lost on the way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace

import pytest

from alpheus.errors import VaultError
from alpheus.respond.apply import look
from alpheus.respond.known_good import KnownGood
from alpheus.respond.model import Plan
from alpheus.respond.outcome import Result
from alpheus.respond.vault import Vault
from alpheus.respond.volumes import opened
from clean_work import PASSPHRASE, applied, failing_at, killed_at, plan_of, tree_of, undone

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


@pytest.mark.parametrize("of", ["apply", "undo"])
def test_the_disk_fails_at_any_change(
    tmp_path: Path, root: Path, restoring: Plan, media: Path, of: str
) -> None:
    """Once: nothing is lost, what is not done is told, and the next run does it."""
    before, page = tree_of(root), root.joinpath(*WEB, "x.aspx")
    for count in range(1, 60):
        vault = tmp_path / f"v{count}"
        if of == "apply":
            failed = failing_at(count, lambda: applied(restoring, root, vault, media))  # noqa: B023
            if page.exists() and count % 2:
                assert page.read_bytes() in {SHELL, GOOD}
            assert set(_results(applied(restoring, root, vault, media))) <= {"done", "already"}
        else:
            applied(restoring, root, vault, media)
            failed = failing_at(count, lambda: undone(restoring, root, vault))  # noqa: B023
            if count % 2:
                assert set(_results(applied(restoring, root, vault, media))) <= {"done", "already"}
        if of == "apply" or count % 2:
            assert page.read_bytes() == GOOD, count
            assert not [name for name in tree_of(root) if ".alpheus" in name], count
        assert set(_results(undone(restoring, root, vault))) <= {"done", "already"}, count
        assert tree_of(root) == before, count
        if not failed:
            return
    pytest.fail("it failed each time")


def test_a_failing_disk_loses_nothing(
    tmp_path: Path, root: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that cannot be taken away stays, is told, and can be taken later."""
    real = os.rename
    monkeypatch.setattr(os, "rename", _fails)
    outcomes = applied(plan, root, tmp_path / "v")
    assert [(one.result, one.why) for one in outcomes] == [
        (Result.REFUSED, "read-only file system; mount the volume writable, and run again")
    ] * 2
    monkeypatch.setattr(os, "rename", real)
    assert _results(applied(plan, root, tmp_path / "v")) == ["done", "done"]


def test_a_file_of_more_names_is_told_before_and_after(
    tmp_path: Path, root: Path, plan: Plan
) -> None:
    """Its content stays under the others, and by the number of its inode they are found."""
    page, other = root.joinpath(*WEB, "x.aspx"), root.joinpath(*WEB, "picture.txt")
    os.link(page, other)
    number = f"find ROOT -xdev -inum {page.stat().st_ino}"
    with opened({"C": root}) as volumes:
        looked = list(look(plan, volumes))
    for first, second in (looked, applied(plan, root, tmp_path / "v")):
        assert first.why.startswith("its content stays under 1 other name (")
        assert first.why.endswith(number)
        assert second.why == ""
    assert other.read_bytes() == SHELL
    assert not page.exists()


def test_names_that_are_taken_together_are_not_left(tmp_path: Path, root: Path) -> None:
    """Both are in the plan: nothing of the content stays."""
    page, other = root.joinpath(*WEB, "x.aspx"), root.joinpath(*WEB, "z.aspx")
    os.link(page, other)
    plan = plan_of([((*WEB, "x.aspx"), SHELL), ((*WEB, "z.aspx"), SHELL)])
    outcomes = applied(plan, root, tmp_path / "v")
    assert [(one.result, one.why) for one in outcomes] == [(Result.DONE, "")] * 2


def test_a_look_at_a_volume_that_cannot_be_written_says_so(
    root: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing would be done there."""
    known = os.statvfs(root)
    monkeypatch.setattr(
        os, "fstatvfs", lambda _: SimpleNamespace(f_flag=os.ST_RDONLY, f_fsid=known.f_fsid)
    )
    with opened({"C": root}) as volumes:
        looked = list(look(plan, volumes))
    assert {(one.result, one.why.partition(";")[0]) for one in looked} == {
        (Result.REFUSED, "read-only file system")
    }


def _fails(*_: object, **__: object) -> None:
    raise OSError(30, "Read-only file system")


def test_nobody_leads_it_elsewhere(tmp_path: Path, root: Path, plan: Plan) -> None:
    """A folder on the way is exchanged for a link, again and again, while it works.

    What the link leads to has the very names and contents that the plan asks for.
    """
    outside = tmp_path / "outside"
    for name, content in (("x.aspx", SHELL), ("y.aspx", SHELL + b"2")):
        _put(outside, ("wwwroot", "aspnet_client", name), content)
    before = tree_of(outside)
    folder, away = root / WEB[0], root / "away"
    ended = Event()

    def exchange() -> None:
        while not ended.is_set():
            folder.rename(away)
            folder.symlink_to(outside)
            folder.unlink()
            away.rename(folder)

    attacker = Thread(target=exchange)
    attacker.start()
    try:
        for number in range(12):
            outcomes = applied(plan, root, tmp_path / f"v{number}")
            outcomes += undone(plan, root, tmp_path / f"v{number}")
            assert set(_results(outcomes)) <= {"done", "already", "absent", "refused", "not-found"}
    finally:
        ended.set()
        attacker.join()
    assert tree_of(outside) == before


GOOD = b"the product's own page"


@pytest.fixture
def media(tmp_path: Path) -> Path:
    """The product's own files."""
    return _put(tmp_path, ("media", "x.aspx"), GOOD).parent


@pytest.fixture
def restoring() -> Plan:
    """A plan that puts one of them back in place of a changed one."""
    named = [((*WEB, "x.aspx"), SHELL), ((*WEB, "y.aspx"), SHELL + b"2")]
    return plan_of(named, {"x.aspx": GOOD})


def test_the_products_own_file_takes_the_place(
    tmp_path: Path, root: Path, restoring: Plan, media: Path
) -> None:
    """Once; it is told; undone, the changed one is there again as it was."""
    before, page = tree_of(root), root.joinpath(*WEB, "x.aspx")
    with opened({"C": root}) as volumes:
        told = list(look(restoring, volumes, KnownGood(media, restoring.files())))
    assert _results(told) == ["would", "would"]
    assert "takes its place" in told[0].why
    outcomes = applied(restoring, root, tmp_path / "v", media)
    assert [one.result.value for one in outcomes] == ["done", "done"]
    assert "takes its place" in outcomes[0].why
    assert page.read_bytes() == GOOD
    after = tree_of(root)
    for folder in (media, None):
        again = applied(restoring, root, tmp_path / "v", folder)
        assert _results(again) == ["already", "already"]
    assert tree_of(root) == after
    assert _results(undone(restoring, root, tmp_path / "v")) == ["done", "done"]
    assert tree_of(root) == before


def test_it_can_come_later(tmp_path: Path, root: Path, restoring: Plan, media: Path) -> None:
    """The changed page is taken all the same, and it is said that its place is empty: each time."""
    before, page = tree_of(root), root.joinpath(*WEB, "x.aspx")
    for result in ("done", "already"):
        outcomes = applied(restoring, root, tmp_path / "v")
        assert outcomes[0].result.value == result
        assert "by hand" in outcomes[0].why
        assert [one.lacks for one in outcomes] == [True, False]
    page.write_bytes(GOOD)
    assert [one.lacks for one in applied(restoring, root, tmp_path / "v")] == [False, False]
    page.unlink()
    assert not page.exists()
    assert _results(applied(restoring, root, tmp_path / "v", media)) == ["done", "already"]
    assert page.read_bytes() == GOOD
    assert _results(undone(restoring, root, tmp_path / "v")) == ["done", "done"]
    assert tree_of(root) == before


def test_what_is_only_exchanged_stays_without_it(tmp_path: Path, root: Path, media: Path) -> None:
    """A web site needs its configuration; what is right already is left."""
    plan = plan_of([((*WEB, "x.aspx"), SHELL)], {"x.aspx": GOOD}, exchanged=True)
    page = root.joinpath(*WEB, "x.aspx")
    (outcome,) = applied(plan, root, tmp_path / "v")
    assert (outcome.result, "--known-good" in outcome.why) == (Result.REFUSED, True)
    assert page.read_bytes() == SHELL
    assert _results(applied(plan, root, tmp_path / "v", media)) == ["done"]
    assert page.read_bytes() == GOOD
    (outcome,) = applied(plan, root, tmp_path / "v2")
    assert (outcome.result, outcome.why) == (Result.ALREADY, "the product's own file is there")


def test_killed_while_files_are_exchanged(
    tmp_path: Path, root: Path, restoring: Plan, media: Path
) -> None:
    """At any change of the disk: the next run finishes, also without the folder, and undo too."""
    before, page = tree_of(root), root.joinpath(*WEB, "x.aspx")
    for count in range(1, 60):
        vault = tmp_path / f"v{count}"
        killed = killed_at(count, lambda: applied(restoring, root, vault, media))  # noqa: B023
        if page.exists():
            assert page.read_bytes() in {SHELL, GOOD}
        if count % 2 and (vault / "vault.json").exists():
            killed |= killed_at(count // 2 + 1, lambda: undone(restoring, root, vault))  # noqa: B023
        if count % 3:
            applied(restoring, root, vault, media)
            assert page.read_bytes() == GOOD
        if not (vault / "vault.json").exists():
            continue
        assert set(_results(undone(restoring, root, vault))) <= {"done", "already"}
        assert tree_of(root) == before, count
        if not killed:
            return
    pytest.fail("it was killed each time")


def test_a_folder_that_does_not_reach_the_disk_is_told(
    tmp_path: Path, root: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was taken from it is not called done, and the next run says that it is."""
    real = os.fsync

    def fsync(number: int) -> None:
        if os.fstat(number).st_ino == root.joinpath(*WEB).stat().st_ino:
            raise OSError(5, "Input/output error")
        real(number)

    monkeypatch.setattr(os, "fsync", fsync)
    outcomes = applied(plan, root, tmp_path / "v")
    assert _results(outcomes) == ["refused", "refused"]
    assert "not on disk" in outcomes[0].why
    monkeypatch.setattr(os, "fsync", real)
    assert _results(applied(plan, root, tmp_path / "v")) == ["done", "done"]


def test_an_empty_volume_is_not_a_clean_one(tmp_path: Path, root: Path, plan: Plan) -> None:
    """A wrong mount, looked at or worked on, also after the right one was cleaned."""
    empty = tmp_path / "empty"
    empty.mkdir()
    with opened({"C": empty}) as volumes:
        assert _results(look(plan, volumes)) == ["not-found", "not-found"]
    outcomes = applied(plan, empty, tmp_path / "v")
    assert _results(outcomes) == ["not-found", "not-found"]
    assert "is C the right volume?" in outcomes[0].why
    applied(plan, root, tmp_path / "v")
    assert _results(applied(plan, empty, tmp_path / "v")) == ["not-found", "not-found"]
    assert _results(applied(plan, root, tmp_path / "v")) == ["already", "already"]


def test_a_product_file_damaged_in_the_vault_stops_nothing(
    tmp_path: Path, root: Path, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its page stays and is told; the others are taken."""
    plan = plan_of([((*WEB, "x.aspx"), SHELL), ((*WEB, "y.aspx"), SHELL + b"2")], {"x.aspx": GOOD})
    real = Vault.read

    def read(self: Vault, address: str) -> Iterator[bytes]:
        if address == sha256(GOOD).hexdigest():
            raise VaultError("v/segments/000001: it is not as it was kept")
        return real(self, address)

    monkeypatch.setattr(Vault, "read", read)
    outcomes = applied(plan, root, tmp_path / "v", media)
    assert _results(outcomes) == ["refused", "done"]
    assert "segments/000001" in outcomes[0].why
    assert root.joinpath(*WEB, "x.aspx").read_bytes() == SHELL


def test_names_that_differ_in_case_are_each_their_own(tmp_path: Path) -> None:
    """Each is found by its own spelling, in either order, and comes back to it."""
    named = [(("web", "a.aspx"), b"one"), (("web", "A.aspx"), b"another")]
    root = tmp_path / "c"
    (root / "web").mkdir(parents=True)
    for parts, content in named:
        root.joinpath(*parts).write_bytes(content)
    if len(list((root / "web").iterdir())) == 1:
        pytest.skip("this file system does not tell them apart")
    plan = plan_of(named)
    assert [one.result for one in applied(plan, root, tmp_path / "v")] == ["done", "done"]
    assert list((root / "web").iterdir()) == []
    assert {one.result for one in undone(plan, root, tmp_path / "v")} == {"done"}
    assert {one.name: one.read_bytes() for one in (root / "web").iterdir()} == {
        "a.aspx": b"one", "A.aspx": b"another",
    }  # fmt: skip


def test_where_only_one_of_two_spellings_is_there_the_other_is_refused(tmp_path: Path) -> None:
    """In words: what is there under the other name has another content."""
    root = tmp_path / "c"
    (root / "web").mkdir(parents=True)
    (root / "web" / "A.aspx").write_bytes(b"another")
    plan = plan_of([(("web", "a.aspx"), b"one"), (("web", "A.aspx"), b"another")])
    first, second = applied(plan, root, tmp_path / "v")
    assert (first.result, second.result) == ("refused", "done")
    assert first.why.startswith("it is another file than the one that the assessment saw")
