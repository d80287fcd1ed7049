"""Whether new evidence is of the server that was assessed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from alpheus.errors import EvidenceFormatError, UsageError
from alpheus.report.assessment_file import Assessment, Code, Coverage, Pages, Server

BY_WORD = (
    "the evidence does not show that all of it is of {server}: no record names the computer; say "
    "--same-server if you know that it is"
)
ALSO = (
    "the evidence is also of {others}, and its folders do not tell of whom they are: bring that of "
    "{server} alone, or each server in a folder of its name, to show where was looked"
)

_REMEDY = "bring its own, or say that it was renamed (clean verify --renamed OLD=NEW), if it was"
_NAME_IT = "bring its own, or name it as its records do"
_MOST = 10


def names_of(server: Server) -> frozenset[str]:
    """All names of a server; see `folded_names`."""
    return folded_names(server.name, *server.aliases)


def folded_names(*names: str) -> frozenset[str]:
    """Names as they are compared: in any case, also without their domain."""
    every = {name.casefold() for name in names if name}
    return frozenset(every | {name.partition(".")[0] for name in every})


def _may_be_one(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    """A name in common, and no two domains for the same computer's name."""
    return not ours.isdisjoint(theirs) and not any(
        (whole := _in_domains(ours, short))
        and (others := _in_domains(theirs, short))
        and whole.isdisjoint(others)
        for short in ours & theirs
        if "." not in short
    )


def _in_domains(names: frozenset[str], short: str) -> frozenset[str]:
    return frozenset(one for one in names if one.startswith(f"{short}."))


class Same(NamedTuple):
    """The server as new evidence has it; `by_word`: in part or in whole no name says that it is.

    `others` are servers that the same evidence is of as well; `packages` are those in which a
    record names it; `names` are all that it has there, folded.
    """

    after: Server
    by_word: bool
    others: tuple[str, ...] = ()
    packages: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()


class Renamed(NamedTuple):
    """That a server which was called `old` is called `new` since, by the caller's word."""

    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.old} is called {self.new} now"

    def check(self, before: Server) -> None:
        """Raises UsageError where it is of another server than the one that was assessed."""
        if not _may_be_one(folded_names(self.old), names_of(before)):
            message = (
                f"--renamed {self.old}={self.new}: the assessment is of {_called(before)}; write "
                f"--renamed {before.name}={self.new} if that is the server"
            )
            raise UsageError(message)


def same_server(
    old: Assessment, before: Server, new: Assessment, renamed: Renamed | None = None
) -> Same:
    """The server in new evidence that an old assessment is of.

    What names no computer is called after its package; it counts to the one server that there is,
    so that no page in it is passed over. One that was `renamed` may be there under both names, in
    logs of before and of after. Raises EvidenceFormatError where the new evidence is of other
    servers, or of several that may be it; UsageError where `renamed` is of another server.
    """
    nameless = [one for one in new.servers if _is_unnamed(one, new)]
    named = [one for one in new.servers if one not in nameless]
    ours = names_of(before)
    called: list[Server] = []
    if renamed is not None:
        renamed.check(before)
        theirs = folded_names(renamed.new)
        called = [one for one in named if _may_be_one(theirs, names_of(one))]
        called += [one for one in nameless if _may_be_one(theirs, names_of(one))][: not called]
    if _is_unnamed(before, old) and renamed is None:
        fitting, others = named, []
    else:
        fitting = [one for one in named if _may_be_one(ours, names_of(one)) and one not in called]
        fitting += [one for one in nameless if _may_be_one(ours, names_of(one))][
            : not (fitting or called)
        ]
        others = [one.name for one in named if one not in (*fitting, *called)]
    rest = [one for one in nameless if one not in (*fitting, *called)]
    is_missing = renamed is not None and len(called) != 1
    if len(fitting) > 1 or is_missing or not (fitting or called or rest) or (
        others and not (fitting or called)
    ):  # fmt: skip
        every = ", ".join(_called(one) for one in new.servers[:_MOST]) or "no server"
        message = f"the new evidence is of {every}, and the assessment is of {_called(before)}"
        if renamed is not None:
            message += f", which {renamed.new} names now by --renamed"
        raise EvidenceFormatError(f"{message}; {_REMEDY if renamed is None else _NAME_IT}")
    here = (*called, *fitting)
    by_word = not here or bool(rest) or (_is_unnamed(before, old) and renamed is None)
    packages = frozenset(name for one in here for name in one.packages)
    return Same(_joined((*here, *rest)), by_word, tuple(others), packages, _names(here))


def _names(servers: Sequence[Server]) -> frozenset[str]:
    return frozenset[str]().union(*map(names_of, servers))


def _called(server: Server) -> str:
    """Its name, with its whole name where that says more."""
    whole = next((one for one in server.aliases if "." in one), "")
    return f"{server.name} ({whole})" if whole else server.name


def _joined(parts: Sequence[Server]) -> Server:
    """One of several: all that was found, and of each source what reaches farthest."""
    first = parts[0]
    reached: dict[str, Coverage] = {}
    for one in (each for part in parts for each in part.coverage):
        known = reached.get(one.source)
        if known is None or (one.last or "") > (known.last or ""):
            reached[one.source] = one
    return msgspec.structs.replace(
        first, findings=tuple(each for part in parts for each in part.findings),
        coverage=tuple(reached.values()),
        cves=first.cves or next((part.cves for part in parts if part.cves), {}),
        pages=_pages_of(parts),
        build=next((part.build for part in parts if part.build is not None), None),
    )  # fmt: skip


def _pages_of(parts: Sequence[Server]) -> Pages | None:
    found = [one.pages for one in parts if one.pages is not None]
    files = tuple(each for one in found for each in one.files)
    total = sum(one.total for one in found)
    code = [one.code for one in found if one.code is not None]
    return Pages(
        sum(one.read for one in found), total, files,
        Code(sum(one.total for one in code), tuple(each for one in code for each in one.files))
        if code else None,
    ) if found else None  # fmt: skip


def _is_unnamed(server: Server, of: Assessment) -> bool:
    """Whether a server has no name but that of a package, of an archive in it, or of a place.

    A computer that no record writes in another way than this has a short name in capitals.
    """
    if server.aliases:
        return False
    packages = {one.name for one in of.evidence}
    is_short = server.name == server.name.upper() and "." not in server.name
    return (
        not is_short or server.name in packages
        or any(server.name.startswith(f"{one} (") for one in packages)
    )  # fmt: skip
