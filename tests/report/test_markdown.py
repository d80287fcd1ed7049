"""Markdown: evidence cannot break out of its place."""

from __future__ import annotations

import io
import re

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from alpheus.model import Assessment
from alpheus.report import write_markdown
from alpheus.report.markdown import code, escape
from alpheus.report.visible import visible
from assessments import HOSTILE, assessments, compromised, fleet, hostile

PARSER = MarkdownIt("commonmark").enable("table").enable("strikethrough")
texts = st.text() | st.sampled_from(HOSTILE) | st.text("`*_[]()<>#|~$&!:/\\-+1. w")


def _inline(markdown: str) -> list[Token]:
    return [child for token in PARSER.parse(markdown) for child in token.children or ()]


@given(texts)
def test_a_code_span_cannot_be_broken_out_of(text: str) -> None:
    """It holds the whole text and nothing else."""
    tokens = _inline("x " + code(text) + " y")
    if visible(text).strip():
        assert [token.type for token in tokens] == ["text", "code_inline", "text"]
        assert tokens[1].content.strip() == visible(text).strip()


@given(texts)
def test_escaped_text_shows_itself(text: str) -> None:
    """No emphasis, link, image, HTML or entity comes out of it."""
    tokens = _inline("- x " + escape(text))
    assert {token.type for token in tokens} <= {"text", "text_special"}
    shown = "".join(token.content for token in tokens)
    assert (
        shown == ("x " + visible(text)).rstrip(" ") or shown.strip() == visible("x " + text).strip()
    )


def _html(one: Assessment) -> str:
    stream = io.StringIO()
    write_markdown(one, stream)
    return PARSER.render(stream.getvalue())


_TAG = re.compile(r"<[a-zA-Z!/?][^>]*>")
_EXPECTED = re.compile(r"</?(?:h[1-4]|p|ul|ol|li|table|thead|tbody|tr|th|td|strong|code)>")


def test_hostile_evidence_makes_no_element() -> None:
    """Only what the report itself writes is rendered."""
    found = set(_TAG.findall(_html(hostile())))
    assert {tag for tag in found if not _EXPECTED.fullmatch(tag)} <= {'<ol start="1">'}


@settings(max_examples=15, deadline=None)
@given(assessments())
def test_no_assessment_makes_a_link_or_foreign_element(one: Assessment) -> None:
    """Whatever its texts hold."""
    assert all(_EXPECTED.fullmatch(tag) for tag in set(_TAG.findall(_html(one))))


def test_the_report_tells_everything() -> None:
    """Verdict, blind spots before findings, citations with place and hash, steps as a checklist."""
    stream = io.StringIO()
    write_markdown(compromised(), stream)
    text = stream.getvalue()
    assert "All times are UTC" in text
    assert text.index("What could not be seen") < text.index("### Findings")
    assert "u_ex210303.log:20413`" in text
    assert "Proven by 342 records, of which 100 are cited" in text
    assert "- [ ] **1.** Take EX01 off the network" in text


def test_nothing_found_says_what_was_looked_at() -> None:
    """It is never said alone; and a fleet begins with its table."""
    stream = io.StringIO()
    write_markdown(fleet(), stream)
    text = stream.getvalue()
    assert "Nothing was found. Looked at: iis-site-1 2021-02-10 00:00 to" in text
    assert text.index("5 servers, who comes first") < text.index("## EX01")
