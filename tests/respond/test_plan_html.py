"""A plan as a page: whole without a network, inert whatever an attacker wrote."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

from alpheus.respond.model import Plan
from alpheus.respond.plan_html import SHOWN, write_html
from alpheus.respond.planning import plan_of
from clean_assessments import WEB, citation, finding, read, server

HOSTILE = "=cmd <script>alert(1)</script> \"'><img src=x onerror=alert(1)> \x1b[2J\u202e"
VOID = {"meta", "input"}


class _Page(HTMLParser):
    """What a document is made of; elements must nest."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        stream = io.StringIO()
        write_html(plan, stream)
        self.text = stream.getvalue()
        self.feed(self.text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _plan(*findings: dict[str, Any], **more: Any) -> Plan:
    found = read(server(HOSTILE, *findings, **more))
    return plan_of(found, found.server(), made=datetime(2021, 3, 12, 9, tzinfo=UTC), version="0")


def _hostile() -> Plan:
    name = HOSTILE.replace("/", "")
    return _plan(
        finding("page-foreign", citation(f"{WEB}/a {name}.aspx"), title=HOSTILE), stage="spread"
    )


def test_nothing_of_an_attacker_becomes_markup() -> None:
    """It is shown as text, with what is not seen written out."""
    page = _Page(_hostile())
    assert not {tag for tag, _ in page.elements} & {"script", "img", "iframe", "link", "form"}
    assert not any(name.startswith("on") for _, known in page.elements for name in known)
    assert not {"\x1b", "\u202e"} & set(page.text)
    assert "<script>alert(1)" in "".join(page.words)
    assert "{U+202E}" in page.text


def test_nothing_is_fetched() -> None:
    """No address leaves the page; the browser is told so as well."""
    page = _Page(_hostile())
    links = [known["href"] for tag, known in page.elements if tag == "a"]
    assert links
    assert all(link and link.startswith("#") for link in links)
    assert "default-src 'none'" in page.text
    assert page.text.count("url(") == page.text.count("url(#")
    assert "http" not in page.text.replace("http-equiv", "")


def test_what_matters_comes_first() -> None:
    """The headline, what cannot be repaired, then every step in its order, with a box to tick."""
    plan = _hostile()
    page = _Page(plan)
    words = "".join(page.words)
    assert words.index("is compromised") < words.index("Rebuild the server") < words.index("Breaks")
    boxes = [known["id"] for tag, known in page.elements if tag == "input"]
    assert boxes == [f"step-{step.number}" for step in plan.steps]
    assert plan.digest in page.text
    targets = {known.get("id") for _, known in page.elements}
    assert {known["href"] for tag, known in page.elements if tag == "a"} <= {
        f"#{one}" for one in targets
    }


def test_commands_are_told_from_words() -> None:
    """What is typed stands in another type."""
    page = _Page(_hostile())
    assert '<code class="command">iisreset</code>' in page.text
    assert "<li>After that: <code" not in page.text
    assert "<li>Leave it running; what stands only in memory goes with a restart.</li>" in page.text


def test_a_long_list_ends_with_where_the_rest_is() -> None:
    """The page stays small however many files there are."""
    citations = [citation(f"{WEB}/{number}.aspx", b"%d" % number) for number in range(SHOWN + 5)]
    page = _Page(_plan(finding("page-foreign", *citations)))
    assert page.text.count(r"aspnet_client\1") == len([n for n in range(SHOWN) if f"{n}"[0] == "1"])
    assert "5 more stand in the JSON" in page.text
