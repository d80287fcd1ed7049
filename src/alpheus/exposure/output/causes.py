"""Why the state of a CVE stays open, in a handful of causes, and what would settle each."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from alpheus.exposure.model import Status
from alpheus.knowledge.builds import Builds, parse_build
from alpheus.model import PatchState

_ON_THE_SERVER = "the file version of ExSetup.exe on the server"


class Cause(NamedTuple):
    """A cause in words, and what would settle it."""

    why: str
    settles: str


_CAUSES = {
    "shielded": Cause(
        "a gateway or firewall answers in its place",
        f"asking from inside its network, or {_ON_THE_SERVER}",
    ),
    "conflict": Cause(
        "a list and the table of builds contradict each other", "asking the server itself"
    ),
    "contradiction": Cause("the server contradicts itself", _ON_THE_SERVER),
    "listed": Cause(
        "a list names it as Exchange, without a build", "asking it: alpheus probe"
    ),
    "cloud": Cause(
        "it answers as the cloud service under somebody else's certificate", "its owner"
    ),
    "no-build": Cause("Exchange answers, and shows no build", _ON_THE_SERVER),
    "three-part": Cause(
        "the build shown names the cumulative update, not the security update",
        f"the four-part build: {_ON_THE_SERVER}",
    ),
    "pool": Cause(
        "several servers answer behind one address, and not all say their build",
        "asking each server by itself",
    ),
    "at-least": Cause(
        "the build shown is only the least that it can be", _ON_THE_SERVER
    ),
}  # fmt: skip
_OF_TABLE = "table:"
_BY_FLAG = (
    ("conflict", "conflict"),
    ("inconsistent", "contradiction"),
    ("impossible-build", "contradiction"),
)


def cause_of(
    cve: str, status: Status, build: str | None, flags: tuple[str, ...], *, pool: bool
) -> str:
    """The key of the cause for an open state; see `cause_text`."""
    if status is Status.SHIELDED:
        return "shielded"
    for flag, key in _BY_FLAG:
        if flag in flags:
            return key
    if status is Status.ONLINE:
        return "cloud"
    if build is None:
        return "listed" if status is Status.LISTED else "no-build"
    return _of_build(cve, build, pool=pool)


def cause_text(key: str) -> Cause:
    """What a key means. Raises KeyError for none of ours."""
    if key.startswith(_OF_TABLE):
        return Cause("no public source says whether this build is safe", key[len(_OF_TABLE) :])
    return _CAUSES[key]


@lru_cache(maxsize=4096)
def _of_build(cve: str, build: str, *, pool: bool) -> str:
    number = parse_build(build)
    if number is None:
        return "contradiction"
    found = Builds.load().answer(number, cve)
    if found.state is PatchState.UNDETERMINED and number.precision == 4:
        return f"{_OF_TABLE}{found.settles}"
    if found.state is PatchState.UNDETERMINED:
        return "three-part"
    return "pool" if pool else "at-least"
