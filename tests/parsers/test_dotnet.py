"""What an assembly says of itself is read as it was written, and never trusted."""

from __future__ import annotations

import struct
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.parsers import dotnet_tables
from alpheus.parsers.dotnet import Assembly, read_assembly
from dotnet_writer import Method, Type, write_assembly

_PAGE = Type(
    "ASP.auth_sample_aspx",
    "System.Web.UI.Page",
    ("System.Web.IHttpHandler",),
    (
        Method(".ctor", strings=("~/auth/sample.aspx",)),
        Method("Page_Load", ("System.Web.HttpRequest.get_Item(string)",), ("naïve ☃",)),
        Method("VirtualAlloc", native="Kernel32.dll!VirtualAlloc"),
    ),
)


def _read(content: bytes) -> Assembly:
    assembly = read_assembly(content)
    assert assembly is not None
    return assembly


def test_an_assembly_is_read_as_it_was_written() -> None:
    """Names, types, references, imports, strings and resources."""
    content = write_assembly(
        [_PAGE, Type("ASP.auth_sample_aspx/Inner", methods=(Method("Run"),))],
        name="App_Web_x1",
        version=(4, 0, 30, 1),
        framework=".NETFramework,Version=v4.8",
        resources=("logo.png",),
        references=("System.Reflection.Assembly.Load(byte[])",),
        strings=("only in the heap",),
        stamp=1_614_834_000,
    )
    assembly = _read(content)
    assert assembly.flaws == ()
    assert (assembly.name, assembly.version) == ("App_Web_x1", "4.0.30.1")
    assert (assembly.module, assembly.runtime) == ("App_Web_x1.dll", "v4.0.30319")
    assert assembly.framework == ".NETFramework,Version=v4.8"
    assert assembly.key_token == ""
    assert assembly.stamp == 1_614_834_000
    _, page, inner = assembly.types
    assert (page.name, page.base) == ("ASP.auth_sample_aspx", "System.Web.UI.Page")
    assert page.interfaces == ("System.Web.IHttpHandler",)
    assert page.methods == (".ctor", "Page_Load", "VirtualAlloc")
    assert page.native == ("VirtualAlloc",)
    assert (inner.name, inner.methods, inner.first) == ("ASP.auth_sample_aspx/Inner", ("Run",), 3)
    assert assembly.imports == ("kernel32.dll!VirtualAlloc",)
    assert assembly.strings == ("~/auth/sample.aspx", "naïve ☃", "only in the heap")
    assert assembly.resources == ("logo.png",)
    assert "System.Web.UI.Page" in assembly.type_references
    assert assembly.member_references[:2] == (
        "System.Web.HttpRequest.get_Item",
        "System.Reflection.Assembly.Load",
    )
    assert assembly.parameters(0) == ("string",)
    assert assembly.parameters(1) == ("byte[]",)


def test_a_nested_reference_has_the_names_around_it() -> None:
    """`Outer/Inner`, and the member behind it."""
    assembly = _read(write_assembly(references=("A.Outer/Inner.Do(A.Other,int)",)))
    assert "A.Outer/Inner" in assembly.type_references
    assert assembly.member_references == ("A.Outer/Inner.Do",)
    assert assembly.parameters(0) == ("?", "int")


def test_a_public_key_gives_its_token() -> None:
    """The standard key of ECMA has a well-known token."""
    key = bytes(8) + b"\4" + bytes(7)
    assert _read(write_assembly(public_key=key)).key_token == "b77a5c561934e089"


def test_types_that_contain_each_other_end() -> None:
    """A ring of nested types is cut."""
    content = write_assembly([Type("A"), Type("A/B")])
    ring = content.replace(struct.pack("<HH", 3, 2), struct.pack("<HH", 2, 2))
    assert ring != content
    names = [one.name for one in _read(ring).types]
    assert all(len(name) < 100 for name in names)


@pytest.mark.parametrize("content", [b"", b"MZ", b"MZ" + bytes(100), b"\x7fELF" + bytes(200)])
def test_other_files_are_none(content: bytes) -> None:
    """Only a program with a CLI header is an assembly."""
    assert read_assembly(content) is None


def test_a_program_without_metadata_says_so() -> None:
    """The header is there, what it points to is not."""
    content = write_assembly().replace(b"BSJB", b"bsjb")
    assert _read(content).flaws == ("no metadata where the header says",)


def test_a_torn_file_is_read_as_far_as_it_goes() -> None:
    """And its losses are told."""
    content = write_assembly([_PAGE], strings=["x" * 300])
    assembly = _read(content[: content.index(b"#Strings") + 80])
    assert assembly.flaws


def test_methods_that_are_claimed_but_not_there_are_not_invented() -> None:
    """A count of rows beyond the table is cut."""
    content = write_assembly([_PAGE])
    counts = content.index(struct.pack("<I", 3), content.index(b"BSJB"))
    assembly = _read(content[:counts] + struct.pack("<I", 0xFFFFFF) + content[counts + 4 :])
    assert "a table is cut short" in assembly.flaws
    assert sum(len(one.methods) for one in assembly.types) < 1000


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_bytes_make_it_fail(data: st.DataObject) -> None:
    """Whatever is changed in a file or cut off, something is returned, and soon."""
    content = bytearray(
        write_assembly([_PAGE, Type("B.C"), Type("B.C/D")], resources=("r",), public_key=b"k")
    )
    for _ in range(data.draw(st.integers(1, 12))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xC0, 0xFF, 0x20, 0x0A]))
    cut = data.draw(st.integers(0, len(content)))
    start = time.perf_counter()
    for some in (bytes(content), bytes(content[:cut])):
        found = read_assembly(some)
        if found is not None:
            for member in range(len(found.member_references)):
                found.parameters(member)
    assert time.perf_counter() - start < 2


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=600))
def test_any_metadata_is_survived(metadata: bytes) -> None:
    """A valid header in front of arbitrary tables."""
    content = write_assembly()
    place = content.index(b"BSJB")
    assert read_assembly(content[: place + 40] + metadata + content[place + 40 :]) is not None
    assert read_assembly(metadata) is None or metadata.startswith(b"MZ")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), unique=True))
def test_every_string_comes_back(texts: list[str]) -> None:
    """In the order of the heap, whatever it is."""
    assert _read(write_assembly(strings=texts)).strings == tuple(texts)


def test_names_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many types that share one long name do not fill memory."""
    monkeypatch.setattr(dotnet_tables, "_MOST_NAMES", 50_000)
    assembly = _read(write_assembly([Type("N" * 400 + "." + "M" * 400) for _ in range(300)]))
    assert "more names than can be kept" in assembly.flaws
    assert sum(len(one.name) for one in assembly.types) <= 50_000
