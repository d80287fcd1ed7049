"""Assemblies: the page one was compiled from, and what a library in `bin` does.

All samples are written by `dotnet_writer` and cannot run.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.detect.webshell.assembly import judge_assembly
from alpheus.detect.webshell.judge import MALICIOUS, SUSPICIOUS, score_of
from alpheus.detect.webshell.model import Reason
from dotnet_writer import Method, Type, write_assembly

_COMPILED = "C/Windows/Temporary ASP.NET Files/owa/1a2b/3c4d/App_Web_k2x8qz1w.dll"
_BIN = "inetpub/wwwroot/site/bin/Sample.dll"
_MICROSOFT = bytes(8) + b"\4" + bytes(7)

_READS = "System.Web.HttpRequest.get_Item(string)"
_RUNS = "System.Diagnostics.Process.Start(System.Diagnostics.ProcessStartInfo)"
_PRINTS = "System.Diagnostics.Process.get_StandardOutput"
_LOADS = "System.Reflection.Assembly.Load(byte[])"
_LOADS_NAME = "System.Reflection.Assembly.Load(string)"
_DECRYPTS = "System.Security.Cryptography.ICryptoTransform.TransformFinalBlock(byte[],int,int)"
_CREATES = "System.Reflection.Assembly.CreateInstance(string)"
_EVALUATES = "Microsoft.JScript.Eval.JScriptEvaluate(object,object)"
_WRITES = "System.IO.File.WriteAllText(string,string)"
_QUERIES = "System.Data.SqlClient.SqlConnection..ctor(string)"


def _page(*calls: str, strings: tuple[str, ...] = (), also: tuple[Type, ...] = ()) -> list[Reason]:
    page = Type(
        "ASP.auth_sample_aspx",
        "System.Web.UI.Page",
        ("System.Web.IHttpHandler",),
        (
            Method(".ctor", strings=("~/auth/sample.aspx",)),
            Method("__BuildControlTree"),
            Method("Page_Load", (_READS, *calls), strings),
        ),
    )
    content = write_assembly([page, *also], name="App_Web_k2x8qz1w", stamp=1_614_834_000)
    return judge_assembly(content, _COMPILED)


def _library(
    *calls: str,
    strings: tuple[str, ...] = (),
    interface: str = "",
    key: bytes = b"",
    name: str = "Sample",
) -> list[Reason]:
    one = Type(
        "Site.Worker",
        interfaces=(interface,) if interface else (),
        methods=(Method("Do", (_READS, *calls), strings),),
    )
    return judge_assembly(write_assembly([one], name=name, public_key=key), _BIN)


def test_a_compiled_page_names_its_page() -> None:
    """Its virtual path, class, base, own methods and the linker's time, without points."""
    reasons = _page()
    assert [reason.text for reason in reasons] == [
        "compiled from ~/auth/sample.aspx",
        "class ASP.auth_sample_aspx, based on System.Web.UI.Page, with Page_Load",
        "compiled 2021-03-04 05:00:00 UTC, by its header",
    ]
    assert score_of(reasons) == 0


@pytest.mark.parametrize(
    "calls",
    [
        (_LOADS, _CREATES),
        (_LOADS, _CREATES, _DECRYPTS),
        (_EVALUATES,),
        ("System.CodeDom.Compiler.CodeDomProvider.CompileAssemblyFromSource(int,string)",),
        ("System.Management.Automation.PowerShell.AddScript(string)",),
        (
            "System.Net.Sockets.Socket.Connect(string,int)",
            "System.Net.Sockets.Socket.Send(byte[])",
            "System.Net.Sockets.Socket.Receive(byte[])",
        ),
    ],
)
def test_a_compiled_page_that_runs_what_it_is_sent_is_malicious(calls: tuple[str, ...]) -> None:
    """Loading, evaluating, compiling, or a tunnel, where the request is read."""
    assert score_of(_page(*calls)) >= MALICIOUS


def test_a_page_that_starts_programs_is_judged_by_its_strings() -> None:
    """Suspicious by itself, malicious with a command line."""
    assert SUSPICIOUS <= score_of(_page(_RUNS)) < MALICIOUS
    reasons = _page(_RUNS, _PRINTS, strings=("cmd" + ".exe", "/c "))
    assert score_of(reasons) >= MALICIOUS
    assert "with strings of a command line" in reasons[0].text
    assert "Process.Start in auth_sample_aspx.Page_Load" in reasons[0].text
    assert "HttpRequest.get_Item" in reasons[0].text


def test_functions_of_windows_that_run_memory_are_malicious() -> None:
    """Imported by a class that a page calls."""
    native = Type(
        "Native",
        methods=(
            Method("Allocate", native="kernel32.dll!VirtualAlloc"),
            Method("Thread", native="kernel32.dll!CreateThread"),
        ),
    )
    reasons = _page("=Native.Allocate", "=Native.Thread", also=(native,))
    assert score_of(reasons) >= MALICIOUS
    assert "kernel32.dll!VirtualAlloc" in reasons[0].text


def test_an_ordinary_compiled_page_is_quiet() -> None:
    """It reads the request, asks a database, writes a file and loads assemblies by their name."""
    reasons = _page(_QUERIES, _WRITES, _LOADS_NAME, "System.Activator.CreateInstance(object)")
    assert score_of(reasons) < 20


