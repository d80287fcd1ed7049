"""User-Agents."""

from __future__ import annotations

from alpheus.lab import clients


def test_odd_agents_are_odd() -> None:
    """Hash, brace, quote, bracket and letters beyond ASCII all occur."""
    text = "".join(clients.ODD)
    assert all(sign in text for sign in '#{"[*!')
    assert not text.isascii()


def test_agents_differ() -> None:
    """No program is listed twice."""
    everyone = (*clients.BROWSERS, *clients.OUTLOOK, *clients.WEB_SERVICES, *clients.CRAWLERS)
    assert len(set(everyone)) == len(everyone)
