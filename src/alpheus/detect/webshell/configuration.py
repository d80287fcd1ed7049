"""Backdoors that are no page: `web.config` and `applicationHost.config`.

Context (what an ordinary site may well have) adds up to less than what makes a file suspicious.
Secrets are not read, or only compared: no reason shows a key, a password or an argument.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from alpheus.detect.webshell import configuration_code as code
from alpheus.detect.webshell import configuration_settings as settings
from alpheus.detect.webshell.configuration_stock import Element
from alpheus.detect.webshell.model import Reason
from alpheus.parsers.encoding import decode_head
from alpheus.parsers.xml_elements import Tag, flaw, strict_tags, tolerant_tags

SIZE_LIMIT = 4 << 20
"""How many bytes are judged; IIS itself refuses a `web.config` of more than 250 KiB."""

CONTEXT_LIMIT = 35
"""What all that is merely context adds at most; below the score of a suspicious file."""

_SUSPICIOUS = 40
_COMMON = 10
"""Of reasons of one kind with so few points, which ordinary sites have by the dozen, one counts."""
_MOST_REASONS = 200
_MOST_JUDGED = 20_000
_DEPTH_LIMIT = 256
_OWN_NAME = "web.config"
_THEIR_PATH = re.compile(
    r"exchange server[/\\]v1\d[/\\]|frontend[/\\]httpproxy[/\\]|clientaccess[/\\]", re.IGNORECASE
)
_THEIR_TYPE = re.compile(r"Microsoft\.Exchange\.(?!WebServices)\w|\bMSExchange\w+AppPool\b")
_SERVER_CODE = re.compile(
    r"<%(?!\s*(?:--|[$#@]))|<%\s*@\s*(?:webhandler|webservice|page|language)\b"
    r"|<script[^>]{0,200}?\brunat\s*=\s*[\"']?server\b",
    re.IGNORECASE,
)
_STRONG_WORD = re.compile(
    r"\b(?:eval|execute|executeglobal|createobject|wscript|processstartinfo|process\.start"
    r"|assembly\.load|frombase64string|request(?:\.form|\.querystring|\.item|\.binaryread|\())",
    re.IGNORECASE,
)
_CODE_LENGTH = 20_000
_SECTIONS = frozenset(
    {
        "applicationPools",
        "buildProviders",
        "conditions",
        "fastCgi",
        "fileExtensions",
        "globalModules",
        "handlers",
        "hiddenSegments",
        "httpErrors",
        "httpHandlers",
        "httpModules",
        "isapiCgiRestriction",
        "isapiFilters",
        "modules",
        "rewrite",
        "serverVariables",
        "serviceAutoStartProviders",
        "sites",
    }
)


def judge_configuration(content: bytes, path: str) -> list[Reason]:
    """What speaks against a configuration, by line. Never raises for any content."""
    text = decode_head(content[:SIZE_LIMIT]).lstrip("\ufeff")
    reader = _Reader(exchange=bool(_THEIR_PATH.search(path) or _THEIR_TYPE.search(text)))
    for tag in strict_tags(text) if flaw(text) is None else tolerant_tags(text):
        reader.take(tag)
    found = [*reader.found(), *_own_code(text, reader)]
    if len(content) > SIZE_LIMIT:
        found.append(Reason("limit", None, f"only the first {SIZE_LIMIT >> 20} MiB were judged"))
    return _weighed(found)


@dataclass(frozen=True, slots=True)
class _Opening:
    """What lets the server run or hand out a configuration file."""

    line: int
    text: str
    runs: bool


class _Reader:
    """Takes tags, remembers what is open around them, and lets each be judged."""

    def __init__(self, *, exchange: bool) -> None:
        self._exchange = exchange
        self._open: list[Tag] = []
        self._insides = [""]
        self._names: Counter[str] = Counter()
        self._rule: settings.Rule | None = None
        self._reasons: list[Reason] = []
        self._judged = 0
        self.openings: list[_Opening] = []
        self._lists: Mapping[str, Callable[[Element], Iterable[Reason]]] = {
            "handlers": self._handler,
            "httpHandlers": self._handler,
            "modules": code.judge_module,
            "httpModules": code.judge_module,
            "serviceAutoStartProviders": code.judge_module,
            "globalModules": lambda e: code.judge_image(e, e.get("image"), "native module"),
            "isapiCgiRestriction": _judge_listed,
            "buildProviders": self._build_provider,
            "fileExtensions": self._file_extension,
        }
        self._elements: Mapping[str, Callable[[Element], Iterable[Reason]]] = {
            "virtualDirectory": settings.judge_directory,
            "machineKey": settings.judge_machine_key,
            "pages": lambda e: [*settings.judge_pages(e), *code.judge_compiled(e)],
            "httpRuntime": settings.judge_runtime,
            "sessionState": settings.judge_session,
            "compilation": lambda e: [*settings.judge_compilation(e), *code.judge_compiled(e)],
            "compiler": code.judge_compiler,
            "httpLogging": settings.judge_logging,
            "logFile": settings.judge_log_file,
            "customErrors": settings.judge_errors,
            "handlers": settings.judge_access,
            "isapiCgiRestriction": settings.judge_restriction,
            "httpRedirect": settings.judge_redirect,
            "codeBase": code.judge_code_base,
            "aspNetCore": lambda e: code.judge_program(
                e, e.get("processPath"), "process of a site"
            ),
            "httpPlatform": lambda e: code.judge_program(
                e, e.get("processPath"), "process of a site"
            ),
            "iisnode": lambda e: code.judge_program(
                e, e.get("nodeProcessCommandLine"), "process of a site"
            ),
        }

    def take(self, tag: Tag) -> None:
        """Take the next tag."""
        if tag.end:
            self._close(tag)
            return
        if self._judged < _MOST_JUDGED:
            self._start(tag)
        if len(self._open) < _DEPTH_LIMIT:
            self._open.append(tag)
            self._insides.append(tag.name if tag.name in _SECTIONS else self._insides[-1])
            self._names[tag.name] += 1

    def found(self) -> list[Reason]:
        """What was found; asked for at the end."""
        if self._judged >= _MOST_JUDGED:
            text = f"more than {_MOST_JUDGED} entries; the others were not judged"
            self._reasons.append(Reason("limit", None, text))
        return self._reasons

    def _start(self, tag: Tag) -> None:
        inside = self._insides[-1]
        if tag.name in {"rule", "match", "action"} or inside == "conditions":
            self._rewriting(tag, inside)
            return
        judges: list[Callable[[Element], Iterable[Reason]]] = []
        if tag.name == "add" and inside in self._lists:
            judges.append(self._lists[inside])
        elif tag.name in {"remove", "clear"}:
            judges.append(self._unhidden)
        elif tag.name in self._elements:
            judges.append(self._elements[tag.name])
        elif tag.name == "filter" and inside == "isapiFilters":
            judges.append(lambda e: code.judge_image(e, e.get("path"), "filter"))
        elif tag.name == "application" and inside == "fastCgi":
            judges.append(lambda e: code.judge_program(e, e.get("fullPath"), "FastCGI pool"))
        elif tag.name == "error" and inside == "httpErrors":
            judges.append(settings.judge_error_page)
        if not judges:
            return
        self._judged += 1
        element = Element(
            tag,
            inside,
            self._attribute("location", "path"),
            self._attribute("application", "path") or "",
            self._exchange,
        )
        for judge in judges:
            self._keep(judge(element))

    def _keep(self, reasons: Iterable[Reason]) -> None:
        self._reasons += reasons
        if len(self._reasons) > 20 * _MOST_REASONS:
            self._reasons = _strongest(self._reasons)

    def _close(self, tag: Tag) -> None:
        """Close the nearest open element of that name; in a broken file others may be missing."""
        if tag.name == "rule" and self._rule is not None:
            rule, self._rule = self._rule, None
            self._judged += 1
            self._keep(settings.judge_rule(rule))
        if not self._names[tag.name]:
            return
        closed = ""
        while closed != tag.name:
            closed = self._open.pop().name
            self._insides.pop()
            self._names[closed] -= 1

    def _attribute(self, element: str, name: str) -> str | None:
        """An attribute of the nearest open element of that name; None outside such an element."""
        for tag in reversed(self._open):
            if tag.name == element:
                return tag.attributes.get(name, "")
        return None

    def _rewriting(self, tag: Tag, inside: str) -> None:
        given = tag.attributes
        if tag.name == "rule":
            enabled = given.get("enabled", "true").lower() != "false"
            self._rule = settings.Rule(tag.line, self._exchange, enabled)
        elif self._rule is None:
            return
        elif tag.name == "action":
            self._rule.action, self._rule.url = given.get("type", ""), given.get("url", "")
        elif inside == "conditions" and tag.name == "add":
            self._rule.condition(given.get("input", ""), given.get("pattern", ""))

    def _handler(self, element: Element) -> list[Reason]:
        engine = code.engine_of(element)
        if engine is not None:
            for pattern in code.patterns_of(element):
                if code.covers(pattern, _OWN_NAME):
                    text = f"a handler makes {engine} run {code.shown(pattern)}"
                    self.openings.append(_Opening(element.tag.line, text, runs=True))
        return code.judge_handler(element)

    def _build_provider(self, element: Element) -> list[Reason]:
        found = code.judge_build_provider(element)
        if element.get("extension").lower() == ".config" and found:
            text = "a build provider compiles .config"
            self.openings.append(_Opening(element.tag.line, text, runs=True))
        return found

    def _file_extension(self, element: Element) -> list[Reason]:
        if element.get("allowed").lower() != "true":
            return []
        return self._unhidden_by(element, element.get("fileExtension").lower() == ".config")

    def _unhidden(self, element: Element) -> list[Reason]:
        if element.inside == "fileExtensions":
            what = element.get("fileExtension").lower() == ".config"
        elif element.inside == "hiddenSegments":
            what = element.get("segment").lower() == _OWN_NAME
        else:
            return []
        return self._unhidden_by(element, what or element.tag.name == "clear")

    def _unhidden_by(self, element: Element, opens: bool) -> list[Reason]:  # noqa: FBT001 - a condition handed on
        """Configuration files are handed out or run, where the server hides them."""
        if not opens:
            return []
        text = "configuration files are no longer hidden from visitors"
        if len(self.openings) < _MOST_REASONS:
            self.openings.append(_Opening(element.tag.line, text, runs=False))
        return [Reason("hidden", element.tag.line, text, 25)]


def _judge_listed(element: Element) -> list[Reason]:
    """An extension or program that is allowed to run."""
    if element.get("allowed").lower() == "false":
        return []
    path = element.get("path")
    if path.strip("\"' ").lower().endswith(".dll"):
        return code.judge_image(element, path, "extension")
    return code.judge_program(element, path, "listed program")


def _own_code(text: str, reader: _Reader) -> Iterator[Reason]:
    """Server code in the configuration itself, in whatever comment it hides."""
    first = _SERVER_CODE.search(text)
    runs = next((opening for opening in reader.openings if opening.runs), None)
    opening = runs or next(iter(reader.openings), None)
    if opening is not None and runs is None and len({o.line for o in reader.openings}) > 1:
        yield Reason("hidden", opening.line, "both ways of hiding configuration are undone", 20)
    if first is None:
        return
    line = text.count("\n", 0, first.start()) + 1
    if opening is not None:
        yield Reason("configuration-page", line, "server code in a configuration file", 80)
        yield Reason("configuration-page", opening.line, f"{opening.text}, and it holds code", 20)
    elif _STRONG_WORD.search(text, first.start(), first.start() + _CODE_LENGTH):
        said = "server code that acts on requests in a configuration file; nothing here runs it"
        yield Reason("configuration-page", line, said, 50)
    else:
        said = "a mark of server code in a configuration file; nothing here runs it"
        yield Reason("configuration-page", line, said, 20)


def _strongest(reasons: list[Reason]) -> list[Reason]:
    return sorted(reasons, key=lambda reason: -reason.points)[:_MOST_REASONS]


def _weighed(reasons: list[Reason]) -> list[Reason]:
    """The reasons by line, each once, what is context held below what is suspicious."""
    left = CONTEXT_LIMIT
    kept: list[Reason] = []
    common: set[str] = set()
    for reason in _strongest(list(dict.fromkeys(reasons))):
        points = reason.points
        if points <= _COMMON:
            points = 0 if reason.kind in common else points
            common.add(reason.kind)
        if points < _SUSPICIOUS:
            points = min(points, left)
            left -= points
        kept.append(Reason(reason.kind, reason.line, reason.text, points))
    return sorted(kept, key=lambda reason: (reason.line is None, reason.line or 0))
