"""Jobs in the reader's words: sentences with their numbers as the language writes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup, escape

from alpheus.report.visible import visible
from alpheus.web import labels
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


def progress_of(job: Job, words: Words) -> dict[str, Any]:
    """What script needs to renew the line of a job."""
    found = labels.label("job", job.state.value)
    return {
        "id": job.id, "open": job.is_open, "state": words.gettext(found.text) if found else "",
        "tone": labels.tone("job", job.state.value), "done": min(job.done, job.of or job.done),
        "of": job.of, "text": amount(job, words), "phase": phase(job, words),
    }  # fmt: skip


def phase(job: Job, words: Words) -> str:
    """The last thing that a job said, or how it ended."""
    if job.state is not State.RUNNING:
        return visible(in_words(job.note, words))
    return visible(in_words(job.log[-1].note, words)) if job.log else ""


def _values(note: Note, words: Words) -> dict[str, str]:
    return {
        name: words.number(value) if isinstance(value, int)
        else visible(told(value, words.language) if name == _REASON else value)
        for name, value in note.values.items()
    }  # fmt: skip
