"""Jobs in the reader's words, and inert."""

from __future__ import annotations

import msgspec
import pytest

from alpheus.web.jobs import messages as said
from alpheus.web.jobs.model import Entry, Job, Kind, Note, Options, Result, State
from alpheus.web.jobs.telling import amount, in_words, progress_of, teller
from alpheus.web.words import words

JOB = Job(
    1, Kind.TRIAGE, "x.zip", "mia", "", State.RUNNING, "", "", "", Note(), Result(), (), Options(),
    "", "w", "", "", (Entry("", said.note(said.READING)),), 3 << 20, 10 << 20, 1,
)  # fmt: skip
HOSTILE = "<script>\x1b[2J\u202e%(x)s"


def test_numbers_are_written_as_the_language_writes_them() -> None:
    """Megabytes of evidence, rows of lists."""
    german = words("de")
    many = msgspec.structs.replace(JOB, kind=Kind.IMPORT, done=12_000, of=0)
    assert amount(JOB, german) == "3 von 10 MB"
    assert amount(msgspec.structs.replace(JOB, of=0), german) == "3 MB gelesen"
    assert amount(many, german) == "12.000"
    assert amount(msgspec.structs.replace(many, of=24_000), german) == "12.000 von 24.000"
    assert amount(msgspec.structs.replace(JOB, state=State.DONE), german) == ""


@pytest.mark.parametrize("language", ["en", "es", "de"])
def test_what_others_wrote_is_inert(language: str) -> None:
    """A name or a reason never becomes markup, a control or a place for a value."""
    note = said.note(said.BROKEN, name=HOSTILE, reason=HOSTILE)
    shown = str(teller(words(language))(note))
    assert "<script>" not in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "\x1b" not in in_words(note, words(language))


def test_what_script_is_told() -> None:
    """The last line of the log while it runs, how it ended then."""
    found = progress_of(JOB, words("en"))
    assert (found["open"], found["phase"], found["done"]) == (True, "Reading", 3 << 20)
    ended = msgspec.structs.replace(JOB, state=State.FAILED, note=said.note(said.GONE))
    assert progress_of(ended, words("es"))["phase"].startswith("El archivo ya no está")


@pytest.mark.parametrize("language", ["en", "es", "de"])
def test_owners_are_told_plainly(language: str) -> None:
    """No hash, no process, no reason of a reader of evidence."""
    spoken = words(language)
    notes = [
             said.note(said.HASHED, name="x", sha256="ab" * 32), said.note(said.WARNED, reason="x"),
             said.note(said.BROKEN, name="x", reason="central directory"),
             said.note(said.KILLED, signal="SIGKILL"), said.note(said.CRASHED, signal="SIGSEGV"),
             said.note(said.RECEIVED, who="notice A", bytes=1, files=1),
             said.note(said.DATABASE, reason="locked"), said.note(said.STORING), Note(),
    ]  # fmt: skip
    for state in State:
        for note in notes:
            job = msgspec.structs.replace(JOB, state=state, note=note, log=(Entry("", note),))
            phase = progress_of(job, spoken, plainly=True)["phase"]
            assert phase
            for technical in ("abab", "central", "SIG", "notice A", "locked", "%("):
                assert technical not in phase
    locked = said.note(said.LOCKED, name="x.zip")
    job = msgspec.structs.replace(JOB, state=State.FAILED, note=locked)
    assert progress_of(job, spoken, plainly=True)["phase"].count("x.zip") == 1


def test_a_reason_that_our_programs_give_is_said_in_the_language_too() -> None:
    """What a mail server or evidence says stays as it is."""
    ended = "ended by hand after the notice in flight; send again to go on"
    german = words("de")
    assert "Von Hand beendet" in in_words(said.note(said.SEND_ENDED, reason=ended), german)
    other = said.note(said.SEND_ENDED, reason="550 5.7.1 no")
    assert in_words(other, german).endswith("550 5.7.1 no")


def test_a_plan_tells_how_many_organisations_it_has_gone_through() -> None:
    """Of how many is not known before."""
    plan = msgspec.structs.replace(JOB, kind=Kind.PLAN, done=2_600, of=0)
    assert amount(plan, words("de")) == "2.600 Organisationen"
