"""The pages of a server: each part is there, in every language, and hostile text does nothing."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar

from alpheus import lab
from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database
from alpheus.cases.service import Cases
from alpheus.job import TriageOptions
from alpheus.triage import triage
from alpheus.web import pack_words
from alpheus.web.access.roles import Grant, Role
from assessments import HOSTILE, compromised, hostile
from console import Client, Clock, made, signed_in
from filled_database import Fill, with_tables
from server_filling import NOW, broken_into, document, filled, findings, number_of

PARTS = ("", "/findings", "/findings/0", "/observations", "/identity", "/coverage", "/custody")


@pytest.fixture
def filling(request: pytest.FixtureRequest) -> Fill:
    """A server that was broken into, for whoever asks for cases."""
    return broken_into if "cases" in request.fixturenames else with_tables


@pytest.fixture
def cases(database: Database, clock: Clock) -> Cases:
    """Servers with a history, one of which was broken into and assessed."""
    clock.now = clock.now.replace(month=4)
    return Cases(database, lambda: NOW)


@pytest.fixture
def broken(cases: Cases, client: Client, app: Litestar) -> str:
    """The address of the server that was broken into; an analyst is signed in."""
    signed_in(client, app, made(app, "mia", Grant(Role.ANALYST)))
    return f"/servers/{number_of(cases, 'compromised')}"


def _rows(client: Client, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text)))


def _marks(text: str) -> list[str]:
    """Where the marks of the picture lead."""
    found = re.findall(r'class="mark \w+" href="([^"]+)"', text)
    return [one.replace("&amp;", "&") for one in found]


def test_the_page_says_what_matters(client: Client, broken: str) -> None:
    """Headline, axes, story with its picture, coverage, findings, flaws, owner and history."""
    text = client.get(broken).text
    assert re.search(r'<h1 class="headline">EX01: somebody broke in, and', text)
    for part in ("facts", "next", "work", "axes", "story", "coverage", "findings", "flaws",
                 "owner", "notices", "history"):  # fmt: skip
        assert f'id="{part}"' in text
    assert text.count("<svg") > 4
    assert "plan" not in re.findall(r'<h2 id="(\w+)"', text)


@pytest.mark.parametrize("language", ["en", "es", "de"])
@pytest.mark.parametrize("part", PARTS)
def test_every_part_is_there_in_every_language(
    client: Client, broken: str, part: str, language: str
) -> None:
    """With its own words."""
    client.headers["accept-language"] = language
    answer = client.get(broken + part)
    assert answer.status_code == 200
    assert f'lang="{language}"' in answer.text
    assert "%(" not in answer.text


def test_what_packs_advise_is_said_in_the_readers_language(
    client: Client, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What no pack says in it stays English, and says so."""
    step = "Take EX01 off the network, and keep it running for a memory image."
    monkeypatch.setattr(pack_words, "_texts", lambda _: {step: "Trennen Sie EX01."})
    client.headers["accept-language"] = "de"
    steps = client.get(broken).text.split('<ol class="next-steps">')[1].split("</ol>")[0]
    assert "<strong>Trennen Sie EX01.</strong>" in steps
    assert '<span lang="en">Both were placed by the attacker.</span>' in steps


def test_a_mark_leads_to_its_record_and_its_finding(client: Client, broken: str) -> None:
    """Evidence, path, line and text, and what they prove."""
    story = client.get(broken).text
    ways = [
        one.replace("&amp;", "&") for one in re.findall(r'class="mark \w+" href="([^"]+)"', story)
    ]
    for _ in range(30):
        record = next((one for one in ways if "record=" in one), "")
        if record:
            break
        story = client.get(ways[-1]).text
        ways = _marks(story)
    text = client.get(record).text
    panel = text[text.index('id="record"') : text.index('id="coverage"')]
    assert 'class="place"' in panel
    assert '<pre class="log"' in panel
    finding = re.search(r'href="(/servers/\d+/findings/\d+\?assessment=\d+)"', panel)
    assert finding
    assert client.get(finding[1]).status_code == 200


