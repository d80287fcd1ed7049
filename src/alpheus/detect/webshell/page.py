"""A server page cut into its parts: directives, code by language, controls, markup.

What the server runs decides, not what the file is called: a directive makes a file code whatever
its extension, a script block is the server's if it says `runat=server` in any spelling, and
comments of the server are no part of it. Client-side script and markup are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from alpheus.detect.webshell.script_encoder import decoded


class Language(StrEnum):
    """What code of a page is written in."""

    CSHARP = "C#"
    VB = "VB.NET"
    JSCRIPT = "JScript"
    VBSCRIPT = "VBScript"

    @property
    def basic(self) -> bool:
        """Whether statements end with their line, and case does not matter."""
        return self in {Language.VB, Language.VBSCRIPT}


class Kind(StrEnum):
    """Where code stands."""

    INLINE = "inline code"
    EXPRESSION = "expression"
    BINDING = "data binding"
    SCRIPT = "script block"
    BODY = "class"


@dataclass(frozen=True, slots=True)
class Code:
    """A piece of server code; `line` is that of its first character, from 1."""

    text: str
    line: int
    kind: Kind
    language: Language


@dataclass(frozen=True, slots=True)
class Directive:
    """`<%@ Page Language="C#" %>`; names in lower case."""

    name: str
    attributes: dict[str, str]
    line: int


@dataclass(slots=True)
class Page:
    """The parts of a page. `controls` are the names of server controls, in lower case.

    `classic`: it is of ASP, not ASP.NET. `encoded` counts parts that the Script Encoder had made.
    """

    directives: list[Directive] = field(default_factory=list)
    code: list[Code] = field(default_factory=list)
    controls: dict[str, str] = field(default_factory=dict)
    includes: list[str] = field(default_factory=list)
    classic: bool = False
    encoded: int = 0
    markup: int = 0
    objects: dict[str, str] = field(default_factory=dict)

    def aliases(self) -> dict[str, str]:
        """Names of types and of objects that the page declares outside of its code."""
        found = dict(self.objects)
        for directive in self.directives:
            name, mark, kind = directive.attributes.get("namespace", "").partition("=")
            if directive.name == "import" and mark:
                found[name.strip().lower()] = kind.strip().lower()
        return found

    @property
    def behind(self) -> str | None:
        """The file or class that holds the page's code, where it is not in the page."""
        for directive in self.directives:
            for name in ("codebehind", "codefile", "src"):
                if directive.attributes.get(name):
                    return directive.attributes[name]
            inherits = directive.attributes.get("inherits") or directive.attributes.get("service")
            if inherits and "." in inherits:
                return inherits
        return None

    def has_directive(self, *names: str) -> bool:
        """Whether any directive of these names stands in the page."""
        return any(directive.name in names for directive in self.directives)


_MOST_PARTS = 10_000
"""What stands behind so many parts is read as one."""

_CLASS_DIRECTIVES = frozenset({"webhandler", "webservice", "servicehost", "assembly"})
_CLASS_EXTENSIONS = frozenset({"ashx", "asmx", "svc", "soap"})
_CLASSIC_EXTENSIONS = frozenset({"asp", "asa", "cer", "cdx", "inc"})
_LANGUAGES = {
    "c#": Language.CSHARP, "cs": Language.CSHARP, "csharp": Language.CSHARP, "c": Language.CSHARP,
    "vb": Language.VB, "vb.net": Language.VB, "visualbasic": Language.VB, "vbs": Language.VBSCRIPT,
    "vbscript": Language.VBSCRIPT, "vbscript.encode": Language.VBSCRIPT,
    "jscript": Language.JSCRIPT, "js": Language.JSCRIPT, "javascript": Language.JSCRIPT,
    "jscript.net": Language.JSCRIPT, "jscript.encode": Language.JSCRIPT, "j": Language.JSCRIPT,
    "ecmascript": Language.JSCRIPT, "c#v3.5": Language.CSHARP, "c#v4.0": Language.CSHARP,
}  # fmt: skip

