"""Lists and evidence come in here: by our script, or by a form where there is none."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from alpheus.web.access.guard import PERMISSION, STREAMED
from alpheus.web.access.roles import Permission
from alpheus.web.csv_output import download, is_asked, portions
from alpheus.web.job_desk import jobs_of
from alpheus.web.jobs import ledger
from alpheus.web.jobs.forms import MOST_FILES, Form, receive_form
from alpheus.web.jobs.messages import BROKEN, ComplaintError
from alpheus.web.jobs.model import Kind, Note, Options
from alpheus.web.jobs.service import Jobs
from alpheus.web.jobs.telling import progress_of, teller
from alpheus.web.jobs.uploads import Incoming
from alpheus.web.pages.jobs import states
from alpheus.web.pages.uploads import own_organisation
from alpheus.web.rendering import AnyRequest, look_of, page

_IMPORT = {PERMISSION: Permission.IMPORT}
_OWN = {PERMISSION: Permission.OWN}
_RECENT = 10
_SIZE = 100
_LONGEST_TEXT = 200
_MOST_FOLDERS = 20
_MOST_PAGES = 500
_HASH = re.compile(r"\b[0-9a-f]{64}\b").findall
_LONGEST_FOLDER = 400
_FIELDS = ("kind", "timezone", "source", "keep", "organisation")


@get("/imports", opt=_IMPORT, sync_to_thread=True)
def imports_page(request: AnyRequest) -> Response[Any]:
    """The forms, what is under way, and what has come in."""
    return _page(request, Form())


@post("/imports", opt={**_IMPORT, STREAMED: True}, request_max_body_size=None)
async def imports_form(request: AnyRequest) -> Response[Any]:
    """Files of a form. What is wrong is told on the same page, with all that was typed."""
    jobs, form = jobs_of(request), Form()

    def begin(name: str, fields: dict[str, str]) -> Incoming:
        kind = Kind.IMPORT if fields.get("kind") == Kind.IMPORT.value else Kind.TRIAGE
        return jobs.announce(request.user, kind, name, -1)

    try:
        await receive_form(request, jobs.uploads, begin, form)
        made = await sync_to_thread(hand_in, jobs, form)
    except ComplaintError as error:
        return await sync_to_thread(
            partial(_page, request, form, problem=error.note, status=error.status)
        )
    return Redirect(f"/jobs/{made[0]}" if len(made) == 1 else "/imports", status_code=303)


@get("/imports/{number:int}", opt=_IMPORT, sync_to_thread=True)
def import_page(request: AnyRequest, number: FromPath[int]) -> Response[Any]:
    """A file that came in, and its rows that did not; as CSV by `format`."""
    database = request.app.state.database
    after = _whole(request.query_params.get("after", ""))
    if is_asked(request):
        found = ledger.one(database, number)
        if found is None:
            raise NotFoundException
        rows = ({"file": found.file, "line": row.line, "reason": row.reason}
                for row in ledger.every_loss(database, number))  # fmt: skip
        return download(("file", "line", "reason"), portions(rows), f"rejected-{number}")
    found = ledger.one(database, number)
    if found is None:
        raise NotFoundException
    losses = ledger.losses_of(database, number, after=after, size=_SIZE + 1)
    more = f"/imports/{number}?after={losses[_SIZE - 1].id}" if len(losses) > _SIZE else ""
    return page(
        request, "import.html", found=found, losses=losses[:_SIZE], more=more,
        first=f"/imports/{number}" if after else "", listed=ledger.LISTED,
    )  # fmt: skip


@get("/own/evidence", opt=_OWN, sync_to_thread=True)
def own_page(request: AnyRequest) -> Response[Any]:
    """What an organisation handed in about itself, and what came of it in plain words."""
    return _own_page(request, Form())


@get("/own/evidence/state", opt=_OWN, sync_to_thread=True)
def own_state(request: AnyRequest) -> Response[Any]:
    """How far one's own jobs named by `id` are, for script."""
    return states(request, Permission.OWN)


