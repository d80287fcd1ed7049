"""How far a plan is: the last word on a step holds, unless it is a weaker one."""

from __future__ import annotations

import pytest

from alpheus.cases.clean_progress import Mark, Marked, mark_of, progress_of
from alpheus.respond.model import FileAction, Phase, Plan, Step

FILES = tuple(FileAction(n, "C", ("x",), "ab" * 32, "C:\\x") for n in (1, 2))
PLAN = Plan(
    server="EX01", product="", verdict="compromised", stage="implanted", headline="", made="",
    version="0", packs={}, assessment="", steps=(
        Step(1, Phase.CONTAIN, "cut it off", "so"), Step(2, Phase.REMOVE, "files", "so",
                                                         files=FILES),
        Step(3, Phase.VERIFY, "look again", "so"),
    ),
)  # fmt: skip


def _mark(step: int, mark: Mark, **files: str) -> Marked:
    return Marked(step, "2021-03-15T00:00:00Z", "2021-03-15T00:00:00Z", "kim", mark,
                  files={int(number[1:]): became for number, became in files.items()})  # fmt: skip


@pytest.mark.parametrize(
    ("marks", "stands"),
    [
        ((), Mark.OPEN),
        ((Mark.DONE,), Mark.DONE),
        ((Mark.SAID,), Mark.SAID),
        ((Mark.SAID, Mark.DONE), Mark.DONE),
        ((Mark.DONE, Mark.SAID), Mark.DONE),
        ((Mark.NOT_NEEDED, Mark.BEGUN), Mark.NOT_NEEDED),
        ((Mark.DONE, Mark.OPEN), Mark.OPEN),
        ((Mark.DONE, Mark.OPEN, Mark.SAID), Mark.SAID),
    ],
)
def test_the_last_word_holds(marks: tuple[Mark, ...], stands: Mark) -> None:
    """The owner's word, and a part of the files, take nothing back from what is settled."""
    found = progress_of(PLAN, [_mark(1, one) for one in marks]).of(1)
    assert found is not None
    assert found.mark is stands


def test_to_verify_comes_after_the_cleaning() -> None:
    """What is left before a server counts as cleaned are all other steps."""
    progress = progress_of(PLAN, [_mark(1, Mark.DONE)])
    assert [one.step.number for one in progress.open] == [2]
    assert (progress.done, progress.said) == (1, 0)
    assert not progress_of(PLAN, [_mark(1, Mark.DONE), _mark(2, Mark.NOT_NEEDED)]).open
    assert progress.of(9) is None


def test_files_are_known_one_by_one() -> None:
    """What became of each last; how many are away."""
    progress = progress_of(PLAN, [
        _mark(2, Mark.BEGUN, f1="done", f2="refused"), _mark(2, Mark.OPEN, f1="back"),
    ])  # fmt: skip
    found = progress.of(2)
    assert found is not None
    assert dict(found.files) == {1: "back", 2: "refused"}
    assert found.files_away == 0
    lacking = progress_of(PLAN, [_mark(2, Mark.BEGUN, f1="done", f2="taken")]).of(2)
    assert lacking is not None
    assert (lacking.files_away, lacking.files_lacking) == (2, 1)


@pytest.mark.parametrize(
    ("files", "mark"),
    [
        ({1: "done", 2: "already"}, Mark.DONE),
        ({1: "done", 2: "absent"}, Mark.BEGUN),
        ({1: "already"}, Mark.BEGUN),
        ({1: "back"}, Mark.OPEN),
        ({1: "done", 2: "taken"}, Mark.BEGUN),
    ],
)
def test_a_step_is_what_became_of_its_files(files: dict[int, str], mark: Mark) -> None:
    """All away: done; some: begun; none: open. Not done where the product's own is missing."""
    assert mark_of(PLAN.steps[1], files) is mark