_TAG = re.compile(
    r"(?P<empty>(?:<%[ \t]{0,8}%>)+)"
    r"|(?P<comment><%--)"
    r"|(?P<code><\s{0,4}%(?!--))"
    r"|(?P<script><script\b"
    r"(?P<attributes>(?:[^<>\"'%]|<%[^%<>]{0,200}%>|%(?!>)|\"[^\"]*\"|'[^']*')*)>)"
    r"|(?P<sheet><msxsl:script\b(?P<sheeted>[^<>]*)>)"
    r"|(?P<include><!--\s*#\s*include\s+(?:file|virtual)\s*=\s*[\"']?"
    r"(?P<included>[^\"'>\s]+?)(?=[\"'>\s]|-->))"
    r"|(?P<control><(?P<tag>[A-Za-z][\w:]*)\b(?P<given>"
    r"(?>(?:[^<>\"']|\"[^\"]{0,1000}\"|'[^']{0,1000}'){0,3000}?"
    r"\brunat\s*=\s*[\"']?\s*server\b[\"']?)"
    r"(?:[^<>\"']|\"[^\"]{0,1000}\"|'[^']{0,1000}'){0,3000}+)>)",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"(?<![\w:.-])(?:[^\WA-Za-z_]|[:.-])*+([A-Za-z_][\w:.-]*+)"
    r"\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))"
)
_DIRECTIVE = re.compile(r"\s*@\s*([A-Za-z]+)?\b(.*)", re.DOTALL)
_RUNAT = re.compile(r"\brunat\s*=\s*[\"']?\s*server\b", re.IGNORECASE)
_END_OF_SCRIPT = re.compile(r"</script\s*>", re.IGNORECASE)
_IN_LINE = re.compile(r"[^\r\n]")


def read_page(text: str, name: str = "") -> Page:
    """Cut up a page. `name` is its file name, whose extension tells what has no directive."""
    return _Reader(text, name).read()


