"""Bodies of Exchange's pages."""

from __future__ import annotations

import re

import pytest

from alpheus.lab.internet.builds import RELEASES, Release, release
from alpheus.lab.internet.exchange_pages import logon, manifest

MODERN = [one for one in RELEASES.values() if one.modern]
OLD = [one for one in RELEASES.values() if not one.modern]


def page(one: Release, variant: int = 0) -> str:
    """The whole page."""
    before, after = logon(one, variant)
    return (before + b"HOST" + after).decode()


@pytest.mark.parametrize("one", MODERN, ids=lambda one: one.build)
def test_from_2013_on_the_page_names_three_numbers(one: Release) -> None:
    """The cumulative update and nothing more, wherever it is named."""
    found = set(re.findall(r"/owa/auth/([\d.]+)/", page(one)))
    assert found == {one.family}
    assert one.build not in page(one)


@pytest.mark.parametrize("one", OLD, ids=lambda one: one.build)
def test_before_2013_it_names_four(one: Release) -> None:
    """With `auth` in the path or without."""
    assert f"/owa/{one.build}/themes/" in page(one)
    if one.parts[0] == 14:
        assert f"/owa/auth/{one.build}/themes/" in page(one, 1)


def test_a_page_has_the_size_and_marks_of_one() -> None:
    """Five to thirty kilobytes; the comment, the form, the host in the destination."""
    for one in RELEASES.values():
        text = page(one)
        assert 5_000 < len(text) < 30_000
        assert "57A118C6-2DA9-419d-BE9A-F92B0F9A418B" in text
        assert 'value="https://HOST/owa/"' in text
        assert 'name="password"' in text


def test_the_manifest_names_the_build_first() -> None:
    """Other versions come after it, and one is not the server's."""
    text = manifest(release("15.1.2176.9")).decode()
    found = re.findall(r'assemblyIdentity name="[^"]+" ?\s*version="([\d.]+)"', text)
    assert found == ["15.1.2176.9", "15.1.2176.9", "4.0.30319.0"]
