"""The page."""

from __future__ import annotations

import io
import re
import subprocess
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.exposure.model import Observation, Status
from alpheus.exposure.report.assemble import make_report
from alpheus.exposure.report.files import write_report
from alpheus.exposure.report.hosts import COMPROMISED
from alpheus.exposure.report.html import campaigns, write_html
from exposure_runs import (
    CLOSED,
    HOSTILE,
    OPEN,
    SHORT,
    observation,
    observations,
    run_folder,
    tls,
    write_lines,
)
from system import find, needs

TODAY = date(2021, 3, 9)
VOID = {"meta", "br"}
ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "a", "header", "p", "main", "section", "h1",
    "h2", "h3", "dl", "div", "dt", "dd", "nav", "table", "thead", "tbody", "tr", "th", "td", "span",
    "strong", "code", "i", "svg", "rect", "details", "summary", "ul", "li", "time", "br",
}  # fmt: skip


class Page(HTMLParser):
    """What a document is made of; checks that it nests."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
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
        self.text += data


def _page(paths: list[Path]) -> Page:
    stream = io.StringIO()
    write_html(make_report(paths, TODAY).report, stream)
    text = stream.getvalue()
    assert re.findall(r"(?:https?:)?//", text) == []
    return Page(text)


def _safe(page: Page) -> None:
    """Only our elements, no script, no handler, nothing fetched; links lead into the page."""
    assert {name for name, _ in page.elements} <= ALLOWED
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for name, attributes in page.elements:
        assert not [key for key in attributes if key.startswith("on") or key in {"src", "style"}]
        if "href" in attributes:
            assert name == "a"
            assert (attributes["href"] or "")[1:] in ids


@given(st.lists(st.lists(observations(), max_size=5), min_size=1, max_size=3))
@settings(max_examples=30)
def test_every_report_is_a_whole_and_harmless_page(
    tmp_path: Path, runs: list[list[Observation]]
) -> None:
    """Whatever stands in the observations."""
    paths = [write_lines(tmp_path / f"{n}.jsonl", run) for n, run in enumerate(runs)]
    stream = io.StringIO()
    write_html(make_report(paths, TODAY).report, stream)
    _safe(Page(stream.getvalue()))


def _hostile(folder: Path) -> list[Path]:
    texts = {
        "names": (HOSTILE,), "servers": (HOSTILE,), "reason": HOSTILE, "flags": (HOSTILE,),
        "attributes": {"asn": HOSTILE, "geo": HOSTILE, "sector": HOSTILE}, "product": HOSTILE,
        "tls": tls("aa", HOSTILE),
    }  # fmt: skip
    before = [observation("192.0.2.1", CLOSED), observation("192.0.2.2", OPEN)]
    after = [
        observation("192.0.2.1", OPEN, **texts),
        observation("192.0.2.2", status=Status.NO_ANSWER, reason=HOSTILE),
        observation("192.0.2.3", SHORT, **{**texts, "flags": (COMPROMISED,)}),
        observation("192.0.2.4", HOSTILE, **texts),
    ]
    return [
        run_folder(folder / "1", before, "2021-03-01T00:00:00Z"),
        write_lines(folder / "2.jsonl", after, torn=HOSTILE.encode()),
    ]


def test_what_others_wrote_is_text(tmp_path: Path) -> None:
    """Markup stays text, and what moves a cursor or turns a line is written out."""
    page = _page(_hostile(tmp_path))
    _safe(page)
    assert "<script>alert(1)</script>{ESC}[2J{U+202E}evil" in page.text


def test_the_page_tells_what_matters_in_its_order(tmp_path: Path) -> None:
    """Headline, who allowed it, what is vulnerable again first, then the rest."""
    folders = [
        run_folder(
            tmp_path / str(number),
            [observation("192.0.2.1", one), observation("192.0.2.2", other)],
            f"2021-03-0{number}T00:00:00Z",
            finished="",
        )
        for number, one, other in ((1, CLOSED, OPEN), (2, OPEN, CLOSED))
    ]
    text = re.sub(r"\s+", " ", _page(folders).text)
    told = [
        "2 of 2 asked are Exchange servers; 1 is vulnerable to ProxyLogon", "vulnerable again",
        "not finished", "CERT Example", "5c5c", "its last hash is",
        "1 server fixed before and vulnerable again", "Of 2 Exchange", "Trend: ProxyLogon",
        "Changes, host by host", "What became of it", "Support as of", "network has",
        "2 vulnerable servers",
        "Runs that this report is made of",
    ]  # fmt: skip
    places = [text.index(words) for words in told]
    assert places == sorted(places)


def test_numbers_are_written_one_way(tmp_path: Path) -> None:
    """The figures below the headline as in it, and as in every other output of exposure."""
    many = [observation(f"10.0.{n >> 8}.{n & 255}", CLOSED) for n in range(1242)]
    text = _page([write_lines(tmp_path / "a.jsonl", many)]).text
    assert text.count("1,242") > 3
    assert not re.search(r"1[^,\d]242", text)


def test_cves_are_told_by_their_campaigns() -> None:
    """Names first, each once; many numbers are counted."""
    assert campaigns(("CVE-2021-26855", "CVE-2021-26857")) == "ProxyLogon"
    assert campaigns(("CVE-2021-26855", "CVE-1", "CVE-2")) == "ProxyLogon and 2 more"
    assert campaigns(("CVE-1",)) == "CVE-1"
    assert campaigns(tuple(f"CVE-{n}" for n in range(5))) == "CVE-0, CVE-1, CVE-2 and 2 more"


_QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--virtual-time-budget=3000",
)  # fmt: skip


@needs("chromium", "chromium")
def test_a_browser_shows_the_page_and_runs_nothing(tmp_path: Path) -> None:
    """From the file alone, also what an attacker wrote, and at the width of a phone."""
    page = write_report(make_report(_hostile(tmp_path), TODAY), tmp_path / "r.html")["html"]
    picture = tmp_path / "phone.png"
    for wish in (["--dump-dom", "--enable-logging=stderr", "--v=0"],
                 ["--window-size=390,844", f"--screenshot={picture}"]):  # fmt: skip
        command = [find("chromium"), *_QUIET, f"--user-data-dir={tmp_path}/p", *wish, page.as_uri()]
        done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=True)
        assert "<script" not in done.stdout
        assert "CONSOLE" not in done.stderr
    assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
