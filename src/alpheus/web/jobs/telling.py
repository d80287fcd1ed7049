"""Jobs in the reader's words: sentences with their numbers as the language writes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup, escape

from alpheus.report.visible import visible
from alpheus.web import labels
from alpheus.web.jobs import messages as said
from alpheus.web.jobs.model import Job, Kind, Note, State
from alpheus.web.refusals import told
from alpheus.web.words import Words

_MEGABYTE = 1 << 20
_REASON = "reason"
"""The value that is a message of ours, and has its words in `refusals`."""


def in_words(note: Note, words: Words) -> str:
    """A sentence in a language, for JSON; in a page use `teller`."""
    return words.gettext(note.text) % _values(note, words) if note.text else ""


def teller(words: Words) -> Callable[[Note], Markup]:
    """The same for templates: every value is made visible and escaped."""

    def told(note: Note) -> Markup:
        text = escape(words.gettext(note.text))
        return text % _values(note, words) if note.values else text

    return told


def amount(job: Job, words: Words) -> str:
    """How far a job is, in words; '' where nothing can be said."""
    if not job.is_open or not job.done:
        return ""
    if job.kind is Kind.TRIAGE:
        done = words.number(job.done // _MEGABYTE)
        if job.of:
            text = words.gettext("%(done)s of %(of)s MB")
            return text % {"done": done, "of": words.number(-(-job.of // _MEGABYTE))}
        return words.gettext("%(done)s MB read") % {"done": done}
    if job.kind is Kind.PLAN:
        text = words.ngettext("one organisation", "%(number)s organisations", job.done)
        return text % {"number": words.number(job.done)}
    if job.of:
        text = words.gettext("%(done)s of %(of)s")
        return text % {"done": words.number(job.done), "of": words.number(job.of)}
    return words.number(job.done)


def progress_of(job: Job, words: Words, *, plainly: bool = False) -> dict[str, Any]:
    """What script needs to renew the line of a job; `plainly` for who has sent their own."""
    found = labels.label("job", job.state.value)
    return {
        "id": job.id, "open": job.is_open, "state": words.gettext(found.text) if found else "",
        "tone": labels.tone("job", job.state.value), "done": min(job.done, job.of or job.done),
        "of": job.of, "text": amount(job, words),
        "phase": (plain_phase if plainly else phase)(job, words),
    }  # fmt: skip


def phase(job: Job, words: Words) -> str:
    """The last thing that a job said, or how it ended."""
    if job.state is not State.RUNNING:
        return visible(in_words(job.note, words))
    return visible(in_words(job.log[-1].note, words)) if job.log else ""


def plain_phase(job: Job, words: Words) -> str:
    """The same for who knows nothing of how it is read: no hash, no process, no reason in English.

    What has plain words of its own is said as it is.
    """
    if job.state is State.RUNNING:
        last = job.log[-1].note.text if job.log else ""
        return words.gettext(said.PLAIN_WRITING if last in _WRITING else said.PLAIN_READING)
    if job.state is State.FAILED and job.note.text in _ALREADY_PLAIN:
        return phase(job, words)
    return words.gettext(_PLAIN.get(job.note.text) or _PLAIN_STATES[job.state])


_WRITING = frozenset({said.REPORTING, said.STORING, said.HELD})
_ALREADY_PLAIN = frozenset({said.LOCKED, said.NOTHING_IN_IT, said.GONE, said.WORD_GONE})
_PLAIN = {
    said.BROKEN: said.PLAIN_DAMAGED,
    **dict.fromkeys((said.TOO_LONG, said.TOO_MUCH_TIME, said.TOO_MUCH_MEMORY,
                     said.TOO_LARGE_UNPACKED, said.KILLED), said.PLAIN_LARGE),
}  # fmt: skip
_PLAIN_STATES = {
    State.WAITING: said.PLAIN_WAITING, State.RUNNING: said.PLAIN_READING,
    State.DONE: said.PLAIN_DONE, State.FAILED: said.PLAIN_HERE,
    State.CANCELLED: said.PLAIN_CANCELLED,
}  # fmt: skip


def _values(note: Note, words: Words) -> dict[str, str]:
    return {
        name: words.number(value) if isinstance(value, int)
        else visible(told(value, words.language) if name == _REASON else value)
        for name, value in note.values.items()
    }  # fmt: skip
