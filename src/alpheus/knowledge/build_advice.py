"""All that can be said of one build: its name, each flaw, end of support, and what to install.

What is newest, which cumulative updates still get updates and which were left out follow from the
table of builds; the days on which support ends stand in `exchange_support.csv`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from alpheus.knowledge.build_number import BuildNumber
from alpheus.knowledge.build_support import Support, support_of
from alpheus.knowledge.build_table import BuildRow
from alpheus.knowledge.builds import Builds, CveAnswer
from alpheus.knowledge.fixes import (
    exchange_cves,
    other_fixes,
    other_product,
    other_states,
    packs_in_use,
    patch_state,
    shortened,
)
from alpheus.model import PatchState

_SECURITY = frozenset({"SU", "RU"})
_UPDATES = _SECURITY | {"HU"}
_UNRELEASED = frozenset({"unlisted", "owa_version_only", "Preview"})
_HARMLESS = frozenset({"fixed", "not_affected"})
_CLOSED = frozenset({PatchState.FIXED, PatchState.NOT_AFFECTED})
_DOUBTED = ("misprint", "unverified", "recalled")
_SETTLED = _CLOSED | {PatchState.VULNERABLE}
_ADVISORY = "the vendor's advisory"
_PROGRAMS = "the file version of the product's programs"
_SHORT = "Microsoft "
_NO_UPDATE = "no cumulative update is known to have such a build"


class Action(StrEnum):
    """What to do next."""

    NONE = "none"
    """Nothing newer is listed."""
    UPDATE = "update"
    """Install the newest update of the same cumulative update."""
    CUMULATIVE_UPDATE = "cumulative-update"
    """Install a newer cumulative update and its newest update."""
    UPGRADE = "upgrade"
    """Move to the product that followed; it can be added to the same organisation."""
    MIGRATE = "migrate"
    """Move to a product that cannot be added to the same organisation."""
    UNKNOWN = "unknown"
    """The build says too little."""


@dataclass(frozen=True, slots=True)
class Installable:
    """Something that can be installed.

    `fixes` are the flaws that it fixes and that the build asked for is not known to be fixed
    against. `paid`: only those get it who pay for updates after the end of support.
    """

    build: str
    name: str
    kb: str
    released: str
    fixes: tuple[str, ...] = ()
    paid: bool = False


@dataclass(frozen=True, slots=True)
class Advice:
    """What to install, why, and what helps until then, quickest first."""

    action: Action
    target: Installable | None
    why: str
    until_then: tuple[Installable, ...] = ()


@dataclass(frozen=True, slots=True)
class EndOfLife:
    """Whether product and cumulative update are still looked after; None where that is not known.

    `ended` is the last day of the product's support (ISO 8601), also one to come; None if none is
    set. `last_update` is the newest listed build of the cumulative update; `left_out_since` the day
    or month of the first security updates of the product that had none for it.
    """

    supported: bool | None
    ended: str | None
    paid_updates_until: str | None
    last_update: Installable | None
    left_out_since: str | None
    summary: str


@dataclass(frozen=True, slots=True)
class BuildAnswer:
    """All that is known of one build.

    `su`, `kb`, `released` and `name` are None unless the build itself is listed; then they may be
    empty. `conflict` is what the sources disagree about, `note` what else there is to know.
    """

    build: BuildNumber
    product: str | None
    cu: str | None
    su: str | None
    kb: str | None
    released: str | None
    name: str | None
    listed: bool
    cves: Mapping[str, CveAnswer]
    end_of_life: EndOfLife
    advice: Advice
    conflict: str | None
    note: str | None
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the parts of an answer are made from."""

    number: BuildNumber
    family: Sequence[BuildRow]
    product: Sequence[BuildRow]
    """Every build of the product that was released and that nobody doubts, lowest first."""
    support: Support | None
    cves: Mapping[str, CveAnswer]
    today: date
    odd: str
    """Why no server can have the build, or ''."""

    @property
    def usable(self) -> list[BuildRow]:
        """The builds of the same cumulative update that can be installed, lowest first."""
        return _usable(self.family)


