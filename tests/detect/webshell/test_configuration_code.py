"""What a configuration makes run, entry by entry."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.detect.webshell.configuration_code import (
    covers,
    engine_of,
    judge_build_provider,
    judge_code_base,
    judge_compiled,
    judge_compiler,
    judge_handler,
    judge_image,
    judge_module,
    judge_program,
    shown,
)
from alpheus.detect.webshell.configuration_stock import Element
from alpheus.detect.webshell.model import Reason
from alpheus.parsers.xml_elements import Tag

_TOKEN = "Version=1.0.0.0, Culture=neutral, PublicKeyToken=0123456789abcdef"


def _element(*, exchange: bool = False, **given: str) -> Element:
    return Element(Tag("add", 7, attributes=given), exchange=exchange)


def _points(reasons: list[Reason]) -> int:
    assert all(reason.line == 7 for reason in reasons)
    return max((reason.points for reason in reasons), default=0)


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("*", "web.config", True),
        ("*.config", "web.config", True),
        ("WEB.CONFIG", "web.config", True),
        ("/a/w?b.c*", "web.config", True),
        ("*.aspx", "web.config", False),
        ("[w]eb.config", "web.config", False),
        ("*" * 5000, "web.config", True),
    ],
)
def test_what_a_path_pattern_covers(pattern: str, name: str, expected: bool) -> None:
    """Stars and question marks as IIS reads them, in the last part of the path."""
    assert covers(pattern, name) is expected


def test_the_engine_of_a_handler() -> None:
    """By type or by file; code of somebody's own is no engine."""
    assert engine_of(_element(type="System.Web.UI.PageHandlerFactory, System.Web")) == "ASP.NET"
    assert engine_of(_element(scriptProcessor=r"C:\a\ASP.dll")) == "classic ASP"
    assert engine_of(_element(scriptProcessor=r'"C:\a b\php-cgi.exe" -c x')) == "PHP"
    assert engine_of(_element(type="Shop.Handler, Shop")) is None
    assert engine_of(_element()) is None


@pytest.mark.parametrize(
    ("path", "kind", "least", "most"),
    [
        ("*.aspx", "System.Web.UI.PageHandlerFactory", 0, 0),
        ("*.jpg", "System.Web.UI.PageHandlerFactory", 70, 100),
        ("*.aspx,*.png", "System.Web.UI.PageHandlerFactory", 70, 100),
        ("*.jp*", "System.Web.UI.PageHandlerFactory", 70, 100),
        ("*.pdf", "System.Web.UI.SimpleHandlerFactory", 40, 69),
        ("*.html", "System.Web.UI.PageHandlerFactory", 1, 39),
        ("*.do", "System.Web.UI.PageHandlerFactory", 1, 39),
        ("*.png", "Shop.Thumbnails, Shop", 1, 39),
        ("*.config", "System.Web.HttpForbiddenHandler", 0, 0),
        ("a.axd", "System.Web.Handlers.TraceHandler, Shop", 40, 69),
    ],
)
def test_handlers_by_type(path: str, kind: str, least: int, most: int) -> None:
    """Compiling pictures is worse than compiling HTML; own code for pictures is ordinary."""
    assert least <= _points(judge_handler(_element(path=path, type=kind))) <= most


def test_an_unknown_extension_matters_in_exchange() -> None:
    """Its handlers are all known."""
    element = _element(path="*.abc", type="System.Web.UI.PageHandlerFactory", exchange=True)
    assert _points(judge_handler(element)) >= 40


def test_protecting_files_by_asp_net_is_ordinary() -> None:
    """The filter of old pools asks ASP.NET for every file, which then hands it out."""
    processor = r"%windir%\Microsoft.NET\Framework\v4.0.30319\aspnet_isapi.dll"
    for path in ("*", "*.pdf", "*.jpg"):
        assert _points(judge_handler(_element(path=path, scriptProcessor=processor))) < 40


def test_build_providers() -> None:
    """What compiles pictures as pages; what is stock; what is somebody's."""
    page = "System.Web.Compilation.PageBuildProvider"
    assert _points(judge_build_provider(_element(extension=".jpg", type=page))) >= 70
    assert judge_build_provider(_element(extension=".aspx", type=page)) == []
    assert 0 < _points(judge_build_provider(_element(extension=".a", type="B.C, B"))) < 40


