"""What is stock, what only looks like it, and what kind of place a path is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.detect.webshell.configuration_stock import (
    Place,
    Stock,
    class_and_assembly,
    folded,
    imitated,
    in_drive_root,
    place_of,
)
from alpheus.knowledge.tables import read_table


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (r"%windir%\System32\inetsrv\static.dll", r"\windows\system32\inetsrv\static.dll"),
        (r'"C:\Windows\System32\..\Temp\.\a.dll"', r"\windows\temp\a.dll"),
        (r"\\?\C:\Users\x", r"\users\x"),
        (r"\\?\UNC\h\s", r"\\h\s"),
        (r"\\h\s\a.dll", r"\\h\s\a.dll"),
        ("file:///D:/PROGRA~1/A/b.dll", r"\program files\a\b.dll"),
        (r"C:\Program Files (x86)\A", r"\program files\a"),
        ("C:\\Temp. \\x", r"\temp\x"),
        (r"C:\php\php-cgi.exe|-c C:\x", r"\php\php-cgi.exe"),
        ("C:\\", "\\"),
    ],
)
def test_one_spelling_for_every_path(path: str, expected: str) -> None:
    """Variables, drives, short names, devices, `..` and trailing dots make no difference."""
    assert folded(path) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (r"C:\$Recycle.Bin\temp\a.dll", Place.BIN),
        (r"%TEMP%\a.dll", Place.TEMPORARY),
        (r"D:\tmp", Place.TEMPORARY),
        (r"%PUBLIC%\a", Place.PUBLIC),
        (r"C:\Users\bob\a", Place.PROFILE),
        (r"%ALLUSERSPROFILE%\a", Place.PROGRAM_DATA),
        (r"C:\PerfLogs\a", Place.LOGS),
        (r"E:\inetpub\wwwroot\bin\a.dll", Place.WEB),
        (r"\\10.1.1.1\c$\a.dll", Place.NETWORK),
        ("D:\\", Place.ROOT),
        (r"C:\Windows\Fonts\a.dll", Place.WINDOWS),
        (r"C:\Windows\System32\a.dll", Place.SYSTEM),
        (r"%windir%\SysWOW64\inetsrv\a.dll", Place.SERVER),
        (r"%windir%\Microsoft.NET\Framework64\v4.0.30319\a.dll", Place.SERVER),
        (r"%ProgramFiles%\A\a.dll", Place.INSTALLED),
        (r"E:\Exchange Server\V15\Bin\a.dll", Place.INSTALLED),
        (r"D:\apps\a.dll", Place.OTHER),
        ("a.dll", Place.OTHER),
        ("", Place.ROOT),
    ],
)
def test_the_kind_of_a_place(path: str, expected: Place) -> None:
    """Temporary, public and hidden places are told from those of the server and of programs."""
    assert place_of(path) is expected


def test_a_file_in_the_root_of_a_drive() -> None:
    """A bare name is not there: it is looked for in the folder of the server."""
    assert in_drive_root(r"C:\a.dll")
    assert in_drive_root(r"%SystemDrive%\a.dll")
    assert not in_drive_root("a.dll")
    assert not in_drive_root(r"C:\a\b.dll")


def test_stock_is_known_wherever_exchange_is_installed() -> None:
    """Images and folders of Exchange count by what follows its folder; not in odd places."""
    stock = Stock.load()
    assert stock.image(r"%SystemRoot%\system32\inetsrv\AUTHANON.dll")
    assert stock.image(r"E:\Exchange\V15\Bin\kerbauth.dll")
    assert stock.directory(r"D:\Program Files\Microsoft\Exchange Server\V15\ClientAccess\owa")
    assert not stock.image(r"C:\Windows\Temp\Bin\kerbauth.dll")
    assert not stock.image(r"C:\inetpub\FrontEnd\HttpProxy\bin\exppw.dll")
    assert not stock.directory(r"C:\Windows\System32")


def test_stock_mappings_are_pairs() -> None:
    """A known handler is known for its own paths only."""
    stock = Stock.load()
    processor = r"C:\Windows\Microsoft.NET\Framework64\v4.0.30319\aspnet_isapi.dll"
    assert stock.mapped("*.XML", processor)
    assert not stock.mapped("*.jpg", processor)
    assert stock.mapped("*.aspx", "System.Web.UI.PageHandlerFactory, System.Web, Version=4.0.0.0")
    assert not stock.mapped("*.jpg", "System.Web.UI.PageHandlerFactory")


@pytest.mark.parametrize(
    ("name", "among", "expected"),
    [
        ("autanon.dll", "image", "authanon.dll"),
        ("AnonymousAuthenticationModul", "native", "anonymousauthenticationmodule"),
        ("Microsoft.Exchange.HttpUtilities.OwaPltModule", "class", None),
        ("System.Web.Handler.ScriptModule", "class", "system.web.handlers.scriptmodule"),
        ("authanon.dll", "image", None),
        ("ManagedEngineV5.1_64bit", "native", None),
        ("UrlRewriter", "native", None),
        ("iisreq2.dll", "image", "iisreqs.dll"),
        ("x", "image", None),
        ("x" * 5000, "class", None),
    ],
)
def test_names_that_are_nearly_stock(name: str, among: str, expected: str | None) -> None:
    """A letter or two; other versions, short and very long names imitate nobody."""
    assert imitated(name, among) == expected


def test_class_and_assembly() -> None:
    """Version and token do not matter, blanks and case neither."""
    assert class_and_assembly(" A.B ,C, Version=1.0") == ("a.b", "c")
    assert class_and_assembly("A") == ("a", "")


def test_the_tables_say_where_each_fact_is_from() -> None:
    """Every row has a source, nothing stands twice, and no path is of one machine's drive."""
    for name, columns in (
        ("iis_stock_modules.csv", ("kind", "name", "what", "source")),
        ("iis_stock_handlers.csv", ("kind", "name", "path", "what", "source")),
        ("iis_stock_directories.csv", ("physical_path", "source")),
    ):
        rows = read_table(name, columns)
        assert all(row["source"] for row in rows)
        facts = [tuple(row[column].lower() for column in columns[:-1]) for row in rows]
        assert len(facts) == len(set(facts)) >= 60
        assert not [fact for fact in facts if "c:\\" in " ".join(fact)]


@given(st.text(max_size=300))
def test_any_path_and_name_get_an_answer(text: str) -> None:
    """A folded path is its own folded path, and has a place."""
    again = folded(text)
    assert isinstance(place_of(text), Place)
    assert isinstance(place_of(again), Place)
    imitated(text, "class")
