"""What of a server is to be told, what of that has been told, and what is new.

A server is told of while it is open to the flaw or an intruder may be on it, and its case has not
ended. It is news again when its state gets worse, or came anew after it was told; a state that is
merely older than was thought, since an older list came in, is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from alpheus.cases.states import CLEANABLE, ENDED, OPEN_COMPROMISE, OPEN_PATCH, Compromise, Work

SITUATIONS = ("compromised", "suspicious", "regressed", "vulnerable")
"""What a notice about one server is about; about several that differ it is `mixed`."""

_RANK = {
    Compromise.SUSPICIOUS: 1, Compromise.REPORTED: 2, Compromise.COMPROMISED: 3,
    Compromise.RE_INFECTED: 4,
}  # fmt: skip
_ANSWERED = frozenset({Work.ACKNOWLEDGED, Work.IN_PROGRESS, Work.NEEDS_HELP})


class Facts(NamedTuple):
    """What is told of a server; a state that nobody is told of is ''."""

    patch: str = ""
    patch_since: str = ""
    compromise: str = ""
    compromise_since: str = ""


def facts_of(row: Mapping[str, object]) -> Facts:
    """What is to be told of a server by its row; empty where nothing is."""
    if row["work"] in ENDED:
        return Facts()
    patch, compromise = str(row["patch"]), str(row["compromise"])
    of_patch = (patch, str(row["patch_since"])) if patch in OPEN_PATCH else ("", "")
    known = compromise in CLEANABLE
    of_compromise = (compromise, str(row["compromise_since"])) if known else ("", "")
    return Facts(*of_patch, *of_compromise)


def is_tellable(facts: Facts) -> bool:
    """Whether there is anything to tell."""
    return bool(facts.patch or facts.compromise)


def covers(told: Facts, made: str, facts: Facts) -> bool:
    """Whether what was told, in a notice made at a time, says all that is so now."""
    return _patch_covered(told, made, facts) and _compromise_covered(told, made, facts)


def _patch_covered(told: Facts, made: str, facts: Facts) -> bool:
    if not facts.patch:
        return True
    if not told.patch or (facts.patch == "regressed" and told.patch != "regressed"):
        return False
    return facts.patch_since <= max(made, told.patch_since)


def _compromise_covered(told: Facts, made: str, facts: Facts) -> bool:
    if not facts.compromise:
        return True
    if _rank(told) < _rank(facts):
        return False
    return facts.compromise_since <= max(made, told.compromise_since)


def _rank(facts: Facts) -> int:
    return _RANK.get(Compromise(facts.compromise), 0) if facts.compromise else 0


def holds(told: Facts, made: str, row: Mapping[str, object] | None) -> bool:
    """Whether what a notice says of a server is still so, and all there is to say.

    It is not when the server is fixed or cleaned, its case has ended, somebody has answered since,
    or it has got worse.
    """
    if row is None:
        return False
    facts = facts_of(row)
    if not is_tellable(facts) or is_answered(facts, row):
        return False
    same = bool(told.patch) == bool(facts.patch) and bool(told.compromise) == bool(facts.compromise)
    return same and covers(told, made, facts)


def is_answered(facts: Facts, row: Mapping[str, object]) -> bool:
    """Whether somebody works on a server, or knows of it, and nothing has got worse since then."""
    since = str(row["work_since"])
    return row["work"] in _ANSWERED and max(facts.patch_since, facts.compromise_since) <= since


def is_breached(rows: Iterable[Mapping[str, object]]) -> bool:
    """Whether an intruder may read what is sent to mailboxes on these servers."""
    return any(row["compromise"] in OPEN_COMPROMISE and row["work"] not in ENDED for row in rows)


def situation_of(every: Iterable[Facts]) -> str:
    """What a notice about servers is about, the gravest of each; `mixed` where they differ."""
    found = {_situation(facts) for facts in every}
    return found.pop() if len(found) == 1 else "mixed"


def _situation(facts: Facts) -> str:
    if facts.compromise:
        return "suspicious" if facts.compromise == Compromise.SUSPICIOUS else "compromised"
    return "regressed" if facts.patch == "regressed" else "vulnerable"


def later(time: str, days: int) -> str:
    """A time so many days after another."""
    moment = datetime.fromisoformat(time) + timedelta(days=days)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
