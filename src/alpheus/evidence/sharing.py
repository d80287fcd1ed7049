"""How a package is shared between several readers."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from alpheus.evidence import open_package
from alpheus.evidence.base import OpenOptions, Share
from alpheus.evidence.containers.folder import open_regular
from alpheus.evidence.file import HEAD_BYTES
from alpheus.evidence.magic import Kind, kind_of
from alpheus.evidence.package import ContainerPackage
from alpheus.evidence.place import Place
from alpheus.store.address import Address

_MOST = 255
"""A share's number fits in a byte."""

_KINDS = frozenset({Kind.ZIP, Kind.TAR})
_HASHING = 4
"""Hashing an archive costs a fourth of what reading as much of its content does."""


def plan_shares(place: Place, options: OpenOptions, of: int, least: int = 0) -> tuple[Share, ...]:
    """At most `of` shares of about the same weight, the heaviest first; they make up the package.

    One share, which is everything, where a package cannot be read in parts (a compressed tar, a
    7z archive, a disk image, a single file, what lies in a store), weighs less than `least` bytes,
    or cannot be opened: that is for its reader to tell. Members are weighed without being opened.
    """
    if isinstance(place, Address):
        return (Share(),)
    path = place
    weights = _weights(path, replace(options, share=Share()))
    of = min(of, len(weights), _MOST)
    if of < 2 or sum(weights) < least:
        return (Share(),)
    first = 0 if path.is_dir() else path.stat().st_size // _HASHING
    return balanced(weights, of, first)


def balanced(weights: Sequence[int], of: int, first: int = 0) -> tuple[Share, ...]:
    """Deal out members: each in turn, heavy before light, to the share that is lightest so far.

    `first` is what the first share has to bear beside its members.
    """
    loads = [(first if index == 0 else 0, index) for index in range(of)]
    heapq.heapify(loads)
    table = bytearray(len(weights))
    for number in sorted(range(len(weights)), key=weights.__getitem__, reverse=True):
        load, index = loads[0]
        table[number] = index
        heapq.heapreplace(loads, (load + weights[number], index))
    whole = bytes(table)
    return tuple(Share(index, of, whole) for _, index in sorted(loads, reverse=True))


def _weights(path: Path, options: OpenOptions) -> list[int]:
    """What each member weighs; nothing if the package is read in one."""
    try:
        if not path.is_dir():
            with open_regular(path.resolve()) as stream:
                if kind_of(stream.read(HEAD_BYTES)) not in _KINDS:
                    return []
        package = open_package(path, "", options)
        if isinstance(package, ContainerPackage):
            return package.weights() or []
    except Exception:  # what is damaged is its reader's loss; the plan is made without it
        return []
    return []
