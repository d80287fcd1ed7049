"""Who is left, and why: one reason for each server, and the groups that are left more often.

**Reasons** are asked in the order of `Reason`, and the first that fits is taken: they add up to all
that are left. **Groups** may overlap. Of each group is told how many of those that ever had
something to do are left, and how many times as often as all others (a ratio of risks, with Katz's
interval widened for the number of groups looked at, Bonferroni). A group is ranked by the lower end
of that interval and shown only if that is above 1 and at least `LEAST` of it are left: what stands
there is no percentage of five.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from alpheus.campaign.cohort import Member, days_between
from alpheus.campaign.estimates import Range, risk_ratio, share, z_of_many
from alpheus.campaign.kinds import kinds_of
from alpheus.campaign.reasons import Reason, reason_of, through_provider
from alpheus.notify.model import Rung
from alpheus.notify.waits import USUAL, Waits

LEAST = 10
"""Servers of a group that are left, at least, for it to be ranked."""

MOST_VALUES = 40
"""Values of a table that are told, those with most servers that are left."""

_PROVIDERS_TOLD = 10
_PASSED_ON = 0.2


class Left(msgspec.Struct, frozen=True):
    """How many are left for a reason. `top` are the networks with most of them."""

    reason: Reason
    servers: int
    organisations: int
    top: tuple[tuple[str, int], ...]


class Group(msgspec.Struct, frozen=True):
    """A group that is left more often. `kind` and `value` are those of a table.

    `left` of `ever` that had something to do; `times` as often as others.
    """

    kind: str
    value: str
    left: int
    ever: int
    share: Range
    times: Range


class Row(msgspec.Struct, frozen=True):
    """A line of a table: how many are left of how many that had something to do."""

    value: str
    left: int
    ever: int
    share: Range


class Cross(msgspec.Struct, frozen=True):
    """How many are left, by two kinds at once."""

    rows: str
    columns: str
    values: tuple[str, ...]
    lines: tuple[tuple[str, tuple[int, ...]], ...]


class Remaining(msgspec.Struct, frozen=True):
    """Who is left. `tables` are by kind, see `kinds_of`.

    `wait_days`: for how long an answer was waited for, by rung; `wait_planned` says that it is so
    in the settings of the notices, and not only usual.
    """

    left: int
    ever: int
    organisations: int
    reasons: tuple[Left, ...]
    groups: tuple[Group, ...]
    looked_at: int
    tables: dict[str, tuple[Row, ...]]
    crosses: tuple[Cross, ...]
    wait_days: dict[str, int] = {}
    wait_planned: bool = False


CROSSES = (("sector", "told"), ("network", "delivery"), ("contact", "told"), ("owner", "contact"))
UNRANKED = frozenset({"told", "channel", "delivery", "lists"})
"""Who was fixed early was not told any more, and who was seen once was never seen fixed: that these
are left more often says nothing."""


class Sorter:
    """Takes servers one by one; memory grows with groups, not with servers."""

    def __init__(self, end: str, waits: Waits = USUAL) -> None:
        self._end, self._waits = end, waits
        self._ever = Counter[tuple[str, str]]()
        self._left = Counter[tuple[str, str]]()
        self._totals = [0, 0]
        self._crosses: dict[tuple[str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
        self._reasons: dict[tuple[Reason, str], int] = Counter()
        self._owners: dict[tuple[Reason, str], set[int]] = defaultdict(set)
        self._by_provider: dict[str, list[int]] = defaultdict(lambda: [0, 0])

    def add(self, member: Member) -> None:
        """Take in a server that ever had something to do."""
        pairs = kinds_of(member, self._end)
        self._ever.update(pairs)
        self._totals[1] += 1
        through = through_provider(member)
        if through and days_between(through, self._end) >= self._waits.of(Rung.PROVIDER):
            counts = self._by_provider[member.network]
            counts[1] += 1
            counts[0] += bool(member.fixed) and member.fixed >= through
        if not member.left:
            return
        self._totals[0] += 1
        self._left.update(pairs)
        kinds = dict(pairs)
        for pair in CROSSES:
            self._crosses[pair][kinds[pair[0]], kinds[pair[1]]] += 1
        reason = reason_of(member, self._end, self._waits)
        if reason is Reason.UNANSWERED and through:
            reason = Reason.NOT_PASSED_ON
        self._reasons[reason, member.network] += 1
        if member.organisation:
            of = member.network if reason is Reason.NOT_PASSED_ON else ""
            self._owners[reason, of].add(hash(member.organisation))

    def result(self) -> Remaining:
        """Who is left."""
        left, ever = self._totals
        groups, looked_at = self._groups()
        owners = set().union(*self._owners.values()) if self._owners else set()
        return Remaining(
            left, ever, len(owners), tuple(self._lefts()), groups, looked_at, self._tables(),
            tuple(self._cross(*pair) for pair in CROSSES),
            {rung.value: days for rung, days in self._waits.days.items()}, self._waits.planned,
        )  # fmt: skip

    def _groups(self) -> tuple[tuple[Group, ...], int]:
        left, ever = self._totals
        asked = [
            (key, count) for key, count in self._left.items()
            if count >= LEAST and (_is_ranked(*key) or key == ("owner", "unknown"))
        ]  # fmt: skip
        z = z_of_many(len(asked))
        found = []
        for (kind, value), count in asked:
            whole = self._ever[kind, value]
            times = risk_ratio(count, whole, left - count, ever - whole, z)
            if times and times.low > 1:
                found.append(Group(kind, value, count, whole, share(count, whole), times))
        found.sort(key=lambda one: (-one.times.low, -one.left, one.kind, one.value))
        return tuple(found), len(asked)

    def _lefts(self) -> Iterator[Left]:
        """A provider that passes on is no reason; those that it was told of are unanswered."""
        networks: dict[Reason, Counter[str]] = defaultdict(Counter)
        owners: dict[Reason, set[int]] = defaultdict(set)
        for (reason, network), count in self._reasons.items():
            networks[self._settled(reason, network)][network] += count
        for (reason, network), found in self._owners.items():
            owners[self._settled(reason, network)] |= found
        for reason in sorted(Reason, key=lambda one: -networks[one].total()):
            if networks[reason]:
                top = sorted(networks[reason].items(), key=lambda one: (-one[1], one[0]))[:5]
                yield Left(reason, networks[reason].total(), len(owners[reason]),
                           tuple((name or "unknown", count) for name, count in top))  # fmt: skip

    def _settled(self, reason: Reason, network: str) -> Reason:
        deaf = reason is not Reason.NOT_PASSED_ON or self._is_deaf(network)
        return reason if deaf else Reason.UNANSWERED

    def _is_deaf(self, network: str) -> bool:
        """Enough of its customers were told through it, and surely few of them were fixed."""
        fixed, told = self._by_provider[network]
        return told >= _PROVIDERS_TOLD and share(fixed, told).high < _PASSED_ON

    def _tables(self) -> dict[str, tuple[Row, ...]]:
        by_kind: dict[str, list[Row]] = defaultdict(list)
        for (kind, value), ever in self._ever.items():
            left = self._left[kind, value]
            by_kind[kind].append(Row(value, left, ever, share(left, ever)))
        return {
            kind: tuple(sorted(rows, key=lambda row: (-row.left, -row.ever, row.value)))
            [:MOST_VALUES]
            for kind, rows in by_kind.items()
        }  # fmt: skip

    def _cross(self, rows: str, columns: str) -> Cross:
        counts = self._crosses[rows, columns]
        lines, values = Counter[str](), Counter[str]()
        for (row, column), count in counts.items():
            lines[row] += count
            values[column] += count
        names = tuple(sorted(values, key=lambda one: (-values[one], one)))
        first = sorted(lines, key=lambda one: (-lines[one], one))[:MOST_VALUES]
        return Cross(
            rows, columns, names,
            tuple((row, tuple(counts[row, column] for column in names)) for row in first),
        )  # fmt: skip


def _is_ranked(kind: str, value: str) -> bool:
    return kind not in UNRANKED and value != "unknown"


def remaining(members: Iterable[Member], end: str) -> Remaining:
    """Who of some servers is left as of the day `end`."""
    sorter = Sorter(end or date.min.isoformat())
    for member in members:
        sorter.add(member)
    return sorter.result()