def test_a_number_of_another_observation_leads_to_the_server(
    client: Client, cases: Cases, broken: str
) -> None:
    """With what was asked of it."""
    answer = client.get("/servers/4?history=all", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/servers/1?history=all")
    for absent in ("/servers/99", f"/servers/{2**70}", "/servers/0", "/servers/x"):
        assert client.get(absent).status_code == 404


def test_a_server_that_nobody_assessed_has_no_story(client: Client, broken: str) -> None:
    """And its pages say so."""
    text = client.get("/servers/1").text
    assert 'id="story"' not in text
    assert 'id="axes"' in text
    assert "No assessment of this server is kept." in client.get("/servers/1/findings").text
    assert client.get("/servers/1/findings/0").status_code == 404
    assert client.get(f"{broken}/findings/9999").status_code == 404


def test_findings_are_filtered_and_taken_away(client: Client, broken: str) -> None:
    """The file holds what the page shows, a row for each record."""
    every = _rows(client, f"{broken}/findings?format=csv")
    proof = _rows(client, f"{broken}/findings?format=csv&weight=proof")
    assert 0 < len(proof) < len(every)
    assert {row["weight"] for row in proof} == {"proof"}
    assert all(row["path"] and row["server"] == "EX01" for row in proof)
    text = client.get(f"{broken}/findings?weight=proof").text
    assert "weight=proof&amp;format=csv" in text
    assert client.get(f"{broken}/findings?stage=x&weight=y").status_code == 200


def test_observations_come_in_pages_and_as_a_file(
    client: Client, cases: Cases, broken: str
) -> None:
    """Each with where it comes from."""
    rows = _rows(client, "/servers/1/observations?format=csv")
    assert [row["id"] for row in rows] == ["4", "3", "2", "1"]
    assert client.get("/servers/1/observations?after=x").status_code == 422
    text = client.get("/servers/1/observations").text
    assert re.findall(r'name="member" value="(\d+)"', text) == ["4", "3", "2", "1"]


def test_a_viewer_sees_all_of_it_and_no_form_that_changes_anything(
    client: Client, app: Litestar, broken: str
) -> None:
    """But for those that each page has."""
    signed_in(client, app, made(app, "vic", Grant(Role.VIEWER)))
    for part in PARTS:
        answer = client.get(broken + part)
        assert answer.status_code == 200
        assert f'action="{broken}' not in answer.text
        assert 'name="member"' not in answer.text
    assert client.get(f"{broken}/secrets").status_code == 403


class _Watch(HTMLParser):
    """Finds what a page would do, and whether places of its own follow each other."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def _watched(text: str) -> _Watch:
    found = _Watch()
    found.feed(text)
    return found


def _inert(text: str) -> None:
    watch = _watched(text)
    for tag, values in watch.tags:
        assert tag not in {"img", "iframe", "object", "embed", "style", "base"}
        assert tag != "script" or str(values.get("src", "")).startswith("/static/")
        assert not [name for name in values if name.startswith("on") or name == "style"]
        for name in ("href", "action", "src") if tag != "link" else ():
            assert str(values.get(name) or "/").startswith(("/", "#"))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b]", text)


def test_hostile_text_does_nothing_in_any_place(
    database: Database, client: Client, app: Litestar
) -> None:
    """Names, aliases, paths, log lines, titles, stories, steps, losses and notes."""
    whole = document(hostile())
    for server in whole["servers"]:
        server["verdict"] = "compromised"
        server["coverage"] = [{"source": server["name"], "rows": 5, "first": None}]
        server["cves"] = {"CVE-2021-26855": {"state": "vulnerable", "why": server["name"]}}
        server["campaigns"] = [{"pack": server["name"], "verdict": "x", "assessed": True,
                                "why": server["headline"]}]  # fmt: skip
    cases = filled(database, whole)
    signed_in(client, app, made(app, "mia", Grant(Role.ANALYST)))
    asked = 0
    for row in list(cases.page().servers):
        number = int(row["id"])
        for text in HOSTILE[:3]:
            who = text[:40].strip()
            app.state.cases.act(number, ActKind.NOTE, who=who, why=text, evidence=text)
        for part in (*PARTS, "?history=all", "/identity/merge?with=1", "/secrets"):
            answer = client.get(f"/servers/{number}{part}")
            assert answer.status_code in {200, 404, 422}, (part, answer.text[:2_000])
            _inert(answer.text)
            asked += 1
    assert asked > 20


@pytest.mark.parametrize("text", ["'\"><script>", "%00", "9" * 40, "%ff"])
def test_hostile_addresses_do_nothing(client: Client, broken: str, text: str) -> None:
    """They are as if nothing had been asked."""
    query = "?" + "&".join(f"{n}={text}" for n in ("from", "to", "record", "first", "assessment"))
    for part in PARTS:
        answer = client.get(f"{broken}{part}{query}")
        assert answer.status_code == 200
        _inert(answer.text)


def test_no_cell_of_a_file_is_a_formula(database: Database, client: Client, app: Litestar) -> None:
    """Whatever a log says."""
    whole = document(compromised())
    whole["servers"][0]["findings"] = findings(*(
        ("operated", "proof", "2021-03-03T00:00:00Z", [one]) for one in ("=1+1", "\t=1", "@SUM(1)")
    ))  # fmt: skip
    cases = filled(database, whole)
    signed_in(client, app, made(app, "mia", Grant(Role.ANALYST)))
    rows = _rows(client, f"/servers/{number_of(cases, 'compromised')}/findings?format=csv")
    assert len(rows) == 3
    assert all(row["text"].startswith("'") for row in rows)


def test_keys_reach_everything_in_the_order_in_which_it_is_read(
    client: Client, broken: str
) -> None:
    """No order of its own, no name twice, every field named, every heading below the one before."""
    watch = _watched(client.get(broken).text)
    assert [values for _, values in watch.tags if int(values.get("tabindex") or 0) > 0] == []
    names = [values["id"] for _, values in watch.tags if values.get("id")]
    assert [one for one in set(names) if names.count(one) > 1] == []
    labelled = {values.get("for") for tag, values in watch.tags if tag == "label"}
    fields = [values for tag, values in watch.tags
              if tag in {"textarea", "input"} and values.get("type") != "hidden"]  # fmt: skip
    assert [one for one in fields if one.get("id") not in labelled] == []
    levels = [int(tag[1]) for tag, _ in watch.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    order = [values.get("id") for tag, values in watch.tags if tag in {"h2", "section"}]
    assert order.index("work") < order.index("story") < order.index("findings")


def test_evidence_of_the_lab_is_shown(
    tmp_path: Path, database: Database, client: Client, app: Litestar, clock: Clock
) -> None:
    """From logs to the page: the story of a real triage, with the line that proves a step."""
    lab.generate(tmp_path / "lab", "webshell", size=3_000_000, seed=5)
    assessment = triage([tmp_path / "lab" / "evidence"], TriageOptions()).assessment
    clock.now = clock.now.replace(year=2030)
    cases = filled(database, document(assessment))
    signed_in(client, app, made(app, "mia", Grant(Role.ANALYST)))
    address = f"/servers/{number_of(cases, 'compromised')}"
    text = client.get(address).text
    assert len(re.findall(r'<ol class="story-steps">.*?</ol>', text, re.DOTALL)[0]) > 500
    step = re.search(r'href="([^"]+)">Show its records', text)
    assert step
    shown = client.get(step[1].replace("&amp;", "&")).text
    assert re.search(r'<pre class="log"[^>]*><code>2021-\d\d-\d\d', shown)
    secrets = client.post(f"{address}/secrets", data=_form(app, client, why="to warn others")).text
    assert re.search(r"<h2><code>\[secret:[0-9a-f]{8}\]</code></h2>", secrets)
    _inert(text + shown + secrets)


def _form(app: Litestar, client: Client, **values: str) -> dict[str, Any]:
    session = app.state.sessions.find(client.cookies["alpheus"])
    return {"csrf": session.csrf, **values}


def test_records_by_source_and_day_are_a_table_and_a_file(client: Client, broken: str) -> None:
    """What the strips shade, to be read aloud; a gap says that it is one."""
    page = client.get(broken).text
    link = re.search(r'href="(/servers/\d+/coverage\?assessment=\d+)"', page)
    assert link is not None
    assert "shade-2" in page
    text = client.get(link[1]).text
    assert "missing" in text
    rows = _rows(client, f"{link[1]}&format=csv")
    assert {row["gap"] for row in rows} == {"yes", "no"}
    assert sum(int(row["records"]) for row in rows) > 100_000
