"""The page of one server, put together: also where it comes back because something was refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Response

from alpheus.cases.assessment_model import Outline
from alpheus.cases.assessments import Assessed
from alpheus.cases.service_server import Look
from alpheus.web import clean_view, reason_words, server_acts, server_view
from alpheus.web.access.roles import Permission
from alpheus.web.plainly import named
from alpheus.web.rendering import AnyRequest, look_of, page
from alpheus.web.server_desk import ServerDesk
from alpheus.web.server_story import Story
from alpheus.web.words import Words

FINDINGS = 5
"""Findings of every stage on the first page."""
EVENTS = 40
"""Entries of the history that are shown at first."""
_ALL_EVENTS = 1_000
_REASONS = 20


def server_page(
    request: AnyRequest,
    desk: ServerDesk,
    *,
    wrong: str = "",
    problem: str = "",
    typed: Mapping[str, str] | None = None,
) -> Response[Any]:
    """The page. `wrong` is the kind of act that was refused for `problem`; `typed` its form."""
    asked = request.query_params
    words = look_of(request).words
    found = desk.look(assessment=number_of(asked.get("assessment", "")))
    clean = desk.clean_up()
    now = request.app.state.cases.now
    notices = desk.notices()
    history = server_view.history(found)
    shown = _ALL_EVENTS if asked.get("history") == "all" else EVENTS
    forms = []
    if desk.may(Permission.WORK):
        forms = server_acts.offered(found.row, found.clocks, who=desk.person.name, now=now,
                                    decoy=found.detail.decoy, changes=found.changes)  # fmt: skip
        if wrong and wrong not in {form.kind for form in forms}:
            forms.append(server_acts.BY_KIND[wrong])
    return page(
        request, "server/page.html", status=422 if wrong else 200,
        row=found.row, detail=found.detail,
        reasons=reason_words.with_points(found.detail.reasons[:_REASONS], words),
        head=server_view.headline(found, words),
        done=server_acts.DONE.get(asked.get("done", ""), ""),
        forms=forms, wrong=wrong, problem=problem, typed=typed or {},
        label_of=server_acts.label_of, axis_name=server_view.name_of_axis,
        axes=server_view.axes(found, notices, words, now=now),
        changes=found.changes[::-1][:300], clocks=found.clocks, ownership=found.ownership,
        cves=server_view.cve_groups(found), notices=notices,
        clean=clean, next_step=clean_view.next_step(clean.progress) if clean.progress else None,
        events=history[:shown], more_events=max(len(history) - shown, 0),
        **_assessment(found, asked, words),
    )  # fmt: skip


def _assessment(found: Look, asked: Mapping[str, str], words: Words) -> dict[str, Any]:
    """What the page shows of the assessment that was asked for."""
    told: dict[str, Any] = {
        "assessed": found.assessed, "chosen": found.chosen, "outline": None, "groups": [],
        "coverage": [], "days": (), "packages": {}, "by_rule": {}, "story": None, "pictures": (),
    }  # fmt: skip
    if found.kept is None:
        return told
    outline = found.kept.outline
    story = Story(found.kept, asked, words, f"/servers/{found.row['id']}", found.chosen)
    covered, span = server_view.coverage(outline, words)
    groups, _ = server_view.groups(found.kept, each=FINDINGS)
    return told | {
        "outline": outline, "groups": groups, "coverage": covered,
        "days": server_view.days_of(span, words), "packages": packages_of(outline),
        "by_rule": {one.rule: number for number, one in enumerate(outline.findings)},
        "story": story, "pictures": story.pictures() if story.is_there else (),
    }  # fmt: skip


def packages_of(outline: Outline) -> dict[str, str]:
    """The names of packages of evidence, by what citations call them."""
    return {one.id: one.name or one.id for one in outline.evidence}


def assessment_choices(
    assessed: tuple[Assessed, ...], chosen: int, address: str, words: Words
) -> list[dict[str, Any]]:
    """Links to the same page about other assessments; none where there is one."""
    whole = [one for one in assessed if one.whole]
    if len(whole) < 2:
        return []
    return [
        {"text": f"{words.day(one.seen)}, {named(words, 'compromise', one.verdict)}",
         "href": f"{address}?assessment={one.observation}", "count": "",
         "chosen": one.observation == chosen}
        for one in whole[:30]
    ]  # fmt: skip


def number_of(text: str) -> int:
    """A number of an address; 0 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
