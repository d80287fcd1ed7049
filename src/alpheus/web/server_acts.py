"""What can be done to a server by a form, of which only that is offered which its state allows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from alpheus.cases.acts import Act, ActKind, Closing, refusal
from alpheus.cases.deadlines import Clock, Duty
from alpheus.cases.lifecycle import Change, State
from alpheus.cases.observations import iso
from alpheus.cases.service_server import state_of_row
from alpheus.web import labels

_LONGEST = 4_000


class Form(NamedTuple):
    """A form: what it does, its title and button (English), and its fields in their order.

    `why` and `evidence` are required where they are in `needs`. `options` are those of `to`.
    """

    kind: ActKind
    title: str
    button: str
    fields: tuple[str, ...]
    needs: frozenset[str] = frozenset()
    help: str = ""
    danger: bool = False
    options: tuple[tuple[str, str], ...] = ()


_WHY, _EVIDENCE = frozenset({"why"}), frozenset({"evidence"})
FORMS = (
    Form(ActKind.NOTE, "Write a note", "Keep the note", ("why",), _WHY),
    Form(ActKind.ASSIGNED, "Assign it", "Assign", ("to", "why"), frozenset({"to"})),
    Form(ActKind.ACKNOWLEDGED, "The owner knows of it", "Take down that the owner knows", ("why",),
         help="Somebody of the organisation has confirmed that they have heard of it."),
    Form(ActKind.STARTED, "Work has begun", "Take down that work has begun", ("why",)),
    Form(ActKind.ASKED_HELP, "The owner needs help", "Take down that help is needed", ("why",),
         _WHY),
    Form(ActKind.MITIGATED, "It is mitigated", "Take down the mitigation", ("why", "evidence"),
         _WHY, "By the word of somebody: the update is still missing."),
    Form(ActKind.CLEANED, "It was cleaned", "Take down the cleaning", ("evidence", "why"),
         _EVIDENCE, "By which plan. Whether it worked is for a later assessment to show."),
    Form(ActKind.VERIFIED, "It is verified clean", "Take down that it is clean",
         ("evidence", "why"), _EVIDENCE),
    Form(ActKind.CLEARED, "It is nothing", "Take down that it is nothing", ("why", "evidence"),
         _WHY, "A person has looked at the doubt, and it is nothing."),
    Form(ActKind.REPORTED_TO_AUTHORITY, "A report to an authority was made", "Take down the report",
         ("to", "why", "evidence"), frozenset({"to"})),
    Form(ActKind.CLOSED, "Close the case", "Close the case", ("to", "why"),
         frozenset({"to", "why"}), danger=True),
    Form(ActKind.FALSE_POSITIVE, "It is a false positive", "Take down the false positive",
         ("until", "why"), frozenset({"until", "why"}),
         "For a reason and up to a day, on which somebody looks again.", danger=True),
    Form(ActKind.REOPENED, "Open the case again", "Open the case again", ("why",), _WHY),
    Form(ActKind.DECOY, "It is a decoy", "Set it aside as a decoy", ("why", "evidence"), _WHY,
         "A trap that somebody set up, such as a honeypot. It stays in lists and counts nowhere."),
    Form(ActKind.COUNTED, "It is no decoy", "Count it as a server", ("why", "evidence"), _WHY,
         "It is a server like others, whatever it looks like."),
)  # fmt: skip
BY_KIND = {form.kind.value: form for form in FORMS}
FIELDS = {
    "why": "Why", "evidence": "Evidence", "to": "To whom", "until": "Until (day)",
}  # fmt: skip
LABELS = {
    (ActKind.CLOSED, "to"): "How it ends",
    (ActKind.REPORTED_TO_AUTHORITY, "to"): "Which report",
    (ActKind.CLEANED, "evidence"): "The plan that was carried out",
    (ActKind.VERIFIED, "evidence"): "What shows that it is clean",
    (ActKind.NOTE, "why"): "Note",
}
DONE = {
    form.kind.value: text for form, text in zip(FORMS, (
        "The note is kept.", "It is assigned.", "Taken down: the owner knows.",
        "Taken down: work has begun.", "Taken down: the owner needs help.",
        "Taken down: it is mitigated.", "Taken down: it was cleaned.",
        "Taken down: it is verified clean.", "Taken down: it is nothing.",
        "Taken down: the report was made.", "The case is closed.",
        "Taken down: it is a false positive.", "The case is open again.",
        "It is set aside as a decoy.", "It counts as a server.",
    ), strict=True)
} | {
    "merged": "They are one server now.", "split": "They are two servers now.",
    "kept-apart": "They are kept apart from now on.", "revoked": "The decision is taken back.",
}  # fmt: skip
"""What is said when it was done, by the kind of act; other words in an address say nothing."""


def label_of(form: Form, field: str) -> str:
    """What a field is called (English)."""
    return LABELS.get((form.kind, field), FIELDS[field])


def offered(
    row: Mapping[str, Any],
    clocks: Sequence[Clock],
    *,
    who: str,
    now: str,
    decoy: bool = False,
    changes: tuple[Change, ...] = (),
) -> list[Form]:
    """The forms that a server's state allows, with what can be chosen in them.

    `decoy`: it is taken for one, so that only the opposite can be said. `changes` tell what it was
    cleaned by.
    """
    state = state_of_row(dict(row), changes)
    said = ActKind.DECOY if decoy else ActKind.COUNTED
    return [form for form in _offered(state, clocks, who, now) if form.kind is not said]


def _offered(state: State, clocks: Sequence[Clock], who: str, now: str) -> Iterator[Form]:
    for form in FORMS:
        options = _options(form, state, clocks, who, now)
        if options is not None and not _refused(form, state, options, who, now):
            yield form._replace(options=options)


def _options(
    form: Form, state: State, clocks: Sequence[Clock], who: str, now: str
) -> tuple[tuple[str, str], ...] | None:
    """What `to` may be; None where nothing is left to choose."""
    if form.kind is ActKind.CLOSED:
        every = tuple((one.value, labels.CLOSING[one.value].text) for one in Closing)
        found = tuple(one for one in every if not _refused(form, state, (one,), who, now))
        return found or None
    if form.kind is ActKind.REPORTED_TO_AUTHORITY:
        open_ = [one for one in clocks if not one.met and one.duty is not Duty.NO]
        reports = ((f"{one.law}:{one.step}", f"{one.law}: {one.title}") for one in open_)
        found = tuple(one for one in reports if not _refused(form, state, (one,), who, now))
        return found or None
    return ()


def _refused(
    form: Form, state: State, options: Sequence[tuple[str, str]], who: str, now: str
) -> str:
    to = options[0][0] if options else "x"
    until = iso(datetime.fromisoformat(now) + timedelta(days=1))
    act = Act(0, now, who or "x", form.kind, "x", "x", to, until)
    return refusal(state, act, now=now)


def what_of(form: Form, typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed into a form, as the service takes it. A day ends at its midnight in UTC."""
    found = {name: typed.get(name, "").strip()[:_LONGEST] for name in form.fields}
    if "until" in found and len(found["until"]) == len("2021-03-12"):
        found["until"] += "T23:59:59Z"
    return found


def texts() -> Iterator[str]:
    """Every text, for those who translate."""
    for form in FORMS:
        yield from (form.title, form.button)
        if form.help:
            yield form.help
    yield from FIELDS.values()
    yield from LABELS.values()
    yield from DONE.values()
