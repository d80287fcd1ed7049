"""Entries of custody logs, of every kind, as tests draw them."""

from __future__ import annotations

from hypothesis import strategies as st

from alpheus.custody.entries import (
    Action,
    Detail,
    Entry,
    Export,
    File,
    Frame,
    Note,
    Package,
    Plan,
    RunFinished,
    RunStarted,
    Taken,
    Verification,
    encode,
)

FRAME = Frame("2026-11-26T10:00:00Z", "kim", "ir-3", "alpheus 1.0", "00112233")
_TEXT = st.text(max_size=60)
_SIZE = st.integers(min_value=0, max_value=1 << 50)
_COUNTS = st.dictionaries(_TEXT, _SIZE, max_size=3)
DETAILS = st.one_of(
    st.builds(RunStarted, _TEXT, st.lists(_TEXT, max_size=3).map(tuple), _TEXT),
    st.builds(Package, _TEXT, _TEXT, _TEXT, _SIZE, _SIZE, _TEXT),
    st.builds(File, _TEXT, _TEXT, _TEXT, _SIZE),
    st.builds(RunFinished, _TEXT, st.dictionaries(_TEXT, _TEXT, max_size=3), _TEXT, _COUNTS),
    st.builds(Plan, _TEXT, _TEXT, _TEXT, _SIZE),
    st.builds(Action, _TEXT, _TEXT, _TEXT, _TEXT, _TEXT, _TEXT),
    st.builds(Verification, _TEXT, _TEXT, _TEXT, _TEXT, _COUNTS),
    st.builds(Export, _TEXT, _TEXT, _TEXT, _SIZE),
    st.builds(Taken, _TEXT, _TEXT, _SIZE, _TEXT),
    st.builds(Note, _TEXT),
)


def text_of(detail: Detail) -> str:
    """Its line, in a frame."""
    return encode(Entry(FRAME, detail))
