"""Which build is which product and update, and whether it is fixed against a CVE.

Decided per cumulative-update family: an update fixes what it lists in its own family, a newer
cumulative update may lack it again. Where the sources disagree, or the number is too short to
tell, the state is undetermined and says what would settle it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeVar

from alpheus.knowledge.build_bounds import why_impossible
from alpheus.knowledge.build_number import BuildNumber, parse_build
from alpheus.knowledge.build_table import BuildRow, read_rows
from alpheus.model import CveState, PatchState

_Key = TypeVar("_Key", bound=Hashable)

__all__ = ["BuildDescription", "BuildNumber", "Builds", "CveAnswer", "parse_build"]

_MAPPED = {
    "fixed": PatchState.FIXED,
    "not_affected": PatchState.NOT_AFFECTED,
    "vulnerable": PatchState.VULNERABLE,
    "vulnerable_no_fix_for_this_cu": PatchState.VULNERABLE,
}
_OPEN = {
    "fixed_if_EP_on": "fixed only if Extended Protection is switched on: the configuration of the"
    " virtual directories settles it",
    "vulnerable_unless_EP_on": "vulnerable unless Extended Protection is switched on: the"
    " configuration of the virtual directories settles it",
    "fixed_if_config_done": "the update is in, but it protects only once the dedicated hybrid"
    " application is configured: the hybrid configuration settles it",
    "unknown_conflict": "the sources disagree whether this build holds the fix: the list of"
    " installed updates on the server settles it",
    "unknown_unsupported_cu": "this cumulative update was out of support when the flaw became"
    " known: move to a supported one",
    "unknown": "no source says whether this build is affected",
    "not_listed": "the flaw's record does not list this product",
}
_FOUR_PARTS = (
    "a four-part build settles it (the file version of ExSetup.exe, or a log row that has it)"
)
_UPDATES = "the list of installed updates on the server"
_NEWER_TABLE = "a newer table of builds"
_BUILD = "the four-part build: file version of ExSetup.exe"
_TRUTH = "the file version of ExSetup.exe"
_UNLISTED = "the vendor's advisory, or a newer table of builds"
_EXTENDED_PROTECTION = "whether Extended Protection is switched on"
_ADVISORY = "the vendor's advisory, once it lists the product"
_SETTLES = {
    "fixed_if_EP_on": _EXTENDED_PROTECTION,
    "vulnerable_unless_EP_on": _EXTENDED_PROTECTION,
    "fixed_if_config_done": "whether the dedicated hybrid application is set up",
    "unknown_conflict": _UPDATES,
    "unknown_unsupported_cu": "moving to a supported cumulative update",
    "unknown": _ADVISORY,
    "not_listed": _ADVISORY,
}
"""Which observation would settle an open state, by the table's word for it."""


@dataclass(frozen=True, slots=True)
class CveAnswer:
    """State of one CVE and why; `settles` is the observation that would settle an open one, or ''.

    `fixed_from` is the lowest build of the same cumulative update that holds the fix, if any.
    """

    state: PatchState
    why: str
    settles: str = ""
    fixed_from: BuildNumber | None = None


@dataclass(frozen=True, slots=True)
class BuildDescription:
    """What a build is called.

    `exact` is False where the build itself is not listed; then `cu` is that of its family and
    `su`, `kb`, `release_date` and `name` belong to the nearest lower listed build, or are empty for
    a three-part build. `note` says what the sources disagree about.
    """

    build: str
    product: str
    cu: str
    su: str
    kb: str
    release_date: str
    name: str
    exact: bool
    note: str = ""


