"""What is done in C says what is done with arrays, and reads nothing beside its data."""

from __future__ import annotations

import mmap
import re
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.parsers.base import Clock, KeyColumns
from alpheus.scan import native
from alpheus.scan.clock import NO_TIME, SEPARATOR, day_of, line_bounds, line_times
from alpheus.scan.columns import ColumnSpans, key_of

pytestmark = pytest.mark.skipif(
    native.library() is None, reason="the package was built without a C compiler"
)

_PARTS = st.sampled_from(
    [b"\n", b"\r\n", b"\r", b"a", b"2021-03-03T06:59:20.123Z,a,HOST,1", b"\0", b"\xff" * 40]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(_PARTS, max_size=40))
def test_lines_are_those_of_the_arrays(parts: list[bytes]) -> None:
    """Wherever line feeds stand, however often the same room is used, however many there are."""
    room = native.Room()
    room.find(bytearray(b"\n" * 40_000), 0, 40_000)
    data = bytearray(b"x\n" + b"".join(parts))
    starts, ends = line_bounds(np.frombuffer(data, dtype=np.uint8)[2:])
    found = room.find(data, 2, len(data))
    assert found.starts.tolist() == starts.tolist()
    assert found.ends.tolist() == ends.tolist()
    assert found.blank == (ends <= starts).sum()
    assert found.nul == (0 in data)
    assert found.bare == (re.search(rb"\r[^\r\n]", data[2:]) is not None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(native, "library", lambda: None)
        plain = native.Room().find(data, 2, len(data))
    assert (plain.starts.tolist(), plain.blank, plain.nul, plain.bare) == (
        found.starts.tolist(), found.blank, found.nul, found.bare,
    )  # fmt: skip


_CELLS = st.sampled_from([b"", b"HOST", b"HOST2", b"x" * 40, b'"q"', b'a"b', b'"HOST,"', b"15"])
_TIMES = st.sampled_from(
    [b"06:59:20", b"06:59:20.1", b"06:59:20,12x", b"23:59:59.999", b"24:00:00", b"06:60:00", b"6:1"]
)
_DATES = st.sampled_from([b"2021-03-03T"] * 6 + [b"2021-03-04T", b"2021-03-03 ", b'"2021-03-03T'])
_ROWS = st.builds(
    lambda date, clock, cells: date + clock + b"," + b",".join(cells),
    _DATES, _TIMES, st.lists(_CELLS, min_size=1, max_size=5),
)  # fmt: skip
_KEYS = st.sampled_from(
    [KeyColumns(b",", (2,)), KeyColumns(b",", (1, 2, 4)), KeyColumns(b",", ()),
     KeyColumns(b",", (1, 3), 5), KeyColumns(b" ", (1,), 2)]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(_ROWS, min_size=1, max_size=12), _KEYS)
def test_a_run_counts_what_the_arrays_count(rows: list[bytes], key: KeyColumns) -> None:
    """A run ends before the first line of another day, key or shape; what it counts is exact."""
    block = np.frombuffer(b"\n".join(rows) + b"\n", dtype=np.uint8)
    starts, ends = line_bounds(block)
    times = line_times(block, starts, ends, Clock.ISO_T).tolist()
    date = rows[0][: native.DATE_LENGTH]
    day = day_of(date, SEPARATOR[Clock.ISO_T])
    value = key_of(rows[0], key)
    if day == NO_TIME or value is None:
        return
    spans = ColumnSpans(block, starts, ends, key) if key.columns else None
    expected = 0
    for at, row in enumerate(rows):
        same = spans is None or (bool(spans.plain[at]) and spans.value(at) == value)
        if not row.startswith(date) or times[at] == NO_TIME or not (same or at == 0):
            break
        expected += 1
    wanted = native.Key(key, value)
    data = bytearray(block.tobytes())
    bounds = native.Room().find(data, 0, len(data))
    end, found = native.Rows(bounds).run(0, date, day, wanted, trusted=True)
    assert (end, found.rows) == (expected, expected)
    if expected:
        counted = times[:expected]
        assert (found.first, found.last) == (min(counted), max(counted))
        assert found.hours == Counter(time // 3_600_000 for time in counted)


_AT_THE_END_OF_A_PAGE = """
import ctypes, mmap, sys
import numpy as np
from alpheus.parsers.base import KeyColumns
from alpheus.scan import native
libc = ctypes.CDLL(None)
libc.mprotect.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
size = mmap.PAGESIZE
pages = mmap.mmap(-1, 2 * size)
whole = np.frombuffer(pages, dtype=np.uint8)
assert libc.mprotect(whole.ctypes.data + size, size, 0) == 0
row = b"2021-03-03T06:59:20.123Z,a,HOST,1"
key = native.Key(KeyColumns(b",", (2,)), (b"HOST",))
for cut in range(len(row) + 1):
    text = row + b"\\n" + row[:cut]
    whole[size - len(text) : size] = np.frombuffer(text, dtype=np.uint8)
    bounds = native.Room().find(pages, size - len(text), size)
    native.Rows(bounds).run(0, row[:11], 18689, key)
    native.Likeness(b",", 4, ((1, 0), (2, 2), (3, 3))).groups(bounds, [0, 1][: len(bounds.starts)])
print("unharmed")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="protects a page as Linux does")
def test_nothing_behind_the_data_is_read() -> None:
    """A line that is cut off anywhere before memory that may not be touched does no harm."""
    assert mmap.PAGESIZE
    ended = subprocess.run(
        [sys.executable, "-c", _AT_THE_END_OF_A_PAGE], capture_output=True, text=True, check=False
    )
    assert ended.stdout == "unharmed\n", ended.stderr
