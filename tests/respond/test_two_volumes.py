"""What is so of one volume says nothing of another, a copy of it least of all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from alpheus.errors import CleanError
from alpheus.respond.journal import Journal
from alpheus.respond.model import Plan
from alpheus.respond.outcome import Outcome
from alpheus.respond.undo import check_origin
from alpheus.respond.volumes import opened
from clean_work import applied, killed_at, plan_of, tree_of, undone

WEB = ("inetpub", "wwwroot")
NAMED = [((*WEB, name), name.encode() * 30) for name in ("x.aspx", "y.aspx")]


@pytest.fixture
def live(tmp_path: Path) -> Path:
    """The server's volume, with two shells."""
    root = tmp_path / "live"
    for parts, content in NAMED:
        root.joinpath(*parts).parent.mkdir(parents=True, exist_ok=True)
        root.joinpath(*parts).write_bytes(content)
    os.utime(root.joinpath(*WEB), ns=(10**18, 10**18 + 5))
    return root


@pytest.fixture
def copy(live: Path, tmp_path: Path) -> Path:
    """A copy of it, on which the clean-up is rehearsed."""
    return Path(shutil.copytree(live, tmp_path / "copy"))


@pytest.fixture
def plan() -> Plan:
    """The plan for both."""
    return plan_of(NAMED)


def _told(outcomes: list[Outcome]) -> list[str]:
    return [one.result.value for one in outcomes]


def test_a_rehearsal_says_nothing_of_the_server(
    tmp_path: Path, live: Path, copy: Path, plan: Plan
) -> None:
    """The live run acts; each of them is undone by what was taken from it."""
    before = tree_of(live), tree_of(copy)
    assert _told(applied(plan, copy, tmp_path / "v")) == ["done", "done"]
    assert _told(applied(plan, live, tmp_path / "v")) == ["done", "done"]
    assert not live.joinpath(*WEB, "x.aspx").exists()
    assert _told(applied(plan, copy, tmp_path / "v")) == ["already", "already"]
    assert _told(undone(plan, live, tmp_path / "v")) == ["done", "done"]
    assert _told(undone(plan, copy, tmp_path / "v")) == ["done", "done"]
    assert (tree_of(live), tree_of(copy)) == before


def test_what_is_gone_from_the_copy_is_not_gone_from_the_server(
    tmp_path: Path, live: Path, copy: Path, plan: Plan
) -> None:
    """A live run that finds no file where one should be is not green."""
    applied(plan, copy, tmp_path / "v")
    live.joinpath(*WEB, "x.aspx").rename(live.joinpath(*WEB, "moved.aspx"))
    assert _told(applied(plan, live, tmp_path / "v")) == ["absent", "done"]


def test_a_killed_rehearsal_is_finished_on_the_copy(
    tmp_path: Path, live: Path, copy: Path, plan: Plan
) -> None:
    """At whatever change: a live run between takes nothing for done, and undo brings all back."""
    before = tree_of(live)
    count, killed = 0, True
    while killed:
        count += 4
        place = tmp_path / str(count)
        again = Path(shutil.copytree(copy, place / "copy"))
        rehearsed = tree_of(again)
        killed = killed_at(count, lambda: applied(plan, again, place / "v"))  # noqa: B023
        assert _told(applied(plan, live, place / "v")) == ["done", "done"]
        assert set(_told(applied(plan, again, place / "v"))) <= {"done", "already"}
        assert _told(undone(plan, live, place / "v")) == ["done", "done"]
        assert tree_of(live) == before
        assert _told(undone(plan, again, place / "v")) == ["done", "done"]
        assert tree_of(again) == rehearsed


def test_undo_puts_nothing_onto_another_volume(
    tmp_path: Path, live: Path, copy: Path, plan: Plan
) -> None:
    """It says where the files are from and how to put them there on purpose."""
    applied(plan, copy, tmp_path / "v")
    for parts, _ in NAMED:
        live.joinpath(*parts).unlink()
    outcomes = undone(plan, live, tmp_path / "v")
    assert _told(outcomes) == ["absent", "absent"]
    assert str(copy) in outcomes[0].why
    assert "--onto-other-volume" in outcomes[0].why
    assert not live.joinpath(*WEB, "x.aspx").exists()
    assert _told(undone(plan, copy, tmp_path / "v")) == ["done", "done"]


def test_on_purpose_it_does(tmp_path: Path, live: Path, copy: Path, plan: Plan) -> None:
    """Killed at whatever change it is finished by the next; the copy can be undone as well."""
    contents = {name: known[3] for name, known in tree_of(copy).items()}
    count, killed = 0, True
    while killed:
        count += 5
        vault, other = tmp_path / f"v{count}", tmp_path / f"other{count}"
        again = Path(shutil.copytree(copy, tmp_path / f"copy{count}"))
        applied(plan, again, vault)
        other.joinpath(*WEB).mkdir(parents=True)
        killed = killed_at(
            count, lambda: undone(plan, other, vault, onto_other=True)  # noqa: B023
        )  # fmt: skip
        assert set(_told(undone(plan, other, vault, onto_other=True))) <= {"done", "already"}
        assert {name: known[3] for name, known in tree_of(other).items()} == contents
        assert _told(undone(plan, again, vault)) == ["done", "done"]


def test_what_was_meant_for_another_volume_was_never_taken_from_it(
    tmp_path: Path, live: Path, copy: Path, plan: Plan
) -> None:
    """Where it could not be put there, a later run does not call it done."""
    applied(plan, copy, tmp_path / "v")
    shutil.rmtree(live / "inetpub")
    (live / "inetpub").mkdir()
    assert _told(undone(plan, live, tmp_path / "v", onto_other=True)) == ["not-found"] * 2
    assert _told(applied(plan, live, tmp_path / "v")) == ["not-found"] * 2


def test_a_volume_that_no_run_was_on_is_refused(
    tmp_path: Path, live: Path, copy: Path, plan: Plan
) -> None:
    """Before anything is done, in one line; one that a run was on is not."""
    applied(plan, copy, tmp_path / "v")
    with (
        opened({"C": live}) as volumes,
        Journal(tmp_path / "v" / "journals", plan.digest) as journal,
    ):
        for _ in range(2):
            with pytest.raises(CleanError, match="--onto-other-volume") as error:
                check_origin(volumes, journal, tmp_path / "v")
            assert str(copy) in str(error.value)
    applied(plan, live, tmp_path / "v")
    for root in (live, copy):
        with (
            opened({"C": root}) as volumes,
            Journal(tmp_path / "v" / "journals", plan.digest) as journal,
        ):
            check_origin(volumes, journal, tmp_path / "v")
