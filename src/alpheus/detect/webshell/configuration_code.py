"""What a configuration makes run: handlers, build providers, modules, filters and processes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import lru_cache

from alpheus.detect.webshell.configuration_stock import (
    Element,
    Place,
    Stock,
    class_and_assembly,
    folded,
    imitated,
    in_drive_root,
    place_of,
)
from alpheus.detect.webshell.model import Reason

_SHOWN = 120
_MOST_PATTERNS = 50
_PATTERN_LIMIT = 200
_ASP, _NET, _PHP, _PIPELINE = "classic ASP", "ASP.NET", "PHP", "the ASP.NET filter"
_PAGE_FACTORIES = frozenset(
    {
        "system.web.ui.pagehandlerfactory",
        "system.web.ui.simplehandlerfactory",
        "system.web.services.protocols.webservicehandlerfactory",
        "system.web.script.services.scripthandlerfactory",
        "system.servicemodel.activation.httphandler",
        "system.servicemodel.activation.servicehttphandlerfactory",
    }
)
_COMPILERS = frozenset(
    {
        "system.web.compilation.pagebuildprovider",
        "system.web.compilation.usercontrolbuildprovider",
        "system.web.compilation.masterpagebuildprovider",
        "system.web.compilation.webhandlerbuildprovider",
        "system.web.compilation.webservicebuildprovider",
        "system.servicemodel.activation.servicebuildprovider",
        "system.web.webpages.razor.razorbuildprovider",
    }
)
_HARMLESS_TYPES = ("system.web.", "system.servicemodel.", "system.runtime.")
_ENGINE_FILES = (
    (re.compile(r"^asp\.dll$"), _ASP),
    (re.compile(r"^aspnet_isapi\.dll$"), _PIPELINE),
    (re.compile(r"^php[\w.-]*\.(?:exe|dll)$"), _PHP),
)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_NEVER = _words(
    "jpg jpeg png gif bmp ico webp svg tif tiff txt log md ini dat bak old tmp config css woff"
    " woff2 ttf eot otf mp3 mp4 avi mov wav swf zip rar 7z gz cab iso xls xlsx ppt pptx rtf"
)
_SELDOM = _words("js json map xml xsl xslt csv doc docx pdf")
_OFTEN = _words("html htm xhtml shtml rss atom")
_ACTIVE = frozenset(
    _words(
        "asp asa cer cdx asr aspx ashx asmx asax axd ascx master svc rem soap cshtml vbhtml cshtm"
        " vbhtm xoml xamlx rules aspq php php3 php4 php5 php7 php8 phtml exe dll cgi pl py ecp owa"
    )
)
_MAPPED: Mapping[str, tuple[int, int, int, int]] = {
    _ASP: (75, 45, 20, 60),
    _NET: (75, 45, 20, 35),
    _PHP: (75, 45, 20, 35),
    _PIPELINE: (25, 15, 5, 10),
}
"""Points for an extension that is never, seldom or often a page, and for every extension."""

_SHELL = re.compile(
    r"(?:^|[\\/\s\"'])(cmd|command|powershell|powershell_ise|pwsh|wscript|cscript|mshta|rundll32"
    r"|regsvr32|msbuild|installutil|certutil|bash|sh|wsl)(?:\.exe|\.com)?(?=$|[\s\"'|])",
    re.IGNORECASE,
)
_PROGRAM = re.compile(r"^.{0,400}?\.(?:exe|dll|com|cmd|bat|ps1|vbs|js)\b", re.IGNORECASE)
_IMAGE_POINTS = {
    Place.BIN: 60,
    Place.TEMPORARY: 60,
    Place.PUBLIC: 60,
    Place.PROFILE: 45,
    Place.PROGRAM_DATA: 45,
    Place.LOGS: 60,
    Place.WEB: 50,
    Place.NETWORK: 50,
    Place.ROOT: 50,
    Place.WINDOWS: 45,
    Place.SYSTEM: 25,
    Place.SERVER: 20,
    Place.INSTALLED: 15,
    Place.OTHER: 25,
}
_PROGRAM_POINTS = {
    Place.BIN: 60,
    Place.TEMPORARY: 50,
    Place.PUBLIC: 50,
    Place.PROFILE: 35,
    Place.PROGRAM_DATA: 30,
    Place.LOGS: 60,
    Place.WEB: 20,
    Place.NETWORK: 45,
    Place.ROOT: 35,
}
_ODD = 45
_COMPILED = (
    "assemblyPostProcessorType",
    "controlBuilderInterceptorType",
    "pageBaseType",
    "pageParserFilterType",
    "userControlBaseType",
)
_TAKEN_IN = re.compile(
    r"[/-](?:r|reference|res|resource|linkres|linkresource|win32res|addmodule|a|analyzer)"
    r":\s*[\"']?([^\s\"',]{2,400})",
    re.IGNORECASE,
)
_SIGNED = re.compile(r"publickeytoken\s*=\s*[0-9a-f]{16}", re.IGNORECASE)


def shown(text: str) -> str:
    """A piece of a hostile file, short and printable."""
    return "".join(c for c in text[: 4 * _SHOWN] if c.isprintable())[:_SHOWN]


@lru_cache(maxsize=4096)
def covers(pattern: str, name: str) -> bool:
    """Whether the path pattern of a handler covers a file of this name."""
    last = pattern[:_PATTERN_LIMIT].lower().strip().replace("\\", "/").rpartition("/")[2]
    return fnmatchcase(name, last.replace("[", "[[]"))


def patterns_of(element: Element) -> list[str]:
    """The path patterns of a handler; old ones list several."""
    return [part.strip() for part in element.get("path").split(",")[:_MOST_PATTERNS]]


def engine_of(element: Element) -> str | None:
    """What compiles and runs the files of a handler; None for one that runs code of its own."""
    kind = element.get("type")
    if kind:
        return _NET if class_and_assembly(kind)[0] in _PAGE_FACTORIES else None
    name = folded(_program(element.get("scriptProcessor"))).rpartition("\\")[2]
    return next((engine for pattern, engine in _ENGINE_FILES if pattern.search(name)), None)


def judge_handler(element: Element) -> list[Reason]:
    """A handler: what it maps to what, who made it, where it lies."""
    stock, processor = Stock.load(), element.get("scriptProcessor")
    what = element.get("type") or processor or element.get("modules")
    patterns = patterns_of(element)
    if what and all(stock.mapped(pattern, what) for pattern in patterns):
        return []
    engine = engine_of(element)
    found: list[Reason] = []
    if engine is not None:
        found += _mapped(element, engine, patterns, "handler")
    if element.get("type"):
        if engine is None:
            found += _foreign(element, element.get("type"), "handler")
    elif processor:
        found += judge_program(element, processor, "handler")
    return found


def judge_build_provider(element: Element) -> list[Reason]:
    """A build provider: which files it compiles as pages, and who made it."""
    kind, extension = element.get("type"), element.get("extension")
    pattern = "*" + extension
    if Stock.load().mapped(pattern, kind):
        return []
    if class_and_assembly(kind)[0] in _COMPILERS:
        return _mapped(element, _NET, [pattern], "build provider")
    return _foreign(element, kind, "build provider")


def judge_module(element: Element) -> list[Reason]:
    """A managed module, or one that names a native module and says nothing else."""
    kind, name = element.get("type"), element.get("name").lower()
    if not kind:
        return []
    stock, written = Stock.load(), class_and_assembly(kind)[0]
    theirs = written in stock.classes or written.startswith("microsoft.exchange.")
    if name in stock.exchange and not theirs:
        text = f"the module {shown(name)} is Exchange's, its type {shown(kind)} is not"
        return [Reason("module", element.tag.line, text, 55)]
    return _foreign(element, kind, "module")


def judge_image(element: Element, path: str, what: str) -> list[Reason]:
    """A native module, filter or extension: where its file lies, and whom its name imitates."""
    stock, name = Stock.load(), element.get("name").lower()
    image, place = folded(path), place_of(path)
    line, base = element.tag.line, image.rpartition("\\")[2]
    if not path or stock.image(path):
        return []
    known = stock.native.get(name, frozenset()) if what == "native module" else frozenset()
    if known and not (place is Place.INSTALLED and any(k.endswith("\\" + base) for k in known)):
        text = f"the native module {shown(name)} is known, but not as {shown(path)}"
        return [Reason("module", line, text, 55)]
    copied = base in {other.rpartition("\\")[2] for other in stock.images}
    if copied and place is not Place.INSTALLED:
        text = f"{shown(path)} has the name of a file of the server, and lies in {place}"
        return [Reason("module", line, text, 55)]
    alike = imitated(base, "image") or (what == "native module" and imitated(name, "native"))
    if alike and place is not Place.INSTALLED:
        text = f"the {what} {shown(path)} is named nearly like {alike}, and lies in {place}"
        return [Reason("module", line, text, max(50, _IMAGE_POINTS[place]))]
    if in_drive_root(path):
        place = Place.ROOT
    text = f"the {what} {shown(path)} is not one of the server's own; it lies in {place}"
    return [Reason("module", line, text, _IMAGE_POINTS[place])]


def judge_program(element: Element, command: str, what: str) -> list[Reason]:
    """A program that serves requests; its arguments are not shown."""
    line, path = element.tag.line, _program(command)
    shell = _SHELL.search(command[:1000])
    if shell is not None:
        text = f"the {what} runs the command interpreter {shown(shell[1].lower())}"
        return [Reason("process", line, text, 80 if what == "handler" else 60)]
    if path.lower().endswith(".dll"):
        return judge_image(element, path, "extension")
    place = Place.ROOT if in_drive_root(path) else place_of(path)
    if "\\" not in path and "/" not in path:
        place = Place.OTHER
    points = _PROGRAM_POINTS.get(place, 0)
    if points == 0:
        return []
    text = f"the {what} runs {shown(path)}, which lies in {place}"
    return [Reason("process", line, text, points)]


def judge_compiled(element: Element) -> list[Reason]:
    """Classes that take part whenever a page is compiled."""
    found: list[Reason] = []
    for name in _COMPILED:
        if kind := element.get(name):
            found += _foreign(element, kind, "compiling class")
    return found


def judge_compiler(element: Element) -> list[Reason]:
    """A compiler of pages: who made it, and what it is made to take in from elsewhere."""
    found = _foreign(element, element.get("type"), "compiling class")
    taken = _TAKEN_IN.search(element.get("compilerOptions")[:4000])
    if taken is not None and _PROGRAM_POINTS.get(place := place_of(taken[1]), 0) >= _ODD:
        text = f"the compiler takes in {shown(taken[1])}, which lies in {place}"
        found.append(Reason("process", element.tag.line, text, 45))
    return found


def judge_code_base(element: Element) -> list[Reason]:
    """Where an assembly is to be loaded from."""
    href = element.get("href")
    place = place_of(href)
    if re.match(r"https?:", href.strip(), re.IGNORECASE):
        text = "an assembly is loaded from another server"
        return [Reason("module", element.tag.line, text, 50)]
    points = _PROGRAM_POINTS.get(place, 0) if "\\" in href or ":" in href else 0
    text = f"an assembly is loaded from {shown(href)}, which lies in {place}"
    return [Reason("module", element.tag.line, text, points)] if points else []


def _program(command: str) -> str:
    """The program of a command line."""
    text = command.partition("|")[0].strip().strip("\"'")
    found = _PROGRAM.match(text)
    return found[0] if found is not None else text[:400]


def _mapped(element: Element, engine: str, patterns: list[str], what: str) -> list[Reason]:
    found: list[Reason] = []
    for pattern in patterns:
        points, kind = _strangeness(pattern, engine, exchange=element.exchange)
        if points:
            text = f"a {what} makes {engine} run {shown(pattern) or 'files without a name'}: {kind}"
            found.append(Reason("script-map", element.tag.line, text, points))
    return found


@lru_cache(maxsize=4096)
def _strangeness(pattern: str, engine: str, *, exchange: bool) -> tuple[int, str]:
    """How strange it is that an engine runs the files of a pattern, and why."""
    last = pattern[:_PATTERN_LIMIT].lower().strip().replace("\\", "/").rpartition("/")[2]
    never, seldom, often, every = _MAPPED[engine]
    if last in {"*", "*.*", "**"}:
        return every, "every file"
    if "." in last:
        last = "*." + last.rpartition(".")[2]
    if engine is _PIPELINE and covers(last, "x.config"):
        return 45, "configuration files"
    kinds = (
        (_NEVER, never, "files that are never pages"),
        (_SELDOM, seldom, "files that are seldom pages"),
        (_OFTEN, often, "files that are usually plain"),
    )
    for extensions, points, text in kinds:
        if any(covers(last, f"x.{extension}") for extension in extensions):
            return points, text
    extension = last.rpartition(".")[2]
    if not extension or extension in _ACTIVE or engine is _PIPELINE:
        return 0, ""
    return (45 if exchange else 10), "an extension of nobody's"


def _foreign(element: Element, kind: str, what: str) -> list[Reason]:
    """Code of somebody's: nothing for the stock's, a little for others', more for imitations."""
    line, stock = element.tag.line, Stock.load()
    name, assembly = class_and_assembly(kind)
    if not name:
        return []
    known = stock.classes.get(name)
    if known is not None:
        if not assembly or assembly in known or assembly.startswith(("system", "microsoft")):
            return []
        text = f"the {what} {shown(kind)} has the name of the server's own in a foreign assembly"
        return [Reason("module", line, text, 50)]
    if (alike := imitated(name, "class")) is not None:
        text = f"the {what} {shown(kind)} is named nearly like {alike}"
        return [Reason("module", line, text, 50)]
    title = element.get("name")
    if element.exchange and what == "module" and (alike := imitated(title, "managed")):
        text = f"the module {shown(title)} is named nearly like {alike}"
        return [Reason("module", line, text, 50)]
    points = _foreign_points(name, kind, what, exchange=element.exchange)
    text = f"the {what} {shown(kind)} is not one of the server's own"
    return [Reason("handler" if what == "handler" else "module", line, text, points)]


def _foreign_points(name: str, kind: str, what: str, *, exchange: bool) -> int:
    if name.startswith(_HARMLESS_TYPES):
        return 5
    if name.startswith("microsoft."):
        return 10
    if not exchange:
        return 10
    if _SIGNED.search(kind[:1000]) is not None:
        return 25
    return 40 if what in {"module", "compiling class"} else 30
