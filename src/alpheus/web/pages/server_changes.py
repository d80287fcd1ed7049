"""What is done to one server: acts, decisions about what it is, and a look at secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect

from alpheus.cases.assessment_model import Citation
from alpheus.cases.assessments import Kept
from alpheus.errors import RefusedError
from alpheus.web import server_acts
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission
from alpheus.web.desk import Desk
from alpheus.web.plainly import plain
from alpheus.web.rendering import AnyRequest, look_of, page
from alpheus.web.server_desk import MOST_SECRETS, ServerDesk
from alpheus.web.server_page import number_of, packages_of, server_page
from alpheus.web.words import Words

_SEE = {PERMISSION: Permission.SEE}
_WORK = {PERMISSION: Permission.WORK}
_SECRETS = {PERMISSION: Permission.SEE_SECRETS}
_NUMBER = re.compile(r"[\s,;]+")
_MARK = re.compile(r"\[secret:[0-9a-f]{8}\]")
_MOST = 500
"""Numbers that are named at once."""
_PLACES = 20
"""Places of a secret that are told."""

DECISION_WORDS = {
    "merge": "Made one:", "split": "Taken out:", "never-merge": "Kept apart:",
    "revoke": "Takes back decision",
}  # fmt: skip


class Choice(NamedTuple):
    """A decision: its title and button (English), and the field that names what it is about."""

    title: str
    button: str
    field: str
    done: str


CHOICES = {
    "merge": Choice("Make it one with another server", "Make them one", "with", "merged"),
    "apart": Choice("Keep it apart from another server", "Keep them apart", "with", "kept-apart"),
    "split": Choice("Make observations a server of their own", "Take them out", "member", "split"),
    "revoke": Choice("Take a decision back", "Take it back", "decision", "revoked"),
}

Form = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]


@post("/servers/{number:int}/acts/{kind:str}", opt=_WORK, sync_to_thread=True)
def act(
    request: AnyRequest,
    number: FromPath[int],
    kind: FromPath[str],
    data: Form,
    desk: NamedDependency[Desk],
) -> Response[Any]:
    """Do something to it; where it is refused, the page comes back with what was typed."""
    found = desk.server(number, Permission.WORK)
    form = server_acts.BY_KIND.get(kind)
    if form is None:
        raise RefusedError("there is no such act")
    typed = _typed(data)
    try:
        found.act(form.kind, **server_acts.what_of(form, typed))
    except RefusedError as error:
        return server_page(request, found, wrong=kind, problem=str(error), typed=typed)
    return Redirect(f"/servers/{found.number}?done={kind}#done", status_code=303)


@get("/servers/{number:int}/identity", opt=_SEE, sync_to_thread=True)
def identity(
    request: AnyRequest, number: FromPath[int], desk: NamedDependency[Desk]
) -> Response[Any]:
    """Why it is one server, what people decided about that, and how to decide otherwise."""
    found = desk.server(number)
    return page(
        request, "server/identity.html", row=found.row, detail=found.detail(),
        identity=found.identity(), decision_words=DECISION_WORDS,
        done=server_acts.DONE.get(request.query_params.get("done", ""), ""),
        may_work=found.may(Permission.WORK),
    )  # fmt: skip


@get("/servers/{number:int}/identity/{what:str}", opt=_WORK, sync_to_thread=True)
def preview(
    request: AnyRequest, number: FromPath[int], what: FromPath[str], desk: NamedDependency[Desk]
) -> Response[Any]:
    """What a decision would do, before it is done."""
    found = desk.server(number, Permission.WORK)
    asked = request.query_params
    field = _choice(what).field
    return _decide(request, found, what, " ".join(asked.getall(field, [])))


@post("/servers/{number:int}/identity/{what:str}", opt=_WORK, sync_to_thread=True)
def decide(
    request: AnyRequest,
    number: FromPath[int],
    what: FromPath[str],
    data: Form,
    desk: NamedDependency[Desk],
) -> Response[Any]:
    """Do it; where it is refused, the preview comes back with what was typed."""
    found = desk.server(number, Permission.WORK)
    choice, typed = _choice(what), _typed(data)
    named, why = typed.get(choice.field, ""), typed.get("why", "").strip()
    try:
        server = _done(found, what, _numbers(named), why)
    except RefusedError as error:
        return _decide(request, found, what, named, problem=str(error), why=why)
    return Redirect(f"/servers/{server}/identity?done={choice.done}#done", status_code=303)


@get("/servers/{number:int}/secrets", opt=_SECRETS, sync_to_thread=True)
def secrets_form(
    request: AnyRequest, number: FromPath[int], desk: NamedDependency[Desk]
) -> Response[Any]:
    """Before secrets are looked at: which, and why."""
    found = desk.server(number, Permission.SEE_SECRETS)
    _, _, chosen = found.assessment(number_of(request.query_params.get("assessment", "")))
    return _secrets(request, found, chosen)


@post("/servers/{number:int}/secrets", opt=_SECRETS, sync_to_thread=True)
def secrets(
    request: AnyRequest, number: FromPath[int], data: Form, desk: NamedDependency[Desk]
) -> Response[Any]:
    """What hashes of an assessment stand for, and where; that somebody looked is taken down."""
    found = desk.server(number, Permission.SEE_SECRETS)
    typed = _typed(data)
    why, hashes = typed.get("why", ""), _MARK.findall(typed.get("hash", ""))
    _, kept, chosen = found.assessment(number_of(typed.get("assessment", "")))
    try:
        seen = found.look_at_secrets(chosen, hashes, why=why)
    except RefusedError as error:
        return _secrets(request, found, chosen, problem=str(error), why=why, hashes=hashes)
    key = request.app.state.jobs.key
    places = places_of_secrets(kept) if kept else {}
    shown = [
        (one.hash, one.kind, key.open(one.observation, one.hash, one.sealed),
         places.pop(one.hash, []))
        for one in seen
    ]  # fmt: skip
    shown += [(mark, "", None, where) for mark, where in places.items() if not hashes]
    answer = _secrets(
        request, found, chosen, shown=shown, packages=packages_of(kept.outline) if kept else {}
    )
    answer.headers["cache-control"] = "no-store"
    return answer


def _secrets(
    request: AnyRequest,
    found: ServerDesk,
    chosen: int,
    *,
    problem: str = "",
    why: str = "",
    hashes: Sequence[str] = (),
    shown: Sequence[tuple[str, str, tuple[str, ...] | None, list[Citation]]] | None = None,
    packages: Mapping[str, str] | None = None,
) -> Response[Any]:
    """The page, also where it comes back. `shown`: hash, kind, values, places."""
    return page(
        request, "server/secrets.html", status=422 if problem else 200, row=found.row,
        chosen=chosen, problem=problem, why=why, hashes=hashes, shown=shown,
        kept=found.secrets(chosen) if shown is None else {}, packages=packages or {},
        most=MOST_SECRETS,
    )  # fmt: skip


def places_of_secrets(kept: Kept) -> dict[str, list[Citation]]:
    """The records in which each keyed hash stands, each once, the first of many."""
    found: dict[str, dict[tuple[str, str, str, int], Citation]] = {}
    for number in range(len(kept.outline.findings)):
        for citation in kept.citations(number):
            for mark in citation.secrets:
                places = found.setdefault(mark, {})
                if len(places) < _PLACES:
                    places.setdefault(citation.place, citation)
    return {mark: list(places.values()) for mark, places in found.items()}


def _decide(
    request: AnyRequest,
    found: ServerDesk,
    what: str,
    named: str,
    *,
    problem: str = "",
    why: str = "",
) -> Response[Any]:
    choice, words = _choice(what), look_of(request).words
    servers: list[dict[str, Any]] = [found.row]
    preview_text, allowed = "", True
    try:
        numbers = _numbers(named)
        preview_text, others = _foreseen(found, what, numbers, words)
        servers += [row for row in others if row["id"] != found.number]
    except RefusedError as error:
        problem, allowed = problem or str(error), False
    return page(
        request, "server/decide.html", status=422 if problem else 200, row=found.row, what=what,
        title=choice.title, button=choice.button, fields={choice.field: named[:_MOST * 20]},
        servers=servers, preview=preview_text, allowed=allowed, problem=problem, why=why,
    )  # fmt: skip


def _foreseen(
    found: ServerDesk, what: str, numbers: Sequence[int], words: Words
) -> tuple[str, Sequence[dict[str, Any]]]:
    """What would happen, in a sentence, and the other servers. Raises RefusedError."""
    listed = ", ".join(map(str, numbers[:40])) + (" …" if len(numbers) > 40 else "")
    if what == "split":
        members = set(found.members())
        out = set(numbers)
        if wrong := sorted(out - members):
            raise RefusedError(
                f"server {found.number} has no observation {', '.join(map(str, wrong[:20]))}"
            )
        if out == members:
            raise RefusedError(
                f"name some of the {len(members)} observations of server {found.number}"
            )
        return plain(
            words, "Observations %(list)s become a server of their own; %(left)s stay with this "
            "one.", list=listed, left=words.number(len(members) - len(out)),
        ), ()  # fmt: skip
    if what == "revoke":
        known = {one.id: one for one in found.identity().decisions}
        one = known.get(numbers[0])
        if one is None:
            raise RefusedError(f"there is no decision {numbers[0]} about server {found.number}")
        return plain(
            words, "Decision %(number)s of %(who)s holds no more: %(why)s. All is as it would be "
            "without it.", number=one.id, who=one.who, why=one.why,
        ), ()  # fmt: skip
    others = [row for row in found.others(numbers) if row["id"] != found.number]
    if not others:
        raise RefusedError("name at least one other server by its number")
    lowest = min(found.number, *(int(row["id"]) for row in others))
    if what == "merge":
        return plain(
            words, "These become one server with the number %(number)s, and with all that was seen "
            "of them and done to them.", number=lowest,
        ), others  # fmt: skip
    return plain(words, "These are never taken for one server, whatever is seen of them."), others


def _done(found: ServerDesk, what: str, numbers: Sequence[int], why: str) -> int:
    """Do it; gives the number of the server to go on with. Raises RefusedError."""
    if what == "merge":
        return int(found.merge(numbers, why=why)["id"])
    if what == "apart":
        found.keep_apart(numbers, why=why)
    elif what == "split":
        return int(min(row["id"] for row in found.split(numbers, why=why)))
    else:
        rows = found.revoke(numbers[0], why=why)
        return int(rows[0]["id"]) if rows else found.number
    return found.number


def _choice(what: str) -> Choice:
    if what not in CHOICES:
        raise RefusedError("there is no such decision")
    return CHOICES[what]


def _numbers(text: str) -> list[int]:
    """The numbers that somebody typed, each once. Raises RefusedError."""
    found: dict[int, None] = {}
    for word in _NUMBER.split(text.strip())[: _MOST + 1]:
        bare = word.removeprefix("#")
        if not (bare.isascii() and bare.isdigit()) or len(bare) > 18:
            if word:
                raise RefusedError(f"'{word[:40]}' is no number")
            continue
        found[int(bare)] = None
    if not found:
        raise RefusedError("name at least one number")
    if len(found) > _MOST:
        raise RefusedError(f"name at most {_MOST} numbers at once")
    return list(found)


def _typed(data: Mapping[str, Any]) -> dict[str, str]:
    """A form as it was typed; of a field that comes several times, all of it."""
    return {
        str(name): " ".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in data.items()
    }


ROUTES = (act, identity, preview, decide, secrets_form, secrets)