class Builds:
    """The table of builds. Use `Builds.load()`."""

    def __init__(self, rows: Sequence[BuildRow]) -> None:
        self._rows = tuple(rows)
        self._exact = {row.build: row for row in rows}
        self._families = _grouped(self._rows, lambda row: row.family)
        self._prefixes = _grouped(self._rows, lambda row: row.build.prefix)
        self._products = {
            version: ([row.build.prefix for row in same], [row.product for row in same])
            for version, same in _grouped(self._rows, lambda row: row.build.parts[:2]).items()
        }
        self.cves: tuple[str, ...] = tuple(rows[0].states)

    @classmethod
    def load(cls) -> Builds:
        """The table of this package; read once per process. Raises KnowledgeError."""
        return _load()

    def rows(self) -> tuple[BuildRow, ...]:
        """Every listed build, lowest first."""
        return self._rows

    def impossible(self, build: str | BuildNumber) -> str:
        """Why no Exchange Server can have such a build, or ''; also '' for what is no number.

        Real builds that came after the table was made are possible; see `build_bounds`.
        """
        number = _number(build)
        return why_impossible(number, self._rows) if number else ""

    def product_of(self, build: str | BuildNumber) -> str | None:
        """`Microsoft Exchange Server 2016`, whose builds begin so; None if those of none do."""
        number = _number(build)
        same = self._products.get(number.parts[:2]) if number else None
        if not number or not same:
            return None
        prefixes, products = same
        return products[max(0, bisect_right(prefixes, number.prefix) - 1)]

    def describe(self, build: str | BuildNumber) -> BuildDescription | None:
        """What the build is called; None if no Exchange Server has, or can have, such a build."""
        number = _number(build)
        product = self.product_of(number) if number else None
        if number is None or product is None or self.impossible(number):
            return None
        exact = self._exact.get(number)
        family = self.family(number)
        row = exact or _floor(family, number)
        if row is None or number.precision == 3:
            cu = family[-1].cu if family else ""
            return BuildDescription(str(number), product, cu, "", "", "", "", exact=False)
        return BuildDescription(
            str(number), product, row.cu, row.su, row.kb, row.release_date, row.name,
            exact=exact is not None, note=row.note,
        )  # fmt: skip

    def family(self, build: str | BuildNumber) -> tuple[BuildRow, ...]:
        """The listed builds of this build's cumulative update, lowest first; empty if unknown.

        In Exchange 2010 the service pack is the family, told by the second part. A three-part build
        that two families share gives the rows of both.
        """
        number = _number(build)
        if number is None:
            return ()
        exact = self._exact.get(number)
        if exact is not None:
            return self._of(exact.family)
        same = list(self._prefixes.get(number.prefix, ()))
        if number.parts[0] == 14 and not same:
            same = [row for row in self._rows if row.build.parts[:2] == number.parts[:2]]
        if not same:
            return ()
        if number.precision == 3 and number.parts[0] != 14:
            return tuple(same)
        return self._of((_floor(same, number) or same[0]).family)

    def first_fixed(self, build: str | BuildNumber, cve: str) -> BuildNumber | None:
        """The lowest build of this build's family that is fixed; None if the family has none."""
        found = [row.build for row in self.family(build) if row.states.get(cve) == "fixed"]
        return min(found, default=None)

    def patch_state(
        self, build: str | BuildNumber, cve: str, *, precision: int | None = None
    ) -> CveState:
        """Whether the build is fixed against the CVE, and why.

        `precision` 3 makes a four-part number count as three-part (its last part is not known).
        """
        found = self.answer(build, cve, precision=precision)
        return CveState(found.state, found.why)

    def answer(
        self, build: str | BuildNumber, cve: str, *, precision: int | None = None
    ) -> CveAnswer:
        """Like `patch_state`, with what would settle an open state, and the first fixed build."""
        number = _number(build)
        if number is None:
            return _open(f"{build!r} is not a build number", _BUILD)
        if precision == 3 and number.precision == 4:
            number = BuildNumber(number.prefix)
        if cve not in self.cves:
            return _open(f"the table of builds does not cover {cve}", _NEWER_TABLE)
        product = self.product_of(number)
        if product is None:
            return _open(f"{number} belongs to no Exchange Server that the table knows", _UNLISTED)
        odd = "" if number in self._exact else self.impossible(number)
        if odd:
            return _open(f"{odd}: no server has such a build; {_TRUTH} settles it", _TRUTH)
        found = self._state(number, product, cve)
        if found.state is PatchState.NOT_AFFECTED:
            return found
        return replace(found, fixed_from=self.first_fixed(number, cve))

    def _state(self, number: BuildNumber, product: str, cve: str) -> CveAnswer:
        exact = self._exact.get(number)
        if exact is not None:
            return self._judge(exact, cve, f"{number} is {_called(exact)}")
        future = self._future(number, product, cve)
        if future is not None:
            return future
        family = self.family(number)
        if not family:
            return _open(
                f"{number} is no cumulative update that the table knows; the list of installed"
                " updates on the server settles it",
                _UPDATES,
            )
        if number.precision == 3:
            return self._short(number, family, cve)
        return self._between(number, family, cve)

    def _of(self, family: tuple[str, str]) -> tuple[BuildRow, ...]:
        return self._families.get(family, ())

    def _judge(self, row: BuildRow, cve: str, begin: str) -> CveAnswer:
        """The state that a row's word means, with the reason."""
        word = row.states[cve]
        state = _MAPPED.get(word)
        conflict = f" ({row.conflict})" if row.conflict else ""
        if state is None:
            return _open(f"{begin}{conflict}: {_OPEN[word]}", _SETTLES[word])
        if word == "vulnerable_no_fix_for_this_cu":
            none = "there is no fix for this cumulative update"
            return CveAnswer(state, f"{begin}{conflict}: {none}; {self._way_out(row.product, cve)}")
        if word == "vulnerable":
            fixed = self.first_fixed(row.build, cve)
            remedy = f"fixed from {fixed}" if fixed else self._way_out(row.product, cve)
            return CveAnswer(state, f"{begin}{conflict}, without the fix: {remedy}")
        ending = ", which holds the fix" if word == "fixed" else ": this product is not affected"
        return CveAnswer(state, f"{begin}{conflict}{ending}")

    def _way_out(self, product: str, cve: str) -> str:
        """Where the fix can be had."""
        fixed = [row for row in self._rows if row.product == product and row.states[cve] == "fixed"]
        if not fixed:
            return "no fixed build of this product is listed"
        newest = fixed[-1].family
        first = next(row for row in fixed if row.family == newest)
        return f"install {first.cu} and its updates ({first.build} or later)"

    def _future(self, number: BuildNumber, product: str, cve: str) -> CveAnswer | None:
        """The state of a build above every listed one of its product; None if it is not."""
        newest = max((row for row in self._rows if row.product == product), key=lambda r: r.build)
        if number <= newest.build or number.prefix == newest.build.prefix:
            return None
        word = newest.states[cve]
        begin = f"{number} is newer than the newest {product} in the table ({newest.build}"
        if word == "fixed":
            return CveAnswer(PatchState.FIXED, f"{begin}), which already holds the fix")
        if word == "not_affected":
            return CveAnswer(PatchState.NOT_AFFECTED, f"{begin}): this product is not affected")
        return _open(f"{begin}, not fixed): update the table of builds", _NEWER_TABLE)

    def _short(self, number: BuildNumber, family: Sequence[BuildRow], cve: str) -> CveAnswer:
        """The state of a three-part build: that of all its builds, if they agree."""
        same = [row for row in family if row.build.prefix == number.prefix]
        if not same:
            return self._between(BuildNumber((*number.parts, 0)), family, cve)
        states = {_MAPPED.get(row.states[cve], PatchState.UNDETERMINED) for row in same}
        if len(states) > 1:
            words = {row.states[cve] for row in same}
            fixed = min((r.build for r in same if r.states[cve] == "fixed"), default=None)
            detail = f": fixed from {fixed}" if fixed and "unknown_conflict" not in words else ""
            return _open(f"{number} is {_span(same)}, which are not all in the same state{detail};"
                         f" {_FOUR_PARTS}", _BUILD)  # fmt: skip
        return self._judge(same[-1], cve, f"every build of {number} ({_span(same)})")

    def _between(self, number: BuildNumber, family: Sequence[BuildRow], cve: str) -> CveAnswer:
        """The state of an unlisted build of a known family."""
        lower = _floor(family, number)
        begin = f"{number} is not listed"
        if lower is None:
            if _MAPPED.get(family[0].states[cve]) is PatchState.FIXED:
                why = f"{begin}; it is older than {_called(family[0])}, which is fixed"
                return _open(why, _UPDATES)
            return self._judge(family[0], cve, f"{begin}; {family[0].build}, the next higher of its"
                               f" family, is {_called(family[0])}")  # fmt: skip
        if lower is family[-1] and lower.states[cve] == "vulnerable":
            return _open(f"{begin}, and is higher than every build of {lower.cu} in the table:"
                         " update the table of builds", _NEWER_TABLE)  # fmt: skip
        return self._judge(lower, cve, f"{begin}; the nearest lower, {lower.build}, is"
                           f" {_called(lower)}")  # fmt: skip


def _grouped(
    rows: Sequence[BuildRow], key: Callable[[BuildRow], _Key]
) -> dict[_Key, tuple[BuildRow, ...]]:
    """Rows by what they have in common, in their order."""
    groups: dict[_Key, list[BuildRow]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return {one: tuple(group) for one, group in groups.items()}


@cache
def _load() -> Builds:
    return Builds(read_rows())


def _number(build: str | BuildNumber) -> BuildNumber | None:
    return build if isinstance(build, BuildNumber) else parse_build(build)


def _floor(rows: Sequence[BuildRow], number: BuildNumber) -> BuildRow | None:
    """The highest row that is not above the number."""
    lower = [row for row in rows if row.build <= number]
    return lower[-1] if lower else None


def _called(row: BuildRow) -> str:
    return f"{row.product.removeprefix('Microsoft ')} {row.label}"


def _span(rows: Sequence[BuildRow]) -> str:
    first, last = rows[0], rows[-1]
    return _called(first) if first is last else f"{_called(first)} to {last.label}"


def _open(why: str, settles: str) -> CveAnswer:
    return CveAnswer(PatchState.UNDETERMINED, why, settles)
