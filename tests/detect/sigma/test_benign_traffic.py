"""What ordinary traffic looks like, which steers speed only."""

from __future__ import annotations

from alpheus.detect.sigma.benign_traffic import lines, share, share_of_all, share_of_patterns


def test_nothing_selects_nothing_and_everything_selects_all() -> None:
    """Shares are in thousandths of all requests, roughly."""
    assert share([]) == 0
    assert 950 <= share(["/"]) <= 1050


def test_a_line_counts_once_however_many_pieces_it_holds() -> None:
    """The share of several pieces is that of the lines with any of them."""
    assert share(["activesync", "default.eas"]) == share(["activesync"])
    assert share(["activesync", "/ews/"]) == share(["activesync"]) + share(["/ews/"])


def test_case_does_not_matter() -> None:
    """IIS logs paths as the client wrote them."""
    assert share(["/EWS/Exchange.asmx"]) == share(["/ews/exchange.asmx"]) > 0


def test_what_attackers_ask_for_is_rare() -> None:
    """Pieces that only a forged request holds select no ordinary line."""
    assert share(["proxylogon.ecp", "DDIService.svc", "ServerInfo~"]) == 0


def test_clauses_and_patterns_have_shares_too() -> None:
    """Of lines that hold a piece of each set, and of lines that a pattern matches."""
    assert share_of_all([["activesync"], ["cmd=sync"]]) == share(["cmd=sync"]) > 0
    assert share_of_all([["activesync"], ["/ews/"]]) == 0
    assert share_of_patterns(["DEFAULT\\.EAS", "/ews/"]) == share(["default.eas", "/ews/"])


def test_lines_come_in_their_shares() -> None:
    """A block of ordinary lines holds each request about as often as is said."""
    for source in ("iis", "httpproxy"):
        found = lines(2000, source)
        held = sum(b"/ews/exchange.asmx" in line for line in found)
        assert abs(held / 2 - share(["/ews/exchange.asmx"])) < 20
        assert found == lines(2000, source)
