"""Jobs as they are kept and read again."""

from __future__ import annotations

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from alpheus.web.jobs.model import COLUMNS, Kind, Note, Options, Result, State, read_job, written

_ROW = {
    "id": 1, "kind": "import", "name": "", "who": "mia", "organisation": "", "state": "waiting",
    "made": "", "started": "", "finished": "", "note": "", "result": "", "files": "",
    "options": "", "store": "", "worker": "", "beat": "", "stopped": "", "log": "", "done": 0,
    "of": 0, "attempts": 0,
}  # fmt: skip


def test_a_row_without_anything_is_a_job() -> None:
    """Empty texts are empty values."""
    job = read_job(SimpleNamespace(**_ROW))
    assert set(_ROW) == set(COLUMNS)
    assert (job.kind, job.state, job.is_open, job.size) == (Kind.IMPORT, State.WAITING, True, 0)
    assert (job.note, job.result, job.options, job.log) == (Note(), Result(), Options(), ())


def test_what_another_program_wrote_otherwise_is_left_empty() -> None:
    """One broken row must not take away the list."""
    broken = {**_ROW, "note": "{", "result": '{"added":"x"}', "log": "[1]", "files": "null"}
    job = read_job(SimpleNamespace(**broken))
    assert (job.note, job.result, job.log, job.files) == (Note(), Result(), (), ())


@given(values=st.dictionaries(st.text(min_size=1), st.one_of(st.text(), st.integers(0, 9))))
def test_a_note_comes_back_as_it_was(values: dict[str, str | int]) -> None:
    """Whatever its values hold."""
    note = Note("x", values)
    row = SimpleNamespace(**{**_ROW, "note": written(note)})
    assert read_job(row).note == note


def test_a_note_is_said_in_english() -> None:
    """With its values in their places; a mark without values is no place."""
    assert str(Note("%(n)s of %(m)s", {"n": 1, "m": "two"})) == "1 of two"
    assert str(Note("100 %")) == "100 %"
