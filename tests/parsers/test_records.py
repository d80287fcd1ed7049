"""The list of parsers: each file has one, and none loads native code before it reads."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.parsers.records import RECORD_PARSERS
from evtx_writer import chunk, event, log
from ntfs_records import mft_record, usn_record

_FILES = {
    "EventLogFile": ("Security.evtx", log([chunk([event(1)])])),
    "MasterFileTable": ("$MFT", mft_record() * 2),
    "UsnJournal": ("$J", usn_record("a", 1, datetime(2021, 3, 3, tzinfo=UTC))),
    "ProgramVersion": ("V15/Bin/ExSetup.exe", b"MZ"),
    "CompiledPages": ("a.aspx.1.compiled", b'<preserve virtualPath="/a"/>'),
    "IisConfiguration": ("web.config", b"<configuration><system.web/></configuration>"),
    "XmlEvents": ("a.xml", b"<Event><System></System></Event>"),
    "JsonEvents": ("a.json", b'{"EventID": 1}'),
}


@pytest.mark.parametrize("name", _FILES)
def test_each_kind_of_file_has_exactly_one_parser(name: str) -> None:
    """So their order does not matter."""
    path, content = _FILES[name]
    found = [parser for parser in RECORD_PARSERS if parser.recognise(content[:65536], path)]
    assert [type(parser).__name__ for parser in found] == [name]
    assert len(RECORD_PARSERS) == len(_FILES)


@settings(max_examples=100)
@given(
    st.binary(max_size=200), st.sampled_from(["web.config", "$J", "$MFT", "a", "bin/ExSetup.exe"])
)
def test_recognising_never_raises(head: bytes, path: str) -> None:
    """Whatever a file begins with."""
    for parser in RECORD_PARSERS:
        assert parser.recognise(head, path) in (True, False)


def test_native_code_is_loaded_only_where_it_is_used() -> None:
    """Importing the list costs no start-up time."""
    code = "import sys, alpheus.parsers.records; print({'evtx', 'mft'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
