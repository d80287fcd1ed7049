"""The report as one HTML file: safe, self-contained, accessible, complete."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files

import pytest
from hypothesis import given, settings

from alpheus.model import Assessment
from alpheus.report import write_html
from alpheus.report.visible import visible
from assessments import HOSTILE, assessment, assessments, compromised, fleet, hostile

VOID = {"meta", "input", "br", "img", "link", "hr"}
ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "a", "svg", "defs", "pattern", "rect",
    "header", "p", "strong", "main", "section", "h1", "h2", "h3", "h4", "table", "thead", "tr",
    "th", "tbody", "td", "span", "dl", "div", "dt", "dd", "ol", "ul", "li", "nav", "details",
    "summary", "figure", "figcaption", "g", "line", "text", "circle", "i", "time", "article",
    "code", "pre", "path", "input", "label",
}  # fmt: skip


class Page(HTMLParser):
    """Collects what a document is made of, and checks that it nests."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of every element of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]


def _html(one: Assessment) -> str:
    stream = io.StringIO()
    write_html(one, stream)
    return stream.getvalue()


def _safe(page: Page) -> None:
    """Only our elements, no handler, no resource; links lead to places in the page."""
    assert {name for name, _ in page.elements} <= ALLOWED
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    for name, attributes in page.elements:
        assert not [key for key in attributes if key.startswith("on") or key in {"src", "style"}]
        if "href" in attributes:
            assert name == "a"
            target = attributes["href"] or ""
            assert target.startswith("#")
            assert target[1:] in ids


def test_hostile_evidence_makes_no_element() -> None:
    """Script, style, images and templates in evidence are text."""
    text = _html(hostile())
    page = Page(text)
    _safe(page)
    shown = "".join(page.texts)
    for hostile_text in HOSTILE:
        assert visible(hostile_text) in shown
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


@settings(max_examples=30, deadline=None)
@given(assessments())
def test_any_assessment_makes_a_safe_page(one: Assessment) -> None:
    """It nests, links only inside itself, and can be encoded."""
    text = _html(one)
    text.encode("utf-8")
    _safe(Page(text))


def test_the_page_forbids_everything_but_its_style() -> None:
    """By its own policy; no script is needed and none is there."""
    text = _html(compromised())
    policies = [
        one["content"] for one in Page(text).of("meta")
        if one.get("http-equiv") == "Content-Security-Policy"
    ]  # fmt: skip
    assert policies == [
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    ]
    style = text[text.index("<style>") : text.index("</style>")]
    assert "@import" not in style
    assert set(re.findall(r"url\(([^)]*)\)", style)) == {"#hatch"}
    assert "http://" not in style
    assert "https://" not in style


def test_what_matters_comes_in_order() -> None:
    """Headline, blind spots, patches, timeline, story, findings, coverage, steps, appendix."""
    text = _html(compromised())
    places = [
        text.index(part)
        for part in (
            "All times are UTC", "An attacker from 203.0.113.77 forged", "Stage reached",
            ">What could not be seen<", ">Patch state</h2>", ">Timeline</h2>", ">What happened<",
            ">Findings</h2>", ">Coverage by source and day<", ">Next steps</h2>",
            "Evidence, knowledge and losses",
        )
    ]  # fmt: skip
    assert places == sorted(places)


def test_a_fleet_begins_with_its_table() -> None:
    """The worst first, each linked to its part."""
    text = _html(fleet())
    assert text.index("5 servers, who comes first") < text.index('id="server-1"')
    names = re.findall(r'<th scope="row"><a href="#server-\d">([^<]+)</a>', text)
    assert names[0] == "EX01.contoso.example"
    assert names[-1] == "ex-clean.contoso.example"
    assert "who comes first" not in _html(compromised())


def test_a_finding_shows_the_line_that_proves_it() -> None:
    """Path, line number, hash and text; all cited records, the rest counted."""
    text = _html(compromised())
    assert '<span class="place">line 20413</span>' in text
    assert '<span class="place">byte 88211456</span>' in text
    assert '<span class="place">record 918273</span>' in text
    assert "97 more records" in text
    assert "342 records in all; 100 are cited." in text
    assert len(re.findall("SHA-256 of the file", text)) >= 100


def test_nothing_found_is_said_with_what_was_looked_at() -> None:
    """And after what could not be seen."""
    text = _html(assessment(fleet().servers[0]))
    assert "Nothing was found. Looked at: iis-site-1 2021-02-10 00:00" in text
    assert text.index(">What could not be seen<") < text.index("Nothing was found.")


def test_the_page_can_be_used_without_a_mouse_or_eyes() -> None:
    """Language, skip link, landmarks, labels, headers of tables, words beside every colour."""
    page = Page(_html(fleet()))
    assert page.of("html")[0]["lang"] == "en"
    assert page.of("a")[0] == {"class": "skip", "href": "#main"}
    assert len(page.of("main")) == 1
    labelled = {one["for"] for one in page.of("label")}
    assert {one["id"] for one in page.of("input")} == labelled
    assert all("scope" in one for one in page.of("th"))
    for svg in page.of("svg"):
        assert "aria-label" in svg or svg.get("aria-hidden") == "true"


def test_an_empty_assessment_is_a_page() -> None:
    """It says that no server was recognised."""
    empty = replace(assessment(), evidence=(), skipped=())
    assert "No server was recognised" in _html(empty)


def _luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1])
def test_text_has_enough_contrast(scheme: int) -> None:
    """4.5 to 1 for every colour of text on every ground it stands on, light and dark."""
    style = files("alpheus.report").joinpath("templates/report.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", style.split(":root {")[1 + scheme]))
    pairs = [(text, ground) for text in ("ink", "soft", "link") for ground in ("paper", "card")]
    pairs += [("ink", "field"), ("ink", "amber-wash"), ("ink", "window"), ("card", "red")]
    names = ("red", "amber", "blue", "grey", "green")
    pairs += [(name, f"{name}-wash") for name in names]
    pairs += [("green", "paper"), ("red", "paper")]
    for text, ground in pairs:
        assert _contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