@post("/own/evidence", opt={**_OWN, STREAMED: True}, request_max_body_size=None)
async def own_form(request: AnyRequest) -> Response[Any]:
    """Evidence of an organisation about itself."""
    jobs, form = jobs_of(request), Form()

    def begin(name: str, fields: dict[str, str]) -> Incoming:
        organisation = own_organisation(request.user, fields.get("organisation", ""))
        return jobs.announce(request.user, Kind.TRIAGE, name, -1, organisation)

    try:
        await receive_form(request, jobs.uploads, begin, form)
        await sync_to_thread(hand_in, jobs, form)
    except ComplaintError as error:
        return await sync_to_thread(
            partial(_own_page, request, form, problem=error.note, status=error.status)
        )
    return Redirect("/own/evidence", status_code=303)


def hand_in(jobs: Jobs, form: Form) -> list[int]:
    """Make jobs of a form's files; where that is refused, the files go. Raises ComplaintError."""
    fields = form.fields
    options = Options(
        timezone=fields.get("timezone", "").strip(), keep=bool(fields.get("keep")),
        source=fields.get("source", "").strip()[:_LONGEST_TEXT],
        verify=_whole(fields.get("verify", "")), complete=_folders(fields.get("complete", "")),
        own=tuple(dict.fromkeys(_HASH(fields.get("own", "").lower())))[:_MOST_PAGES],
        renamed=fields.get("renamed", "").strip()[:_LONGEST_TEXT],
    )  # fmt: skip
    try:
        return jobs.hand_in(form.files, options, fields.get("password", ""))
    except ComplaintError:
        for one in form.files:
            jobs.uploads.drop(one.id)
        raise


def _page(
    request: AnyRequest, form: Form, *, problem: Note | None = None, status: int = 200
) -> Response[Any]:
    jobs, look = jobs_of(request), look_of(request)
    recent = jobs.page(request.user, size=_RECENT)
    return page(
        request, "imports.html", status=_page_status(status), typed=_typed(form), problem=problem,
        told=teller(look.words), jobs=[(one, progress_of(one, look.words)) for one in recent],
        taken_in=ledger.newest(request.app.state.database, _RECENT), backlog=jobs.backlog(),
        most_list=jobs.most(Kind.IMPORT), most_package=jobs.most(Kind.TRIAGE),
        most_files=MOST_FILES,
    )  # fmt: skip


def _own_page(
    request: AnyRequest, form: Form, *, problem: Note | None = None, status: int = 200
) -> Response[Any]:
    jobs, look = jobs_of(request), look_of(request)
    organisations = sorted(request.user.scope(Permission.OWN) or ())
    recent = jobs.page(request.user, permission=Permission.OWN, size=_RECENT * 2)
    return page(
        request, "own_evidence.html", status=_page_status(status), typed=_typed(form),
        problem=problem, broken=BROKEN, told=teller(look.words), organisations=organisations,
        jobs=[(one, progress_of(one, look.words, plainly=True)) for one in recent],
        most_package=jobs.most(Kind.TRIAGE), most_files=MOST_FILES,
    )  # fmt: skip


def _page_status(status: int) -> int:
    """Browsers show a page for each of these; some show their own for others."""
    return status if status in {200, 413, 422, 429, 507} else 422


def _typed(form: Form) -> dict[str, str]:
    """What comes back into the form: all but the password."""
    return {name: form.fields.get(name, "") for name in _FIELDS}


def _folders(text: str) -> tuple[str, ...]:
    """Folders of a server, one a line."""
    lines = dict.fromkeys(line.strip() for line in text.splitlines())
    return tuple(line for line in lines if 0 < len(line) <= _LONGEST_FOLDER)[:_MOST_FOLDERS]


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


ROUTES = (imports_page, imports_form, import_page, own_page, own_state, own_form)
