"""Tells pages that can do no harm by their bytes alone, long before they are parsed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from alpheus.scan.needles import Anywhere

_HEAD = 65_536
_MANY_NULS = 16
_CODE = (b"<%", b"runat", b"msxsl:script", b"#@~^", b"!bdn", b"+adw", b"class ", b"@{", b"@(",
         b"@functions")  # fmt: skip
_UNCLEAR = (
    b"webhandler", b"webservice", b"servicehost", b"#@~^", b"!bdn", b"utf-7", b"65000",
    b"msxsl:script", b"@{", b"@functions",
    b"progid", b"classid", b"xp_cmdshell", b"sp_oacreate",
)  # fmt: skip
"""Where one of these stands, code is not only where it is marked."""

_PIECES = re.compile(
    rb"<\s{0,4}%(?!--|\s{0,4}@)(#?)(.*?)(?:%>|\Z)"
    rb"|<script\b(?>(?:[^<>\"']|<%[^%<>]{0,200}%>|\"[^\"]{0,1000}\"|'[^']{0,1000}'){0,3000}?runat)"
    rb"(?:[^<>\"']|<%[^%<>]{0,200}%>|\"[^\"]{0,1000}\"|'[^']{0,1000}'){0,3000}+>(.*?)(?:</script|\Z)"
    rb"|#\s{0,8}include([^>]{0,200})",
    re.DOTALL,
)
_CLASS = re.compile(rb"<\s{0,4}%\s{0,8}@(?:[^%<]|%(?!>)){0,1000}?\bclass\s{0,8}=")
_ALIAS = re.compile(rb"\bnamespace\s{0,8}=\s{0,8}[\"']?\s{0,8}\w{1,100}\s{0,8}=")
_DECLARED = re.compile(rb"\btypename\s{0,8}=\s{0,8}[\"']\s{0,8}(?:system|microsoft)\.")
_SPACED = re.compile(rb"<\s{1,4}%")
_WORDS = (
    b"getobject", b"clsid:", b"assembly", b"compil", b"codedom", b"socket", b"tcpclient",
    b"tcplistener", b"invoke", b"reflection", b"gettype", b"activator", b"createinstance",
    b"decrypt", b"crypto", b"rijndael", b"frombase64", b"registry", b"dllimport", b" lib ",
    b"powershell", b"runspace", b"deserializ", b"formatter", b"xamlreader", b"shell", b"wscript",
    b"filesystemobject", b"savetofile", b"textfile", b"saveas", b"directory",
    b"streamwriter", b"streamreader", b"filestream", b"fileinfo", b"webclient", b"this[",
    b"getref", b"cmdshell", b"oacreate", b"webrequest", b"management", b"impersonat",
    b"logonuser", b"parsecontrol", b"xsl", b"marshal", b"unsafe", b"machinekey", b"scriptcontrol",
    b"strreverse", b"loadfrom", b"environment", b"dynamicmethod", b"ilgenerator", b"deflate",
    b"gzip", b"\\u00", b"!bdn", b"#@~^", b"utf-7", b"65000", b"new function", b"diagnostics",
    b"process.", b"processstart", b"new process", b"as process", b"process(", b".process",
    b"adodb.stream", b"xmlhttp", b"constructor", b"udpclient", b"driveinfo", b"searcher",
    b"templateparser", b"mswc.tools", b"registertask", b"csharpscript", b"evaluateasync",
    b"jscriptevaluate", b"vsaengine", b"filesystem.", b"fileopen", b"extracttodirectory",
    b"ziparchive", b"virtualpathprovider", b"createdelegate", b".downloadfile", b"transformnode",
)  # fmt: skip
"""What code of any power must hold somewhere, in lower case; spelt in pieces, it needs one of these
to put them together."""

_FILE = rb"[^o]file[.(]"
"""`File.Delete`, and no `Profile.Name`."""

_KEEPS = re.compile(
    rb"\A(?=.*\.save[ (]).*(?:domdocument|xmldom|recordset|xmldocument|xdocument|xelement)",
    re.DOTALL,
)
"""`document.Save(path)`, of which there are many, and no `database.SaveChanges()`."""

_STATEMENTS = (b"execute", b"eval")
_BOUND = re.compile(rb"\b(?:eval|bind)\s{0,4}\(\s{0,4}[\"'][^\"']{0,200}[\"']")
"""`Eval("Name")`, the one thing that nearly every binding does."""

_INTEREST = re.compile(rb"request|function|sub |end |class |[{}]")
_LINE = re.compile(r"\r\n?|\n")
_NAME = re.compile(r"[a-z_]\w*")
_MOST_NAMES = 2_000
_MOST_SHARING = 200_000
"""Characters of all lines that share a name; more is padding."""

_TOGETHER = 64
_MOST_ASKED = 30_000
"""So many lines are looked at one by one."""

_COMPONENT = b"createobject"
_HARMLESS = re.compile(
    rb"""\s*\(?\s*["'](?:adodb\.(?:connection|recordset|command|parameter|record)"""
    rb"""|adox\.catalog|cdonts\.|cdo\.|jmail\.|persits\.|smtpsvg\.|dundas\.|scripting\.dictionary"""
    rb"""|vbscript\.regexp|msxml2?\.(?:freethreaded)?dom|microsoft\.xmldom|mswc\.(?!tools)|jro\.)"""
)
_FROM_VISITOR = (
    rb"request[^\r\n]{0,60}(?:sql|query?[^ys\r\n]|conn|dsn|cmd|command)",
    rb"connection[^\r\n]{0,80}(?:request|\.text\b|\.value\b)",
    rb"(?:command|adapter)\s{0,8}\([^\r\n]{0,40}(?:request|\.text\b|\.value\b)",
    rb"\.(?:execute|open)[ (]{1,3}request",
)
"""A database that is asked what the visitor says."""


def may_matter(content: bytes, *, razor: bool = False) -> bool:
    """False only if there is no code in it, or none that names anything of power."""
    if content.count(0, 0, _HEAD) > _MANY_NULS:
        return True
    low = content.lower()
    if not razor and not _any_of(_CODE).found(low) and _SPACED.search(low) is None:
        return False
    if b"datasource" in low and _DECLARED.search(low) is not None:
        return True
    if not names_power(low):
        return False
    if razor or _any_of(_UNCLEAR).found(low) or _CLASS.search(low) or _ALIAS.search(low):
        return True
    pieces = _PIECES.findall(low)
    return names_power(b"\n".join(b"".join(rest) for mark, *rest in pieces if not mark)) or any(
        binds_power(code) for mark, code, *_ in pieces if mark
    )


def names_power(low: bytes) -> bool:
    """Whether something in lower case names anything that a page could do harm with."""
    return (
        _powers().found(b"\n" + low)
        or (b".save" in low and _KEEPS.search(low) is not None)
        or any(_stands_alone(low, word) for word in _STATEMENTS)
        or _makes_component(low)
    )


def binds_power(low: bytes) -> bool:
    """Whether a data binding in lower case does more than to take a field of what is bound."""
    return names_power(_BOUND.sub(b"", low))


@cache
def _any_of(words: tuple[bytes, ...]) -> Anywhere:
    return Anywhere([re.escape(word) for word in words])


@cache
def _powers() -> Anywhere:
    return Anywhere([*map(re.escape, _WORDS), _FILE, *_FROM_VISITOR])


def _stands_alone(low: bytes, word: bytes) -> bool:
    """Whether a word begins somewhere that is no member: `Execute x`, not `connection.Execute`."""
    at = low.find(word)
    while at >= 0:
        before = low[max(0, at - 1) : at]
        if not (before.isalnum() or before in {b".", b"_"}):
            return True
        at = low.find(word, at + 1)
    return False


def _makes_component(low: bytes) -> bool:
    """Whether a component is made that is not one of the harmless ones of every other page."""
    at = low.find(_COMPONENT)
    while at >= 0:
        if _HARMLESS.match(low, at + len(_COMPONENT)) is None:
            return True
        at = low.find(_COMPONENT, at + 1)
    return False


def lines_of_interest(text: str) -> str:
    """The lines that name something of power or a visitor's data, and those that share a name.

    Lines stay in their places; all others are empty. Where so many may matter that it would take
    too long to look at each, their neighbours are kept as well. Where too many share a name, they
    would push out those that matter: none of them is kept.
    """
    lines = _LINE.split(text)
    sure, near = _chosen(lines, _may_be_of_interest, _is_of_interest)
    chosen = {*sure, *near}
    names = {name for at in sure for name in _NAME.findall(lines[at].lower())}
    if len(names) <= _MOST_NAMES:

        def shares(some: str) -> bool:
            return not names.isdisjoint(_NAME.findall(some.lower()))

        sharing = [at for found in _chosen(lines, shares, shares) for at in found]
        if sum(len(lines[at]) for at in sharing) <= _MOST_SHARING:
            chosen.update(sharing)
    return "\n".join(line if at in chosen else "" for at, line in enumerate(lines))


def _chosen(
    lines: Sequence[str], any_of: Callable[[str], bool], one: Callable[[str], bool]
) -> tuple[list[int], list[int]]:
    """The places of lines that pass `one`, and of those that stand near some and were not asked.

    Lines are asked together first: what passes `one` makes what it stands in pass `any_of`.
    """
    sure: list[int] = []
    near: list[int] = []
    left = _MOST_ASKED
    for start in range(0, len(lines), _TOGETHER):
        some = lines[start : start + _TOGETHER]
        if not any_of("\n".join(some)):
            continue
        if left > 0:
            sure += (at for at, line in enumerate(some, start) if one(line))
            left -= len(some)
        else:
            near += range(start, start + len(some))
    return sure, near


def _is_of_interest(line: str) -> bool:
    low = line.lower().encode("utf-8", "replace")
    return _INTEREST.search(low) is not None or names_power(low)


def _may_be_of_interest(lines: str) -> bool:
    """As one line; which component is made may be told in the line behind."""
    low = lines.lower().encode("utf-8", "replace")
    return _INTEREST.search(low) is not None or _COMPONENT in low or names_power(low)
