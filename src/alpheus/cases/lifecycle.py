"""Where a server stands, on two axes that are never mixed, and how far the work on it is.

Everything follows from what was seen and what people did, each with its time: the order in which it
became known does not matter. Only evidence fixes or cleans; people's word mitigates, closes and
explains. A server that was cleaned by a plan that is kept here is verified by `clean verify` alone.
Times are ISO 8601 in UTC with `Z` and compare as text; '' is before all others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from alpheus.cases.acts import Act, ActKind, Closing, plan_in
from alpheus.cases.states import (
    BREACHED,
    DOUBTS,
    ENDED,
    HEALTHY,
    OPEN_PATCH,
    Compromise,
    Patch,
    Work,
)
from alpheus.model import PatchState, Verdict


class Seen(NamedTuple):
    """What one observation says, as far as states follow from it.

    `patch` is the state of the CVE that is watched, '' for none. `partly`: of several servers it
    speaks for one. `verdict` is an assessment's; `reported`: somebody else says that it was broken
    into. `breach` is when the last sign of the intruder was. `told`: it is somebody's word, and
    nothing was assessed.
    """

    id: int
    time: str
    source: str = ""
    patch: str = ""
    build: str = ""
    partly: bool = False
    verdict: str = ""
    reported: bool = False
    breach: str = ""
    told: bool = False


class Change(NamedTuple):
    """A transition: on which axis (`patch`, `compromise`, `work`), when, by whom, why, by what."""

    axis: str
    time: str
    before: str
    after: str
    who: str
    why: str
    evidence: str


@dataclass(frozen=True, slots=True)
class State:
    """Where a server stands; the times are since when. `until` ends a false positive.

    `decoy` is what a person said about that; None where nobody did. `plan` is the digest of the
    plan that it was last cleaned by, '' where that is none of ours.
    """

    patch: Patch = Patch.UNKNOWN
    patch_since: str = ""
    mitigated_by: str = ""
    compromise: Compromise = Compromise.UNKNOWN
    compromise_since: str = ""
    work: Work = Work.NEW
    work_since: str = ""
    work_why: str = ""
    until: str = ""
    assignee: str = ""
    changes: tuple[Change, ...] = ()
    decoy: bool | None = None
    plan: str = ""


def derive(seen: Iterable[Seen], acts: Iterable[Act] = (), *, now: str) -> State:
    """The state of a server by all that is known of it, as of `now`.

    Observations and acts may come in any order. Acts are taken as they are: whether one was allowed
    was asked when it was entered (see `acts.refusal`).
    """
    replay, done = _Replay(), sorted(acts, key=lambda act: (act.time, act.id))
    at, whole = 0, len(done)
    for time, group in groupby(sorted(seen, key=_content), key=_time):
        while at < whole and done[at].time < time:
            at = replay.act(done, at)
        replay.expire(time)
        replay.see(list(group))
        if at < whole and done[at].time == time:  # what was seen comes before what was done
            at = replay.act(done, at)
    while at < whole:
        at = replay.act(done, at)
    replay.expire(now)
    return replay.state()


_content = attrgetter(
    "time", "patch", "build", "verdict", "breach", "source", "partly", "reported", "id"
)
_time = attrgetter("time")


def _is_open(one: Seen) -> bool:
    return one.patch == PatchState.VULNERABLE


def _settles(one: Seen) -> bool:
    return bool(one.patch) and one.patch != PatchState.UNDETERMINED


_MILD = {
    "": Compromise.UNKNOWN,
    Verdict.NOT_DETERMINABLE.value: Compromise.NOT_DETERMINABLE,
    Verdict.NO_EVIDENCE.value: Compromise.NO_EVIDENCE,
    Verdict.ATTEMPTED.value: Compromise.ATTEMPTED,
    Verdict.SUSPICIOUS.value: Compromise.SUSPICIOUS,
    Verdict.COMPROMISED.value: Compromise.COMPROMISED,
}
_RANK = {state: rank for rank, state in enumerate(Compromise)}
_CLEAN = frozenset({Compromise.CLEANED, Compromise.VERIFIED_CLEAN})
_FIXED_OR_OPEN = OPEN_PATCH | {Patch.FIXED}


class _Cause(NamedTuple):
    time: str
    who: str
    why: str
    evidence: str


PROGRAM = "alpheus"
"""Who does what nobody does: a time that passes."""


def _cause(act: Act) -> _Cause:
    return _Cause(act.time, act.who, act.why, act.evidence)


class _Replay:
    """Goes through events by their time. Each axis knows nothing of the others but `work`."""

    def __init__(self) -> None:
        self.patch, self.patch_since = Patch.UNKNOWN, ""
        self.compromise, self.compromise_since = Compromise.UNKNOWN, ""
        self.work, self.work_since, self.work_why = Work.NEW, "", ""
        self.build = ""
        self.mitigated_by = self.mitigated_build = ""
        self.cleaned = self.plan = ""
        self.uncleaned = Compromise.COMPROMISED
        self.untold, self.told = Work.NEW, set[str]()
        self.closing = ""
        self.until = ""
        self.doubted = ""
        self.assignee = ""
        self.decoy: bool | None = None
        self.changes: list[Change] = []

    def state(self) -> State:
        return State(
            self.patch, self.patch_since, self.mitigated_by, self.compromise,
            self.compromise_since, self.work, self.work_since, self.work_why, self.until,
            self.assignee, tuple(self.changes), self.decoy, self.plan,
        )  # fmt: skip

    def see(self, seen: Sequence[Seen]) -> None:
        """All of one moment. Of two that contradict each other the graver one counts."""
        is_open = any(map(_is_open, seen)) if len(seen) > 1 else False
        for one in seen:
            if _settles(one) and (not is_open or _is_open(one)):
                self._see_patch(one)
            if one.verdict or one.reported:
                self._see_compromise(one)
            if self.work in ENDED:
                self._see_contradiction(one)

    def act(self, acts: Sequence[Act], at: int) -> int:
        """All that was done at one moment, from a place on; gives the place after it."""
        time = acts[at].time
        self.expire(time)
        while at < len(acts) and acts[at].time == time:
            _ACTS[acts[at].kind](self, acts[at])
            at += 1
        return at

    def expire(self, time: str) -> None:
        """A false positive ends; the server is looked at again if it is not well by then."""
        if self.work is Work.FALSE_POSITIVE and self.until and self.until < time:
            ended, self.until = self.until, ""
            cause = _Cause(ended, PROGRAM, f"the false positive has expired{self.doubted}", "")
            self._go("work", Work.REOPENED, cause)

    # what is seen

    def _see_patch(self, one: Seen) -> None:
        build = one.build or self.build
        if _is_open(one):
            self._see_open(one, build)
        elif one.patch == PatchState.MITIGATED:
            if self.patch not in HEALTHY:
                self.mitigated_by, self.mitigated_build = one.source, build
                self._seen("patch", Patch.MITIGATED, one, "a mitigation was seen")
        elif one.partly and self.patch in OPEN_PATCH:
            pass  # of several servers, one that shows the fix does not speak for the others
        elif one.patch == PatchState.NOT_AFFECTED and self.patch not in _FIXED_OR_OPEN:
            self._seen("patch", Patch.NOT_AFFECTED, one, "what runs there does not have the flaw")
        else:
            self.mitigated_by = ""
            if self.patch is not Patch.FIXED:
                self._seen("patch", Patch.FIXED, one, f"seen with the fix{_of(one.build)}")
        self.build = build

    def _see_open(self, one: Seen, build: str) -> None:
        """A mitigation changes no build: only another build shows that it is gone."""
        if self.patch in HEALTHY:
            why = f"it had been {self.patch}, and is seen without the fix{_of(one.build)}"
            self._seen("patch", Patch.REGRESSED, one, why)
        elif self.patch is Patch.MITIGATED:
            if build and self.mitigated_build and build != self.mitigated_build:
                why = (
                    f"the mitigation was of build {self.mitigated_build}{_of(one.build, ', now ')}"
                )
                self.mitigated_by = ""
                self._seen("patch", Patch.REGRESSED, one, why)
            elif build and not self.mitigated_build:
                self.mitigated_build = build
        elif self.patch not in OPEN_PATCH:
            self._seen("patch", Patch.VULNERABLE, one, f"seen without the fix{_of(one.build)}")

    def _see_compromise(self, one: Seen) -> None:
        after = Compromise.REPORTED if one.reported else _MILD[one.verdict]
        breached = after in BREACHED
        if self.compromise in _CLEAN:
            if _RANK[after] > _RANK[self.uncleaned]:
                self.uncleaned = after  # where it stands if it turns out not to have been cleaned
            if breached and one.breach > self.cleaned:
                why = f"signs of an intruder from {one.breach}, after it was cleaned"
                self._seen("compromise", Compromise.RE_INFECTED, one, why)
            elif (
                after is Compromise.NO_EVIDENCE
                and self.compromise is Compromise.CLEANED
                and not one.told
                and not self.plan
            ):
                why = "assessed after it was cleaned, and nothing was found"
                self._seen("compromise", Compromise.VERIFIED_CLEAN, one, why)
        elif (
            self.compromise is not Compromise.RE_INFECTED and _RANK[after] > _RANK[self.compromise]
        ):
            word = "said to be" if one.told else "assessed as"
            why = "reported by others" if one.reported else f"{word} {one.verdict}"
            self._seen("compromise", after, one, why)

    def _see_contradiction(self, one: Seen) -> None:
        """A later observation that contradicts reopens what has ended."""
        breached = one.verdict == Verdict.COMPROMISED or one.reported
        if (
            breached
            and one.breach > self.work_since
            and (self.work is Work.CLOSED or not one.reported)
        ):
            self._reopen(one, "signs of an intruder since then")
        elif (
            self.work is Work.CLOSED
            and _is_open(one)
            and self.patch in OPEN_PATCH
            and (self.closing != Closing.ACCEPTED)
        ):
            self._reopen(one, f"seen without the fix{_of(one.build)}")

    def _reopen(self, one: Seen, why: str) -> None:
        was = self.work
        self.until = ""
        self._seen("work", Work.REOPENED, one, f"it was {was}, and {why}")

    # what people do

    def act_note(self, act: Act) -> None:
        """Changes no state."""

    def act_assign(self, act: Act) -> None:
        self.assignee = act.to

    def act_decoy(self, act: Act) -> None:
        self.decoy = act.kind is ActKind.DECOY

    def act_work(self, act: Act) -> None:
        after = _WORK[act.kind]
        if act.kind is ActKind.NOTIFIED:
            self.told.add(act.evidence)
        # Told once more, a server that is worked on does not fall back.
        if act.kind is ActKind.NOTIFIED and self.work not in {Work.NEW, Work.REOPENED}:
            return
        if act.kind is ActKind.NOTIFIED:
            self.untold = self.work
        self.until = act.until if after is Work.FALSE_POSITIVE else ""
        self.doubted = f" that {act.who} set on {act.time[:10]}: {act.why}"
        self.closing = act.to if after is Work.CLOSED else ""
        self._go("work", after, _cause(act))

    def act_unreached(self, act: Act) -> None:
        """Of several tellings one that still holds is enough; without any, nobody was told."""
        self.told.discard(act.evidence)
        if self.work is Work.NOTIFIED and not self.told:
            self._go("work", self.untold, _cause(act))

    def act_mitigated(self, act: Act) -> None:
        if self.patch not in HEALTHY:
            self.mitigated_by, self.mitigated_build = act.who, self.build
            self._go("patch", Patch.MITIGATED, _cause(act))

    def act_cleaned(self, act: Act) -> None:
        self.cleaned, self.plan = act.time, plan_in(act.evidence)
        if self.compromise not in _CLEAN:
            self.uncleaned = self.compromise
        self._go("compromise", Compromise.CLEANED, _cause(act))

    def act_verified(self, act: Act) -> None:
        if self.compromise is Compromise.CLEANED:
            after = Compromise.VERIFIED_CLEAN
            self._go("compromise", after, _cause(act))

    def act_not_clean(self, act: Act) -> None:
        """It is as it was before it was said to be cleaned."""
        if self.compromise in _CLEAN:
            self._go("compromise", self.uncleaned, _cause(act))

    def act_came_back(self, act: Act) -> None:
        if self.compromise in _CLEAN:
            after = Compromise.RE_INFECTED
            self._go("compromise", after, _cause(act))

    def act_cleared(self, act: Act) -> None:
        if self.compromise in DOUBTS:
            after = Compromise.NO_EVIDENCE
            self._go("compromise", after, _cause(act))

    # how a state changes

    def _seen(self, axis: str, after: StrEnum, one: Seen, why: str) -> None:
        self._go(axis, after, _Cause(one.time, one.source, why, f"observation {one.id}"))

    def _go(self, axis: str, after: StrEnum, cause: _Cause) -> None:
        before: StrEnum = getattr(self, axis)
        if before is after and axis != "work":
            return
        setattr(self, axis, after)
        setattr(self, f"{axis}_since", cause.time)
        if axis == "work":
            self.work_why = cause.why
            if after is Work.REOPENED:
                self.told.clear()  # what was told before is another matter
        self.changes.append(Change(axis, cause.time, before.value, after.value, *cause[1:]))


_WORK = {
    ActKind.NOTIFIED: Work.NOTIFIED,
    ActKind.ACKNOWLEDGED: Work.ACKNOWLEDGED,
    ActKind.STARTED: Work.IN_PROGRESS,
    ActKind.ASKED_HELP: Work.NEEDS_HELP,
    ActKind.CLOSED: Work.CLOSED,
    ActKind.REOPENED: Work.REOPENED,
    ActKind.FALSE_POSITIVE: Work.FALSE_POSITIVE,
}

_ACTS: dict[ActKind, Callable[[_Replay, Act], None]] = {
    **dict.fromkeys(ActKind, _Replay.act_note),
    **dict.fromkeys(_WORK, _Replay.act_work),
    ActKind.ASSIGNED: _Replay.act_assign,
    ActKind.UNREACHED: _Replay.act_unreached,
    ActKind.DECOY: _Replay.act_decoy,
    ActKind.COUNTED: _Replay.act_decoy,
    ActKind.MITIGATED: _Replay.act_mitigated,
    ActKind.CLEANED: _Replay.act_cleaned,
    ActKind.VERIFIED: _Replay.act_verified,
    ActKind.NOT_CLEAN: _Replay.act_not_clean,
    ActKind.CAME_BACK: _Replay.act_came_back,
    ActKind.CLEARED: _Replay.act_cleared,
}


def _of(build: str, word: str = ": ") -> str:
    return f"{word}{build}" if build else ""
