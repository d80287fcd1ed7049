"""Judged pages as one HTML file."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

from hypothesis import given, settings

from alpheus.model import Skipped
from alpheus.report.webshell_html import write_webshell_html
from alpheus.report.webshell_views import WebshellResults
from webshell_results import DOUBTFUL, GOOD, KEY, RESULTS, SECRET, hostile, results

VOID = {"meta", "input"}
ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "a", "header", "p", "strong", "main",
    "section", "h1", "h2", "h3", "table", "thead", "tr", "th", "tbody", "td", "span", "dl", "div",
    "dt", "dd", "ol", "ul", "li", "details", "summary", "article", "code", "input", "label",
}  # fmt: skip


class Document(HTMLParser):
    """Collects what a document is made of, and checks that it nests and that it is harmless."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.headings: list[int] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []
        assert len(self.ids) == len(set(self.ids))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED
        for name, value in attrs:
            assert not name.startswith("on")
            assert name not in {"src", "style"}
            assert name != "href" or (value or "").startswith("#")
            if name == "id":
                self.ids.append(value or "")
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text += data


def _html(one: WebshellResults) -> str:
    stream = io.StringIO()
    write_webshell_html(one, stream, KEY)
    return stream.getvalue()


def test_the_sentence_the_pages_and_the_steps() -> None:
    """In this order, with from where to where, family and hash."""
    text = " ".join(Document(_html(results())).text.split())
    parts = [
        "1 of 1,204 pages is a web shell. 1 more is suspicious.", "What to do next",
        "Web shells and other backdoors", "aspnet_client/x.aspx", "line 3 → line 9",
        "+90", "Suspicious: a person must look", "family hand-1", "Everything was read.",
    ]  # fmt: skip
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert SECRET not in text


def test_pages_of_one_hand_stand_together() -> None:
    """Under their family; commands are set apart from words."""
    hand = replace(DOUBTFUL, path="third.ashx", sha256="01" * 32)
    text = _html(results(DOUBTFUL, hand))
    assert "2 pages of the family hand-1" in Document(text).text
    assert "<code>alpheus triage</code>" in text


def test_it_needs_nothing_else() -> None:
    """No script, nothing fetched, and a policy that forbids both; readable on a phone."""
    text = _html(results())
    assert "default-src 'none'" in text
    assert 'name="viewport"' in text
    assert "<script" not in text
    assert re.search(r"url\((?!#)", text) is None
    assert "@media (max-width: 45rem)" in text


def test_headings_are_in_order() -> None:
    """None is left out on the way down."""
    found = Document(_html(results())).headings
    assert found[0] == 1
    assert all(below - above <= 1 for above, below in pairwise(found))


def test_losses_are_listed() -> None:
    """With where and why; what could not be opened is said."""
    loss = Skipped("E1", "x.zip", None, "damaged", 3)
    text = Document(_html(results(GOOD, losses=[loss] * 600, unopened=1))).text
    assert "damaged" in text
    assert "100 more" in text
    assert "could not be opened at all" in text


def test_hostile_evidence_makes_no_element() -> None:
    """Only our own elements; nothing invisible."""
    text = _html(hostile())
    Document(text)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert text.encode()


@settings(max_examples=25, deadline=None)
@given(RESULTS)
def test_any_result_makes_a_sound_document(one: WebshellResults) -> None:
    """Nested, harmless, UTF-8."""
    text = _html(one)
    Document(text)
    assert text.encode()