def describe_build(number: BuildNumber, today: date, builds: Builds | None = None) -> BuildAnswer:
    """All that the tables say of a build; `today` (UTC) decides what is supported.

    Raises KnowledgeError if a table is wrong.
    """
    builds = builds or Builds.load()
    found = builds.describe(number)
    product = found.product if found else None
    odd = builds.impossible(number) if builds.product_of(number) else ""
    support = None if odd else support_of(product, number)
    family = builds.family(number)
    row = next((one for one in family if one.build == number), None)
    other = "" if product or odd else other_product(shortened(number))
    if other:
        return _of_other(shortened(number), other)
    cves = {cve: builds.answer(number, cve) for cve in builds.cves}
    cves |= _by_packs(number, builds)
    product = product or (support.product if support else None)
    asked = _Asked(number, family, _of_product(builds, product), support, cves, today, odd)
    return BuildAnswer(
        build=number,
        product=product,
        cu=(found.cu or None) if found else None,
        su=row.su if row else None,
        kb=row.kb if row else None,
        released=row.release_date if row else None,
        name=(row.name or f"{_short(row.product)} {row.label}") if row else None,
        listed=row is not None,
        cves=cves,
        end_of_life=_end_of_life(asked),
        advice=_advice(builds, asked),
        conflict=_conflict(number, family),
        note=_note(asked, row),
        sources=tuple(row.source.split("; ")) if row else (),
    )


def _by_packs(number: BuildNumber, builds: Builds) -> dict[str, CveAnswer]:
    """The flaws of Exchange that packs tell of, and the table does not know."""
    states = {
        cve: patch_state(number, cve, builds, packs_in_use()) for cve in exchange_cves(builds)
    }
    return {cve: CveAnswer(one.state, one.why) for cve, one in states.items()}


def _of_other(number: BuildNumber, product: str) -> BuildAnswer:
    """Of another product, by packs: its flaws that they tell of, and no more."""
    states, fixes = other_states(number), other_fixes(number)
    last = max(fixes.values(), key=lambda fix: fix.build)
    advice = Advice(Action.NONE, None, "packs list nothing newer: look for later updates")
    if number < last.build:
        open_ = tuple(cve for cve, one in states.items() if one.state not in _CLOSED)
        target = Installable(str(last.build), f"{_short(product)}, {last.name}", "", "", open_)
        advice = Advice(
            Action.UPDATE, target, "the newest update that a pack lists, or a later one"
        )
    return BuildAnswer(
        build=number, product=product, cu=None, su=None, kb=None, released=None, name=None,
        listed=False,
        cves={
            cve: CveAnswer(
                one.state, one.why,
                "" if one.state in _SETTLED else _PROGRAMS if cve in fixes else _ADVISORY,
                fixes[cve].build if cve in fixes else None,
            )
            for cve, one in states.items()
        },
        end_of_life=EndOfLife(None, None, None, None, None, "not known: no table tells of it"),
        advice=advice,
        conflict=None, note="told by packs, which know the flaws of their events alone",
        sources=(),
    )  # fmt: skip


def _short(product: str) -> str:
    return product.removeprefix(_SHORT)


def _installable(row: BuildRow, asked: _Asked) -> Installable:
    fixes = tuple(
        cve
        for cve, answer in asked.cves.items()
        if answer.state not in _CLOSED and row.states[cve] in _HARMLESS
    )
    name = f"{_short(row.product)} {row.label}"
    paid = _paid(row, asked.support)
    return Installable(str(row.build), name, row.kb, row.release_date, fixes, paid)


def _paid(row: BuildRow, support: Support | None) -> bool:
    if support is None or support.support_ends is None or not support.paid_updates_until:
        return False
    return row.product == support.product and row.release_date > support.support_ends.isoformat()


def _conflict(number: BuildNumber, family: Sequence[BuildRow]) -> str | None:
    """What the sources say against each other, each with its name."""
    if number.precision == 3:
        rows = [row for row in family if row.build.prefix == number.prefix]
    else:
        rows = [row for row in family if row.build == number]
    told = []
    for row in rows:
        if row.conflict:
            said = row.conflict.split(";")[0].removeprefix("CONFLICT: ")
            who = " and ".join(row.source.split("; "))
            told.append(f"{said}; {row.build} itself is from {who}")
    return ". ".join(told) or None


def _note(asked: _Asked, row: BuildRow | None) -> str | None:
    if row is not None:
        parts = [one for one in row.note.split("; ") if not one.startswith("CONFLICT")]
        return "; ".join(parts) or None
    if asked.support is None:
        return asked.odd or "no product of Exchange is known to have such a build"
    if not asked.product:
        return asked.support.way if not asked.support.step else "no build of it is listed"
    return _short_note(asked) if asked.number.precision == 3 else _unlisted_note(asked)


def _short_note(asked: _Asked) -> str | None:
    updates = dict.fromkeys(row.cu for row in asked.family)
    if not updates:
        return _NO_UPDATE
    return f"builds of {' and '.join(updates)} begin so" if len(updates) > 1 else None


def _unlisted_note(asked: _Asked) -> str | None:
    if asked.number > asked.product[-1].build:
        return "newer than every build of the product that is listed"
    if not asked.family:
        return _NO_UPDATE
    lower = [one for one in asked.family if one.build < asked.number]
    if not lower:
        return None
    near = f"{lower[-1].build} ({_short(lower[-1].product)} {lower[-1].label})"
    return f"the nearest lower build that is listed is {near}"


