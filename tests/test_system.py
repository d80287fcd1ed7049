"""Tests that need a program of the system say so, and are not skipped silently where CI=true."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from system import find, needs


def _example() -> Callable[[], None]:
    def test() -> None:
        """Stands for a test."""

    return test


def _marks(test: object) -> set[str]:
    return {mark.name for mark in getattr(test, "pytestmark", [])}


def test_present_program() -> None:
    """With the program the test runs, marked `system`."""
    assert find("sh")
    assert _marks(needs("sh", "dash")(_example())) == {"system"}


def test_absent_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it the test is skipped, with the package in the reason; under CI it fails."""
    monkeypatch.delenv("CI", raising=False)
    skipped = needs("no-such-program", "some-package")(_example())
    assert _marks(skipped) == {"system", "skip"}
    monkeypatch.setenv("CI", "true")
    failing = needs("no-such-program", "some-package")(_example())
    assert _marks(failing) == {"system"}
    with pytest.raises(pytest.fail.Exception, match="some-package"):
        failing()
