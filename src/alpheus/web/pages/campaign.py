"""The first page: how far all of it is, what must not be overlooked, who is left and why."""

from __future__ import annotations

from functools import partial
from io import StringIO
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup
from sqlalchemy import select, update

from alpheus.campaign import tables
from alpheus.campaign.page import write_page
from alpheus.cases.console_schema import accounts
from alpheus.cases.schema import DIMENSIONS
from alpheus.errors import RefusedError
from alpheus.web import campaign_parts, campaign_words
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission, Person
from alpheus.web.campaign_view import (
    AT_ONCE,
    MOST,
    CampaignDesk,
    CampaignOf,
    Seen,
    Whole,
    is_outdated,
    read_seen,
)
from alpheus.web.rendering import AnyRequest, look_of, page
from alpheus.web.working_out import work_out

_SIGNED_IN = {PERMISSION: Permission.SIGNED_IN}
_SEE = {PERMISSION: Permission.SEE}
_EXPORT = {PERMISSION: Permission.EXPORT}
_WORK = {PERMISSION: Permission.WORK}
_PARTS = {
    "days": campaign_parts.days_part,
    "remaining": campaign_parts.remaining_part,
    "tables": campaign_parts.tables_part,
}


@get("/", opt=_SIGNED_IN, sync_to_thread=True)
def campaign(request: AnyRequest) -> Response[Any]:
    """The campaign; an organisation is sent to its own servers."""
    person: Person = request.user
    if not person.may(Permission.SEE):
        if person.may(Permission.OWN):
            return Redirect("/own", status_code=303)
        raise PermissionDeniedException("your account does not allow that")
    desk: CampaignDesk = request.app.state.campaign
    mine = desk.of(person)
    as_of, waiting = mine.waiting()
    if not as_of:
        return page(request, "campaign/empty.html", observed=waiting)
    whole = mine.whole()
    if whole.total is None and not waiting and mine.is_whole:
        return page(request, "campaign/empty.html", observed=0)
    return _page(request, desk, mine, whole)


def _page(request: AnyRequest, desk: CampaignDesk, mine: CampaignOf, whole: Whole) -> Response[Any]:
    person: Person = request.user
    words = look_of(request).words
    seen = _seen(desk, person)
    working = mine.is_whole and (mine.is_at_work() or _begun(request, desk, whole))
    may_work_out = mine.is_whole and person.may(Permission.WORK, "")
    parts: dict[str, Any] = {
        name: desk.texts.get((mine.filters, whole.key, words.language, name),
                             partial(make, whole, words))
        for name, make in _PARTS.items()
    }  # fmt: skip
    return page(
        request, "campaign/page.html", whole=whole, both=campaign_parts.both(whole.total),
        alerts=(alerts := mine.alerts(whole)), told=campaign_parts.told_of(alerts, MOST),
        everything=mine.is_whole, seen=seen, news=mine.news(whole, seen),
        news_words=campaign_words.NEWS, news_tone=campaign_words.NEWS_TONE,
        working=working, may_work_out=may_work_out, dimensions=campaign_parts.DIMENSIONS, **parts,
    )  # fmt: skip


def _begun(request: AnyRequest, desk: CampaignDesk, whole: Whole) -> bool:
    """Whether it was begun to work out why servers are left, since nobody has for these."""
    if whole.ever <= AT_ONCE or not is_outdated(whole, desk.clock()) or not desk.may_try():
        return False
    try:
        return work_out(desk.database, desk.clock(), request.app.state.start_working_out)
    except RefusedError:
        return False  # the page is there without it, and its button says why not


@post("/campaign/looked", opt=_SEE, sync_to_thread=True)
def looked(request: AnyRequest) -> Response[Any]:
    """Mark the page as looked at: what changes from now on is told."""
    desk: CampaignDesk = request.app.state.campaign
    mine = desk.of(request.user)
    text = mine.seen_text(mine.whole())
    with desk.database.write() as connection:
        connection.execute(
            update(accounts).where(accounts.c.id == request.user.account).values(looked=text)
        )
    return Redirect("/", status_code=303)


@post("/campaign/work-out", opt=_WORK, sync_to_thread=True)
def work_it_out(request: AnyRequest) -> Response[Any]:
    """Have it worked out why servers are left, in a process of its own."""
    desk: CampaignDesk = request.app.state.campaign
    if not request.user.may(Permission.WORK, ""):
        raise PermissionDeniedException("your account does not allow that")
    work_out(desk.database, desk.clock(), request.app.state.start_working_out)
    return Redirect("/#left", status_code=303)


@get("/campaign/by/{by:str}", opt=_SEE, sync_to_thread=True)
def by(request: AnyRequest, by: FromPath[str]) -> Response[Any]:
    """Servers by sector, region, network, product or build; as CSV by `?format=csv`."""
    desk: CampaignDesk = request.app.state.campaign
    if by not in DIMENSIONS:
        raise RefusedError("there is no such table")
    mine = desk.of(request.user)
    if request.query_params.get("format") == "csv":
        return _csv(f"alpheus-{by}.csv", desk.of(request.user, Permission.EXPORT).counts(by))
    whole = mine.whole()
    counts = mine.kept_counts(whole, by)
    words = look_of(request).words
    body = desk.texts.get(
        (mine.filters, whole.key, words.language, f"by {by}"),
        partial(campaign_parts.by_part, counts, words),
    )
    choices = [
        {"text": words.gettext(name), "href": f"/campaign/by/{one}", "count": "",
         "chosen": one == by}
        for one, name in campaign_parts.DIMENSIONS.items()
    ]  # fmt: skip
    return page(request, "campaign/by.html", by=by, body=body, choices=choices,
                shown=len(counts.lines), values=counts.values,
                dimensions=campaign_parts.DIMENSIONS)  # fmt: skip


@get("/campaign/days.csv", opt=_EXPORT, sync_to_thread=True)
def days_csv(request: AnyRequest) -> Response[Any]:
    """All days as CSV."""
    mine = request.app.state.campaign.of(request.user, Permission.EXPORT)
    return _csv("alpheus-days.csv", mine.whole().series)


@get("/campaign/report.html", opt=_EXPORT, sync_to_thread=True)
def report(request: AnyRequest) -> Response[Any]:
    """The whole of it as a file that prints well, as `alpheus campaign stats --html` writes it."""
    desk: CampaignDesk = request.app.state.campaign
    mine = desk.of(request.user, Permission.EXPORT)
    whole = mine.whole()
    text = desk.texts.get((mine.filters, whole.key, "", "report"), partial(_report, mine))
    return _file("alpheus-campaign.html", text, "text/html")


def _report(mine: CampaignOf) -> Markup:
    stream = StringIO()
    write_page(mine.overview(), stream)
    return Markup(stream.getvalue())  # noqa: S704 - it is a page, made by a template


def _csv(name: str, what: Any) -> Response[Any]:  # noqa: ANN401 - a series or counts
    stream = StringIO(newline="")
    write = tables.write_counts if hasattr(what, "lines") else tables.write_series
    write(what, stream)
    return _file(name, stream.getvalue(), "text/csv")


def _file(name: str, text: str, kind: str) -> Response[Any]:
    return Response(
        text.encode(), media_type=kind,
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip


def _seen(desk: CampaignDesk, person: Person) -> Seen | None:
    with desk.database.read() as connection:
        query = select(accounts.c.looked).where(accounts.c.id == person.account)
        return read_seen(connection.execute(query).scalar() or "")


ROUTES = (campaign, looked, work_it_out, by, days_csv, report)