class _Reader:
    def __init__(self, text: str, name: str) -> None:
        self._text = text
        extension = name.rpartition(".")[2].lower() if "." in name else ""
        self._extension = extension
        self._page = Page(classic=extension in _CLASSIC_EXTENSIONS)
        self._counted = (0, 1)
        self._default = Language.VBSCRIPT if self._page.classic else Language.VB
        self._pending: list[tuple[str, int, Kind]] = []
        self._body = -1

    def read(self) -> Page:
        at = 0
        text, end = self._text, len(self._text)
        for _ in range(_MOST_PARTS):
            match = _TAG.search(text, at)
            if match is None:
                self._page.markup += max(0, end - at)
                break
            self._page.markup += match.start() - at
            at = self._part(match)
        else:
            self._pending.append((text[at:], at, Kind.INLINE))
        self._finish()
        return self._page

    def _part(self, match: re.Match[str]) -> int:
        """Take in one part; returns where to go on."""
        if match["comment"]:
            end = self._text.find("--%>", match.end())
            return len(self._text) if end < 0 else end + 4
        if match["code"]:
            return self._code(match.end())
        if match["script"]:
            return self._script(match)
        if match["sheet"]:
            return self._sheet(match)
        if match["control"]:
            self._control(match["tag"], match["given"])
            if "<%" in match["given"]:
                return match.start() + len(match["tag"]) + 1
        elif match["include"]:
            self._page.includes.append(match["included"])
        return match.end()

    def _code(self, at: int) -> int:
        text = self._text
        end = text.find("%>", at)
        end = len(text) if end < 0 else end
        inner = text[at:end]
        directive = _DIRECTIVE.match(inner)
        if directive is not None:
            self._directive(directive, at, end + 2)
        elif inner[:1] in "=:":
            self._pending.append((inner[1:], at + 1, Kind.EXPRESSION))
        elif inner[:1] == "#" and not self._page.classic and not inner.startswith("#@~^"):
            skip = 2 if inner[1:2] == ":" else 1
            self._pending.append((inner[skip:], at + skip, Kind.BINDING))
        elif inner[:1] != "$":
            self._pending.append((inner, at, Kind.INLINE))
        return end + 2

    def _directive(self, match: re.Match[str], at: int, end: int) -> None:
        attributes = _attributes(match[2])
        name = (match[1] or "").lower()
        if name in {"language", "codepage", "lcid", "transaction", "enablesessionstate", "class"}:
            # Classic ASP has one directive without a name; a handler may leave it out.
            attributes = _attributes(match[0].strip().lstrip("@ "))
            name = {"ashx": "webhandler", "asmx": "webservice"}.get(self._extension, "")
            self._page.classic = self._page.classic or self._extension not in {
                "aspx", "ashx", "asmx", "ascx", "asax", "svc", "soap", "master",
            }  # fmt: skip
        self._page.directives.append(Directive(name or "page", attributes, self._line(at)))
        language = _LANGUAGES.get(attributes.get("language", "").strip().lower())
        if language is not None:
            self._default = self._adapted(language)
        if name in _CLASS_DIRECTIVES - {"assembly"} and self._body < 0:
            self._body = end

    def _adapted(self, language: Language) -> Language:
        """`VB` means VBScript in a classic page, and the other way round."""
        if self._page.classic and language is Language.VB:
            return Language.VBSCRIPT
        if not self._page.classic and language is Language.VBSCRIPT:
            return Language.VB
        return language

    def _script(self, match: re.Match[str]) -> int:
        attributes = match["attributes"]
        if not _RUNAT.search(attributes):
            # Script of the client; what the server writes into it counts.
            return match.end()
        closing = _END_OF_SCRIPT.search(self._text, match.end())
        end = len(self._text) if closing is None else closing.start()
        given = _attributes(attributes).get("language", "").strip().lower()
        language = _LANGUAGES.get(given)
        inner = self._text[match.end() : end]
        source = _attributes(attributes).get("src")
        if source:
            self._page.includes.append(source)
        if language is None:
            self._pending.append((inner, match.end(), Kind.SCRIPT))
        else:
            piece = Code(inner, self._line(match.end()), Kind.SCRIPT, self._adapted(language))
            self._page.code.append(piece)
        return len(self._text) if closing is None else closing.end()

    def _sheet(self, match: re.Match[str]) -> int:
        """Script inside a style sheet, which runs when the sheet is used."""
        end = self._text.find("</msxsl:script", match.end())
        end = len(self._text) if end < 0 else end
        inner = re.sub(r"<msxsl:[^<>]*>|<!\[CDATA\[|\]\]>", " ", self._text[match.end() : end])
        language = _LANGUAGES.get(_attributes(match["sheeted"]).get("language", "").lower())
        self._page.code.append(
            Code(inner, self._line(match.end()), Kind.SCRIPT, language or Language.JSCRIPT)
        )
        return end

    def _control(self, tag: str, attributes: str) -> None:
        given = _attributes(attributes)
        name = given.get("id", "").strip().lower()
        if tag.lower() == "object" and name:
            self._page.objects[name] = given.get("progid") or given.get("classid", "")
            return
        if name and len(self._page.controls) < _MOST_PARTS:
            self._page.controls[name] = tag.lower()

    def _finish(self) -> None:
        """Give code its language, and take the class that follows a directive."""
        page = self._page
        if self._body >= 0 or (self._extension in _CLASS_EXTENSIONS and not page.code):
            start = max(self._body, 0)
            body = blanked(self._text[start:], (("<%--", "--%>"), ("<%@", "%>")))
            if body.strip():
                page.code.append(
                    Code(body, self._line(start), Kind.BODY, self._class_language(body))
                )
            self._pending = []
        language = self._default
        if not page.directives and not page.classic and self._pending:
            language = _guessed("\n".join(text for text, _, _ in self._pending))
        page.code.extend(
            Code(text, self._line(at), kind, language) for text, at, kind in self._pending
        )
        page.code = [self._plain(piece) for piece in page.code]
        page.code.sort(key=lambda code: code.line)

    def _plain(self, piece: Code) -> Code:
        """Code as it is when the Script Encoder is undone; it may hold what would end a piece."""
        if "#@~^" not in piece.text:
            return piece
        text, count = decoded(piece.text)
        self._page.encoded += count
        return replace(piece, text=text)

    def _class_language(self, body: str) -> Language:
        if any("language" in directive.attributes for directive in self._page.directives):
            return self._default
        return _guessed(body)

    def _line(self, at: int) -> int:
        before, line = self._counted if at >= self._counted[0] else (0, 1)
        pairs = self._text.count("\r\n", before, at)
        line += self._text.count("\n", before, at) + self._text.count("\r", before, at) - pairs
        self._counted = (at, line)
        return line


def _attributes(text: str) -> dict[str, str]:
    return {
        match[1].lower(): next(value for value in match.groups()[1:] if value is not None)
        for match in _ATTRIBUTE.finditer(text)
    }


def _guessed(text: str) -> Language:
    """The language of code that no directive names."""
    if re.search(r"[;{}]\s*(?:$|//|\n)", text) or text.rstrip().endswith((";", "}")):
        return Language.CSHARP
    return Language.VB


def blanked(text: str, marks: Sequence[tuple[str, str]]) -> str:
    """Spaces in the place of what stands between marks; what is not closed stays."""
    closing = dict(marks)
    parts: list[str] = []
    at = 0
    for found in re.finditer("|".join(map(re.escape, closing)), text):
        start, end = found.start(), closing.get(found[0])
        if start < at or end is None:
            continue
        close = text.find(end, found.end())
        if close < 0:
            del closing[found[0]]  # nor is any behind it closed
            continue
        parts.append(text[at:start])
        at = close + len(end)
        parts.append(_IN_LINE.sub(" ", text[start:at]))
    return "".join((*parts, text[at:]))
