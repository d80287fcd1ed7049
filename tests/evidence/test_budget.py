"""The bounds of a package."""

from __future__ import annotations

import pytest

from alpheus.errors import LimitError
from alpheus.evidence.base import Limits
from alpheus.evidence.budget import Budget


def test_files_are_counted() -> None:
    """After the last allowed file every further one is refused, with the name of the limit."""
    budget = Budget(Limits(files=1))
    assert budget.refusal() is None
    budget.count_file()
    assert "raise the limit `files`" in str(budget.refusal())


def test_bytes_of_a_file_and_of_all() -> None:
    """Both bounds raise while reading; the total also refuses further files."""
    budget = Budget(Limits(file_bytes=10, total_bytes=15))
    budget.spend(10, 10)
    with pytest.raises(LimitError, match="file_bytes"):
        budget.spend(1, 11)
    with pytest.raises(LimitError, match="total_bytes"):
        budget.spend(6, 6)
    assert "total_bytes" in str(budget.refusal())


def test_time_runs_out() -> None:
    """No time left refuses files and stops reading."""
    budget = Budget(Limits(seconds=-1))
    assert "seconds" in str(budget.refusal())
    with pytest.raises(LimitError, match="seconds"):
        budget.check_time()


def test_what_was_spent_is_told() -> None:
    """Also in the middle of a file, so that progress can be shown."""
    told: list[int] = []
    budget = Budget(Limits(), told.append)
    budget.spend(10, 10)
    budget.spend(5, 15)
    assert told == [10, 15]
