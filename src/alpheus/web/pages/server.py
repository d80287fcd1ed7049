"""The pages of one server: at a glance, its findings, what was seen, and what it is known from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import structs

from alpheus.cases.assessment_model import Citation
from alpheus.cases.assessments import Kept
from alpheus.errors import RefusedError
from alpheus.model import Stage
from alpheus.web import labels, server_days, server_view
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission
from alpheus.web.csv_output import demand, download, is_asked, portions
from alpheus.web.desk import Desk
from alpheus.web.plainly import named
from alpheus.web.rendering import AnyRequest, look_of, page
from alpheus.web.server_page import assessment_choices, number_of, packages_of, server_page
from alpheus.web.server_story import Story

_SEE = {PERMISSION: Permission.SEE}
_SIZE = 50
_CITATIONS = 25
_LOSSES = 200
_DAYS = 100

OBSERVATION_COLUMNS = (
    "id", "seen", "kind", "source", "address", "port", "status", "product", "build", "verdict",
    "stage", "flags", "file", "line", "sha256", "who", "imported",
)  # fmt: skip
FINDING_COLUMNS = (
    "server", "rule", "pack", "title", "stage", "weight", "confidence", "time", "cves",
    "techniques", "citations_total", "evidence", "path", "line", "offset", "record_id", "sha256",
    "text",
)  # fmt: skip


@get("/servers/{number:int}", opt=_SEE, sync_to_thread=True)
def server(
    request: AnyRequest, number: FromPath[int], desk: NamedDependency[Desk]
) -> Response[Any]:
    """The server at a glance; a number that leads to it leads to its own page."""
    found = desk.server(number)
    if found.number != number:
        asked = str(request.url.query)
        return Redirect(f"/servers/{found.number}{'?' if asked else ''}{asked}", status_code=303)
    return server_page(request, found)


@get("/servers/{number:int}/findings", opt=_SEE, sync_to_thread=True)
def findings(
    request: AnyRequest, number: FromPath[int], desk: NamedDependency[Desk]
) -> Response[Any]:
    """All findings of an assessment, by stage; as CSV by `?format=csv`."""
    found, asked, words = desk.server(number), request.query_params, look_of(request).words
    assessed, kept, chosen = found.assessment(number_of(asked.get("assessment", "")))
    stage, weight = asked.get("stage", ""), asked.get("weight", "")
    if is_asked(request):
        demand(request, Permission.EXPORT)
        rows = _finding_rows(str(found.row["name"]), kept, stage, weight)
        return download(FINDING_COLUMNS, portions(rows), f"alpheus-findings-{found.number}")
    here = f"/servers/{found.number}/findings"
    first = number_of(asked.get("first", ""))

    def address(**more: object) -> str:
        values = {"assessment": chosen, "stage": stage, "weight": weight, **more}
        return f"{here}?{urlencode({name: value for name, value in values.items() if value})}"

    groups, fitting = (
        server_view.groups(kept, first=first, size=_SIZE, stage=stage, weight=weight)
        if kept else ([], 0)
    )  # fmt: skip
    there = kept.outline.findings if kept else ()
    return page(
        request, "server/findings.html", row=found.row, chosen=chosen, groups=groups,
        fitting=fitting, outline=kept.outline if kept else None,
        packages=packages_of(kept.outline) if kept else {},
        assessments=assessment_choices(assessed, chosen, here, words),
        stages=[
            {"text": named(words, "stage", one.value), "count": sum(f.stage == one for f in there),
             "href": address(stage="" if one.value == stage else one.value),
             "chosen": one.value == stage}
            for one in reversed(Stage) if any(f.stage == one for f in there)
        ],
        weights=[
            {"text": named(words, "weight", one), "count": sum(f.weight == one for f in there),
             "href": address(weight="" if one == weight else one), "chosen": one == weight}
            for one in labels.WEIGHT if any(f.weight == one for f in there)
        ],
        first=address() if first else "",
        next=address(first=first + _SIZE) if first + _SIZE < fitting else "",
        csv=address(format="csv"), may_see_secrets=found.may(Permission.SEE_SECRETS),
    )  # fmt: skip


@get("/servers/{number:int}/findings/{place:int}", opt=_SEE, sync_to_thread=True)
def finding(
    request: AnyRequest, number: FromPath[int], place: FromPath[int], desk: NamedDependency[Desk]
) -> Response[Any]:
    """One finding with the records that prove it."""
    found, asked, words = desk.server(number), request.query_params, look_of(request).words
    _, kept, chosen = found.assessment(number_of(asked.get("assessment", "")))
    if kept is None or not 0 <= place < len(kept.outline.findings):
        raise RefusedError("there is no such finding")
    one = kept.outline.findings[place]
    begin = number_of(asked.get("first", ""))
    citations = kept.citations(place)
    here = f"/servers/{found.number}/findings/{place}?assessment={chosen}"
    after = begin + _CITATIONS
    story = Story(kept, {}, words, f"/servers/{found.number}", chosen)
    return page(
        request, "server/finding.html", row=found.row, chosen=chosen, finding=one,
        citations=citations[begin:after], begin=begin, packages=packages_of(kept.outline),
        version=next((p.version for p in kept.outline.run.packs if p.id == one.pack), ""),
        first=here if begin else "", next=f"{here}&first={after}" if after < one.kept else "",
        where=story.step_href(one.time),
    )  # fmt: skip


@get("/servers/{number:int}/observations", opt=_SEE, sync_to_thread=True)
def observations(
    request: AnyRequest, number: FromPath[int], desk: NamedDependency[Desk]
) -> Response[Any]:
    """What was seen, the newest first; all of it as CSV by `?format=csv`."""
    found, asked = desk.server(number), request.query_params
    here = f"/servers/{found.number}/observations"
    if is_asked(request):
        demand(request, Permission.EXPORT)
        rows = portions(found.every_observed())
        return download(OBSERVATION_COLUMNS, rows, f"alpheus-observations-{found.number}")
    after = asked.get("after", "")
    seen = found.observed(after=after, size=_SIZE)
    return page(
        request, "server/observations.html", row=found.row, observed=seen,
        may_work=found.may(Permission.WORK), first=here if after else "",
        next=f"{here}?{urlencode({'after': seen.next})}" if seen.next else "",
        csv=f"{here}?format=csv",
    )  # fmt: skip


@get("/servers/{number:int}/coverage", opt=_SEE, sync_to_thread=True)
def coverage(
    request: AnyRequest, number: FromPath[int], desk: NamedDependency[Desk]
) -> Response[Any]:
    """Records by source and day, of an assessment; as CSV by `?format=csv`."""
    found, asked, words = desk.server(number), request.query_params, look_of(request).words
    assessed, kept, chosen = found.assessment(number_of(asked.get("assessment", "")))
    here = f"/servers/{found.number}/coverage"
    if is_asked(request):
        demand(request, Permission.EXPORT)
        rows = server_days.rows(kept.outline) if kept else iter(())
        return download(server_days.COLUMNS, portions(rows), f"alpheus-coverage-{found.number}")
    first = number_of(asked.get("first", ""))
    sources = server_days.sources_of(kept.outline) if kept else []
    shown = sources[: server_days.MOST_SOURCES]
    address = f"{here}?assessment={chosen}"
    return page(
        request, "server/coverage.html", row=found.row, sources=shown,
        heads=[(one.source, "number") for one in shown],
        more=len(sources) - len(shown), days=server_days.table(shown, first=first, size=_DAYS),
        assessments=assessment_choices(assessed, chosen, here, words),
        first=address if first else "",
        next=f"{address}&first={first + _DAYS}"
        if first + _DAYS < server_days.how_many(shown) else "",
        csv=f"{address}&format=csv",
    )  # fmt: skip


@get("/servers/{number:int}/custody", opt=_SEE, sync_to_thread=True)
def custody(
    request: AnyRequest, number: FromPath[int], desk: NamedDependency[Desk]
) -> Response[Any]:
    """Which files it is known from, with their hashes, and who took them in when."""
    found, words = desk.server(number), look_of(request).words
    assessed, kept, chosen = found.assessment(number_of(request.query_params.get("assessment", "")))
    here = f"/servers/{found.number}/custody"
    return page(
        request, "server/custody.html", row=found.row, files=found.files(),
        deeds=found.clean_deeds(),
        outline=kept.outline if kept else None,
        losses=kept.outline.skipped[:_LOSSES] if kept else (),
        assessments=assessment_choices(assessed, chosen, here, words),
    )  # fmt: skip


def _finding_rows(
    name: str, kept: Kept | None, stage: str, weight: str
) -> Iterator[Mapping[str, Any]]:
    """A row for each record; a finding without one has a row of its own."""
    for number, one in enumerate(kept.outline.findings if kept else ()):
        if kept is None or (stage and one.stage != stage) or (weight and one.weight != weight):
            continue
        told = {
            "server": name, **structs.asdict(one), "stage": one.stage.value,
            "cves": " ".join(one.cves), "techniques": " ".join(one.techniques),
        }  # fmt: skip
        for cited in kept.citations(number) or [Citation()]:
            yield told | structs.asdict(cited)


ROUTES = (server, findings, finding, observations, coverage, custody)
