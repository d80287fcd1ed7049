"""What several answers say together of the builds behind one address.

An answer speaks for the front end that it names; answers without a name each speak for themselves.
A speaker that says two things contradicts itself, two speakers that differ are a pool.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from alpheus.exposure.cve_states import lowest
from alpheus.exposure.model import Answer, ProbeKind, Witness
from alpheus.exposure.read_answer import FRONT_END, MANIFEST, MANY_BUILDS, MOST_SAID


@dataclass(slots=True)
class Speaker:
    """One server as far as its answers go; `name` is '' where they name none.

    Of each kind so many builds are kept as one answer may name; `left_out`: it said more.
    """

    name: str
    exact: dict[str, Witness] = field(default_factory=dict)
    short: dict[str, Witness] = field(default_factory=dict)
    floor: dict[str, Witness] = field(default_factory=dict)
    left_out: bool = False

    def hear(self, answer: Answer) -> None:
        """Take what an answer says."""
        self.left_out = self.left_out or MANY_BUILDS in answer.doubts
        for witness in answer.witnesses:
            if witness.source == MANIFEST:
                self._keep(self.floor, witness)
            elif witness.build.count(".") == 3:
                self._keep(self.exact, witness)
            else:
                self._keep(self.short, witness)

    def join(self, other: Speaker) -> None:
        """Take what another said for what this one said."""
        self.name = self.name or other.name
        self.left_out = self.left_out or other.left_out
        for mine, its in (
            (self.exact, other.exact),
            (self.short, other.short),
            (self.floor, other.floor),
        ):
            for witness in its.values():
                self._keep(mine, witness)

    def _keep(self, kind: dict[str, Witness], witness: Witness) -> None:
        if witness.build in kind or len(kind) < MOST_SAID:
            kind.setdefault(witness.build, witness)
        else:
            self.left_out = True

    @property
    def contradicts_itself(self) -> bool:
        """Whether no single server could say all of this."""
        families = {*map(family_of, (*self.exact, *self.floor)), *self.short}
        behind = any(
            family_of(low) == family_of(build) and lowest((low, build)) == build and low != build
            for low in self.floor
            for build in self.exact
        )
        return len(self.exact) > 1 or len(families) > 1 or behind or self.left_out

    @property
    def said(self) -> tuple[str, ...]:
        """Every build that was said, the exact ones first."""
        return tuple(dict.fromkeys((*self.exact, *self.short, *self.floor)))

    @property
    def best(self) -> tuple[Witness, bool] | None:
        """The most exact witness, and whether it is a lower bound only; None if it said nothing."""
        for found, at_least in ((self.exact, False), (self.floor, True), (self.short, False)):
            if found:
                return found[lowest(tuple(found))], at_least
        return None


@dataclass(frozen=True, slots=True)
class Claims:
    """All that was said. `members` are the distinct builds, each with its lower-bound mark.

    `servers` are the front ends as they write themselves, `unseen` those whose build nothing says.
    `contradiction` lists the builds that one server says of itself, the first of them where
    `left_out` says that there are more.
    """

    members: tuple[tuple[Witness, bool], ...]
    servers: tuple[str, ...]
    unseen: tuple[str, ...]
    contradiction: tuple[str, ...] = ()
    left_out: bool = False

    @property
    def mixed(self) -> bool:
        """Whether two members differ for certain, not only in how much they say."""
        if len(self.members) < 2:
            return False
        builds = {witness.build for witness, at_least in self.members if not at_least}
        exact = {build for build in builds if build.count(".") == 3}
        return len(exact) > 1 or len({family_of(w.build) for w, _ in self.members}) > 1


def family_of(build: str) -> str:
    """The first three parts of a dotted build."""
    return ".".join(build.split(".", 3)[:3])


def hear(answers: Sequence[Answer]) -> Claims:
    """What the answers with signs of Exchange say."""
    if len(answers) == 1:
        return _of_one(answers[0])
    speakers: dict[str, Speaker] = {}
    shown: dict[str, str] = {}
    for number, answer in enumerate(answers):
        name = _front_end(answer)
        key = name.lower() or f"#{number}"
        shown.setdefault(name.lower(), name)
        speakers.setdefault(key, Speaker(name)).hear(answer)
    named = [speaker for speaker in speakers.values() if speaker.name]
    shown.pop("", None)
    if len(named) <= 1 and not _several(answers):
        return _settle([_joined(speakers.values())], tuple(shown.values()))
    return _settle(list(speakers.values()), tuple(shown.values()))


def _of_one(answer: Answer) -> Claims:
    speaker = Speaker(_front_end(answer))
    speaker.hear(answer)
    return _settle([speaker], (speaker.name,) if speaker.name else ())


def _front_end(answer: Answer) -> str:
    return answer.servers[0] if answer.servers and FRONT_END in answer.signs else ""


def _several(answers: Sequence[Answer]) -> bool:
    """Whether nameless answers differ in a whole build, or on the back end's port.

    One server that is asked twice says the same; only a header against a page is a contradiction.
    """
    exact: set[str] = set()
    for answer in answers:
        own = {w.build for w in answer.witnesses if w.build.count(".") == 3}
        floor = {w.build for w in answer.witnesses if w.source == MANIFEST}
        exact |= own - floor
    names = {_front_end(answer).lower() for answer in answers} - {""}
    back = any(answer.probe is ProbeKind.BACK_END for answer in answers)
    return len(exact) > 1 and (not names or back or _nameless_differ(answers))


def _nameless_differ(answers: Sequence[Answer]) -> bool:
    """Whether an answer without a name says a whole build that no named one says."""
    named = {w.build for a in answers if _front_end(a) for w in a.witnesses}
    return any(
        w.build not in named and w.build.count(".") == 3
        for a in answers
        if not _front_end(a)
        for w in a.witnesses
    )


def _joined(speakers: Iterable[Speaker]) -> Speaker:
    """All as one server: nothing shows that there are more."""
    result = Speaker("")
    for speaker in speakers:
        result.join(speaker)
    return result


def _settle(speakers: list[Speaker], servers: tuple[str, ...]) -> Claims:
    """Contradictions first; else the distinct builds, without those that an exacter one covers."""
    liars = [speaker for speaker in speakers if speaker.contradicts_itself]
    lying = tuple(dict.fromkeys(build for speaker in liars for build in speaker.said))
    left_out = len(lying) > MOST_SAID or any(speaker.left_out for speaker in liars)
    found: dict[tuple[str, bool], Witness] = {}
    unseen = []
    for speaker in speakers:
        best = speaker.best
        if best:
            found.setdefault((best[0].build, best[1]), best[0])
        elif speaker.name:
            unseen.append(speaker.name)
    nameless = {s.best[0].build for s in speakers if not s.name and s.best}
    exact = {family_of(build) for build, _ in found if build.count(".") == 3}
    members = [
        (witness, at_least)
        for (build, at_least), witness in found.items()
        if not (build in nameless and build.count(".") == 2 and build in exact)
    ]
    return Claims(tuple(members), servers, tuple(unseen), lying[:MOST_SAID], left_out)
