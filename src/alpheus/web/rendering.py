"""How a page comes about: a template, the person who looks, and the words of their language.

Every value is made visible and escaped (`report.visible`): what an attacker wrote is looked at and
does nothing. A page loads nothing but the two files of `static/`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from litestar import MediaType, Request, Response
from markupsafe import Markup, escape

from alpheus import __version__
from alpheus.errors import DatabaseError
from alpheus.report.visible import visible
from alpheus.web import headline_words, labels, list_notes, pack_words, reasons
from alpheus.web.access.roles import NOBODY, Permission, Person
from alpheus.web.access.sessions import Session
from alpheus.web.jobs.service import Backlog
from alpheus.web.listing import organisation_at
from alpheus.web.refusals import told
from alpheus.web.settings import LANGUAGES
from alpheus.web.words import Words, accepted_of, chosen, words

if TYPE_CHECKING:
    from jinja2 import Environment

THEMES = ("system", "light", "dark")
LANGUAGE_COOKIE = "language"
NAMES_OF_LANGUAGES = {"en": "English", "es": "Español", "de": "Deutsch"}
MENU = (
    ("/", "Campaign", Permission.SEE),
    ("/servers", "Servers", Permission.SEE),
    ("/organisations", "Organisations", Permission.SEE),
    ("/notices", "Notices", Permission.SEE),
    ("/imports", "Evidence and lists", Permission.IMPORT),
    ("/own", "Your servers", Permission.OWN),
    ("/accounts", "Accounts", Permission.ADMINISTER),
    ("/audit", "Audit log", Permission.ADMINISTER),
)
"""Where the menu leads, what it says (English), and for whom."""
STATIC = ("alpheus.css", "alpheus.js", "uploads.js")

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Look:
    """What every template knows: who looks, in which language, and where they are."""

    person: Person
    csrf: str
    words: Words
    theme: str
    path: str
    version: str = __version__

    def may(self, permission: str) -> bool:
        """Whether the person may do something, anywhere."""
        return self.person.may(Permission(permission))

    @property
    def is_signed_in(self) -> bool:
        """Whether somebody is."""
        return self.person is not NOBODY


def asker(request: AnyRequest) -> tuple[Person, Session | None]:
    """Who asks; nobody where no route was found, so that nobody was looked for."""
    return request.scope.get("user") or NOBODY, request.scope.get("auth")


def look_of(request: AnyRequest) -> Look:
    """Who looks, in which language; the person's choice, then the browser's."""
    person, session = asker(request)
    preferred = person.language or request.cookies.get(LANGUAGE_COOKIE, "")
    language = chosen(preferred, request.headers.get("accept-language", ""))
    theme = person.theme if person.theme in THEMES else "system"
    return Look(person, session.csrf if session else "", words(language), theme, request.url.path)


def has_language(request: AnyRequest) -> bool:
    """Whether a reader has said which of our languages they read: by choice or by their browser."""
    kept = request.cookies.get(LANGUAGE_COOKIE, "")
    return kept in LANGUAGES or bool(accepted_of(request.headers.get("accept-language", "")))


def page(
    request: AnyRequest, template: str, *, status: int = 200, **values: object
) -> Response[str]:
    """A page made of a template. `look` is there for every template."""
    look = look_of(request)
    values.setdefault("not_yet", not_yet_in(request, look))
    text = environment().get_template(template).render(look=look, **said_in(look.words), **values)
    return Response(text, media_type=MediaType.HTML, status_code=status)


def not_yet_in(request: AnyRequest, look: Look) -> Backlog:
    """What has come in and is on no page yet, for those who see cases."""
    if not look.person.may(Permission.SEE):
        return Backlog()
    try:
        found: Backlog = request.app.state.jobs.backlog()
    except DatabaseError:  # the page may be the one that tells of it
        return Backlog()
    return found


def said_in(language: Words | str) -> dict[str, Callable[..., object]]:
    """The functions by which templates speak a language."""
    said = _Said(words(language) if isinstance(language, str) else language)
    return {"_": said.gettext, "gettext": said.gettext, "ngettext": said.ngettext,
            "said": said.label, "meaning": said.meaning, "refused": said.refused,
            "because": said.because, "explained": said.explained, "of_list": said.of_list,
            "of_pack": said.of_pack, "in_short": said.in_short}  # fmt: skip


@cache
def environment() -> Environment:
    """The templates."""
    from jinja2 import PackageLoader, StrictUndefined  # noqa: PLC0415 - slow to load

    from alpheus.web.templating import Templates  # noqa: PLC0415 - it loads the same

    made = Templates(
        loader=PackageLoader("alpheus.web", "templates"),
        autoescape=True,
        finalize=_made_visible,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(
        languages=[(one, NAMES_OF_LANGUAGES[one]) for one in LANGUAGES],
        menu=MENU,
        static=static_path,
        tone=labels.tone,
        organisation_at=organisation_at,
        as_typed=as_typed,
    )
    return made


@cache
def static_path(name: str) -> str:
    """Where a file of ours is; its name changes with its content, so that it may be kept."""
    return f"/static/{sha256(static_file(name)).hexdigest()[:12]}/{name}"


@cache
def static_file(name: str) -> bytes:
    """The content of a file of `static/`."""
    return files("alpheus.web").joinpath("static").joinpath(name).read_bytes()


class _Said:
    """The words of templates: `_("Server %(name)s", name=…)`, every value visible and escaped."""

    def __init__(self, words_: Words) -> None:
        self._words = words_

    def gettext(self, text: str, **values: object) -> Markup:
        """A text, with values in their places."""
        return _filled(self._words.gettext(text), values)

    def ngettext(self, one: str, many: str, number: int, **values: object) -> Markup:
        """The text for one or for many; `%(number)s` is the number as the language writes it."""
        said = self._words.ngettext(one, many, number)
        return _filled(said, {"number": self._words.number(number), **values})

    def label(self, kind: str, value: object) -> Markup | str:
        """A value of a table in words (see `labels`); one that nobody foresaw as it is."""
        found = labels.label(kind, str(value))
        return self.gettext(found.text) if found else str(value)

    def meaning(self, kind: str, value: object) -> Markup | str:
        """What a value of a table means, in a sentence; '' where that is clear."""
        found = labels.label(kind, str(value))
        return self.gettext(found.help) if found and found.help else ""

    def refused(self, problem: object) -> str:
        """Why something was refused: an error or its message; '' for none."""
        return told(str(problem), self._words.language) if problem else ""

    def because(self, reason: object) -> str:
        """Why something is as it is: reasons of our programs in words; what others say as it is."""
        return reasons.said(str(reason), self._words.language) if reason else ""

    def explained(self, line: object) -> str:
        """Why observations are one server, a line of it; as it is where it is none of ours."""
        return reasons.explained(str(line), self._words.language) if line else ""

    def of_list(self, note: object) -> str:
        """How a list was understood, a sentence of it."""
        return list_notes.said(str(note), self._words.language) if note else ""

    def in_short(self, headline: object) -> str:
        """The sentence that an assessment begins with; as it is where it is none of ours."""
        return headline_words.said(str(headline), self._words.language) if headline else ""

    def of_pack(self, text: object) -> str:
        """A step of a playbook, or the title of a rule; as it is where no pack says it."""
        found = pack_words.said(str(text), self._words.language) if text else ""
        return self.because(text) if found == text else found


def as_typed(value: object) -> Markup:
    """What somebody typed into several lines, with its lines: all else is made visible."""
    lines = str(value or "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return escape("\n".join(map(visible, lines)))


def _filled(text: str, values: Mapping[str, object]) -> Markup:
    safe = escape(text)
    return safe % {name: _made_visible(value) for name, value in values.items()} if values else safe


def _made_visible(value: object) -> object:
    """Applied to every expression of a template, before it is escaped."""
    if type(value) is str:  # nearly everything; in plain text nothing is to be made visible
        return value if value.isascii() and value.isprintable() else visible(value)
    if isinstance(value, Markup):
        return value
    return "" if value is None else visible(str(value))
