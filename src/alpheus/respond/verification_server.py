"""Whether new evidence is of the server that was assessed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from alpheus.errors import EvidenceFormatError
from alpheus.report.assessment_file import Assessment, Coverage, Pages, Server

BY_WORD = (
    "the evidence does not show that all of it is of {server}: no record names the computer; say "
    "--same-server if you know that it is"
)
ALSO = (
    "the evidence is also of {others}, and its folders do not tell of whom they are: bring that of "
    "{server} alone, or each server in a folder of its name, to show where was looked"
)

_MOST = 10


def names_of(server: Server) -> frozenset[str]:
    """All names of a server; see `folded_names`."""
    return folded_names(server.name, *server.aliases)


def folded_names(*names: str) -> frozenset[str]:
    """Names as they are compared: in any case, also without their domain."""
    every = {name.casefold() for name in names if name}
    return frozenset(every | {name.partition(".")[0] for name in every})


def _may_be_one(one: Server, other: Server) -> bool:
    """A name in common, and no two domains for the same computer's name."""
    ours, theirs = names_of(one), names_of(other)
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
    record names it.
    """

    after: Server
    by_word: bool
    others: tuple[str, ...] = ()
    packages: frozenset[str] = frozenset()


def same_server(old: Assessment, before: Server, new: Assessment) -> Same:
    """The server in new evidence that an old assessment is of.

    What names no computer is called after its package; it counts to the one server that there is,
    so that no page in it is passed over. Raises EvidenceFormatError where the new evidence is of
    other servers, or of several that may be it.
    """
    nameless = [one for one in new.servers if _is_unnamed(one, new)]
    named = [one for one in new.servers if one not in nameless]
    if _is_unnamed(before, old):
        fitting, others = named, []
    else:
        fitting = [one for one in named if _may_be_one(before, one)]
        fitting += [one for one in nameless if _may_be_one(before, one)][: not fitting]
        others = [one.name for one in named if one not in fitting]
    rest = [one for one in nameless if one not in fitting]
    if len(fitting) > 1 or not (fitting or rest) or (others and not fitting):
        every = ", ".join(_called(one) for one in new.servers[:_MOST]) or "no server"
        message = (
            f"the new evidence is of {every}, and the assessment is of {_called(before)}; "
            "bring its own"
        )
        raise EvidenceFormatError(message)
    parts = (*fitting, *rest)
    by_word = not fitting or bool(rest) or _is_unnamed(before, old)
    packages = frozenset(name for one in fitting for name in one.packages)
    return Same(_joined(parts), by_word, tuple(others), packages)


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
    return Pages(sum(one.read for one in found), total, files) if found else None


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