@pytest.mark.parametrize(
    ("name", "kind", "exchange", "least", "most"),
    [
        ("ErrorLog", "Elmah.ErrorLogModule, Elmah", False, 1, 25),
        ("A", f"Vendor.Agent.Module, Vendor.Agent, {_TOKEN}", False, 1, 25),
        ("A", f"Vendor.Agent.Module, Vendor.Agent, {_TOKEN}", True, 10, 25),
        ("A", "Helper.Module", True, 40, 60),
        ("A", "Microsoft.Exchange.New.Module, New", True, 1, 25),
        ("OwaModule", "Helper.Module", False, 40, 60),
        ("OwaModules", "Helper.Module", True, 40, 60),
        ("A", "Microsoft.Exchange.HttpProxy.ProxyModul, A", False, 40, 60),
        ("A", "System.Web.Handlers.ScriptModule, Helper", False, 40, 60),
        ("Session", "System.Web.SessionState.SessionStateModule", False, 0, 0),
        ("IsapiModule", "", False, 0, 0),
    ],
)
def test_modules(name: str, kind: str, exchange: bool, least: int, most: int) -> None:
    """Others' are context, more so in Exchange; imitations are suspicious."""
    element = _element(name=name, type=kind, exchange=exchange)
    assert least <= _points(judge_module(element)) <= most


@pytest.mark.parametrize(
    ("name", "image", "least", "most"),
    [
        ("StaticFileModule", r"%windir%\System32\inetsrv\static.dll", 0, 0),
        ("StaticFileModule", r"C:\Program Files\IIS Express\static.dll", 0, 15),
        ("StaticFileModule", r"%windir%\System32\inetsrv\cache.dll", 40, 60),
        ("Own", r"%windir%\System32\static.dll", 40, 60),
        ("Own", r"%windir%\System32\inetsrv\autanon.dll", 40, 60),
        ("StaticFilesModule", r"%windir%\System32\inetsrv\own.dll", 40, 60),
        ("Own", r"%windir%\System32\inetsrv\own.dll", 10, 25),
        ("Own", r"C:\Program Files\Own\own.dll", 10, 25),
        ("Own", r"D:\Own\own.dll", 10, 25),
        ("Own", r"C:\own.dll", 40, 60),
        ("Own", r"C:\Windows\System32\inetsrv\..\..\Temp\own.dll", 40, 60),
        ("Own", r"\\10.0.0.1\share\own.dll", 40, 60),
        ("Own", r"C:\inetpub\wwwroot\bin\own.dll", 40, 60),
        ("Own", "", 0, 0),
    ],
)
def test_native_modules(name: str, image: str, least: int, most: int) -> None:
    """By place, and by names that are known from elsewhere."""
    reasons = judge_image(_element(name=name, image=image), image, "native module")
    assert least <= _points(reasons) <= most


@pytest.mark.parametrize(
    ("command", "least"),
    [
        (r"C:\Windows\System32\cmd.exe /c a", 60),
        ("powershell", 60),
        (r'"%programfiles%\nodejs\node.exe"', 0),
        ("dotnet", 0),
        (r"D:\home\python\python.exe|D:\sh\wfastcgi.py", 0),
        (r"C:\Users\Public\a.exe", 40),
        (r".\Shop.exe", 0),
    ],
)
def test_programs(command: str, least: int) -> None:
    """Interpreters of commands and odd places; run times of languages are ordinary."""
    points = _points(judge_program(_element(), command, "process of a site"))
    assert points >= least
    assert least or points == 0


def test_what_takes_part_in_compiling() -> None:
    """The frameworks' own classes are ordinary; in Exchange another's are suspicious."""
    mvc = f"System.Web.Mvc.ViewTypeParserFilter, System.Web.Mvc, {_TOKEN}"
    assert _points(judge_compiled(_element(pageParserFilterType=mvc))) == 0
    other = {"assemblyPostProcessorType": "Helper.Step, Helper"}
    assert 0 < _points(judge_compiled(_element(**other))) < 40
    assert _points(judge_compiled(_element(exchange=True, **other))) >= 40


@pytest.mark.parametrize(
    ("options", "least"),
    [
        ("/langversion:default /nowarn:1659;1699;1701", 0),
        (r'/resource:"\\203.0.113.9\a\b.dat"', 40),
        (r"/r:C:\Users\Public\a.dll", 40),
        (r"/r:C:\Program Files\A\a.dll", 0),
    ],
)
def test_compilers(options: str, least: int) -> None:
    """What is taken in from a share or a public folder is suspicious."""
    kind = "Microsoft.CSharp.CSharpCodeProvider, System"
    points = _points(judge_compiler(_element(type=kind, compilerOptions=options)))
    assert points >= least
    assert least or points == 0


def test_where_assemblies_are_loaded_from() -> None:
    """Installed folders are silent, others' servers and temporary folders are not."""
    assert judge_code_base(_element(href=r"file:///C:\Program Files\A\a.dll")) == []
    assert judge_code_base(_element(href="bin/a.dll")) == []
    assert _points(judge_code_base(_element(href="http://a.example/a.dll"))) >= 40
    assert _points(judge_code_base(_element(href=r"file://C:\Users\Public\a.dll"))) >= 40


@given(st.text(max_size=3000))
def test_what_is_shown_is_short_and_printable(text: str) -> None:
    """Whatever a file holds."""
    assert shown(text).isprintable()
    assert len(shown(text)) <= 120
