"""Unified messaging and the address book generator."""

from __future__ import annotations

from alpheus.lab.scenarios import other_holes
from alpheus.model import Stage, Verdict

_BUILDERS = {scenario.name: builder for scenario, builder in other_holes.SCENARIOS}


def _rows(name: str) -> str:
    (plan,) = _BUILDERS[name](1)
    return "\n".join(
        f"{log} {line}" for entry in plan.entries for log, line in entry.template.lines
    )


def test_unified_messaging() -> None:
    """An error that names the exception's type, a program and a page by the worker."""
    (plan,) = _BUILDERS["unified-messaging"](1)
    assert (plan.truth.verdict, plan.truth.stage) == (Verdict.COMPROMISED, Stage.OPERATED)
    text = _rows("unified-messaging")
    assert "System.InvalidCastException" in text
    assert "UMWorkerProcess.exe" in text
    assert plan.files[0][0] == plan.truth.shells[0]


def test_address_book_generator() -> None:
    """A sentence with a path that is no place for address books, and the page there."""
    (plan,) = _BUILDERS["oab-generator"](1)
    assert (plan.truth.verdict, plan.truth.stage) == (Verdict.COMPROMISED, Stage.IMPLANTED)
    text = _rows("oab-generator")
    assert f"'{plan.truth.shells[0]}' needs to be removed" in text
    assert "httpproxy" not in text
