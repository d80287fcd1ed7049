"""Which intrusions are by one hand, of the servers that an account may see."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Response, get
from litestar.types import ControllerRouterHandler

from alpheus.fleet.hands_told import Hand, Member
from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission
from alpheus.web.api.asking import CSV, Format, Number, Time, is_csv, json, said, shaped
from alpheus.web.csv_output import demand
from alpheus.web.hands_desk import HandsDesk, HandsSeen
from alpheus.web.pages.hands import table
from alpheus.web.rendering import AnyRequest

_SEE = {PERMISSION: Permission.SEE}
_TAGS = ["hands"]


class SignOf(msgspec.Struct, frozen=True):
    """What some of the servers of a hand share."""

    kind: Annotated[str, said("`secret`, `page`, `address`, `carrier`, …")]
    value: Annotated[str, said("What is compared; of a secret a keyed hash.")]
    label: Annotated[str, said("What it is, for people; '' where that may not be told.")]
    servers: Annotated[int, said("How many servers of the hand have it.")]
    bits: Annotated[float, said("What it says of the hand: how rarely others share it.")]


class AgainstOf(msgspec.Struct, frozen=True):
    """What speaks against one hand."""

    kind: Annotated[str, said("`other-secret`, `no-network`, `silence`, …")]
    servers: Annotated[int, said("Of how many servers.")]
    of: Annotated[int, said("How many say anything of it.")]


class MemberOf(msgspec.Struct, frozen=True):
    """What a hand did on a server."""

    server: Annotated[int, said("Its number; 0 where servers have not been worked out.")]
    name: str
    observation: int
    strand: Annotated[int, said("Which intrusion of that server, from 1.")]
    first: Time
    last: Time
    signs: Annotated[list[int], said("Places in the `signs` of the hand.")]
    against: Annotated[list[str], said("What does not fit there.")]


class HandOf(msgspec.Struct, frozen=True):
    """A hand. It is a number, which changes when more evidence comes."""

    number: int
    servers: Annotated[int, said("How many it was on, those that you may not see with them.")]
    confidence: Annotated[str, said("`high`, `medium` or `low`.")]
    first: Time
    last: Time
    first_victim: Annotated[str, said("'' for one that you may not see.")]
    signs: list[SignOf]
    against: list[AgainstOf]
    members: Annotated[list[MemberOf], said("Those that you may see.")]


class SharedBy(msgspec.Struct, frozen=True):
    """What two hands share without being one."""

    hands: list[int]
    shared: list[SignOf]
    against: str


class AllHands(msgspec.Struct, frozen=True):
    """All that were on servers that you may see, the largest first."""

    everywhere: Annotated[bool, said("Whether it is about all organisations.")]
    strands: Annotated[int, said("Intrusions that were compared.")]
    servers: int
    hands: list[HandOf]
    alone: Annotated[list[MemberOf], said("Intrusions that fit none.")]
    between: list[SharedBy]


@get("/hands", opt={**_SEE, CSV: True}, tags=_TAGS, sync_to_thread=True)
def hands(request: AnyRequest, form: Format = "json") -> Response[AllHands]:
    """All hands, with what speaks for each and against it.

    As CSV, a row for each piece of evidence of each intrusion.
    """
    if is_csv(request, form):
        demand(request, Permission.EXPORT)
        return table(request)
    seen = _seen(request)
    found = seen.hands
    return json(
        AllHands(
            seen.is_whole, found.strands, found.servers, [_hand(one, seen) for one in found.hands],
            [_member(one, seen) for one in found.alone], shaped(found.between, list[SharedBy]),
        )
    )  # fmt: skip


@get("/hands/{hand:int}", opt=_SEE, tags=_TAGS, sync_to_thread=True)
def hand_of(request: AnyRequest, hand: Number) -> Response[HandOf]:
    """One hand."""
    seen = _seen(request)
    return json(_hand(seen.hand(hand), seen))


def _seen(request: AnyRequest) -> HandsSeen:
    desk: HandsDesk = request.app.state.hands
    return desk.of(request.user)


def _hand(hand: Hand, seen: HandsSeen) -> HandOf:
    return HandOf(
        hand.number, hand.servers, hand.confidence, hand.first, hand.last, hand.first_victim,
        shaped(hand.signs, list[SignOf]), shaped(hand.against, list[AgainstOf]),
        [_member(one, seen) for one in hand.members],
    )  # fmt: skip


def _member(one: Member, seen: HandsSeen) -> MemberOf:
    place = seen.places.get(one.observation)
    return MemberOf(
        place.server if place else 0, one.name, one.observation, one.strand, one.first, one.last,
        list(one.signs), list(one.against),
    )  # fmt: skip


ROUTES: tuple[ControllerRouterHandler, ...] = (hands, hand_of)