def _usable(rows: Sequence[BuildRow]) -> list[BuildRow]:
    """Those that were released and that nobody doubts, lowest first."""
    return [
        row for row in rows
        if row.kind not in _UNRELEASED and row.release_date
        and "unknown_conflict" not in row.states.values()
        and not any(word in f"{row.note} {row.name}" for word in _DOUBTED)
    ]  # fmt: skip


def _of_product(builds: Builds, product: str | None) -> list[BuildRow]:
    return _usable([row for row in builds.rows() if row.product == product])


def _left_out_since(family: Sequence[BuildRow], product: Sequence[BuildRow]) -> str | None:
    """When other cumulative updates of the product got an update that this one never did."""
    last = max((row.release_date[:7] for row in family), default="")
    later = [
        row.release_date for row in product
        if row.kind in _SECURITY and row.release_date[:7] > last
    ]  # fmt: skip
    return min(later, default=None) if last else None


def _end_of_life(asked: _Asked) -> EndOfLife:
    support, usable = asked.support, asked.usable
    if support is None:
        return EndOfLife(None, None, None, None, None, "not known: no product has such a build")
    last = usable[-1] if usable else None
    left_out = _left_out_since(usable, asked.product)
    ends = support.support_ends.isoformat() if support.support_ends else None
    summary = _support_text(support, asked.today)
    if last is not None and left_out is not None:
        summary += (
            f"; {last.cu} got no update after {last.build}: those from {left_out} left it out"
        )
    return EndOfLife(
        support.supported(asked.today) and left_out is None,
        ends,
        support.paid_updates_until or None,
        _installable(last, asked) if last else None,
        left_out,
        summary,
    )


def _support_text(support: Support, today: date) -> str:
    name = _short(support.product)
    if support.support_ends is None:
        return f"{name} is supported, and no end is set"
    if support.supported(today):
        return f"{name} is supported until {support.support_ends}"
    text = f"{name} was supported until {support.support_ends}"
    if support.paid_updates_until:
        text += f", with paid updates until {support.paid_updates_until}"
    return text


def _advice(builds: Builds, asked: _Asked) -> Advice:
    support = asked.support
    if support is None:
        why = (
            "no server has such a build"
            if asked.odd
            else "no product that is known has such a build"
        )
        why += ": read the file version of ExSetup.exe"
        return Advice(Action.UNKNOWN, None, why)
    if support.successor and not support.supported(asked.today):
        newest = _of_product(builds, support.successor)[-1]
        target = _installable(newest, asked)
        return Advice(Action(support.step), target, support.way, _until_then(asked))
    if not asked.product:
        return Advice(Action.NONE, None, support.way or "no build of this product is listed")
    return _within(asked)


def _within(asked: _Asked) -> Advice:
    """What to install of the same product."""
    usable = asked.usable
    served = bool(usable) and _left_out_since(usable, asked.product) is None
    target = usable[-1] if served else asked.product[-1]
    if asked.number >= target.build:
        reach = max(row.release_date for row in asked.product)
        why = f"nothing newer is listed; the table reaches to {reach}: look for later updates"
        return Advice(Action.NONE, None, why)
    what = _installable(target, asked)
    if served:
        unsure = ", unless it is in already" if asked.number.precision == 3 else ""
        why = f"the newest update of {_short(target.product)} {target.cu}{unsure}"
        return Advice(Action.UPDATE, what, why)
    why = "this build is of no cumulative update that the table knows"
    if usable:
        why = f"{usable[-1].cu} gets no updates any more"
    quick = tuple(_installable(row, asked) for row in usable[-1:] if row.build > asked.number)
    return Advice(Action.CUMULATIVE_UPDATE, what, why, quick)


def _until_then(asked: _Asked) -> tuple[Installable, ...]:
    """What still helps a product without support, quickest first.

    That is the last update of the same cumulative update, the last of the product, and the last
    that is to be had for money.
    """
    free, own = (
        [row for row in rows if not _paid(row, asked.support)]
        for rows in (asked.product, asked.usable)
    )
    wanted = [row for row in own[-1:] if row.kind in _UPDATES]
    if free and (not own or own[-1].release_date[:7] < free[-1].release_date[:7]):
        wanted.append(free[-1])
    newest = asked.usable or asked.product
    if newest and not _paid(newest[-1], asked.support):
        newest = list(asked.product)
    wanted += [row for row in newest[-1:] if _paid(row, asked.support)]
    return tuple(_installable(row, asked) for row in wanted if row.build > asked.number)
