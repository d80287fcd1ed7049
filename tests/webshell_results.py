"""Judged pages of every kind, for the tests of what is said of them."""

from __future__ import annotations

from hypothesis import strategies as st

from alpheus.model import Skipped
from alpheus.report.webshell_views import JUDGEMENTS, PageReason, PageResult, WebshellResults
from assessments import HOSTILE

KEY = b"k" * 32
SECRET = "pa55-of-the-shell"
SHELL = PageResult(
    "inetpub/wwwroot/aspnet_client/x.aspx",
    "ab" * 32,
    1234,
    "malicious",
    100,
    None,
    (
        PageReason("place", None, "aspnet_client holds only pages of the product", 60),
        PageReason("run", 9, f'process.start: with Request["{SECRET}"] in line 3', 90),
        PageReason("run", 12, "process.start: starts a program", 40),
    ),
)
DOUBTFUL = PageResult(
    "inetpub/wwwroot/upload/y.ashx", "cd" * 32, 900_000, "suspicious", 62, "hand-1",
    (PageReason("write", 4, "saveas: writes a file", 45),),
)  # fmt: skip
GOOD = PageResult("inetpub/wwwroot/default.aspx", "ef" * 32, 10, "benign", 0)
COUNTS = {"malicious": 1, "suspicious": 1, "benign": 1202}


def results(*pages: PageResult, **more) -> WebshellResults:
    """A result over some pages, the usual ones if none are given."""
    pages = pages or (DOUBTFUL, SHELL)
    return WebshellResults(pages, more.pop("counts", COUNTS), version="1.2.3", **more)


def hostile() -> WebshellResults:
    """A result in which every text was written by an attacker."""
    pages = [
        PageResult(
            text, "ab" * 32, 1, JUDGEMENTS[n % 3], 50, text[:40] if n % 2 else None,
            tuple(PageReason("run", n or None, other, n) for other in HOSTILE),
        )
        for n, text in enumerate(HOSTILE)
    ]  # fmt: skip
    losses = [Skipped("E1", text, None, text) for text in HOSTILE]
    counts = {name: len(HOSTILE) for name in JUDGEMENTS[:3]}
    return WebshellResults(pages, counts, losses, "1.2.3", unopened=1)


_TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=200))
_REASONS = st.builds(
    PageReason,
    st.sampled_from(("run", "place", "modified")),
    st.none() | st.integers(1, 99_999),
    _TEXTS,
    st.integers(-50, 100),
)
PAGES = st.builds(
    PageResult,
    _TEXTS,
    st.binary(min_size=32, max_size=32).map(bytes.hex),
    st.integers(0, 1 << 40),
    st.sampled_from(JUDGEMENTS),
    st.integers(0, 100),
    st.none() | _TEXTS,
    st.lists(_REASONS, max_size=6).map(tuple),
)
RESULTS = st.builds(
    WebshellResults,
    st.lists(PAGES, max_size=6),
    st.dictionaries(st.sampled_from(JUDGEMENTS), st.integers(0, 9999)),
    st.lists(st.builds(Skipped, st.just("E1"), _TEXTS, st.none(), _TEXTS), max_size=3),
)