def test_a_console_of_many_tools_is_suspicious() -> None:
    """Processes, registry, files and databases in one class."""
    calls = (
        "System.IO.Directory.GetFiles(string)",
        "System.IO.File.Delete(string)",
        _WRITES,
        _QUERIES,
        "Microsoft.Win32.RegistryKey.GetValue(string)",
        _RUNS,
    )
    reasons = _page(*calls)
    assert "console" in {reason.kind for reason in reasons}
    assert score_of(reasons) >= MALICIOUS


def test_a_file_manager_that_is_part_of_a_site_is_not_suspicious() -> None:
    """Listing, deleting and writing files are what it is for."""
    calls = ("System.IO.Directory.GetFiles(string)", "System.IO.File.Delete(string)", _WRITES)
    assert score_of(_page(*calls)) < SUSPICIOUS


@pytest.mark.parametrize(
    "calls",
    [
        (_QUERIES, _WRITES),
        (_QUERIES, _WRITES, _LOADS_NAME, _CREATES),
        (_RUNS, _PRINTS),
        ("System.Net.Sockets.TcpClient.Connect(string,int)", _WRITES, _QUERIES),
        ("Microsoft.Win32.RegistryKey.GetValue(string)",),
        ("System.Web.UI.LosFormatter.Deserialize(string)", _DECRYPTS),
    ],
)
def test_an_ordinary_application_in_bin_is_not_suspicious(calls: tuple[str, ...]) -> None:
    """Also one that starts a converter, or talks to a server of its own."""
    for interface in ("", "System.Web.IHttpHandler"):
        assert score_of(_library(*calls, interface=interface)) < SUSPICIOUS


def test_a_library_without_requests_is_quiet() -> None:
    """Ordinary libraries do all this, for whoever calls them."""
    tool = Type("Tool", methods=(Method("Do", (_RUNS, _LOADS, _EVALUATES, _DECRYPTS)),))
    assert judge_assembly(write_assembly([tool]), _BIN) == []


@pytest.mark.parametrize("interface", ["System.Web.IHttpModule", "System.Web.IHttpHandler"])
def test_a_dropped_module_that_runs_commands_is_malicious(interface: str) -> None:
    """Unsigned, in the way of requests, with a command line."""
    reasons = _library(_RUNS, _PRINTS, strings=("cmd" + ".exe",), interface=interface)
    assert score_of(reasons) >= MALICIOUS
    assert {"run", "module", "unsigned"} <= {reason.kind for reason in reasons}


def test_a_dropped_loader_is_malicious() -> None:
    """It decrypts what is sent, and loads it."""
    calls = (_LOADS, _CREATES, _DECRYPTS)
    assert score_of(_library(*calls)) >= MALICIOUS
    assert score_of(_library(*calls, key=b"some key")) >= SUSPICIOUS


def test_a_public_key_weighs_against_it() -> None:
    """Nobody checks it, so it does not settle the matter."""
    unsigned, signed, ours = (
        score_of(_library(_LOADS, _CREATES, key=key)) for key in (b"", b"a key", _MICROSOFT)
    )
    assert unsigned > signed > ours > 0


def test_a_name_of_microsoft_without_its_key_is_told() -> None:
    """Where the rest is suspicious."""
    reasons = _library(_LOADS, _CREATES, name="Microsoft.Exchange.Clients.Helper")
    assert any("without Microsoft's key" in reason.text for reason in reasons)


def test_a_module_that_keeps_passwords_is_suspicious() -> None:
    """It looks for a password in what is sent, and appends to a file."""
    appends = "System.IO.File.AppendAllText(string,string)"
    module = "System.Web.IHttpModule"
    assert score_of(_library(appends, strings=("password",), interface=module)) >= SUSPICIOUS
    assert score_of(_library(appends, strings=("title",), interface=module)) < SUSPICIOUS


def test_what_lies_in_another_class_weighs_less_in_a_library() -> None:
    """An application is large, and its classes call each other."""
    page = Type("Site.Page", methods=(Method("Do", (_READS, "=Site.Tool.Do")),))
    tool = Type("Site.Tool", methods=(Method("Do", (_LOADS,)),))
    assert 0 < score_of(judge_assembly(write_assembly([page, tool]), _BIN)) < SUSPICIOUS


def test_strings_are_never_printed() -> None:
    """They may hold keys and passwords of the victim or the intruder."""
    secret = "/c net user backdoor " + "Secret-1234"
    reasons = _page(_RUNS, strings=(secret, "e45e" + "329feb5d925b", "password"))
    text = " ".join(reason.text for reason in reasons)
    assert "Secret" not in text
    assert "329f" not in text


def test_losses_are_told() -> None:
    """What was not read may be what matters."""
    content = write_assembly().replace(b"BSJB", b"bsjb")
    (reason,) = judge_assembly(content, _BIN)
    assert (reason.kind, reason.points) == ("unreadable", 0)


@pytest.mark.parametrize("content", [b"", b"MZ" + bytes(200), b"<%@ Page %>"])
def test_what_is_no_assembly_has_no_reasons(content: bytes) -> None:
    """A native library is not looked into."""
    assert judge_assembly(content, _COMPILED) == []


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=10))
def test_no_bytes_make_it_fail(changes: list[tuple[int, int]]) -> None:
    """Whatever is changed in an assembly."""
    page = Type("ASP.a_aspx", methods=(Method("L", (_READS, _RUNS, _LOADS), ("cmd" + ".exe",)),))
    content = bytearray(write_assembly([page, Type("N", methods=(Method("V", native="k!V"),))]))
    for place, value in changes:
        content[place % len(content)] = value
    for reason in judge_assembly(bytes(content), _COMPILED):
        assert reason.text.isprintable()
