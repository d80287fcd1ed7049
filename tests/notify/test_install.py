"""What to install."""

from __future__ import annotations

import pytest

from alpheus.notify.blocks import bare
from alpheus.notify.install import install_of
from alpheus.notify.wording import shipped

TODAY = "2021-03-09T08:00:00Z"


def _said(build: str, language: str = "en", today: str = TODAY) -> str:
    return bare(install_of(build, shipped().language(language), today))


def test_the_update_of_the_same_cumulative_update_comes_first() -> None:
    """An administrator is told exactly what fits the version that runs."""
    text = _said("15.1.2176.2")
    assert text.startswith("Exchange Server 2016 CU19 + ")
    assert "Exchange Server 2016 CU23 + " in text


def test_a_version_without_support_is_left() -> None:
    """After the end of support there is first aid, and a way out."""
    text = _said("15.0.1497.2", today="2026-11-01")
    assert "Exchange Server 2013 CU23 + " in text
    assert "Exchange Online" in text


@pytest.mark.parametrize("build", ["", "x", "99.1.1.1", "15.1", "=1"])
def test_an_unknown_build_leads_to_the_file_that_tells(build: str) -> None:
    """Where nothing is known, the reader learns how to find out."""
    assert "ExSetup.exe" in _said(build)


def test_an_unknown_day_is_no_failure() -> None:
    """A notice without a time says what holds always."""
    assert "ExSetup.exe" in _said("15.1.2176.2", today="soon")


@pytest.mark.parametrize("language", shipped().tags)
@pytest.mark.parametrize(
    "build", ["15.1.2176.2", "15.0.1497.2", "14.3.123.4", "8.3.83.6", "15.2.2562.17", ""]
)
def test_every_language_says_every_action(language: str, build: str) -> None:
    """No phrase is missing, and nothing is left to be filled in."""
    for day in ("2021-03-09", "2026-11-01"):
        assert "{" not in _said(build, language, day)
